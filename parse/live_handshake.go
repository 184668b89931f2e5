package parse

import (
	"net/http"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// handshakes gives the requests that open the WebSocket of live queries their operation.
type handshakes struct {
	next    http.RoundTripper
	attempt func() int // which this one is
}

// RoundTrip implements http.RoundTripper.
func (h handshakes) RoundTrip(r *http.Request) (*http.Response, error) {
	op := transport.Operation{Name: "LiveQuery.Connect", Attempt: h.attempt()}
	return h.next.RoundTrip(r.WithContext(transport.WithOperation(r.Context(), op)))
}
