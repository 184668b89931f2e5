package trail

import (
	"archive/zip"
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// Bundle is everything an auditor needs to check events without the server: see
// [Export]. Open one with [OpenBundle].
type Bundle struct {
	key        note.Verifier
	checkpoint Checkpoint
	events     *zip.File
	files      map[string]*zip.File
}

// maxBundleLine is the size of one event in a bundle at most, in bytes.
const maxBundleLine = 64 << 20

// OpenBundle opens a bundle of size bytes whose checkpoint was signed with key. The
// key must come from elsewhere than the bundle. The errors are [ErrDamaged] and
// [ErrOtherOrigin].
func OpenBundle(r io.ReaderAt, size int64, key note.Verifier) (*Bundle, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("trail: the bundle is %w: %w", ErrDamaged, err)
	}
	b := &Bundle{key: key, files: map[string]*zip.File{}}
	for _, f := range archive.File {
		if b.files[f.Name] != nil {
			return nil, fmt.Errorf("trail: the bundle is %w: it has two files %s", ErrDamaged, f.Name)
		}
		b.files[f.Name] = f
	}
	if b.events = b.files[bundleEvents]; b.events == nil {
		return nil, fmt.Errorf("trail: the bundle is %w: file %s is missing", ErrDamaged, bundleEvents)
	}
	signed, err := b.small(bundleCheckpoint)
	if err != nil {
		return nil, err
	}
	if b.checkpoint, err = OpenCheckpoint(signed, key); err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	return b, nil
}

// Checkpoint returns the checkpoint that covers the bundle's events.
func (b *Bundle) Checkpoint() Checkpoint { return b.checkpoint }

func (b *Bundle) small(name string) ([]byte, error) {
	f := b.files[name]
	if f == nil {
		return nil, fmt.Errorf("trail: the bundle is %w: file %s is missing", ErrDamaged, name)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("trail: the bundle is %w: file %s: %w", ErrDamaged, name, err)
	}
	data, err := io.ReadAll(io.LimitReader(r, maxSmallFile+1))
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("trail: the bundle is %w: file %s: %w", ErrDamaged, name, err)
	}
	if len(data) > maxSmallFile {
		return nil, fmt.Errorf("trail: the bundle is %w: file %s has more than %d bytes", ErrDamaged, name, maxSmallFile)
	}
	return data, nil
}

// proven is a line of a bundle.
type proven struct {
	Index int64          `json:"index"`
	Proof []string       `json:"proof"`
	Row   jsontext.Value `json:"row"`
}

// Events yields the bundle's events in the order of the server, checked neither
// against the checkpoint nor against themselves: that is Verify's.
func (b *Bundle) Events() iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		for line, err := range b.lines() {
			var e event.Event
			if err == nil {
				e, err = event.Parse(line.Row)
			}
			if !yield(e, err) || err != nil && !isDamage(err) {
				return
			}
		}
	}
}

func (b *Bundle) lines() iter.Seq2[proven, error] {
	return func(yield func(proven, error) bool) {
		damaged := func(number int, err error) {
			yield(proven{}, fmt.Errorf("trail: the bundle is %w: line %d of file %s: %w", ErrDamaged, number, bundleEvents, err))
		}
		r, err := b.events.Open()
		if err != nil {
			damaged(0, err)
			return
		}
		defer r.Close()
		scanner := bufio.NewScanner(r)
		scanner.Buffer(nil, maxBundleLine)
		number := 0
		for scanner.Scan() {
			number++
			var line proven
			if err := json.Unmarshal(scanner.Bytes(), &line, wire.Tolerant()); err != nil {
				damaged(number, err)
				return
			}
			if !yield(line, nil) {
				return
			}
		}
		if err := scanner.Err(); err != nil {
			damaged(number+1, err)
		}
	}
}

// Verify checks every event of the bundle: that the checkpoint covers it, and that it
// agrees with itself; and that the log only grew since checkpoints that were kept
// elsewhere, for which the bundle must hold the proof. That nothing was left out
// shows only if the bundle has all events, as many as the checkpoint's Size.
func (b *Bundle) Verify(kept ...Checkpoint) (Report, error) {
	for _, c := range kept {
		if err := b.grewFrom(c); err != nil {
			return Report{}, err
		}
	}
	v := verification{report: Report{Checkpoint: b.checkpoint}, erased: map[string]Finding{}}
	var last place
	for line, err := range b.lines() {
		if err != nil {
			return v.report, err
		}
		e, err := event.Parse(line.Row)
		v.report.Events++
		v.check(&e, err)
		if err := b.prove(line, &e); err != nil {
			v.report.found(v.finding(Altered, &e, err.Error()))
		}
		if at := placeOf(&e); at.compare(last) <= 0 {
			v.report.found(v.finding(Inserted, &e, "the event is not in the order of the server, or stands twice"))
		} else {
			last = at
		}
	}
	return v.report, v.rest(line{}, false, nil)
}

func (b *Bundle) prove(line proven, e *event.Event) error {
	proof := make(tlog.RecordProof, len(line.Proof))
	for i, text := range line.Proof {
		hash, err := decodeHash(text)
		if err != nil {
			return fmt.Errorf("its proof is %w", ErrDamaged)
		}
		proof[i] = hash
	}
	if tlog.CheckRecord(proof, b.checkpoint.Size, b.checkpoint.Root, line.Index, tlog.RecordHash(LeafOf(e))) != nil {
		return errors.New("the checkpoint does not cover the event as it stands here")
	}
	return nil
}

func decodeHash(text string) (tlog.Hash, error) {
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(data) != tlog.HashSize {
		return tlog.Hash{}, ErrDamaged
	}
	return tlog.Hash(data), nil
}

// grewFrom checks the bundle's proof that its log only grew since a checkpoint.
func (b *Bundle) grewFrom(kept Checkpoint) error {
	switch {
	case kept.Origin != b.checkpoint.Origin:
		return fmt.Errorf("trail: the bundle is %w: it is of log %q, the checkpoint that was kept is of %q", ErrOtherOrigin, b.checkpoint.Origin, kept.Origin)
	case kept.Size > b.checkpoint.Size:
		return fmt.Errorf("trail: the bundle is %w: its checkpoint covers %d events, the one that was kept %d", ErrOlder, b.checkpoint.Size, kept.Size)
	case kept.Size == b.checkpoint.Size && kept.Root != b.checkpoint.Root:
		return fmt.Errorf("trail: the bundle is %w: its checkpoint and the one that was kept cover %d different events: the log was rewritten, and signed again", ErrDamaged, kept.Size)
	case kept.Size == b.checkpoint.Size || kept.Size == 0:
		return nil
	}
	text, err := b.small(bundleConsistency)
	if err != nil {
		return fmt.Errorf("%w: export it with the checkpoint that was kept", err)
	}
	var proof tlog.TreeProof
	for hash := range strings.Lines(string(text)) {
		one, err := decodeHash(strings.TrimSuffix(hash, "\n"))
		if err != nil {
			return fmt.Errorf("trail: the bundle is %w: file %s", ErrDamaged, bundleConsistency)
		}
		proof = append(proof, one)
	}
	if tlog.CheckTree(slices.Clip(proof), b.checkpoint.Size, b.checkpoint.Root, kept.Size, kept.Root) != nil {
		return fmt.Errorf("trail: the bundle is %w: it does not prove that the log only grew since the checkpoint that was kept: the log was rewritten, or the bundle was exported with another checkpoint", ErrDamaged)
	}
	return nil
}
