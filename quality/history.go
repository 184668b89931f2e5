package quality

import (
	"cmp"
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
			if at, known := all.of(a.ID).since(string(a.Status)); known && a.Closed.IsZero() && a.Status == isoaudit.CAPAClosed {
				a.Closed = at
			}
			if !yield(a, err) || err != nil {
				return
			}
		}
	}
}

// step is what a history holds of a Change: little, because there are several for each
// record. Times are in milliseconds since 1970, as a server keeps them.
type step struct {
	record  int32 // place in histories.places
	created bool
	hasDay  bool
	at, day int64
	status  string
}

// history is what the trail says of a record, oldest first.
type history []step

// histories are those of all records: one list of steps, sorted by record.
type histories struct {
	places map[string]int32 // of records in starts, by id
	starts []int32          // of the steps of each record, and their end
	steps  []step
}

func (h *histories) of(id string) history {
	place, ok := h.places[id]
	if !ok {
		return nil
	}
	return h.steps[h.starts[place]:h.starts[place+1]]
}

func readHistories(name string, changes iter.Seq2[Change, error]) (histories, error) {
	h := histories{places: map[string]int32{}}
	statuses := map[string]string{} // so that equal ones are held once
	err := each(name, changes, func(c *Change) {
		if !c.Created && c.Status == "" && c.Day.IsZero() {
			return
		}
		place, ok := h.places[c.ID]
		if !ok {
			place = int32(len(h.places))
			h.places[c.ID] = place
		}
		status, ok := statuses[c.Status]
		if !ok {
			status = c.Status
			statuses[status] = status
		}
		h.steps = append(h.steps, step{place, c.Created, !c.Day.IsZero(), c.At.UnixMilli(), c.Day.UnixMilli(), status})
	})
	slices.SortStableFunc(h.steps, func(a, b step) int { return cmp.Or(cmp.Compare(a.record, b.record), cmp.Compare(a.at, b.at)) })
	h.starts = make([]int32, len(h.places)+1)
	for i, s := range h.steps {
		h.starts[s.record+1] = int32(i + 1)
	}
	return h, err
}

// when is the time of the step, in UTC.
func (s *step) when() time.Time { return time.UnixMilli(s.at).UTC() }

// newDay is the day that the step set; zero if it set none.
func (s *step) newDay() time.Time {
	if !s.hasDay {
		return time.Time{}
	}
	return time.UnixMilli(s.day).UTC()
}

// whole tells whether the history begins with the record's creation.
func (h history) whole() bool { return len(h) > 0 && h[0].created }

// since returns when the record came to have the status it has now; false if the trail
// does not say, or says another status.
func (h history) since(status string) (time.Time, bool) {
	for i := range slices.Backward(h) {
		if h[i].status != "" {
			return h[i].when(), h[i].status == status
		}
	}
	return time.Time{}, false
}

// first returns when the record first had the status.
func (h history) first(status string) (time.Time, bool) {
	for i := range h {
		if h[i].status == status {
			return h[i].when(), true
		}
	}
	return time.Time{}, false
}

// firstDay returns the day that the record was created with.
func (h history) firstDay() (time.Time, bool) {
	if !h.whole() || !h[0].hasDay {
		return time.Time{}, false
	}
	return h[0].newDay(), true
}

// before returns the status and the day that the record had until an instant; false if
// it did not exist yet.
func (h history) before(end time.Time) (status string, day time.Time, existed bool) {
	for i := range h {
		if h[i].at >= end.UnixMilli() {
			break
		}
		existed = true
		if h[i].status != "" {
			status = h[i].status
		}
		if h[i].hasDay {
			day = h[i].newDay()
		}
	}
	return status, day, existed
}
