package livequery

import (
	"bytes"
	"strconv"
)

// repeats reads the messages of one connection. A server sends an event to each
// subscription that it concerns, in messages that differ in their requestId
// alone: the first is decoded, the others share its frame.
type repeats struct {
	last     []byte // the message; empty: none to compare with
	from, to int    // its requestId
	frame    frame
}

// largestRepeat bounds what is kept to compare with.
const largestRepeat = 1 << 20

// decode is decodeFrame, except that frames may share their objects.
func (r *repeats) decode(data []byte) (frame, error) {
	if id, ok := r.again(data); ok {
		f := r.frame
		f.RequestID = &id
		return f, nil
	}
	f, err := decodeFrame(data)
	r.keep(data, f, err)
	return f, err
}

// again returns the requestId of a message that otherwise equals the last one.
func (r *repeats) again(data []byte) (int64, bool) {
	if len(r.last) == 0 || !bytes.HasPrefix(data, r.last[:r.from]) {
		return 0, false
	}
	id, n := leadingNumber(data[r.from:])
	return id, n > 0 && bytes.Equal(data[r.from+n:], r.last[r.to:])
}

// keep remembers an event whose requestId is sure to be the one that its text
// shows first: a key is the only place for this text, since a quote in a string
// is escaped, and no other object has begun before it.
func (r *repeats) keep(data []byte, f frame, err error) {
	const key = `"requestId":`
	r.last = r.last[:0]
	i := bytes.Index(data, []byte(key))
	if err != nil || f.kind() == 0 || i < 0 || len(data) > largestRepeat || bytes.LastIndexByte(data[:i], '{') != 0 {
		return
	}
	from := i + len(key)
	id, n := leadingNumber(data[from:])
	if n == 0 || id != *f.RequestID {
		return
	}
	r.last = append(r.last, data...)
	r.from, r.to, r.frame = from, from+n, f
}

// leadingNumber reads the integer that data begins with; n is its length, 0 if
// there is none or it goes on as something else.
func leadingNumber(data []byte) (id int64, n int) {
	for n < len(data) && '0' <= data[n] && data[n] <= '9' {
		n++
	}
	if n == 0 || n == len(data) || (data[n] != ',' && data[n] != '}') || (data[0] == '0' && n > 1) {
		return 0, 0
	}
	id, err := strconv.ParseInt(string(data[:n]), 10, 64)
	if err != nil {
		return 0, 0
	}
	return id, n
}
