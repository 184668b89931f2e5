package trail

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// line is one line of a log: a sealed event.
type line struct {
	place
	index int64
	event string // its id
	leaf  tlog.Hash
	late  bool // it was stored before an event that was sealed already
}

// place is where an event stands in the server's order.
type place struct {
	createdAt time.Time
	objectID  string
}

func (p place) compare(q place) int {
	if c := p.createdAt.Compare(q.createdAt); c != 0 {
		return c
	}
	return strings.Compare(p.objectID, q.objectID)
}

// append writes "INDEX CREATED OBJECTID EVENT HASH" and, if so, " late".
func (l *line) append(dst []byte) []byte {
	dst = append(strconv.AppendInt(dst, l.index, 10), ' ')
	dst = append(wire.AppendISO(dst, l.createdAt), ' ')
	dst = append(append(dst, l.objectID...), ' ')
	dst = append(append(dst, l.event...), ' ')
	dst = hex.AppendEncode(dst, l.leaf[:])
	if l.late {
		dst = append(dst, " late"...)
	}
	return append(dst, '\n')
}

var errLine = errors.New("want INDEX CREATED OBJECTID EVENT HASH, and nothing or late")

func parseLine(text string, index int64) (line, error) {
	var l line
	rest, late := strings.CutSuffix(text, " late")
	if strings.Count(rest, " ") != 4 {
		return line{}, errLine
	}
	number, rest, _ := strings.Cut(rest, " ")
	created, rest, _ := strings.Cut(rest, " ")
	objectID, rest, _ := strings.Cut(rest, " ")
	event, leaf, _ := strings.Cut(rest, " ")
	var digits [2 * tlog.HashSize]byte
	if string(strconv.AppendInt(digits[:0], index, 10)) != number {
		return line{}, fmt.Errorf("want index %d", index)
	}
	var err error
	if l.createdAt, err = wire.ParseISO(created); err != nil || len(leaf) != len(digits) {
		return line{}, errLine
	}
	copy(digits[:], leaf)
	if _, err := hex.Decode(l.leaf[:], digits[:]); err != nil {
		return line{}, errLine
	}
	l.index, l.objectID, l.event, l.late = index, objectID, event, late
	return l, nil
}

// sealable tells whether an id of a row can stand in a line.
func sealable(id string) bool { return id != "" && !strings.ContainsAny(id, " \r\n") }
