package graphql

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
)

// badArgument is a value that does not fit the type of its argument.
type badArgument struct {
	at      string // where it stands, such as where.day.equalTo
	problem string // continues a sentence
	value   *ast.Value
}

// refuse says where in the document the value stands, or the variable that it is of.
func (e *badArgument) refuse(op *ast.OperationDefinition) *document.Answer {
	message := fmt.Sprintf("the argument %s %s", e.at, e.problem)
	v := valueAt(e.value, strings.Split(e.at, ".")[1:])
	if v.Kind == ast.Variable {
		return refuse(http.StatusBadRequest, codeVariables, message, op.VariableDefinitions.ForName(v.Raw).Position)
	}
	at := *v.Position
	if v.Kind == ast.StringValue {
		at.Column-- // the parser points behind the quote
	}
	return refuse(http.StatusBadRequest, codeInvalid, message, &at)
}

// valueAt follows steps, names and positions, from a value to one within it, or to
// the variable whose value has the rest.
func valueAt(v *ast.Value, steps []string) *ast.Value {
	for _, step := range steps {
		below := v.Children.ForName(step)
		if i, err := strconv.Atoi(step); err == nil && v.Kind == ast.ListValue && i < len(v.Children) {
			below = v.Children[i].Value
		}
		if below != nil { // a value in the place of a list is its only element
			v = below
		}
	}
	return v
}

// readArguments reads the arguments of all fields that may be asked for, before any
// of them is.
func (x *execution) readArguments(set ast.SelectionSet, seen map[string]bool) *badArgument {
	for _, selection := range set {
		var below ast.SelectionSet
		switch sel := selection.(type) {
		case *ast.Field:
			if bad := x.readFieldArguments(sel); bad != nil {
				return bad
			}
			below = sel.SelectionSet
		case *ast.InlineFragment:
			below = sel.SelectionSet
		case *ast.FragmentSpread:
			if seen[sel.Name] {
				continue
			}
			seen[sel.Name] = true
			below = sel.Definition.SelectionSet
		}
		if bad := x.readArguments(below, seen); bad != nil {
			return bad
		}
	}
	return nil
}

func (x *execution) readFieldArguments(f *ast.Field) *badArgument {
	if len(f.Arguments) == 0 || f.Definition == nil {
		return nil
	}
	args := map[string]any{}
	for _, def := range f.Definition.Arguments {
		value := x.argument(f, def)
		if value == nil {
			continue
		}
		v, err := value.Value(x.variables)
		if err != nil {
			return &badArgument{def.Name, "holds a number that is too large", value}
		}
		var bad *badArgument
		if args[def.Name], bad = x.schema.coerce(def.Name, def.Type, v); bad != nil {
			bad.value = value
			return bad
		}
	}
	x.args[f] = args
	return nil
}

// argument is what the document gives for an argument, or its default; nil: nothing.
func (x *execution) argument(f *ast.Field, def *ast.ArgumentDefinition) *ast.Value {
	given := f.Arguments.ForName(def.Name)
	if given == nil {
		return def.DefaultValue
	}
	if _, set := x.variables[given.Value.Raw]; given.Value.Kind == ast.Variable && !set {
		return def.DefaultValue
	}
	return given.Value
}

// coerce gives a value the form in which Parse has values of its type. at is where it
// stands.
func (s *Schema) coerce(at string, t *ast.Type, v any) (any, *badArgument) {
	if v == nil {
		if t.NonNull {
			return nil, &badArgument{at: at, problem: "is null, want " + t.String()}
		}
		return nil, nil
	}
	if t.Elem != nil {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		out := make([]any, len(list))
		for i, each := range list {
			var bad *badArgument
			if out[i], bad = s.coerce(at+"."+strconv.Itoa(i), t.Elem, each); bad != nil {
				return nil, bad
			}
		}
		return out, nil
	}
	if def := s.ast.Types[t.NamedType]; def.Kind == ast.InputObject {
		return s.coerceObject(at, def, v)
	}
	out, err := coerceScalar(t.NamedType, v)
	if err != nil {
		return nil, &badArgument{at: at, problem: err.Error()}
	}
	return out, nil
}

func (s *Schema) coerceObject(at string, def *ast.Definition, v any) (any, *badArgument) {
	in, ok := v.(map[string]any)
	if !ok {
		return nil, &badArgument{at: at, problem: "is no " + def.Name + " object"}
	}
	out := map[string]any{}
	for _, field := range def.Fields {
		place := at + "." + field.Name
		value, given := in[field.Name]
		if !given {
			if field.DefaultValue == nil {
				if field.Type.NonNull { // a variable in a literal that was not set
					return nil, &badArgument{at: place, problem: "is missing, want " + field.Type.String()}
				}
				continue
			}
			var err error
			if value, err = field.DefaultValue.Value(nil); err != nil {
				return nil, &badArgument{at: place, problem: "has a default that cannot be read"}
			}
		}
		var bad *badArgument
		if out[field.Name], bad = s.coerce(place, field.Type, value); bad != nil {
			return nil, bad
		}
	}
	return out, nil
}
