package quality

import (
	"fmt"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go"
)

// ActionFigures are the corrective actions, and what is due.
type ActionFigures struct {
	ByStatus Groups
	Open     Number // unfinished: open, in progress or waiting for verification
	ByOwner  Groups // those of Open

	Overdue                Ages   // of Open: past their day, with the days since
	DueSoon                Ages   // of Open: due today or within Terms.DueSoonDays, with the days left
	WithoutOwner           Number // of Open
	WaitingForVerification Ages   // with the days since they came to wait, as far as the trail tells
	Age                    Ages   // of Open, with the days since they were created
	Ageing                 Groups // of Open, by age: 0-30, 31-60, 61-90, over 90 days

	Opened          Number // created in the period
	Closed          Number // closed in the period
	ClosureRate     Ratio  // Closed of Opened, which can be more than 1
	OnTime          Ratio  // closed no later than their day, of Closed
	OnTimeAtFirst   Ratio  // closed no later than the day they were created with, of Closed
	DaysToClose     Ages   // of Closed
	Extended        Number // of all: their day was moved to a later one
	SentBack        Ratio  // returned from verification, of those sent to it, in the period; an action stands there as often as it happened
	Effective       Ratio  // of the checked ones of Closed that were effective or ineffective
	OverdueAtMonths []Point
}

// Point is a number at the end of a day.
type Point struct {
	Day Date
	Number
}

// followUp is what becomes of a finding.
type followUp struct {
	unfinished, closed, unknown int
	any                         bool
	lastClosed                  time.Time
	closingUnknown              bool
}

// ageBuckets are the last days of the ages that are told apart.
var ageBuckets = [...]int{30, 60, 90}

func (m *meter) measureActions() error {
	var byStatus, byOwner, ageing tally
	f := &m.result.Actions
	backlog := newBacklog(m)
	err := each("Actions", m.source.Actions, func(a *Action) {
		entry := m.rolls.actions.add(a.ID, a.Ref)
		trail := m.actionTrail.of(a.ID)
		byStatus.add(string(a.Status), entry)
		unfinished, known := a.Unfinished()
		f.Open.judge(entry, unfinished, known)
		if unfinished {
			byOwner.add(a.Owner.String(), entry)
			m.whatIsDue(a, entry, trail)
			m.age(a, entry, &ageing)
		}
		m.closing(a, entry, trail)
		m.onTheWay(a, entry, trail)
		backlog.add(a, entry, trail)
	})
	if err != nil {
		return err
	}
	m.rolls.actions.order()
	m.finishActions(&byStatus, &byOwner, &ageing)
	f.OverdueAtMonths = backlog.finish()
	return nil
}

// whatIsDue sorts an unfinished action by its day.
func (m *meter) whatIsDue(a *Action, entry place, trail history) {
	f := &m.result.Actions
	f.WithoutOwner.judge(entry, a.Owner.ID == "", true)
	due, known := m.terms.day(a.Due)
	switch left := int(due - m.terms.today()); {
	case !known:
		f.Overdue.notKnown(entry)
		f.DueSoon.notKnown(entry)
	case left < 0:
		f.Overdue.add(entry, -left)
	case left <= m.terms.DueSoonDays:
		f.DueSoon.add(entry, left)
	}
	if a.Status != isoaudit.CAPAPendingVerification {
		return
	}
	since, known := trail.since(string(a.Status))
	if !known {
		f.WaitingForVerification.notKnown(entry)
		return
	}
	f.WaitingForVerification.add(entry, m.terms.daysSince(since))
}

func (m *meter) age(a *Action, entry place, ageing *tally) {
	if a.Created.IsZero() {
		ageing.add("", entry)
		m.result.Actions.Age.notKnown(entry)
		return
	}
	days := m.terms.daysSince(a.Created)
	m.result.Actions.Age.add(entry, days)
	ageing.add(ageBucket(days), entry)
}

func ageBucket(days int) string {
	from := 0
	for _, last := range ageBuckets {
		if days <= last {
			return fmt.Sprintf("%d-%d", from, last)
		}
		from = last + 1
	}
	return fmt.Sprintf(">%d", ageBuckets[len(ageBuckets)-1])
}

// closedAt is when a closed action was closed, by its column or else by the trail.
func (m *meter) closedAt(a *Action, trail history) (time.Time, bool) {
	if !a.Closed.IsZero() {
		m.closedColumn = true
		return a.Closed, true
	}
	return trail.since(string(a.Status))
}

// closing is what became of an action in the period, and for its finding.
func (m *meter) closing(a *Action, entry place, trail history) {
	f := &m.result.Actions
	created, known := m.terms.moment(a.Created)
	f.Opened.judge(entry, m.terms.Period.Has(created), known)
	follow := m.followUp(a)
	if a.Status != isoaudit.CAPAClosed {
		return
	}
	at, known := m.closedAt(a, trail)
	closed := Today(at, m.terms.Zone)
	inPeriod := known && m.terms.Period.Has(closed)
	f.Closed.judge(entry, inPeriod, known)
	follow.closingUnknown = follow.closingUnknown || !known
	if at.After(follow.lastClosed) {
		follow.lastClosed = at
	}
	if !inPeriod {
		return
	}
	due, dueKnown := m.terms.day(a.Due)
	judgeRatio(&f.OnTime, entry, closed <= due, dueKnown)
	firstDay, firstKnown := trail.firstDay()
	first, _ := m.terms.day(firstDay)
	judgeRatio(&f.OnTimeAtFirst, entry, closed <= first, firstKnown)
	if a.Created.IsZero() {
		f.DaysToClose.notKnown(entry)
	} else {
		f.DaysToClose.add(entry, int(closed-created))
	}
	judgeRatio(&f.Effective, entry, a.Effectiveness == Effective, a.Effectiveness == Effective || a.Effectiveness == Ineffective)
}

// judgeRatio counts an entry in both numbers of a ratio, or as one that cannot be
// judged.
func judgeRatio(r *Ratio, entry place, holds, known bool) {
	r.Of.judge(entry, true, known)
	if known {
		r.Part.judge(entry, holds, true)
	}
}

// followUp notes an action for its finding.
func (m *meter) followUp(a *Action) *followUp {
	follow := m.followUps[a.Finding]
	if follow == nil {
		follow = &followUp{}
		m.followUps[a.Finding] = follow
	}
	follow.any = true
	switch unfinished, known := a.Unfinished(); {
	case !known:
		follow.unknown++
	case unfinished:
		follow.unfinished++
	case a.Status == isoaudit.CAPAClosed:
		follow.closed++
	}
	return follow
}

// onTheWay is what the trail tells of an action that its row does not.
func (m *meter) onTheWay(a *Action, entry place, trail history) {
	f := &m.result.Actions
	firstDay, known := trail.firstDay()
	first, _ := m.terms.day(firstDay)
	due, dueKnown := m.terms.day(a.Due)
	f.Extended.judge(entry, due > first, known && dueKnown)

	if !trail.whole() {
		f.SentBack.Of.notKnown(entry)
	}
	status := ""
	for i := range trail {
		c := &trail[i]
		if c.status == "" {
			continue
		}
		if m.terms.Period.Has(Today(c.when(), m.terms.Zone)) {
			if c.status == string(isoaudit.CAPAPendingVerification) && status != c.status {
				f.SentBack.Of.add(entry)
			}
			if status == string(isoaudit.CAPAPendingVerification) && c.status == string(isoaudit.CAPAInProgress) {
				f.SentBack.Part.add(entry)
			}
		}
		status = c.status
	}
}

func (m *meter) finishActions(byStatus, byOwner, ageing *tally) {
	f, all := &m.result.Actions, &m.rolls.actions
	none := missing(noActions, m.source.Actions)
	trail := firstOf(none, missing(noActionTrail, m.source.ActionChanges))
	closing := trail
	if none == "" && m.closedColumn {
		closing = ""
	}
	f.ByStatus = byStatus.groups(all, none, strings.Compare)
	f.ByOwner = byOwner.groups(all, none, strings.Compare)
	f.Ageing = ageing.groups(all, none, byFirstDay)
	for _, number := range []*Number{&f.Open, &f.WithoutOwner, &f.Opened} {
		number.finish(all, none)
	}
	for _, ages := range []*Ages{&f.Overdue, &f.DueSoon, &f.WaitingForVerification, &f.Age} {
		ages.finish(all, none)
	}
	f.Closed.finish(all, closing)
	f.OnTime.finish(all, closing)
	f.OnTimeAtFirst.finish(all, trail)
	f.DaysToClose.finish(all, closing)
	f.ClosureRate = Ratio{f.Closed, f.Opened}
	f.Extended.finish(all, trail)
	f.SentBack.finish(all, trail)
	checked := none
	if checked == "" && f.Effective.Of.Count() == 0 {
		checked = "whether actions were effective"
	}
	f.Effective.finish(all, checked)
}

// byFirstDay orders the keys of ageBucket.
func byFirstDay(a, b string) int {
	first := func(key string) (days int) {
		if _, err := fmt.Sscanf(strings.TrimPrefix(key, ">"), "%d", &days); err != nil || strings.HasPrefix(key, ">") {
			days++
		}
		return days
	}
	return first(a) - first(b)
}

// daysSince are the days from the day of a moment to today.
func (t *Terms) daysSince(at time.Time) int { return int(t.today() - Today(at, t.Zone)) }
