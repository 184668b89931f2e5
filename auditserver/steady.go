package auditserver

import (
	"io"
	"net/http"
	"time"
)

// A client that sends a body or takes an answer has stallTime to begin, and then must
// keep up with slowest; one that does not is cut off. What the server holds for it is
// needed by others.
const (
	stallTime = 10 * time.Second
	slowest   = 128 << 10 // bytes a second
	piece     = 64 << 10  // what is written under one deadline
)

// timeFor is how long n bytes may take.
func timeFor(n int64) time.Duration {
	return stallTime + time.Duration(n)*time.Second/slowest
}

// steadyBody reads a body as long as it keeps coming.
type steadyBody struct {
	io.ReadCloser
	control *http.ResponseController
	began   time.Time
	read    int64
}

func newSteadyBody(w http.ResponseWriter, body io.ReadCloser) *steadyBody {
	return &steadyBody{ReadCloser: body, control: http.NewResponseController(w), began: time.Now()}
}

// Read implements io.Reader.
func (b *steadyBody) Read(p []byte) (int, error) {
	_ = b.control.SetReadDeadline(b.began.Add(timeFor(b.read))) // without deadlines the body is read as it comes
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	if err != nil {
		b.release()
	}
	return n, err
}

// release takes the deadline away: a handler that works on what was read has all the
// time it needs.
func (b *steadyBody) release() { _ = b.control.SetReadDeadline(time.Time{}) }

// steadyWriter writes an answer as long as its client takes it.
type steadyWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	began   time.Time
	written int64
}

func newSteadyWriter(w http.ResponseWriter) *steadyWriter {
	return &steadyWriter{ResponseWriter: w, control: http.NewResponseController(w), began: time.Now()}
}

// Unwrap is for [http.ResponseController].
func (w *steadyWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Write implements io.Writer.
func (w *steadyWriter) Write(p []byte) (total int, err error) {
	for len(p) > 0 && err == nil {
		_ = w.control.SetWriteDeadline(w.began.Add(timeFor(w.written))) // as for reading
		var n int
		n, err = w.ResponseWriter.Write(p[:min(len(p), piece)])
		total, p = total+n, p[n:]
		w.written += int64(n)
	}
	return total, err
}

// release takes the deadline away.
func (w *steadyWriter) release() { _ = w.control.SetWriteDeadline(time.Time{}) }
