package event

import (
	"bytes"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// row is a row of class AuditTrail as a server shows it.
type row struct {
	ObjectID  string    `json:"objectId"`
	CreatedAt time.Time `json:"createdAt"`
	Event     string    `json:"event"`
	At        time.Time `json:"at"`
	Op        string    `json:"op"`
	Class     string    `json:"class"`
	Record    string    `json:"record"`
	Actor     struct {
		ObjectID string `json:"objectId"`
	} `json:"actor"`
	Columns   []string `json:"columns"`
	Confirmed bool     `json:"confirmed"`
	Entry     string   `json:"entry"`
	Values    string   `json:"values"`
}

// read reads a row from its JSON.
func (r *row) read(raw jsontext.Value) error {
	if eachMember(raw, r.readMember) {
		return nil
	}
	*r = row{}
	return json.Unmarshal(raw, r, readOptions)
}

// readMember reads one member of the usual form; false if it has another one.
func (r *row) readMember(name, value jsontext.Value) (ok bool) {
	switch string(name) {
	case "objectId":
		return readText(&r.ObjectID, value)
	case "createdAt":
		r.CreatedAt, ok = wire.UsualDate(value)
		return ok
	case "event":
		return readText(&r.Event, value)
	case "at":
		r.At, ok = wire.UsualDate(value)
		return ok
	case "op":
		return readText(&r.Op, value)
	case "class":
		return readText(&r.Class, value)
	case "record":
		return readText(&r.Record, value)
	case "actor":
		if eachMember(value, r.readActor) {
			return true
		}
		return json.Unmarshal(value, &r.Actor, readOptions) == nil
	case "columns":
		return r.readColumns(value)
	case "confirmed":
		r.Confirmed = string(value) == "true"
		return r.Confirmed || string(value) == "false"
	case "entry":
		return readText(&r.Entry, value)
	case "values":
		return readText(&r.Values, value)
	}
	return true
}

func readText(to *string, value []byte) bool {
	if len(value) < 2 || value[0] != '"' {
		return false
	}
	if bytes.IndexByte(value, '\\') < 0 {
		*to = string(value[1 : len(value)-1])
		return true
	}
	var room [2048]byte // one copy, not two, for most
	text, err := jsontext.AppendUnquote(room[:0], value)
	*to = string(text)
	return err == nil
}

// readActor reads one member of the pointer to the actor.
func (r *row) readActor(name, value jsontext.Value) bool {
	return string(name) != "objectId" || readText(&r.Actor.ObjectID, value)
}

// readColumns reads a list of names.
func (r *row) readColumns(value []byte) bool {
	if !usualList(value) {
		return json.Unmarshal(value, &r.Columns, readOptions) == nil
	}
	text := string(value)
	r.Columns = make([]string, 0, strings.Count(text, ",")+1)
	for quoted := range strings.SplitSeq(text[1:len(text)-1], ",") {
		r.Columns = append(r.Columns, quoted[1:len(quoted)-1])
	}
	return true
}

// usualList recognizes a list of names of columns, which have no commas and escapes.
func usualList(value []byte) bool {
	if len(value) < len(`["a"]`) || value[0] != '[' || value[len(value)-1] != ']' || bytes.IndexByte(value, '\\') >= 0 {
		return false
	}
	for name := range bytes.SplitSeq(value[1:len(value)-1], []byte(",")) {
		if len(name) < 3 || name[0] != '"' || name[len(name)-1] != '"' || bytes.IndexByte(name[1:len(name)-1], '"') >= 0 {
			return false
		}
	}
	return true
}
