package parse

import (
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// Change is one field's part of an update. Changes are made by fields; the zero
// Change is refused by Update.
type Change[T any] struct {
	_      [0]*T
	change change
}

// Format prints the field and what is done to it, never the value, which may be
// a password.
func (c Change[T]) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "%s.%s", c.change.field, c.change.op)
}

// change is a Change without its class.
type change struct {
	field   string
	op      changeOp
	value   any
	mistake string
}

// changeOp is the way a change acts on the stored value (protocol section 2.2).
type changeOp string

const (
	opSet            changeOp = "Set"
	opUnset          changeOp = "Delete"
	opIncrement      changeOp = "Increment"
	opAdd            changeOp = "Add"
	opAddUnique      changeOp = "AddUnique"
	opRemove         changeOp = "Remove"
	opAddRelation    changeOp = "AddRelation"
	opRemoveRelation changeOp = "RemoveRelation"

	// opUnchanged is no change: it is what the others may depend on.
	opUnchanged changeOp = "IfUnchangedSince"
)

func (o changeOp) onRelation() bool { return o == opAddRelation || o == opRemoveRelation }

// encodeChanges writes the body of an update. One field may stand in one change
// only, except that a relation may gain and lose members at once.
func (c *codec) encodeChanges(changes []change) (jsontext.Value, error) {
	if len(changes) == 0 {
		return nil, wire.BadField("", "no changes: give at least one")
	}
	var order []string
	values := make(map[string]encodedChange, len(changes))
	for _, ch := range changes {
		raw, err := c.encodeChange(ch)
		if err != nil {
			return nil, err
		}
		before, twice := values[ch.field]
		switch {
		case !twice:
			order = append(order, ch.field)
		case before.op.onRelation() && ch.op.onRelation() && before.op != ch.op:
			raw = fmt.Appendf(nil, `{"__op":"Batch","ops":[%s,%s]}`, before.raw, raw)
		default:
			return nil, wire.BadField(ch.field, "changed twice in one update: give each field one change")
		}
		values[ch.field] = encodedChange{ch.op, raw}
	}
	body := jsontext.Value{'{'}
	for i, field := range order {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, '"')
		body = append(body, field...) // checked by newColumn
		body = append(body, `":`...)
		body = append(body, values[field].raw...)
	}
	return append(body, '}'), nil
}

type encodedChange struct {
	op  changeOp
	raw jsontext.Value
}

func (c *codec) encodeChange(ch change) (jsontext.Value, error) {
	if ch.mistake != "" {
		return nil, wire.BadField(ch.field, ch.mistake)
	}
	if ch.field == "" {
		return nil, wire.BadField("", "zero change: make changes with fields, as in Status.Set")
	}
	if ch.op == opUnchanged {
		return nil, wire.BadField(ch.field, "IfUnchangedSince is for Update and Apply")
	}
	if ch.op == opUnset {
		return jsontext.Value(`{"__op":"Delete"}`), nil
	}
	raw, err := c.encodeStored(ch.value)
	if err != nil {
		return nil, wire.BadField(ch.field, fmt.Sprintf("cannot encode %T: %v", ch.value, wire.BareCause(err)))
	}
	switch ch.op {
	case opSet:
		return raw, nil
	case opIncrement:
		return fmt.Appendf(nil, `{"__op":"Increment","amount":%s}`, raw), nil
	}
	return fmt.Appendf(nil, `{"__op":%q,"objects":%s}`, ch.op, raw), nil
}

// unchangedMember is the member of a cloud context with the updatedAt that the object
// of an update must have (protocol section 2.3).
const unchangedMember = "ifUnchangedSince"

// version is one state of one object.
type version struct {
	id        string
	updatedAt time.Time
}

// conditional parts what an update of the object id depends on from its changes, and
// tells the server of it.
func conditional(call *transport.Call, changes []change) (rest []change, err error) {
	if !slices.ContainsFunc(changes, func(ch change) bool { return ch.op == opUnchanged }) {
		return changes, nil
	}
	for _, ch := range changes {
		wanted, ok := ch.value.(version)
		switch {
		case ch.op != opUnchanged || !ok:
			rest = append(rest, ch)
		case call.Told != nil:
			return nil, wire.BadField(ch.field, "IfUnchangedSince stands twice in one update")
		case wanted.id != call.ObjectID:
			return nil, wire.BadField(ch.field, fmt.Sprintf("IfUnchangedSince of the object %q in an update of %q", wanted.id, call.ObjectID))
		default:
			call.Told = map[string]any{unchangedMember: wire.FormatISO(wanted.updatedAt)}
		}
	}
	return rest, nil
}
