package event

import (
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// read reads an entry from its text.
func (e *Entry) read(text string) error {
	if e.readUsual(text) {
		return nil
	}
	var slow Entry // apart, since the general reader wants it on the heap
	err := json.Unmarshal([]byte(text), &slow, readOptions)
	*e = slow
	return err
}

// readUsual reads an entry as [Entry.Append] writes it, several times faster; false
// if it is not one.
func (e *Entry) readUsual(text string) bool {
	return eachMember(text, func(name, value string) (ok bool) {
		switch name {
		case "actor":
			return eachMember(value, e.Actor.readMember)
		case "at":
			if value, ok = plainString(value); ok {
				at, err := wire.ParseISO(value)
				e.At = at
				return err == nil
			}
			return false
		case "columns":
			e.Columns = make(map[string]string, strings.Count(value, ":"))
			return eachMember(value, func(column, hash string) bool {
				hash, ok := textOrNull(hash)
				e.Columns[column] = hash
				return ok
			})
		case "v":
			e.Version = Version
			return value == "1"
		case "op":
			value, ok = plainString(value)
			e.Op = Op(value)
			return ok
		}
		if field := e.text(name); field != nil {
			*field, ok = textOrNull(value)
		}
		return ok
	})
}

// text returns where the text member name of an entry is kept.
func (e *Entry) text(name string) *string {
	switch name {
	case "class":
		return &e.Class
	case "event":
		return &e.ID
	case "meaning":
		return &e.Meaning
	case "prev":
		return &e.Prev
	case "reason":
		return &e.Why
	case "record":
		return &e.Record
	case "redacts":
		return &e.Redacts
	case "request":
		return &e.Request
	case "rule":
		return &e.Rule
	case "signs":
		return &e.Signs
	}
	return nil
}

func (a *Actor) readMember(name, value string) (ok bool) {
	value, ok = plainString(value)
	switch name {
	case "id":
		a.ID = value
	case "kind":
		a.Kind = Kind(value)
	default:
		return false
	}
	return ok
}

func textOrNull(value string) (string, bool) {
	if value == "null" {
		return "", true
	}
	return plainString(value)
}

// reasonIn returns the reason that stands among the values, empty if there is none.
func reasonIn(values string) (reason string) {
	if eachValue(values, func(column string, v rawValue) bool {
		return column != ReasonName || v.after == "" || readText(&reason, []byte(v.after))
	}) {
		return reason
	}
	var members map[string]*Value
	reason = ""
	if json.Unmarshal([]byte(values), &members, wire.Tolerant()) == nil && members[ReasonName] != nil {
		_ = json.Unmarshal(members[ReasonName].After, &reason, wire.Tolerant()) // what is no text is no reason
	}
	return reason
}

// rawValue is a value of an event as text; without a salt if it was redacted.
type rawValue struct{ salt, before, after string }

func (v rawValue) value() *Value {
	if v.salt == "" {
		return nil
	}
	value := &Value{Salt: v.salt}
	if v.before != "" {
		value.Before = jsontext.Value(v.before)
	}
	if v.after != "" {
		value.After = jsontext.Value(v.after)
	}
	return value
}

// eachValue yields the values of an event by column, in their order; false if they are
// not spelled as this package writes them.
func eachValue(values string, yield func(column string, v rawValue) bool) bool {
	return eachMember(values, func(column, value string) bool {
		var v rawValue
		if value == "null" {
			return yield(column, v)
		}
		spelled := eachMember(value, func(name, part string) (ok bool) {
			switch name {
			case "after":
				v.after = part
			case "before":
				v.before = part
			case "salt":
				v.salt, ok = plainString(part)
				return ok && v.salt != ""
			default:
				return false
			}
			return true
		})
		return spelled && v.salt != "" && yield(column, v)
	})
}
