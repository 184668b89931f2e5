package transport

import "context"

// Operation is what an HTTP request is a part of.
type Operation struct {
	Name     string // Call.Op
	Class    string
	ObjectID string
	Attempt  int // from 1
}

type operationKey struct{}

// OperationFrom gives the operation whose request has this context.
func OperationFrom(ctx context.Context) (Operation, bool) {
	op, ok := ctx.Value(operationKey{}).(Operation)
	return op, ok
}

// WithOperation is the context of a request that is a part of op.
func WithOperation(ctx context.Context, op Operation) context.Context {
	return context.WithValue(ctx, operationKey{}, op)
}

// withOperation is the context of one attempt.
func (t *trip) withOperation(ctx context.Context) context.Context {
	r := t.request
	return WithOperation(ctx, Operation{r.Op, r.Class, r.ObjectID, t.attempts})
}
