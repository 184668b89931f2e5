package parse

import "github.com/isoaudit/isoaudit-go/parse/internal/transport"

// SubscribeOption changes what a subscription delivers.
type SubscribeOption func(*subscribeConfig)

type subscribeConfig struct {
	snapshot bool
	deletes  bool
	include  []any // of []Includable[T], of the subscribed class
}

// apply applies the options of one call.
func (c *subscribeConfig) apply(call transport.Call, options []SubscribeOption) error {
	for _, option := range options {
		if option == nil {
			return badInput(call.Op, call.Class, "options", "holds nil")
		}
		option(c)
	}
	return nil
}

// WithSnapshot delivers the objects that the query finds first, as Snapshot
// events in the query's order, followed by CaughtUp. No change between the
// snapshot and the live events is missed or repeated.
func WithSnapshot() SubscribeOption { return func(c *subscribeConfig) { c.snapshot = true } }

// WithHydration fetches the objects that the pointers refer to, as
// [Query.Include] of the subscribed query does: events hold pointers only, and
// those of a burst share one query. If the object of an event is gone by then, it
// comes as the server sent it, with pointers only. Pointers of another class than the query's
// are refused by Subscribe with an *InputError.
func WithHydration[T any](pointers ...Includable[T]) SubscribeOption {
	return func(c *subscribeConfig) { c.include = append(c.include, pointers) }
}

// WithDeletes makes the subscription find the objects that were deleted, or
// that the query lost, while events could not arrive. It keeps the id of every
// object the query finds, and after each gap reads all of them again.
func WithDeletes() SubscribeOption { return func(c *subscribeConfig) { c.deletes = true } }
