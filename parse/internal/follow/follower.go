// Package follow turns the raw events of a live query into a sequence without
// gaps, repetitions and older states after newer ones. It does not look into the
// columns of rows: a [Source] decodes and reads them.
//
// A Follower always does the first of these that is to be done (step.go):
//
//	fetch    the included objects of the events that have come (hydrate.go)
//	deliver  an event, unless the ledger shows that it was delivered (ledger.go)
//	snapshot the rows that the query finds, at the beginning (read.go)
//	catch up what changed in a gap (read.go)
//	settle   objects whose events came too close together to be told apart (settle.go)
//	wait     for the next raw event, or for an object to become quiet
package follow

import (
	"context"
	"iter"
	"reflect"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/livequery"
)

// Row is an object as far as a Follower knows it.
type Row struct {
	ID        string
	UpdatedAt time.Time
	Value     any   // what the Source made of it; nil: only the ID is known
	Err       error // what of it could not be read; nil: nothing
}

// Ask is which rows to read, and how.
type Ask struct {
	Where     []where.Clause // besides the query's own conditions
	Anything  bool           // without the query's own conditions
	IDsOnly   bool           // no columns but objectId and updatedAt, without included objects
	Pointers  bool           // without included objects
	Unordered bool           // not in the query's order
	ByTime    bool           // in the order of updatedAt
	Newest    bool           // the newest by updatedAt first
	Limit     int            // 0: all
}

// Source reads and decodes the rows of the query that is followed.
type Source interface {
	Read(ctx context.Context, ask Ask) iter.Seq2[Row, error]
	Decode(raw jsontext.Value) Row

	// Sum is the same for rows that look the same to the consumer, whether they
	// came live or were read; included objects do not count. It is never 0.
	Sum(Row) uint64

	// Present is a moment of the local clock on the server's, at most a second
	// late; zero where the server's is not known.
	Present(at time.Time) time.Time

	// Probe finds out whether the session is still good, if it is time to.
	Probe(ctx context.Context) error
	// Transient reports whether a failure to read may pass.
	Transient(error) bool
	// CannotRead is called for such a failure.
	CannotRead(error)
}

// Config is what a Follower needs.
type Config struct {
	Raw      *livequery.Subscription
	Source   Source
	Matcher  Matcher
	Keep     []string     // columns to keep in live objects; nil: all
	Include  bool         // included objects are to be fetched
	Snapshot bool         // begin with the present rows
	Deletes  bool         // find what is gone after a gap
	Sums     *Sums        // shared by all subscriptions of a connection
	Type     reflect.Type // of what Source makes of rows
}

// Follower is the state of one subscription. It is used by one goroutine at a
// time.
type Follower struct {
	Config
	work context.Context // of what it reads and waits for

	// What was delivered.
	ledger *ledger
	since  time.Time // on the server's clock: nothing that was changed before is missing

	// What is to be delivered first.
	fresh bool // the snapshot is still to come
	gap   *Gap // to be caught up with before anything else

	// Events that were read and not delivered yet.
	batch []Event
	taken int              // how many of them were delivered
	bare  bool             // the batch has not got its included objects yet
	held  *livequery.Event // read while a batch was gathered, comes next

	// Objects in doubt.
	unsettled map[string]time.Time
	settleAt  time.Time // the first of them; zero: none

	timer    *time.Timer // for waiting; nil before the first time
	failures int         // of reading, in a row
}

// New makes a Follower whose work ends with the context.
func New(work context.Context, c Config) *Follower {
	f := &Follower{Config: c, work: work, fresh: c.Snapshot, ledger: newLedger(c.Deletes), unsettled: make(map[string]time.Time)}
	f.ledger.shown = c.Deletes && c.Snapshot
	return f
}
