package parse

import (
	"context"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// Operation is what an HTTP request is a part of. It holds nothing confidential: no
// values, no keys, no texts of the server.
type Operation struct {
	Name     string // the call, as in [Error]: "AuditFinding.Find"; one of a few dozen, so that it may name a span or label a metric
	Class    string // "" where the call is about no class
	ObjectID string // "" where it is about no single object
	Attempt  int    // 1, and more for a request that is sent again
}

// OperationFrom gives the operation that a request belongs to, from the request's
// context. It is for what sits between the client and the network ([WithTransport],
// [WithHTTPClient]) and for handlers of the log ([WithLogger]), to name a span for
// instance. The handshake of live queries is the operation "LiveQuery.Connect". It reports
// false for a context of anything else.
func OperationFrom(ctx context.Context) (Operation, bool) {
	op, ok := transport.OperationFrom(ctx)
	return Operation(op), ok
}
