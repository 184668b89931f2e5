package fault

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Busy refuses a request that may be sent again later: the server has no room for
// it now. Nothing of it has been done.
type Busy struct {
	Shown  *Error
	Status int           // 503, or 429 where the client itself asks too much
	After  time.Duration // when to come again
}

// NewBusy makes a Busy whose message ends with how to come again.
func NewBusy(status int, after time.Duration, format string, args ...any) *Busy {
	after = max(after, time.Second)
	message := fmt.Sprintf(format, args...)
	return &Busy{Shown: New(wire.CodeRateLimited, "%s; try again in %d s", message, wholeSeconds(after)), Status: status, After: after}
}

// Error implements error.
func (e *Busy) Error() string { return e.Shown.Error() }

// Unwrap gives what the client sees.
func (e *Busy) Unwrap() error { return e.Shown }

// Announce sets the header that tells a client when to come again.
func (e *Busy) Announce(h http.Header) { announce(h, e.After) }

// Announce is Busy's, where coming again would help.
func (e *Plain) Announce(h http.Header) {
	if e.After > 0 {
		announce(h, e.After)
	}
}

func announce(h http.Header, after time.Duration) {
	h.Set("Retry-After", strconv.Itoa(wholeSeconds(after)))
}

func wholeSeconds(d time.Duration) int { return max(int(math.Ceil(d.Seconds())), 1) }
