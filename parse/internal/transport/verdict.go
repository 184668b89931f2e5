package transport

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// verdict is what one attempt tells about what the server did.
type verdict int

const (
	done      verdict = iota // the answer is the wanted one
	refused                  // answered: not done, and asking again would get the same answer
	notDone                  // surely not done; may be sent again
	uncertain                // may or may not have been done
	garbled                  // answered as done, but the answer cannot be read; uncertain for a write
	odd                      // done, but the answer holds a value that does not fit its field
)

// onRefusal judges an answer that is not a success by status and code (protocol
// section 7). A server that asks to come back later has not begun; a 503 without
// that may also be a router that no longer waits for the server, as Heroku's is.
func (r *Request) onRefusal(f *Failure, message string, later bool) verdict {
	switch status := f.Status; {
	case status == http.StatusTooManyRequests, status == http.StatusTooEarly, status == http.StatusServiceUnavailable && later:
		return notDone
	case status == http.StatusRequestTimeout:
		return uncertain
	case status < 500:
		return refused
	case f.Code == wire.CodeInternal && strings.HasPrefix(message, "Invalid server state:"):
		return notDone // the server is starting: no route has been reached
	case f.Code == wire.CodeInternal && r.Transaction:
		return refused // rolled back
	}
	return uncertain
}

// onSilence judges an attempt without an answer. Only what fails before a
// connection stands is sure not to have been sent.
func onSilence(err error) verdict {
	if certificate := new(tls.CertificateVerificationError); errors.As(err, &certificate) {
		return refused
	}
	if lookup := new(net.DNSError); errors.As(err, &lookup) {
		return notDone
	}
	if network := new(net.OpError); errors.As(err, &network) && network.Op == "dial" {
		return notDone
	}
	return uncertain
}

// onUnreadable judges a success whose answer could not be used. One that arrived
// whole and does not fit would come the same again, and a write was done in some
// form.
func (r *Request) onUnreadable(err error) verdict {
	unfit := new(UnfitError)
	whole := errors.As(err, &unfit) || errors.Is(err, ErrTooLarge)
	switch {
	case unfit.Done:
		return odd
	case whole && r.Safety == SafeRead:
		return refused
	}
	return garbled
}

// repeatable says whether sending again cannot carry out the call twice, and
// remembers whether the attempt leaves a doubt.
func (t *trip) repeatable(failure *Failure) bool {
	if t.verdict == odd { // whatever became of earlier attempts, this answer is the outcome
		t.inDoubt = false
		return false
	}
	if t.request.NoRetry || !t.request.Content.untouched() {
		t.inDoubt = t.inDoubt || t.verdict == uncertain || t.verdict == garbled
		return false
	}
	if t.request.Safety == SafeRead {
		return t.verdict != refused
	}
	switch t.verdict {
	case notDone:
		return true
	case refused:
		// 159 to an id of our own: somebody delivered the request before, if not
		// we ourselves then a proxy, and how that ended is not told.
		if failure.Code == wire.CodeDuplicateRequest && t.request.id != "" {
			t.inDoubt = true
		}
		return false
	case garbled:
		t.inDoubt = true
		return false
	}
	t.inDoubt = true
	switch t.request.Safety {
	case SafeDelete:
		return true
	case SafeWithID:
		return t.client.TrustIDs
	}
	return false
}

// finish gives a failure its last word: here a lost reply becomes an unknown
// outcome. After one attempt in doubt every later refusal leaves the doubt: 101
// may be the trace of our own delete.
func (t *trip) finish(failure *Failure) error {
	failure.Attempts = t.attempts
	failure.Unknown = t.inDoubt && t.request.Safety != SafeRead
	return failure
}
