package event

import (
	"strconv"
	"time"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Class is the name of the class whose rows are events.
const Class = "AuditTrail"

// Event is one event of the trail. Make one with [New] or read one with [Parse].
type Event struct {
	Entry

	ObjectID  string    // of the event's row; empty before it is stored
	CreatedAt time.Time // of the event's row, by the server's clock
	Confirmed bool      // the server saw the write come to its end
	Reason    string    // as the caller gave it; empty if there was none, or none is left

	text   string // the entry as the row holds it
	values string // the values as the row holds them
	stated stated
}

// stated is what the columns of a row say again of its entry, so that they can be
// queried.
type stated struct {
	id, op, class string
	at            time.Time
	record        string // filled in after a create that knew no objectId
	user          string
	columns       []string
}

// Object returns the objectId of the record that changed, also where the entry was
// written before it had one; empty for an event of a whole class.
func (e *Event) Object() string { return e.stated.record }

// AsWritten returns the event as it was before its save came to an end: not confirmed, and
// of a create without the objectId that the server had not made yet.
func (e *Event) AsWritten() Event {
	written := *e
	written.Confirmed, written.stated.record = false, e.Record
	return written
}

// Text returns the entry's canonical JSON as the event's row holds it.
func (e *Event) Text() string { return e.text }

// ValuesText returns the values' canonical JSON as the event's row holds it.
func (e *Event) ValuesText() string { return e.values }

// Hash returns the hash of the entry: SHA-256 of [Event.Text], in hex.
func (e *Event) Hash() string { return HashOf(e.text) }

// AppendRow appends the event's row as a server shows it: its columns, objectId and
// createdAt.
func (e *Event) AppendRow(dst []byte) []byte {
	dst = wire.AppendISO(append(dst, `{"createdAt":"`...), e.CreatedAt)
	dst = append(appendText(append(dst, `","objectId":`...), e.ObjectID), ',')
	start := len(dst)
	dst = e.AppendFields(dst)
	return append(dst[:start], dst[start+1:]...) // the columns go on in the same object
}

// AppendFields appends the columns of the event's row, in Parse's encodings, as a
// JSON object with sorted names: what a server stores in class AuditTrail.
func (e *Event) AppendFields(dst []byte) []byte {
	dst = append(dst, '{')
	if e.stated.user != "" {
		dst = append(dst, `"actor":{"__type":"Pointer","className":"_User","objectId":`...)
		dst = append(appendText(dst, e.stated.user), `},`...)
	}
	dst = wire.AppendDate(append(dst, `"at":`...), e.At)
	dst = appendText(append(dst, `,"class":`...), e.stated.class)
	dst = append(dst, `,"columns":[`...)
	for i, name := range e.stated.columns {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendText(dst, name)
	}
	dst = strconv.AppendBool(append(dst, `],"confirmed":`...), e.Confirmed)
	dst = appendText(append(dst, `,"entry":`...), e.text)
	dst = appendText(append(dst, `,"event":`...), e.stated.id)
	dst = appendText(append(dst, `,"op":`...), e.stated.op)
	dst = appendText(append(dst, `,"record":`...), e.stated.record)
	dst = appendText(append(dst, `,"values":`...), e.values)
	return append(dst, '}')
}
