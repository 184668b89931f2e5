package trail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/isoaudit/isoaudit-go/trail/event"
)

// MaxFindings is how many findings a Report keeps; all are counted.
const MaxFindings = 1000

// Report is what Verify found.
type Report struct {
	Checkpoint Checkpoint // the newest of the log
	Events     int64      // that the server has
	Waiting    int64      // of them are not sealed yet
	Records    int64      // that were compared with their events
	Counts     map[Kind]int64
	Findings   []Finding // the first MaxFindings
}

// OK tells whether everything agrees, but for what comes up in ordinary work.
func (r *Report) OK() bool {
	for kind := range r.Counts {
		if !kind.Expected() {
			return false
		}
	}
	return true
}

func (r *Report) found(f Finding) bool {
	if r.Counts == nil {
		r.Counts = map[Kind]int64{}
	}
	if r.Counts[f.Kind]++; len(r.Findings) < MaxFindings {
		r.Findings = append(r.Findings, f)
	}
	return true
}

// Verify checks a server against a log, and the log against checkpoints that were
// kept elsewhere: that the log only grew since each of them, that the server has
// every sealed event as it was sealed and in its place, that every event agrees with
// itself, and that the events lead to the records as they are ([Reconcile]). It
// streams, in memory that does not grow with the trail, and reads events and records
// of the source at the same time.
//
// What does not agree is in the report. An error means that there is nothing to
// verify with: [ErrOlder] if the log is smaller than a checkpoint, which means that
// its folder was set back to an older copy; [ErrOtherOrigin]; [ErrDamaged].
func Verify(ctx context.Context, source Source, log *Log, kept ...Checkpoint) (Report, error) {
	v := verification{log: log, report: Report{Checkpoint: log.checkpoint}, late: map[string]lateLine{}, erased: map[string]Finding{}}
	if err := v.readLog(kept); err != nil {
		return v.report, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	type result struct {
		report Report
		err    error
	}
	reconciled := make(chan result)
	go func() { // beside the events, which another pass reads
		var r result
		if r.report.Records, r.err = reconcile(ctx, source, r.report.found); r.err != nil {
			cancel(r.err)
		}
		reconciled <- r
	}()
	err := v.compareEvents(ctx, source)
	if err != nil {
		cancel(err)
	}
	records := <-reconciled
	v.report.join(records.report)
	if err != nil || records.err != nil {
		err = context.Cause(ctx) // the first one; the other may only tell that all was called off
	}
	return v.report, err
}

// join adds what was found of records.
func (r *Report) join(of Report) {
	r.Records += of.Records
	r.Findings = append(r.Findings, of.Findings[:min(len(of.Findings), MaxFindings-len(r.Findings))]...)
	for kind, n := range of.Counts {
		if r.Counts == nil {
			r.Counts = map[Kind]int64{}
		}
		r.Counts[kind] += n
	}
}

type verification struct {
	log    *Log
	report Report
	late   map[string]lateLine // by the objectId of the event's row
	erased map[string]Finding  // values taken out of which no redaction told yet, by the event's hash
	told   []redaction         // redactions whose event did not come yet
}

type lateLine struct {
	line
	seen bool
}

type redaction struct {
	of      string // hash of the redacted event
	columns []string
}

// readLog compares the log with its own checkpoint and those that were kept.
func (v *verification) readLog(kept []Checkpoint) error {
	kept = slices.Clone(kept)
	for _, c := range kept {
		switch {
		case c.Origin != v.log.key.Name():
			return fmt.Errorf("trail: the checkpoint is %w: it is of log %q, this log is %q", ErrOtherOrigin, c.Origin, v.log.key.Name())
		case c.Size > v.log.checkpoint.Size:
			return fmt.Errorf("trail: log %s is %w: it has %d events, the checkpoint that was kept covers %d, so events of the log are gone", v.log.dir, ErrOlder, v.log.checkpoint.Size, c.Size)
		}
	}
	kept = append(kept, v.log.checkpoint)
	slices.SortStableFunc(kept, func(a, b Checkpoint) int { return cmp.Compare(a.Size, b.Size) })
	var grown tree
	next := func() error {
		for len(kept) > 0 && kept[0].Size == grown.size {
			if err := v.compareRoot(&grown, kept[0]); err != nil {
				return err
			}
			kept = kept[1:]
		}
		return nil
	}
	for l, err := range v.log.lines() {
		if err = errors.Join(err, next()); err != nil {
			return err
		}
		if _, err := grown.add(l.leaf); err != nil {
			return err
		}
		if l.late {
			v.late[l.objectID] = lateLine{line: l}
		}
	}
	return next()
}

func (v *verification) compareRoot(grown *tree, c Checkpoint) error {
	root, err := grown.root()
	if err != nil || root == c.Root || c.Size == 0 {
		return err
	}
	v.report.found(Finding{Kind: LogForged, What: fmt.Sprintf(
		"the first %d events of the log are not those that the checkpoint of this size signs: the log was rewritten, and what is said of single events compares with a rewritten log", c.Size)})
	return nil
}

// compareEvents goes through the server's events and the lines of the log, which are
// in one order but for what came late.
func (v *verification) compareEvents(ctx context.Context, source Source) error {
	lines, stop := iter.Pull2(v.log.inTime())
	defer stop()
	next, err, more := lines()
	if err != nil {
		return err
	}
	for e, err := range source.Events(ctx, time.Time{}) {
		if err != nil && !isDamage(err) {
			return err
		}
		v.report.Events++
		v.check(&e, err)
		at := placeOf(&e)
		if l, ok := v.late[e.ObjectID]; ok && !l.seen {
			l.seen = true
			v.late[e.ObjectID] = l
			v.report.found(v.finding(Late, &e, "the event was stored before others that were sealed already"))
			v.compare(l.line, &e)
			continue
		}
		for more && next.compare(at) < 0 {
			v.missing(next)
			if next, err, more = lines(); err != nil {
				return err
			}
		}
		switch {
		case !more:
			v.report.Waiting++
		case next.compare(at) == 0:
			v.compare(next, &e)
			if next, err, more = lines(); err != nil {
				return err
			}
		default:
			v.report.found(v.finding(Inserted, &e, "the event stands before sealed ones, but was not sealed with them: it was inserted later, or came late and waits for the next seal"))
		}
	}
	return v.rest(next, more, lines)
}

// rest names what is left of the log, and of the values that were taken out.
func (v *verification) rest(next line, more bool, lines func() (line, error, bool)) (err error) {
	for more {
		v.missing(next)
		if next, err, more = lines(); err != nil {
			return err
		}
	}
	for _, l := range v.late {
		if !l.seen {
			v.missing(l.line)
		}
	}
	for _, r := range v.told {
		v.settled(r)
	}
	for _, f := range v.erased {
		v.report.found(f)
	}
	return nil
}

func (v *verification) missing(l line) {
	v.report.found(Finding{Kind: Missing, Event: l.event, Row: l.objectID, What: "the event was sealed, but its row is gone"})
}

func (v *verification) finding(kind Kind, e *event.Event, what string) Finding {
	return Finding{Kind: kind, Class: e.Class, Record: e.Object(), Event: e.ID, Row: e.ObjectID, What: what}
}

// compare compares an event with what was sealed.
func (v *verification) compare(l line, e *event.Event) {
	switch {
	case tlog.RecordHash(LeafOf(e)) == l.leaf:
	case e.Confirmed && (tlog.RecordHash(leafText(e, false, e.Record)) == l.leaf || tlog.RecordHash(leafText(e, false, e.Object())) == l.leaf):
		v.report.found(v.finding(LateUpdate, e, "the save came to its end after its event was sealed"))
	default:
		f := v.finding(Altered, e, "the event's row is not what was sealed")
		if l.event != "-" {
			f.Event = l.event
		}
		v.report.found(f)
	}
}

// check compares an event with itself, and notes what it tells of redactions.
func (v *verification) check(e *event.Event, err error) {
	if err == nil {
		err = e.Check()
	}
	if damage := damageOf(err); damage != nil {
		f := v.finding(Damaged, e, damage.What)
		f.Event = damage.Event
		if damage.Column != "" {
			f.Columns = []string{damage.Column}
		}
		v.report.found(f)
		return
	}
	if e.Op == event.Redact && e.Redacts != "" {
		v.settle(redaction{e.Redacts, e.Names()})
	}
	columns, err := e.RedactedColumns()
	if err != nil || len(columns) == 0 {
		return
	}
	hash := e.Hash()
	f := v.finding(Erased, e, "values of the event were taken out, and no event of a redaction tells of it")
	f.Columns = columns
	v.erased[hash] = f
	v.told = slices.DeleteFunc(v.told, func(r redaction) bool { return r.of == hash && v.settled(r) })
}

func (v *verification) settle(r redaction) {
	if !v.settled(r) {
		v.told = append(v.told, r)
	}
}

// settled takes the columns of a redaction from what is open of the event; false if
// nothing is open of it.
func (v *verification) settled(r redaction) bool {
	open, ok := v.erased[r.of]
	if !ok {
		return false
	}
	open.Columns = slices.DeleteFunc(open.Columns, func(column string) bool { return slices.Contains(r.columns, column) })
	if len(open.Columns) == 0 {
		delete(v.erased, r.of)
	} else {
		v.erased[r.of] = open
	}
	return true
}
