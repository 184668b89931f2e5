package ops

import (
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// maxKeyPath is how deep a dotted name may reach into an Object. It keeps the
// result from nesting deeper than a body may.
const maxKeyPath = 64

// nested changes one key inside an Object field: "o.k" or deeper.
func (c *Changes) nested(class schema.Class, present map[string]any, root, rest string, value any) error {
	if f, ok := class.Fields[root]; ok && f.Type != schema.Object {
		return values.Mismatch(class.Name, root, f, schema.Field{Type: schema.Object})
	} else if first, _, _ := strings.Cut(rest, "."); ok && strings.Trim(first, "0123456789") == "" {
		return values.Mismatch(class.Name, root, f, schema.Field{Type: schema.Array}) // a place in a list, or no name
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
	op, isOp := Named(value)
	switch {
	case !isOp:
		if _, err := values.TypeOf(value); value != nil && err != nil {
			return err
		}
		at[key] = values.Clone(value) // o.k.l may change it, and the request may run twice
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

// copyOf gives a copy of an Object field to write into. It is made once, not for
// each dotted name.
func (c *Changes) copyOf(field string, present any) map[string]any {
	whole, given := c.Set[field]
	if !given {
		whole = present
	}
	object, _ := whole.(map[string]any)
	if c.copied[field] {
		return object
	}
	object = values.CloneObject(object)
	c.Set[field] = object
	if c.copied == nil {
		c.copied = map[string]bool{}
	}
	c.copied[field] = true
	return object
}

func (c *Changes) nestedResult(root string, path []string, v any) {
	top, _ := c.Results[root].(map[string]any)
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
