package live

import (
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/budget"
)

// Limits bound what clients may cost and how long they may be silent.
type Limits struct {
	Connections   int           // at a time
	Frame         int64         // bytes of one frame from a client that has connected
	Subscriptions int           // of one connection
	Conditions    int           // of all subscriptions of one user; a regular expression counts ten
	Work          int           // values that they look at in a second
	Backlog       int           // bytes that wait for one client; a slower one is cut
	Backlogs      *budget.Pool  // what waits for all of them; nil: no bound
	Ping          time.Duration // between pings; no pong until the next one: gone
	Connect       time.Duration // for the connect frame
	Close         time.Duration // for telling a client why its connection ends
}

// DefaultLimits are the limits of a hub that is given none.
var DefaultLimits = Limits{
	Connections:   500,
	Frame:         1 << 20,
	Subscriptions: 500,
	Conditions:    5000,
	Work:          200_000,
	Backlog:       16 << 20,
	Ping:          10 * time.Second,
	Connect:       30 * time.Second,
	Close:         2 * time.Second,
}

// greetingFrame is how many bytes a frame may have before the client has connected.
const greetingFrame = 8 << 10
