package auditserver

import (
	"context"
	"io"
	"runtime"
	"sync"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/budget"
)

// turnsFrom is the size of a body from which requests take turns: reading and
// checking it keeps a processor busy for long.
const turnsFrom = 128 << 10

// turnTime is how long a turn lasts at most. A request that waits for something else
// meanwhile does not hold up those behind it.
const turnTime = time.Second

// restShare is how much of the time of a turn the next one has to wait: else those who
// send large bodies without a pause would keep one of two processors for themselves.
const restShare = 2

// newTurns lets fewer requests with a large body work at a time than there are
// processors, so that the requests of others always find one that is free. Each of
// those that wait has a connection.
func newTurns(l *Limits) *budget.Line {
	return budget.NewLine(runtime.GOMAXPROCS(0)-1, l.shared("Connections"))
}

// packedBody is a packed body that has been read and is unpacked now. What unpacks to a
// large one takes a turn on the way: twenty kilobytes may become twenty megabytes.
type packedBody struct {
	io.Reader
	turn func(n int) error
	read int
}

// Read implements io.Reader.
func (b *packedBody) Read(p []byte) (int, error) {
	if err := b.turn(b.read); err != nil {
		return 0, err
	}
	n, err := b.Reader.Read(p)
	b.read += n
	return n, err
}

// takeTurn waits for the turn of a request with a body of n bytes, if that is large.
func (s *Server) takeTurn(ctx context.Context, req *request, n int) error {
	if n < turnsFrom || req.turn != nil {
		return nil
	}
	done, err := s.budgets.large.Wait(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	end := sync.OnceFunc(func() { time.AfterFunc(time.Since(began)/restShare, done) })
	timer := time.AfterFunc(turnTime, end)
	req.turn = func() {
		timer.Stop()
		end()
	}
	return nil
}
