package auditserver

import (
	"math"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// relationChange adds ids to or removes them from a relation field.
type relationChange struct {
	field, class string
	ids          []string
	remove       bool
}

// changes are what a write does to an object, atomic operations worked out
// (protocol section 2.2).
type changes struct {
	set       map[string]any // new values by field; nil: no value any more
	relations []relationChange
	results   map[string]any  // what the answer shows of operations
	copied    map[string]bool // fields in set whose value is a copy that may be changed
	quirks    bool
}

// maxKeyPath is how deep a dotted name may reach into an Object: it must not
// nest what the body itself could not.
const maxKeyPath = 64

// workOut applies the members of a request's body to the present values.
func workOut(class schema.Class, present, body map[string]any, quirks bool) (*changes, error) {
	c := &changes{set: make(map[string]any, len(body)), quirks: quirks}
	var dotted []string
	var first firstFault
	for name, value := range body {
		if root, _, isDotted := strings.Cut(name, "."); !plainName(root) {
			first.note(name, fault.InvalidName(name))
			continue
		} else if isDotted {
			dotted = append(dotted, name)
			continue
		}
		op, isOp := operationOf(value)
		if !isOp {
			c.set[name] = value
		} else {
			first.note(name, c.operate(name, op, value.(map[string]any), present[name]))
		}
	}
	slices.Sort(dotted) // after the whole value, if there is one, and o.k before o.k.l
	for _, name := range dotted {
		root, rest, _ := strings.Cut(name, ".")
		first.note(name, c.nested(class, present, root, rest, body[name]))
	}
	if first.err != nil {
		return nil, first.err
	}
	return c, nil
}

// firstFault keeps the error of the field that is first by name: maps have no
// order, and the same request gets the same answer.
type firstFault struct {
	field string
	err   error
}

func (f *firstFault) note(field string, err error) {
	if err != nil && (f.err == nil || field < f.field) {
		f.field, f.err = field, err
	}
}

func operationOf(value any) (op string, ok bool) {
	m, isMap := value.(map[string]any)
	if !isMap {
		return "", false
	}
	op, ok = m["__op"].(string)
	return op, ok
}

func (c *changes) operate(name, op string, m map[string]any, present any) error {
	switch op {
	case "Delete":
		c.set[name] = nil
		return nil
	case "AddRelation", "RemoveRelation":
		return c.relate(name, op, m)
	case "Batch":
		ops, _ := m["ops"].([]any)
		for _, each := range ops {
			inner, ok := operationOf(each)
			if !ok || inner != "AddRelation" && inner != "RemoveRelation" {
				return fault.New(wire.CodeForbidden, "a Batch operation on %s may only hold AddRelation and RemoveRelation", name)
			}
			if err := c.relate(name, inner, each.(map[string]any)); err != nil {
				return err
			}
		}
		return nil
	}
	result, err := c.compute(name, op, m, present)
	if err != nil {
		return err
	}
	c.set[name] = result
	c.result(name, result)
	return nil
}

func (c *changes) result(name string, v any) {
	if c.results == nil {
		c.results = map[string]any{}
	}
	c.results[name] = v
}

// compute gives the value of Increment, Add, AddUnique or Remove.
func (c *changes) compute(name, op string, m map[string]any, present any) (any, error) {
	if op == "Increment" {
		amount, ok := m["amount"].(float64)
		if !ok {
			return nil, fault.New(wire.CodeInvalidJSON, "incrementing %s needs a number as amount", name)
		}
		old, ok := present.(float64)
		if present != nil && !ok {
			return nil, fault.New(wire.CodeIncorrectType, "%s is not a number and can't be incremented", name)
		}
		sum := old + amount
		if math.IsInf(sum, 0) {
			return nil, fault.New(wire.CodeIncorrectType, "%s can't be incremented: the sum is too large for a number", name)
		}
		return sum, nil
	}
	if op != "Add" && op != "AddUnique" && op != "Remove" {
		return nil, fault.New(wire.CodeInvalidJSON, "the operation %q on %s is not known", op, name)
	}
	objects, ok := m["objects"].([]any)
	if !ok {
		return nil, fault.New(wire.CodeInvalidJSON, "%s on %s needs a list as objects", op, name)
	}
	old, ok := present.([]any)
	if present != nil && !ok {
		return nil, fault.New(wire.CodeIncorrectType, "%s is not a list: %s is not possible", name, op)
	}
	switch op {
	case "Add":
		out := slices.Concat(old, objects)
		if c.quirks {
			out = postgresArray(out)
		}
		return out, nil
	case "AddUnique":
		out, known := slices.Clone(old), newValueSet(old)
		for _, o := range objects {
			if known.add(o) {
				out = append(out, o)
			}
		}
		if c.quirks {
			out = postgresArray(out)
		}
		return nonNil(out), nil
	}
	gone := newValueSet(objects)
	return nonNil(slices.DeleteFunc(slices.Clone(old), gone.has)), nil
}

func nonNil(list []any) []any {
	if list == nil {
		return []any{}
	}
	return list
}

// valueSet holds JSON values by what they are equal by: lists are long at times,
// and all who write wait while one is worked out.
type valueSet map[string]struct{}

func newValueSet(list []any) valueSet {
	s := make(valueSet, len(list))
	for _, v := range list {
		s.add(v)
	}
	return s
}

func valueKey(v any) string { return string(where.Equal("", v).AppendCanonical(nil)) }

// add reports whether v is new.
func (s valueSet) add(v any) bool {
	n := len(s)
	s[valueKey(v)] = struct{}{}
	return len(s) > n
}

func (s valueSet) has(v any) bool {
	_, ok := s[valueKey(v)]
	return ok
}

// postgresArray is the quirk of Add and AddUnique on PostgreSQL: duplicates
// disappear and the order changes (protocol section 12.11).
func postgresArray(list []any) []any {
	out, known := []any{}, valueSet{}
	for _, v := range list {
		if known.add(v) {
			out = append(out, v)
		}
	}
	if len(out) > 3 {
		slices.Reverse(out[1 : len(out)-1])
	}
	return out
}

func (c *changes) relate(name, op string, m map[string]any) error {
	objects, _ := m["objects"].([]any)
	if len(objects) == 0 {
		return fault.New(wire.CodeInvalidJSON, "%s on %s needs at least one pointer as objects", op, name)
	}
	change := relationChange{field: name, remove: op == "RemoveRelation"}
	for _, o := range objects {
		p, _ := o.(map[string]any)
		class, _ := p["className"].(string)
		id, _ := p["objectId"].(string)
		if class == "" || id == "" {
			return fault.New(wire.CodeIncorrectType, "%s on %s needs pointers as objects", op, name)
		}
		if change.class != "" && change.class != class {
			return fault.New(wire.CodeIncorrectType, "%s on %s mixes the classes %s and %s", op, name, change.class, class)
		}
		change.class = class
		change.ids = append(change.ids, id)
	}
	c.relations = append(c.relations, change)
	return nil
}

// nested changes one key inside an Object field: "o.k" or deeper.
func (c *changes) nested(class schema.Class, present map[string]any, root, rest string, value any) error {
	if f, ok := class.Fields[root]; ok && f.Type != schema.Object {
		return mismatch(class.Name, root, f, schema.Field{Type: schema.Object})
	}
	if strings.Count(rest, ".") >= maxKeyPath {
		return fault.New(wire.CodeInvalidKeyName, "a dotted name reaches deeper than %d levels into %s", maxKeyPath, root)
	}
	at, path := c.copyOf(root, present[root]), strings.Split(rest, ".")
	for _, key := range path[:len(path)-1] {
		next, ok := at[key].(map[string]any)
		if !ok {
			next = map[string]any{}
			at[key] = next
		}
		at = next
	}
	key := path[len(path)-1]
	op, isOp := operationOf(value)
	switch {
	case !isOp:
		at[key] = cloneValue(value) // o.k.l may change it, and the request may run twice
	case op == "Delete":
		delete(at, key)
	default:
		result, err := c.compute(root+"."+rest, op, value.(map[string]any), at[key])
		if err != nil {
			return err
		}
		at[key] = result
		c.nestedResult(root, path, result)
	}
	return nil
}

// copyOf gives the new value of an Object field to write into. It is copied once,
// not for each dotted name.
func (c *changes) copyOf(field string, present any) map[string]any {
	whole, given := c.set[field]
	if !given {
		whole = present
	}
	object, _ := whole.(map[string]any)
	if c.copied[field] {
		return object
	}
	object = cloneObject(object)
	c.set[field] = object
	if c.copied == nil {
		c.copied = map[string]bool{}
	}
	c.copied[field] = true
	return object
}

func (c *changes) nestedResult(root string, path []string, v any) {
	top, _ := c.results[root].(map[string]any)
	if top == nil {
		top = map[string]any{}
		c.result(root, top)
	}
	for _, key := range path[:len(path)-1] {
		next, _ := top[key].(map[string]any)
		if next == nil {
			next = map[string]any{}
			top[key] = next
		}
		top = next
	}
	top[path[len(path)-1]] = v
}
