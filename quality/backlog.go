package quality

import (
	"time"

	"github.com/isoaudit/isoaudit-go"
)

// backlog counts the actions that were overdue at the ends of the months of the
// period that are over, as the trail tells.
type backlog struct {
	meter  *meter
	points []Point
	ends   []time.Time // when the days of the points end
}

func newBacklog(m *meter) *backlog {
	b := &backlog{meter: m}
	year, month, _ := m.terms.Period.First.utc().Date()
	for end := Month(year, month).Last; end <= min(m.terms.Period.Last, m.terms.today()-1); end = (end + 1).AddMonths(1) - 1 {
		b.points = append(b.points, Point{Day: end})
		b.ends = append(b.ends, end.endIn(m.terms.Zone))
	}
	return b
}

func (b *backlog) add(a *Action, entry place, trail history) {
	zone := b.meter.terms.Zone
	for i := range b.points {
		p := &b.points[i]
		if !trail.whole() {
			if a.Created.Before(b.ends[i]) {
				p.notKnown(entry)
			}
			continue
		}
		status, day, existed := trail.before(b.ends[i])
		if existed {
			p.judgeAt(entry, status, day, zone)
		}
	}
}

func (p *Point) judgeAt(entry place, status string, day time.Time, zone *time.Location) {
	then := Action{Status: isoaudit.CAPAStatus(status)}
	unfinished, known := then.Unfinished()
	known = known && (!unfinished || !day.IsZero())
	p.judge(entry, unfinished && DateOf(day, zone) < p.Day, known)
}

func (b *backlog) finish() []Point {
	lacking := firstOf(missing(noActions, b.meter.source.Actions), missing(noActionTrail, b.meter.source.ActionChanges))
	for i := range b.points {
		b.points[i].finish(&b.meter.rolls.actions, lacking)
	}
	return b.points
}
