package live

import "time"

// Limits bound what clients may cost and how long they may be silent.
type Limits struct {
	Frame         int64         // bytes of one frame from a client
	Subscriptions int           // of one connection
	Backlog       int           // bytes that wait for one client; a slower one is cut
	Ping          time.Duration // between pings; no pong until the next one: gone
	Connect       time.Duration // for the connect frame
}

// DefaultLimits are the limits of a hub that is given none.
var DefaultLimits = Limits{
	Frame:         1 << 20,
	Subscriptions: 10_000,
	Backlog:       16 << 20,
	Ping:          10 * time.Second,
	Connect:       30 * time.Second,
}
