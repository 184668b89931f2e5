package live

import (
	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Commits do not wait for the matching of subscriptions, so matching must keep up
// with them. Each user has a burden: what his subscriptions weigh, which is bounded
// when he subscribes, and what they look at in each second, beyond which those that
// weigh much are ended. The master key has none.

// burden is what the subscriptions of one user cost.
type burden struct {
	who        string
	conditions int // of all his subscriptions; guarded by Hub.mu
	viewers    int // his sessions; guarded by Hub.mu
	meter      meter
}

// meter counts work in the present second. Only Hub.Run uses it.
type meter struct {
	second int64
	work   int
}

// add counts n more at a time in seconds and gives the sum of this second.
func (m *meter) add(n int, second int64) int {
	if m.second != second {
		m.second, m.work = second, 0
	}
	m.work += n
	return m.work
}

const (
	// heavy is the weight from which a query is weighed again for every object. The
	// many that compare a field or two cost less than the weighing.
	heavy = 10

	// A query that weighs no more is light enough for everybody, whatever the others
	// have: the number of connections and of their subscriptions bounds these.
	light = 50

	// How many users at their bounds the server bears.
	allUsers     = 10 // of conditions
	allUsersWork = 5

	bytesOfCondition = 256 // of the text of a subscription that count as one condition
)

// weightOf is what a subscription weighs before its query meets an object; text is how
// long it was written.
func weightOf(n *where.Node, text int) int {
	total := text / bytesOfCondition
	for c := range n.Walk() {
		total += weightWith(c, nil)
	}
	return max(total, 1)
}

// weightWith is the weight of one node for an object, nil for any.
func weightWith(n *where.Node, object map[string]any) int {
	switch n.Op {
	case where.And, where.Or, where.Nor:
		return 0
	}
	return n.Weight(object[n.Field()])
}

// accountOf names whose burden a caller's subscriptions are; "" for the master key.
// All who are not logged in share one.
func accountOf(c *access.Caller) string {
	switch {
	case c.Master:
		return ""
	case c.UserID == "":
		return "anonymous"
	}
	return "user " + c.UserID
}

// bears tells whether a user may have one more subscription in the place of old;
// needs Hub.mu.
func (l *Hub) bears(b *burden, sub, old *subscription) error {
	if b == nil {
		return nil
	}
	freed := 0
	if old != nil && old.viewer.burden == b {
		freed = old.weight
	}
	most := l.cfg.Limits.Conditions
	if sum := b.conditions - freed + sub.weight; sum > most {
		return fault.New(wire.CodeInvalidQuery, "the subscriptions of this user would have %d conditions, the limit is %d (option limits.liveConditions); a regular expression counts ten", sum, most)
	}
	if sub.weight > light && l.conditions-freed+sub.weight > allUsers*most {
		return fault.New(wire.CodeRateLimited, "the server is busy: the subscriptions of all users have more than %d conditions (%d times option limits.liveConditions)", allUsers*most, allUsers)
	}
	return nil
}

// charge counts what a query is about to look at, for all who may see the object. It
// ends the subscriptions of those who are beyond their bound, and tells whether any
// are left.
func (l *Hub) charge(watched *watchedQuery, work int, second int64, may []*viewer, ended map[*subscription]error) (left bool, _ map[*subscription]error) {
	most := l.cfg.Limits.Work
	crowded := l.meter.add(work, second) > allUsersWork*most
	for _, v := range may {
		if v.burden == nil {
			left = true
			continue
		}
		if v.burden.meter.add(work/len(may)+1, second) <= most && !crowded {
			left = true
			continue
		}
		err := fault.New(wire.CodeRateLimited, "the subscriptions of this user look at more than %d values in a second (option limits.liveWork): use fewer regular expressions", most)
		if crowded {
			err = fault.New(wire.CodeRateLimited, "the subscriptions of all users look at more than %d values in a second (%d times option limits.liveWork)", allUsersWork*most, allUsersWork)
		}
		for sub := range watched.viewers[v] {
			if ended == nil {
				ended = make(map[*subscription]error)
			}
			ended[sub] = err
		}
	}
	return left, ended
}

// weight is how many values a query looks at in the object of the event.
func (ev *event) weight(n *where.Node) int {
	total := 0
	for _, st := range []*state{&ev.before, &ev.after} {
		if !st.exists {
			continue
		}
		for c := range n.Walk() {
			total += weightWith(c, st.fields())
		}
	}
	return total
}
