package ops

import (
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/classes"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// RelationChange adds ids to or removes them from a relation field.
type RelationChange struct {
	Field, Class string
	IDs          []string
	Remove       bool
}

// Changes are what a write does to an object: the results of its atomic operations
// (protocol section 2.2).
type Changes struct {
	Set       map[string]any // new values by field; nil removes the value
	Relations []RelationChange
	Results   map[string]any  // what the answer shows of operations
	copied    map[string]bool // fields in set whose value is a copy that may be changed
	quirks    bool
}

// WorkOut applies the members of a request's body to the present values.
func WorkOut(class schema.Class, present, body map[string]any, quirks bool) (*Changes, error) {
	c := &Changes{Set: make(map[string]any, len(body)), quirks: quirks}
	var dotted []string
	var first fault.First
	for name, value := range body {
		if root, _, isDotted := strings.Cut(name, "."); !classes.PlainName(root) {
			first.Note(name, refusal(name, value))
			continue
		} else if isDotted {
			dotted = append(dotted, name)
			continue
		}
		op, isOp := Named(value)
		if !isOp {
			c.Set[name] = value
		} else {
			first.Note(name, c.operate(class, name, op, value.(map[string]any), present[name]))
		}
	}
	slices.Sort(dotted) // o.k before o.k.l; all after a value of o as a whole
	for _, name := range dotted {
		root, rest, _ := strings.Cut(name, ".")
		first.Note(name, c.nested(class, present, root, rest, body[name]))
	}
	if first.Err != nil {
		return nil, first.Err
	}
	return c, nil
}

// Named gives the name of the operation that a value asks for, if it is one.
func Named(value any) (op string, ok bool) {
	m, isMap := value.(map[string]any)
	if !isMap {
		return "", false
	}
	op, ok = m["__op"].(string)
	return op, ok
}

// refusal refuses what is written under a name that no column can have. A value
// that is none comes first.
func refusal(name string, value any) error {
	if _, isOp := Named(value); !isOp && value != nil {
		if _, err := values.TypeOf(value); err != nil {
			return err
		}
	}
	return fault.InvalidName(name)
}

func (c *Changes) operate(class schema.Class, name, op string, m map[string]any, present any) error {
	if want, known := class.Fields[name]; known {
		if got, makes := typeOf(op, m); makes && (want.Type != got.Type || want.TargetClass != got.TargetClass) {
			return values.Mismatch(class.Name, name, want, got)
		}
	}
	switch op {
	case "Delete":
		c.Set[name] = nil
		return nil
	case "AddRelation", "RemoveRelation":
		return c.relate(name, op, m)
	case "Batch":
		ops, _ := m["ops"].([]any)
		for _, each := range ops {
			inner, ok := Named(each)
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
	c.Set[name] = result
	c.result(name, result)
	return nil
}

func (c *Changes) result(name string, v any) {
	if c.Results == nil {
		c.Results = map[string]any{}
	}
	c.Results[name] = v
}

func (c *Changes) relate(name, op string, m map[string]any) error {
	objects, _ := m["objects"].([]any)
	if len(objects) == 0 {
		return fault.New(wire.CodeInvalidJSON, "%s on %s needs at least one pointer as objects", op, name)
	}
	change := RelationChange{Field: name, Remove: op == "RemoveRelation"}
	for _, o := range objects {
		p, _ := o.(map[string]any)
		class, _ := p["className"].(string)
		id, _ := p["objectId"].(string)
		if class == "" || id == "" {
			return fault.New(wire.CodeIncorrectType, "%s on %s needs pointers as objects", op, name)
		}
		if change.Class != "" && change.Class != class {
			return fault.New(wire.CodeIncorrectType, "%s on %s mixes the classes %s and %s", op, name, change.Class, class)
		}
		change.Class = class
		change.IDs = append(change.IDs, id)
	}
	c.Relations = append(c.Relations, change)
	return nil
}
