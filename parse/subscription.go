package parse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"sync/atomic"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/livequery"
	"github.com/isoaudit/isoaudit-go/parse/internal/follow"
	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// Subscription delivers the changes of the objects that a query finds. The
// connection reconnects by itself; what changed meanwhile is read over REST and
// delivered as Resynced, before newer events. Events are handled in the loop over
// Events; until then they wait in a bounded queue. If the consumer falls behind, the
// events of an object are folded into its latest, and if that is not enough, events
// are dropped and the subscription catches up as after a gap.
//
// A subscription is open from Subscribe on, whether it is ranged over or not. It
// ends with Close, with Subscribe's context, or with a permanent error, and does not
// open again.
type Subscription[T any] struct {
	query  Query[T]
	config subscribeConfig

	// The connection, which other subscriptions share.
	link   *liveLink
	socket *livequery.Client
	raw    *livequery.Subscription

	// The end.
	ctx  context.Context // of Subscribe: the subscription ends with it
	work context.Context // of what it reads and waits for: ends with Close too, and keeps why
	stop context.CancelCauseFunc

	// What decides which event comes next; used by the loop over Events alone.
	ranging  atomic.Bool
	waiting  waiting[T] // of Next
	follower *follow.Follower
	clock    serverClock
}

// Subscribe starts a subscription to the changes of the objects that the query
// finds. It returns when the server has accepted it; ctx governs it until its
// end. The class must be allowed to have live queries on the server.
//
// The pointers included by the query and by WithHydration are fetched, with one
// query for all events of a burst. Limit, Skip and Exclude are refused, and so are
// conditions that a live query cannot evaluate: those on other objects, text search,
// distances from a point, and comparisons with null, whole arrays or objects.
//
// Parse Server sends events of transactions that it then rolls back (protocol
// section 12.4); these are delivered like all others.
func (q Query[T]) Subscribe(ctx context.Context, options ...SubscribeOption) (*Subscription[T], error) {
	s, wanted, following, err := subscriptionOf(q, options)
	if err != nil {
		return nil, err
	}
	op := q.collection.class + ".Subscribe"
	if ctx == nil {
		return nil, nilContext(op, q.collection.class)
	}
	s.ctx = ctx
	work, cancel := context.WithCancelCause(ctx)
	s.work, s.stop = work, cancel
	link, release := q.collection.client.cfg.links.take(q.collection.client)
	s.link = link
	context.AfterFunc(work, release)
	if s.socket, err = s.link.open(); err != nil {
		cancel(err)
		return nil, err
	}
	if s.raw, err = s.socket.Subscribe(ctx, wanted); err != nil {
		cancel(err)
		return nil, liveError(op, q.collection.class, endOf(ctx, err))
	}
	context.AfterFunc(work, s.raw.Abandon)
	following.Raw, following.Source, following.Sums = s.raw, &liveSource[T]{s}, s.link.sums
	s.follower = follow.New(work, following)
	if err := s.follower.Begin(); err != nil {
		cancel(err)
		return nil, err
	}
	return s, nil
}

// subscription checks the query and translates it for the server.
func subscriptionOf[T any](q Query[T], options []SubscribeOption) (*Subscription[T], livequery.Query, follow.Config, error) {
	s := new(Subscription[T])
	call := q.collection.call("Subscribe", "", "any")
	if call.Err == nil {
		call.Err = s.config.apply(call, options)
	}
	if call.Err != nil {
		return nil, livequery.Query{}, follow.Config{}, call.Err
	}
	for _, list := range s.config.include {
		pointers, ok := list.([]Includable[T])
		if !ok {
			return nil, livequery.Query{}, follow.Config{}, badInput(call.Op, call.Class, "include", "WithHydration names pointers of another class")
		}
		q = q.Include(pointers...)
	}
	s.query = q
	wanted, following, err := q.asks.live(q.collection.codec(), call, s.config)
	following.Type = reflect.TypeFor[T]()
	return s, wanted, following, err
}

// live checks the question and translates it for a live query server.
func (q *question) live(c *codec, call transport.Call, config subscribeConfig) (livequery.Query, follow.Config, error) {
	refused := func(field, reason string) (livequery.Query, follow.Config, error) {
		return livequery.Query{}, follow.Config{}, badInput(call.Op, call.Class, field, "%s", reason)
	}
	switch {
	case q.limit != nil:
		return refused("limit", "a subscription has none")
	case q.skip != 0:
		return refused("skip", "a subscription has none")
	case len(q.exclude) > 0:
		return refused("excludeKeys", "live queries do not know it: use Select")
	case len(q.order) > 0 && !config.snapshot:
		return refused("order", "sorts nothing without WithSnapshot")
	}
	if field, reason := notLive(q.where); reason != "" {
		return refused(field, reason)
	}
	var matcher follow.Matcher
	doc, err := q.encodeWhere(c)
	if err == nil {
		matcher, err = follow.NewMatcher(doc)
	}
	if err != nil {
		return livequery.Query{}, follow.Config{}, mistakeIn(call.Op, call.Class, err)
	}
	keys, keep := matcher.Keys(q.selectedKeys())
	following := follow.Config{
		Matcher: matcher, Keep: keep, Include: len(q.include) > 0,
		Snapshot: config.snapshot, Deletes: config.deletes,
	}
	return livequery.Query{ClassName: call.Class, Where: doc, Keys: keys}, following, nil
}

// Events gives the events as they come. An event whose objects hold a value that does
// not fit its field comes with what could be read and with [DecodeErrors], and the
// loop goes on. The loop ends with a permanent error or
// that of Subscribe's context, and so does every later loop; after Close it ends
// without an error. A program may leave the loop and range again later without
// losing events, but only one loop may run at a time.
func (s *Subscription[T]) Events() iter.Seq2[Event[T], error] {
	return func(yield func(Event[T], error) bool) {
		if s.none() {
			yield(Event[T]{}, badInput("Subscribe", "", "", "the subscription is nil or zero: use what Subscribe returned"))
			return
		}
		if !s.ranging.CompareAndSwap(false, true) {
			yield(Event[T]{}, errRanged)
			return
		}
		defer s.ranging.Store(false)
		if s.deliver(yield) {
			if err := s.reason(); err != nil {
				yield(Event[T]{}, err)
			}
		}
	}
}

// deliver yields events until the subscription ends, or yield returns false: then it
// reports false.
func (s *Subscription[T]) deliver(yield func(Event[T], error) bool) (ended bool) {
	emit := func(e follow.Event) error {
		if !yield(eventOf[T](e)) {
			return follow.ErrLeft
		}
		return nil
	}
	for s.work.Err() == nil {
		if err := s.follower.Step(emit); errors.Is(err, follow.ErrLeft) {
			return false
		} else if err != nil {
			s.stop(&ending{err})
		}
	}
	return true
}

// reason is why the subscription has ended, the same each time it is asked; nil
// after Close.
func (s *Subscription[T]) reason() error {
	class := s.query.collection.class
	err := context.Cause(s.work)
	own, ok := err.(*ending)
	switch {
	case errors.Is(err, livequery.ErrClosed):
		return nil
	case !ok:
		return fmt.Errorf("parse: %s.Subscribe: %w", class, endOf(s.ctx, err))
	}
	return liveError(class+".Subscribe", class, own.error)
}

// ending is why a subscription ended by itself, and not with Subscribe's context.
type ending struct{ error }

func (e *ending) Unwrap() error { return e.error }

// endOf makes err match context.Canceled or DeadlineExceeded where ctx has ended
// with a cause of its own.
func endOf(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		return fmt.Errorf("%w: %w", ended, err)
	}
	return err
}

// none says that this is not from Subscribe.
func (s *Subscription[T]) none() bool { return s == nil || s.raw == nil }

// Status returns the state of the connection, and a channel that is closed when the
// state changes.
func (s *Subscription[T]) Status() (LiveStatus, <-chan struct{}) {
	if s.none() {
		return LiveStatus{State: LiveClosed}, nil
	}
	return s.socket.Status()
}

// State returns the state of the connection.
func (s *Subscription[T]) State() LiveState {
	status, _ := s.Status()
	return status.State
}

// Dropped counts the events that were lost because the consumer was too slow.
// After each loss the subscription catches up, and CaughtUp reports the number.
func (s *Subscription[T]) Dropped() int {
	if s.none() {
		return 0
	}
	return s.raw.Dropped()
}

// Close ends the subscription, and waits until the server has confirmed that or the
// connection is gone. The connection closes with its last subscription. Close may be
// called at any time, more than once, and from any goroutine.
func (s *Subscription[T]) Close() error {
	if s.none() {
		return nil
	}
	s.stop(livequery.ErrClosed)
	err := s.raw.Close()
	s.waiting.end()
	return err
}

// Format shows the class and the state.
func (s *Subscription[T]) Format(f fmt.State, _ rune) {
	if s.none() {
		_, _ = io.WriteString(f, "parse.Subscription(none)")
		return
	}
	_, _ = io.WriteString(f, "parse.Subscription("+s.query.collection.class+", "+s.State().String()+")")
}

// notLive finds a condition that live queries cannot evaluate although its JSON does
// not show that.
func notLive(nodes []where.Clause) (field, reason string) {
	for _, n := range nodes {
		if n.NotLive != "" {
			return n.Field, n.NotLive
		}
		if field, reason = notLive(n.Children); reason != "" {
			return field, reason
		}
	}
	return "", ""
}
