package transport

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// verdict is what is known after one attempt about what the server did.
type verdict int

const (
	done      verdict = iota // the server did it, and the answer is the wanted one
	refused                  // answered: not done, and asking again would get the same answer
	notDone                  // certainly not done; may be sent again
	uncertain                // may or may not have been done
	garbled                  // answered as done, but the answer cannot be read; uncertain for a write
	odd                      // done, but the answer holds a value that does not fit its field
)

// onRefusal judges an answer that is not a success by status and code (protocol
// section 7). A server that sends Retry-After has not begun. A 503 without it may
// also come from a router that has stopped waiting for the server, such as Heroku's.
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

// onSilence judges an attempt without an answer. Only if it failed before there was a
// connection, the request was certainly not sent.
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

// onUnreadable judges a success whose answer cannot be used. If the answer arrived
// whole and does not fit, it would be the same again, so a read is not repeated. A
// write was carried out in some form.
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

// repeatable reports whether the call can be sent again without being carried out
// twice. It also records whether the attempt may have been carried out.
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
		// 159 for our own id means that the request was received before, sent by us
		// or repeated by a proxy. The server does not say how that ended.
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

// finish completes the failure that ends a trip. This is where a lost reply becomes
// an unknown outcome. Once an attempt may have been carried out, a later refusal does
// not change that: 101 may be the result of our own delete.
func (t *trip) finish(failure *Failure) error {
	failure.Attempts = t.attempts
	failure.Unknown = t.inDoubt && t.request.Safety != SafeRead
	return failure
}
