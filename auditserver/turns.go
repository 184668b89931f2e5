package auditserver

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// turnsFrom is the size of a body from which requests take turns: reading and
// checking it keeps a processor busy for long.
const turnsFrom = 128 << 10

// turnTime is how long a turn lasts at most. A request that waits for something else
// meanwhile does not hold up those behind it.
const turnTime = time.Second

// turns lets fewer requests with a large body work at a time than there are
// processors, so that the requests of others always find one that is free.
type turns chan struct{}

func newTurns() turns { return make(turns, max(1, runtime.GOMAXPROCS(0)-1)) }

// wait waits for a turn, which ends with a call of end. It fails when ctx ends.
func (t turns) wait(ctx context.Context) (end func(), err error) {
	select {
	case t <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	give := sync.OnceFunc(func() { <-t })
	timer := time.AfterFunc(turnTime, give)
	return func() {
		timer.Stop()
		give()
	}, nil
}
