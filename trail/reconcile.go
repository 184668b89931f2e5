package trail

import (
	"context"
	"crypto/sha256"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// Reconcile compares every record of a source's trailed classes with its events and
// yields what does not agree, class by class, in constant memory. Records that
// disagree are read once more before they are named, so that a save in between is
// no finding. It needs the source's rows and events in one order, whichever it is.
func Reconcile(ctx context.Context, source Source) iter.Seq2[Finding, error] {
	return func(yield func(Finding, error) bool) {
		if _, err := reconcile(ctx, source, func(f Finding) bool { return yield(f, nil) }); err != nil && !errors.Is(err, errStopped) {
			yield(Finding{}, err)
		}
	}
}

var errStopped = errors.New("stopped")

// reconcile returns how many records were compared.
func reconcile(ctx context.Context, source Source, found func(Finding) bool) (records int64, err error) {
	classes, err := source.Classes(ctx)
	if err != nil {
		return 0, err
	}
	began, err := beginning(ctx, source)
	if err != nil {
		return 0, err
	}
	for _, class := range classes {
		c := reconciling{ctx: ctx, source: source, class: class, began: began, found: found}
		err := c.run()
		records += c.records
		if err != nil {
			return records, err
		}
	}
	return records, nil
}

// beginning returns when the first event was stored.
func beginning(ctx context.Context, source Source) (time.Time, error) {
	for e, err := range source.Events(ctx, time.Time{}) {
		if isDamage(err) {
			err = nil
		}
		return e.CreatedAt, err
	}
	return time.Time{}, nil
}

func isDamage(err error) bool { return damageOf(err) != nil }

// damageOf is the damage that an error tells of, nil if it tells of something else.
func damageOf(err error) *event.Damage {
	if err == nil {
		return nil
	}
	var damage *event.Damage // an allocation
	errors.As(err, &damage)
	return damage
}

// reconciling compares the records of one class.
type reconciling struct {
	ctx     context.Context
	source  Source
	class   string
	began   time.Time
	found   func(Finding) bool
	records int64

	whole   []event.Event         // events of the whole class
	creates map[[32]byte]unlinked // creates whose record is not known, by what they created
}

// unlinked is a create whose event was not told the record's id: its server stopped
// before, or refused the save.
type unlinked struct {
	id, row string
	at      time.Time
}

// history is a record's row or its events, whichever stream it comes from.
type history struct {
	id     string
	row    jsontext.Value
	events []event.Event
}

// run joins two streams of which it only knows that both are in one order. Whatever
// waits on one side in front of a match has none.
func (c *reconciling) run() error {
	rows, stopRows := iter.Pull2(c.rows())
	defer stopRows()
	events, stopEvents := iter.Pull2(c.histories())
	defer stopEvents()
	left, right := waiting{next: rows}, waiting{next: events}
	for {
		from, other := &left, &right
		if left.done || !right.done && len(right.queue) < len(left.queue) || len(left.queue) > 0 && len(right.queue) == 0 && !right.done {
			from, other = &right, &left
		}
		if from.done {
			break
		}
		h, err, ok := from.next()
		if err != nil {
			return err
		}
		if !ok {
			from.done = true
			continue
		}
		i := slices.IndexFunc(other.queue, func(o history) bool { return o.id == h.id })
		if i < 0 {
			from.queue = append(from.queue, h)
			if err := c.spill(from); err != nil {
				return err
			}
			continue
		}
		partner := other.queue[i]
		if err := c.alone(append(from.queue, other.queue[:i]...)); err != nil {
			return err
		}
		from.queue, other.queue = from.queue[:0], slices.Delete(other.queue, 0, i+1)
		if h.row == nil {
			h.row = partner.row
		} else {
			h.events = partner.events
		}
		if err := c.compare(h); err != nil {
			return err
		}
	}
	if err := c.alone(append(left.queue, right.queue...)); err != nil {
		return err
	}
	return c.leftover()
}

// waiting is one stream, and what of it has not found its partner.
type waiting struct {
	next  func() (history, error, bool)
	queue []history
	done  bool
}

// maxWaiting is how many records wait for their partner. Beyond it they are looked up
// one by one.
const maxWaiting = 4096

func (c *reconciling) spill(w *waiting) error {
	if len(w.queue) < maxWaiting {
		return nil
	}
	err := c.alone(w.queue)
	w.queue = w.queue[:0]
	return err
}

func (c *reconciling) rows() iter.Seq2[history, error] {
	return func(yield func(history, error) bool) {
		for row, err := range c.source.Rows(c.ctx, c.class) {
			if !yield(history{id: rowID(row), row: row}, err) || err != nil {
				return
			}
		}
	}
}

// histories gives the events of one record after those of the other. What tells of
// the whole class comes first and is kept.
func (c *reconciling) histories() iter.Seq2[history, error] {
	return func(yield func(history, error) bool) {
		var h history
		for e, err := range c.source.EventsByRecord(c.ctx, c.class) {
			switch {
			case isDamage(err):
				continue // named when the events themselves are verified
			case err != nil:
				yield(history{}, err)
				return
			case e.Object() == "":
				c.keep(e)
				continue
			case e.Object() != h.id:
				if h.id != "" && !yield(h, nil) {
					return
				}
				h = history{id: e.Object(), events: make([]event.Event, 0, 4)} // as many as most have
			}
			h.events = append(h.events, e)
		}
		if h.id != "" {
			yield(h, nil)
		}
	}
}

// alone compares records that have a row and no events, or the other way round.
func (c *reconciling) alone(histories []history) error {
	for _, h := range histories {
		if err := c.compare(h); err != nil {
			return err
		}
	}
	return nil
}

// compare names what does not agree in a record, once it was read a second time.
func (c *reconciling) compare(h history) error {
	c.records++
	found, err := c.reconcile(h)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(found, func(f Finding) bool { return !f.Kind.Expected() }) {
		again := history{id: h.id}
		if again.row, again.events, err = c.source.Record(c.ctx, c.class, h.id); err != nil {
			return err
		}
		if found, err = c.reconcile(again); err != nil {
			return err
		}
	}
	for _, f := range found {
		if !c.found(f) {
			return errStopped
		}
	}
	return nil
}

func (c *reconciling) reconcile(h history) ([]Finding, error) {
	if h.row == nil && len(h.events) == 0 {
		return nil, nil // it was deleted and purged from the trail's view: nothing is left to compare
	}
	found, err := ReconcileRecord(c.class, h.id, h.row, append(slices.Clip(h.events), c.whole...))
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(found, func(f Finding) bool { return f.Kind == Untracked })
	if i < 0 {
		return found, nil
	}
	created := rowCreated(h.row)
	if !c.began.IsZero() && created.Before(c.began) {
		found[i].Kind, found[i].What = Older, "the record was there before the trail: what its columns were at first is not known"
		return found, nil
	}
	digest, err := c.digest(h)
	if err != nil {
		return nil, err
	}
	made, ok := c.creates[digest]
	if ok && !created.Before(made.at.Add(-time.Second)) && created.Sub(made.at) < DefaultWindow {
		found[i] = Finding{Kind: Unconfirmed, Class: c.class, Record: h.id, Event: made.id, Row: made.row, What: whatOf[Unconfirmed]}
		delete(c.creates, digest)
	}
	return found, nil
}

// keep holds on to an event that names no record.
func (c *reconciling) keep(e event.Event) {
	if e.Op != event.Create {
		c.whole = append(c.whole, e)
		return
	}
	values, err := e.Values()
	if err != nil {
		return // damaged: Event.Check tells of it
	}
	columns := map[string]string{}
	for name, v := range values {
		if v != nil {
			columns[name] = string(v.After)
		}
	}
	if c.creates == nil {
		c.creates = map[[32]byte]unlinked{}
	}
	c.creates[digestOf(columns)] = unlinked{id: e.ID, row: e.ObjectID, at: e.CreatedAt}
}

// digest stands for what a record was when it was created, as its present columns
// and its events tell.
func (c *reconciling) digest(h history) ([32]byte, error) {
	columns, err := columnsNow(c.class, h.row)
	if err != nil {
		return [32]byte{}, err
	}
	r := record{class: c.class, id: h.id, events: slices.Clone(h.events), steps: map[string][]step{}}
	r.order()
	r.collect()
	for column, steps := range r.steps {
		if columns[column] = steps[0].before; steps[0].before == noValue {
			delete(columns, column)
		}
	}
	return digestOf(columns), nil
}

func digestOf(columns map[string]string) [32]byte {
	text, _ := json.Marshal(columns, json.Deterministic(true), wire.Tolerant()) // strings have a form
	return sha256.Sum256(text)
}

// leftover names the creates that led to no record.
func (c *reconciling) leftover() error {
	for _, made := range c.creates {
		if !c.found(Finding{Kind: NotCarriedOut, Class: c.class, Event: made.id, Row: made.row, What: whatOf[NotCarriedOut]}) {
			return errStopped
		}
	}
	return nil
}

func rowID(row jsontext.Value) string { return event.TextOf(row, "objectId") } // what is no row has no id

func rowCreated(row jsontext.Value) time.Time {
	t, _ := wire.ParseISO(event.TextOf(row, "createdAt")) // a row without one is older than everything
	return t
}
