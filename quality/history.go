package quality

import (
	"iter"
	"slices"
	"time"

	"github.com/isoaudit/isoaudit-go"
)

// WithClosing gives the actions with the time at which the trail says that they were
// closed, where they do not say it themselves. It stays zero where the trail does not
// know it either.
func WithClosing(actions iter.Seq2[Action, error], changes iter.Seq2[Change, error]) iter.Seq2[Action, error] {
	return func(yield func(Action, error) bool) {
		all, err := readHistories("ActionChanges", changes)
		if err != nil {
			yield(Action{}, err)
			return
		}
		for a, err := range actions {
			if at, known := all[a.ID].since(string(a.Status)); known && a.Closed.IsZero() && a.Status == isoaudit.CAPAClosed {
				a.Closed = at
			}
			if !yield(a, err) || err != nil {
				return
			}
		}
	}
}

// history is what the trail says of a record, oldest first.
type history []Change

type histories map[string]history

func readHistories(name string, changes iter.Seq2[Change, error]) (histories, error) {
	if changes == nil {
		return nil, nil
	}
	all := histories{}
	err := each(name, changes, func(c *Change) {
		if c.Created || c.Status != "" || !c.Day.IsZero() {
			all[c.ID] = append(all[c.ID], *c)
		}
	})
	for _, h := range all {
		slices.SortStableFunc(h, func(a, b Change) int { return a.At.Compare(b.At) })
	}
	return all, err
}

// whole tells whether the history begins with the record's creation.
func (h history) whole() bool { return len(h) > 0 && h[0].Created }

// since returns when the record came to have the status it has now; false if the trail
// does not say, or says another status.
func (h history) since(status string) (time.Time, bool) {
	for _, c := range slices.Backward(h) {
		if c.Status != "" {
			return c.At, c.Status == status
		}
	}
	return time.Time{}, false
}

// first returns when the record first had the status.
func (h history) first(status string) (time.Time, bool) {
	for _, c := range h {
		if c.Status == status {
			return c.At, true
		}
	}
	return time.Time{}, false
}

// firstDay returns the day that the record was created with.
func (h history) firstDay() (time.Time, bool) {
	if !h.whole() || h[0].Day.IsZero() {
		return time.Time{}, false
	}
	return h[0].Day, true
}

// before returns the status and the day that the record had until an instant; false if
// it did not exist yet.
func (h history) before(end time.Time) (status string, day time.Time, existed bool) {
	for i := range h {
		c := &h[i]
		if !c.At.Before(end) {
			break
		}
		existed = true
		if c.Status != "" {
			status = c.Status
		}
		if !c.Day.IsZero() {
			day = c.Day
		}
	}
	return status, day, existed
}
