package isoaudit

import (
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// TrailEvent is a row of the audit trail: one write of one object, by whom, when and
// why. [TrailEvent.Decode] gives what the event says of the columns.
type TrailEvent struct {
	parse.Object
	Event     string           `json:"event"`     // identifier of the event
	At        time.Time        `json:"at"`        // when the server saw the write
	Op        string           `json:"op"`        // as in event.Op
	Class     string           `json:"class"`     // of the object
	Record    string           `json:"record"`    // objectId of the object; "" where a whole class is meant
	Actor     Pointer[Auditor] `json:"actor"`     // zero for the master key
	Columns   []string         `json:"columns"`   // that changed
	Confirmed bool             `json:"confirmed"` // the write came to its end
	Entry     string           `json:"entry"`     // what is hashed
	Values    string           `json:"values"`    // before and after

	row jsontext.Value // as the server showed it
}

// trailClass is the class that TrailEvent stands for.
var trailClass = parse.ClassOf[TrailEvent](event.Class)

// ParseClass implements parse.Classed.
func (*TrailEvent) ParseClass() parse.Class { return trailClass }

// UnmarshalJSONFrom keeps the row beside what it holds, for Decode.
func (e *TrailEvent) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	type columns TrailEvent // without this method
	*e = TrailEvent{}
	if err := json.Unmarshal(raw, (*columns)(e), dec.Options()); err != nil {
		return err
	}
	e.row = raw.Clone()
	return nil
}

// Decode reads the event. A row that holds none is an [*event.Damage].
func (e *TrailEvent) Decode() (event.Event, error) { return event.Parse(e.row) }

// TrailEventFields are the columns of the audit trail.
var TrailEventFields = struct {
	parse.ObjectFieldSet[TrailEvent]
	Event     parse.TextField[TrailEvent, string]
	At        parse.TimeField[TrailEvent]
	Op        parse.TextField[TrailEvent, string]
	Class     parse.TextField[TrailEvent, string]
	Record    parse.TextField[TrailEvent, string]
	Actor     parse.PointerField[TrailEvent, Auditor]
	Columns   parse.ArrayField[TrailEvent, string]
	Confirmed parse.BoolField[TrailEvent]
	Entry     parse.TextField[TrailEvent, string]
	Values    parse.TextField[TrailEvent, string]
}{
	ObjectFieldSet: parse.ObjectFieldsOf[TrailEvent](),
	Event:          parse.NewTextField[TrailEvent, string]("event"),
	At:             parse.NewTimeField[TrailEvent]("at"),
	Op:             parse.NewTextField[TrailEvent, string]("op"),
	Class:          parse.NewTextField[TrailEvent, string]("class"),
	Record:         parse.NewTextField[TrailEvent, string]("record"),
	Actor:          parse.NewPointerField[TrailEvent, Auditor]("actor"),
	Columns:        parse.NewArrayField[TrailEvent, string]("columns"),
	Confirmed:      parse.NewBoolField[TrailEvent]("confirmed"),
	Entry:          parse.NewTextField[TrailEvent, string]("entry"),
	Values:         parse.NewTextField[TrailEvent, string]("values"),
}
