package parse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/livequery"
)

// Subscription delivers the changes of the objects that a query finds. The
// connection reconnects by itself; what changed meanwhile is read over REST and
// delivered as Resynced, before newer events. Nothing runs but the connection:
// the subscription works while Events is ranged, and events wait in a bounded
// queue until then. A consumer that falls behind gets the events of an object
// folded into its latest, or, if that is not enough, a gap.
type Subscription[T any] struct {
	query    Query[T]
	config   subscribeConfig
	matcher  matcher
	selected []string // columns to keep in live objects; nil: all
	link     *liveLink
	socket   *livequery.Client
	raw      *livequery.Subscription
	ctx      context.Context // of Subscribe: the subscription ends with it
	work     context.Context // of what it reads and waits for: ends with Close too, and keeps why
	stop     context.CancelCauseFunc
	ranging  atomic.Bool

	// The rest belongs to whoever ranges Events.

	ledger    *ledger
	since     time.Time // newest updatedAt before which nothing is missing, on the server's clock
	fresh     bool      // the snapshot is still owed
	gap       *Gap      // owed: catch up before anything else
	batch     []Event[T]
	bare      bool             // the batch has not got its included objects yet
	held      *livequery.Event // read while a batch was gathered, comes next
	unsettled map[string]time.Time
	timer     *time.Timer // for waiting; nil before the first time
	settleAt  time.Time   // the first of them; zero: none
	failures  int         // of reading, in a row
}

// Subscribe starts a subscription to the changes of the objects that the query
// finds. It returns when the server has accepted it; ctx governs it until its
// end. The class must be allowed to have live queries on the server.
//
// Included pointers are fetched, those of the query and those of WithHydration:
// the objects of a burst of events share one query. Limit, Skip and Exclude are refused, and conditions that a live query
// cannot evaluate: those on other objects, text search, distances from a point,
// comparison with null, whole arrays or objects.
//
// Events that the server sends before a transaction is rolled back are not
// recognised (Parse Server does that, protocol section 12.4).
func (q Query[T]) Subscribe(ctx context.Context, options ...SubscribeOption) (*Subscription[T], error) {
	s, wanted, err := q.subscription(options)
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
	s.link = q.collection.client.live
	if s.socket, err = s.link.open(); err != nil {
		cancel(err)
		return nil, err
	}
	if s.raw, err = s.socket.Subscribe(ctx, wanted); err != nil {
		cancel(err)
		return nil, liveError(op, q.collection.class, endOf(ctx, err))
	}
	context.AfterFunc(work, s.raw.Abandon)
	if err := s.begin(); err != nil {
		cancel(err)
		return nil, err
	}
	return s, nil
}

// subscription checks the query and translates it for the server.
func (q Query[T]) subscription(options []SubscribeOption) (*Subscription[T], livequery.Query, error) {
	call := q.collection.call("Subscribe", "", "any")
	if call.Err != nil {
		return nil, livequery.Query{}, call.Err
	}
	class := q.collection.class
	s := &Subscription[T]{unsettled: make(map[string]time.Time)}
	for _, option := range options {
		if option == nil {
			return nil, livequery.Query{}, badInput(call.Op, class, "options", "holds nil")
		}
		option(&s.config)
	}
	for _, list := range s.config.include {
		pointers, ok := list.([]Includable[T])
		if !ok {
			return nil, livequery.Query{}, badInput(call.Op, class, "include", "WithHydration names pointers of another class")
		}
		q = q.Include(pointers...)
	}
	s.query = q
	switch {
	case q.limit != nil:
		return nil, livequery.Query{}, badInput(call.Op, class, "limit", "a subscription has none")
	case q.skip != 0:
		return nil, livequery.Query{}, badInput(call.Op, class, "skip", "a subscription has none")
	case len(q.exclude) > 0:
		return nil, livequery.Query{}, badInput(call.Op, class, "excludeKeys", "live queries do not know it: use Select")
	case len(q.order) > 0 && !s.config.snapshot:
		return nil, livequery.Query{}, badInput(call.Op, class, "order", "sorts nothing without WithSnapshot")
	}
	if field, reason := notLive(q.where); reason != "" {
		return nil, livequery.Query{}, badInput(call.Op, class, field, "%s", reason)
	}
	doc, err := q.encodeWhere()
	if err == nil {
		s.matcher, err = newMatcher(doc)
	}
	if err != nil {
		return nil, livequery.Query{}, mistakeIn(call.Op, class, err)
	}
	s.ledger = newLedger(s.config.deletes)
	s.ledger.shown = s.config.deletes && s.config.snapshot
	s.fresh = s.config.snapshot
	wanted := livequery.Query{ClassName: class, Where: doc}
	for _, key := range q.selectedKeys() {
		wanted.Keys = appendNew(wanted.Keys, rootOf(key))
	}
	if wanted.Keys != nil {
		for _, name := range s.matcher.fields() { // needed to match again
			if !slices.Contains(wanted.Keys, name) {
				s.selected = slices.Clone(wanted.Keys)
			}
		}
		for _, name := range s.matcher.fields() {
			wanted.Keys = appendNew(wanted.Keys, name)
		}
	}
	return s, wanted, nil
}

// Events gives the events as they come. It ends with an error that no waiting
// cures, or that of Subscribe's context, and so does every later loop; after
// Close it ends without one. A loop that was left can be taken up again: nothing
// is lost between, but only one may run at a time.
func (s *Subscription[T]) Events() iter.Seq2[Event[T], error] {
	return func(yield func(Event[T], error) bool) {
		if s.none() {
			yield(Event[T]{}, badInput("Subscribe", "", "", "the subscription is nil or zero: use what Subscribe returned"))
			return
		}
		if !s.ranging.CompareAndSwap(false, true) {
			yield(Event[T]{}, errors.New("parse: Subscription.Events is already being ranged"))
			return
		}
		defer s.ranging.Store(false)
		emit := func(e Event[T]) error {
			if !yield(e, nil) {
				return errLeft
			}
			return nil
		}
		for s.work.Err() == nil {
			if err := s.step(emit); errors.Is(err, errLeft) {
				return
			} else if err != nil {
				s.stop(&ending{err})
			}
		}
		if err := s.reason(); err != nil {
			yield(Event[T]{}, err)
		}
	}
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

// errLeft says that the consumer has left its loop.
var errLeft = errors.New("left")

// Status returns where the connection stands, and a channel that is closed
// when that changes.
func (s *Subscription[T]) Status() (LiveStatus, <-chan struct{}) {
	if s.none() {
		return LiveStatus{State: LiveClosed}, nil
	}
	return s.socket.Status()
}

// State returns where the connection stands.
func (s *Subscription[T]) State() LiveState {
	status, _ := s.Status()
	return status.State
}

// Dropped counts the events that were lost because the consumer was too slow.
// Each loss is followed by a catching up whose CaughtUp event names it.
func (s *Subscription[T]) Dropped() int {
	if s.none() {
		return 0
	}
	return s.raw.Dropped()
}

// Close ends the subscription: it waits until the server has confirmed it or
// the connection is gone. The connection closes with its last subscription. It
// may be called at any time, again, and from any goroutine.
func (s *Subscription[T]) Close() error {
	if s.none() {
		return nil
	}
	s.stop(livequery.ErrClosed)
	return s.raw.Close()
}

// Format shows the class and the state.
func (s *Subscription[T]) Format(f fmt.State, _ rune) {
	if s.none() {
		_, _ = io.WriteString(f, "parse.Subscription(none)")
		return
	}
	_, _ = io.WriteString(f, "parse.Subscription("+s.query.collection.class+", "+s.State().String()+")")
}

// notLive finds a condition that its JSON does not show to be one that live
// queries cannot evaluate.
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

func rootOf(path string) string {
	root, _, _ := strings.Cut(path, ".")
	return root
}

func appendNew(list []string, name string) []string {
	if slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}
