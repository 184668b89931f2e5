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
	fields := strings.Split(rest, " ")
	if len(fields) != 5 {
		return line{}, errLine
	}
	if fields[0] != strconv.FormatInt(index, 10) {
		return line{}, fmt.Errorf("want index %d", index)
	}
	var err error
	if l.createdAt, err = wire.ParseISO(fields[1]); err != nil {
		return line{}, errLine
	}
	if len(fields[4]) != hex.EncodedLen(tlog.HashSize) {
		return line{}, errLine
	}
	if _, err := hex.Decode(l.leaf[:], []byte(fields[4])); err != nil {
		return line{}, errLine
	}
	l.index, l.objectID, l.event, l.late = index, fields[2], fields[3], late
	return l, nil
}

// sealable tells whether an id of a row can stand in a line.
func sealable(id string) bool { return id != "" && !strings.ContainsAny(id, " \r\n") }
