package transport

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// Content is what an upload sends. It records how far it was read and how the
// caller's reader failed, which distinguishes a failed upload from one whose outcome
// is unknown.
type Content struct {
	reader   io.Reader
	size     int64
	progress func(int64)
	read     atomic.Int64
	failure  atomic.Pointer[contentError]
	blocked  atomic.Bool // a Read did not return when its attempt had ended
}

// NewContent sends what reader gives. The size is the length in bytes, 0 where it
// is not known. The progress, if not nil, is called with the bytes read so far.
func NewContent(reader io.Reader, size int64, progress func(sent int64)) *Content {
	return &Content{reader: reader, size: size, progress: progress}
}

// reading lets one attempt read a content, as the body of its request. A transport
// may go on reading the body after it has answered; after the end of the attempt it
// gets nothing more.
type reading struct {
	*Content
	turn  chan struct{} // holds one while a Read is under way
	ended atomic.Bool
}

// blockedRead is how long an attempt that has ended waits for a Read that is under
// way. Without waiting, a Read that is about to return could still use the caller's
// reader; waiting without a bound could block for ever.
const blockedRead = time.Second

var errReadingEnded = errors.New("the upload has ended")

func (c *Content) open() *reading { return &reading{Content: c, turn: make(chan struct{}, 1)} }

// Read implements io.Reader for the transport.
func (r *reading) Read(p []byte) (int, error) {
	r.turn <- struct{}{}
	defer func() { <-r.turn }()
	if r.ended.Load() {
		return 0, errReadingEnded
	}
	return r.Content.Read(p)
}

// Close implements io.Closer for the transport; the content is the caller's to close.
func (r *reading) Close() error { return nil }

// end stops the reading and waits for a Read that is under way. It may be called on
// nil.
func (r *reading) end() {
	if r == nil {
		return
	}
	r.ended.Store(true)
	timer := time.NewTimer(blockedRead)
	defer timer.Stop()
	select {
	case r.turn <- struct{}{}:
		<-r.turn
	case <-timer.C:
		r.blocked.Store(true)
	}
}

// contentError is a failure of the caller's reader; the server then has an
// incomplete request, which it does not carry out.
type contentError struct{ err error }

func (e *contentError) Error() string { return "reading the content: " + e.err.Error() }
func (e *contentError) Unwrap() error { return e.err }

// Read reads from the caller's reader and records the result.
func (c *Content) Read(p []byte) (int, error) {
	n, err := c.reader.Read(p)
	total := c.read.Add(int64(n))
	if n > 0 && c.progress != nil {
		c.progress(total)
	}
	switch {
	case c.size > 0 && total > c.size, err == io.EOF && c.size > 0 && total < c.size:
		err = fmt.Errorf("it has not the %d bytes that Size says", c.size)
		fallthrough
	case err != nil && err != io.EOF:
		failure := &contentError{err}
		c.failure.Store(failure)
		return n, failure
	}
	return n, err
}

// broken returns how the caller's reader failed, nil if it did not. It may be called
// on nil.
func (c *Content) broken() error {
	if c == nil {
		return nil
	}
	if failure := c.failure.Load(); failure != nil {
		return failure
	}
	return nil
}

// untouched reports whether nothing was read yet, so that it can be sent again.
func (c *Content) untouched() bool {
	return c == nil || c.read.Load() == 0 && c.failure.Load() == nil && !c.blocked.Load()
}
