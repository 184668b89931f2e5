package trail

import (
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// LeafOf returns the text whose hash stands for an event in a log: canonical JSON of
// what its row holds besides the values, which the hashes in its entry bind.
func LeafOf(e *event.Event) []byte { return leafText(e, e.Confirmed, e.Object()) }

func leafText(e *event.Event, confirmed bool, record string) []byte {
	dst := strconv.AppendBool(append(make([]byte, 0, 256), `{"confirmed":`...), confirmed)
	dst = append(wire.AppendISO(append(dst, `,"createdAt":"`...), e.CreatedAt), `","entry":"`...)
	dst = append(append(dst, e.Hash()...), `","objectId":`...)
	dst = append(appendQuoted(dst, e.ObjectID), `,"record":`...)
	return append(appendQuoted(dst, record), '}')
}

func appendQuoted(dst []byte, text string) []byte {
	dst, _ = jsontext.AppendQuote(dst, text) // what is no UTF-8 became U+FFFD
	return dst
}

// tree is a growing Merkle tree (RFC 6962) of which only the newest hash of each
// level is kept: as much as its root and the next leaf need.
type tree struct {
	size   int64
	newest []tlog.Hash // by level
}

// resume makes t the tree of its size again, from the stored hashes.
func (t *tree) resume(stored tlog.HashReader) error {
	var indexes []int64
	for level := 0; t.size>>level > 0; level++ {
		indexes = append(indexes, tlog.StoredHashIndex(level, t.size>>level-1))
	}
	hashes, err := stored.ReadHashes(indexes)
	t.newest = hashes
	return err
}

// add appends a leaf and returns the hashes that package tlog stores for it.
func (t *tree) add(leaf tlog.Hash) ([]tlog.Hash, error) {
	hashes, err := tlog.StoredHashesForRecordHash(t.size, leaf, t)
	if err != nil {
		return nil, err
	}
	for level, hash := range hashes {
		if level == len(t.newest) {
			t.newest = append(t.newest, tlog.Hash{})
		}
		t.newest[level] = hash
	}
	t.size++
	return hashes, nil
}

// root returns the hash that a checkpoint of the tree has.
func (t *tree) root() (tlog.Hash, error) { return tlog.TreeHash(t.size, t) }

// ReadHashes implements tlog.HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		level, n := tlog.SplitStoredHashIndex(index)
		if level >= len(t.newest) || n != t.size>>level-1 {
			return nil, fmt.Errorf("trail: hash %d of level %d of a tree of %d is not kept", n, level, t.size)
		}
		hashes[i] = t.newest[level]
	}
	return hashes, nil
}
