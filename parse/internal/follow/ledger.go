package follow

import "time"

// ledger remembers what was delivered of each object, so that nothing is
// delivered twice and nothing older after something newer. It keeps the objects
// touched last, and all of a snapshot or a gap as long as that is read; with a
// register it also keeps the id of every present one.
type ledger struct {
	young, old map[string]entry
	register   map[string]time.Time // present objects and their updatedAt; nil: not kept
	shown      bool                 // the consumer was given every object of the register

	// reading is set while objects are read over REST. Nothing is forgotten
	// then: events of the first rows may be queued until the last has been read.
	reading bool
}

// ledgerSize is how many objects the ledger surely remembers.
const ledgerSize = 16 << 10

// entry is the last state delivered of one object.
type entry struct {
	updatedAt time.Time
	present   bool
	deleted   bool
	read      time.Time // when the read began that delivered it; zero: it came live
	live      time.Time // when its last live event came
	sum       uint64    // of its content; 0: not known
}

func newLedger(register bool) *ledger {
	l := &ledger{young: make(map[string]entry)}
	if register {
		l.register = make(map[string]time.Time)
	}
	return l
}

func (l *ledger) find(id string) (entry, bool) {
	if e, ok := l.young[id]; ok {
		return e, true
	}
	if e, ok := l.old[id]; ok {
		return e, true
	}
	if at, ok := l.register[id]; ok {
		return entry{updatedAt: at, present: true}, true
	}
	return entry{}, false
}

func (l *ledger) put(id string, e entry) {
	if len(l.young) >= ledgerSize && !l.reading {
		l.old, l.young = l.young, make(map[string]entry)
	}
	l.young[id] = e
	if l.register == nil {
		return
	}
	if e.present {
		l.register[id] = e.updatedAt
	} else {
		delete(l.register, id)
	}
}

// ruling is what to do with a live event.
type ruling int

const (
	deliver  ruling = iota
	repeated        // the consumer has it
	unseen          // the consumer never had what is gone
	doubtful        // neither order nor updatedAt decides: read the object again
)

// rule compares a live event with what was delivered. On a real server neither the
// order of arrival nor updatedAt is a version: parallel updates arrive in any order,
// and updatedAt is set before the write (protocol section 12.6). So an event is
// delivered if it is certainly new and left out if it was certainly delivered;
// otherwise the object is read.
func (l *ledger) rule(kind Kind, id string, updatedAt, received time.Time) ruling {
	e, known := l.find(id)
	if !known && l.shown && !kind.Present() {
		return unseen
	}
	if !known {
		return deliver
	}
	readLater := received.Before(e.read)
	newer, same := updatedAt.After(e.updatedAt), updatedAt.Equal(e.updatedAt)
	switch {
	case !kind.Present() && !e.present:
		return repeated
	case kind == Deleted && !readLater:
		return deliver
	case kind == Deleted:
		return doubtful // read after the event came, and it was still there
	case kind == Left && (newer || same && !readLater):
		return deliver
	case kind == Left:
		return doubtful
	case newer && !e.deleted:
		return deliver
	case readLater && e.present:
		return repeated
	}
	return doubtful
}
