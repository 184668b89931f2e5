// Package budget bounds what the requests of a server cost together. A [Pool] is an
// amount that requests share, such as bytes of memory; a [Line] lets so many of them
// do something at a time. What goes beyond a budget is refused with a [fault.Busy]
// that names the limit, its value and the option that changes it.
package budget

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
)

// Limit names a bound for the errors of those that meet it.
type Limit struct {
	Value  int64
	What   string // what is counted: "bytes of request bodies at a time"
	Option string // that changes it: "limits.bodies"
}

// after is how long a client is asked to wait when a budget is used up.
const after = 2 * time.Second

// Exceeded is the error of a request beyond the limit.
func (l Limit) Exceeded() *fault.Busy {
	return fault.NewBusy(http.StatusServiceUnavailable, after, "the server is busy: it takes %d %s (option %s)", l.Value, l.What, l.Option)
}

// Pool is an amount that is shared. It is safe for concurrent use. A nil Pool has no
// bound.
type Pool struct {
	limit   Limit
	used    atomic.Int64
	refused atomic.Int64
}

// NewPool makes a pool of what the limit says.
func NewPool(limit Limit) *Pool { return &Pool{limit: limit} }

// Take takes n out of the pool, or nothing.
func (p *Pool) Take(n int64) error {
	if p == nil {
		return nil
	}
	if p.used.Add(n) > p.limit.Value {
		p.used.Add(-n)
		p.refused.Add(1)
		return p.limit.Exceeded()
	}
	return nil
}

// Give puts n back.
func (p *Pool) Give(n int64) {
	if p != nil {
		p.used.Add(-n)
	}
}

// Limit is the bound of the pool.
func (p *Pool) Limit() Limit { return p.limit }

// Used tells how much is taken.
func (p *Pool) Used() int64 { return p.used.Load() }

// Refused tells how often the pool had not enough.
func (p *Pool) Refused() int64 { return p.refused.Load() }

// Account is what one request has taken out of a pool. It takes in steps, so that
// the many small requests cost the pool nothing. The zero Account takes from no
// pool. It is safe for concurrent use.
type Account struct {
	pool *Pool
	free int64 // what is not counted

	mu    sync.Mutex
	spent int64
	taken int64
}

// Open gives an account with the pool. The first free bytes are not counted: what
// every request may hold is bounded by the number of connections.
func (p *Pool) Open(free int64) *Account { return &Account{pool: p, free: free} }

// step is how much an account takes at a time.
const step = 64 << 10

// Spend counts n more. Nothing changes if the pool has not enough.
func (a *Account) Spend(n int) error {
	if a == nil || a.pool == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	spent := a.spent + int64(n)
	if need := spent - a.free - a.taken; need > 0 {
		need = (need + step - 1) / step * step
		if err := a.pool.Take(need); err != nil {
			return err
		}
		a.taken += need
	}
	a.spent = spent
	return nil
}

// Close gives everything back.
func (a *Account) Close() {
	if a == nil || a.pool == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pool.Give(a.taken)
	a.spent, a.taken = 0, 0
}
