package trail

import "github.com/isoaudit/isoaudit-go/trail/event"

// isOrdinary recognizes most records of which nothing is to be found, without the steps
// of their columns: whose events follow each other from the creation on, each confirmed,
// with the values that the one before left, and lead to the record as it is. Others it
// may refuse.
func isOrdinary(id string, there bool, now map[string]string, events []event.Event) bool {
	if len(events) == 0 || events[0].Op != event.Create {
		return false
	}
	columns := make(map[string]string, len(now))
	exists, prev := false, ""
	for i := range events {
		e := &events[i]
		if !e.Confirmed || e.Object() != id || e.Prev != prev || i > 0 && placeOf(e).compare(placeOf(&events[i-1])) < 0 {
			return false
		}
		switch e.Op {
		case event.Create:
			if exists {
				return false
			}
			exists = true
		case event.Delete:
			if !exists {
				return false
			}
			exists = false
		case event.Update:
			if !exists {
				return false
			}
		case event.Sign:
			if e.Signs != prev {
				return false
			}
		default:
			return false
		}
		if !followsEvent(columns, e) {
			return false
		}
		if i < len(events)-1 {
			prev = e.Hash()
		}
	}
	if exists != there || len(columns) != len(now) {
		return false
	}
	for column, value := range now {
		if told, ok := columns[column]; !ok || told != value {
			return false
		}
	}
	return true
}

// followsEvent brings the columns from before an event to behind it; false if they were
// others, or if not all values of the event are known.
func followsEvent(columns map[string]string, e *event.Event) bool {
	ok, told := true, 0
	err := e.EachValue(func(column string, v event.Told) {
		told++
		ok = ok && !v.Redacted && e.Columns[column] != "" && columns[column] == v.Before && !isRelationChange(v.Before, v.After)
		if v.After == noValue {
			delete(columns, column)
		} else {
			columns[column] = v.After
		}
	})
	return ok && err == nil && told == len(e.Columns)
}
