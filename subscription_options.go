package isoaudit

// SubscribeOption changes what a subscription delivers.
type SubscribeOption func(*subscribeConfig)

type subscribeConfig struct {
	snapshot bool
	deletes  bool
}

// WithSnapshot delivers the objects that the query finds first, as Snapshot
// events in the query's order, followed by CaughtUp. No change between the
// snapshot and the live events is missed or repeated.
func WithSnapshot() SubscribeOption { return func(c *subscribeConfig) { c.snapshot = true } }

// WithDeletes makes the subscription find the objects that were deleted, or
// that the query lost, while events could not arrive. It keeps the id of every
// object the query finds, and after each gap reads all of them again.
func WithDeletes() SubscribeOption { return func(c *subscribeConfig) { c.deletes = true } }
