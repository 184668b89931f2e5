package graphql

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// The types with which GraphQL describes a schema. Their fields are made when they are
// asked for, because types name each other.

// described is an object of introspection: fields by name.
type described struct {
	name   string
	fields map[string]func(args map[string]any) any
}

func (d described) typeName() string { return d.name }

func (d described) field(x *execution, f *ast.Field, _ []ast.SelectionSet) (any, error) {
	if value := d.fields[f.Name]; value != nil {
		return value(x.args[f]), nil
	}
	return nil, nil
}

func introspectSchema(x *execution, _ *ast.Field, _ []ast.SelectionSet) (any, error) {
	s := x.schema
	return described{"__Schema", map[string]func(map[string]any) any{
		"queryType":    func(map[string]any) any { return s.describe("Query") },
		"mutationType": func(map[string]any) any { return s.describe("Mutation") },
		"types": func(map[string]any) any {
			list := []any{}
			for _, name := range sortedKeys(s.ast.Types) {
				list = append(list, s.describe(name))
			}
			return list
		},
		"directives": func(map[string]any) any {
			list := []any{}
			for _, name := range sortedKeys(s.ast.Directives) {
				list = append(list, s.describeDirective(s.ast.Directives[name]))
			}
			return list
		},
	}}, nil
}

func introspectType(x *execution, f *ast.Field, _ []ast.SelectionSet) (any, error) {
	name, _ := x.args[f]["name"].(string)
	return x.schema.describe(name), nil
}

// describe gives the __Type of a named type; nil: there is none.
func (s *Schema) describe(name string) any {
	def := s.ast.Types[name]
	if def == nil {
		return nil
	}
	d := described{"__Type", map[string]func(map[string]any) any{
		"kind":        func(map[string]any) any { return string(def.Kind) },
		"name":        func(map[string]any) any { return name },
		"description": func(map[string]any) any { return textOrNull(def.Description) },
	}}
	switch def.Kind {
	case ast.Object, ast.Interface:
		d.fields["fields"] = func(map[string]any) any { return s.describeFields(def) }
		d.fields["interfaces"] = func(map[string]any) any { return s.describeAll(def.Interfaces) }
	case ast.InputObject:
		d.fields["inputFields"] = func(map[string]any) any {
			list := []any{}
			for _, f := range def.Fields {
				list = append(list, s.describeInput(f.Name, f.Description, f.Type, f.DefaultValue))
			}
			return list
		}
		d.fields["isOneOf"] = func(map[string]any) any { return false }
	case ast.Enum:
		d.fields["enumValues"] = func(map[string]any) any { return describeValues(def) }
	}
	if def.IsAbstractType() {
		d.fields["possibleTypes"] = func(map[string]any) any {
			var names []string
			for _, possible := range s.ast.PossibleTypes[name] {
				names = append(names, possible.Name)
			}
			return s.describeAll(names)
		}
	}
	return d
}

func textOrNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (s *Schema) describeAll(names []string) any {
	list := []any{}
	for _, name := range names {
		list = append(list, s.describe(name))
	}
	return list
}

// describeUse gives the __Type of a type as it is used, in lists and not null.
func (s *Schema) describeUse(t *ast.Type) any {
	wrap := func(kind string, of *ast.Type) any {
		return described{"__Type", map[string]func(map[string]any) any{
			"kind":   func(map[string]any) any { return kind },
			"ofType": func(map[string]any) any { return s.describeUse(of) },
		}}
	}
	switch {
	case t.NonNull:
		nullable := *t
		nullable.NonNull = false
		return wrap("NON_NULL", &nullable)
	case t.Elem != nil:
		return wrap("LIST", t.Elem)
	}
	return s.describe(t.NamedType)
}

func (s *Schema) describeFields(def *ast.Definition) any {
	list := []any{}
	for _, f := range def.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		list = append(list, described{"__Field", map[string]func(map[string]any) any{
			"name":         func(map[string]any) any { return f.Name },
			"description":  func(map[string]any) any { return textOrNull(f.Description) },
			"args":         func(map[string]any) any { return s.describeArguments(f.Arguments) },
			"type":         func(map[string]any) any { return s.describeUse(f.Type) },
			"isDeprecated": func(map[string]any) any { return false },
		}})
	}
	return list
}

func (s *Schema) describeArguments(args ast.ArgumentDefinitionList) any {
	list := []any{}
	for _, arg := range args {
		list = append(list, s.describeInput(arg.Name, arg.Description, arg.Type, arg.DefaultValue))
	}
	return list
}

func (s *Schema) describeInput(name, description string, t *ast.Type, standard *ast.Value) any {
	return described{"__InputValue", map[string]func(map[string]any) any{
		"name":         func(map[string]any) any { return name },
		"description":  func(map[string]any) any { return textOrNull(description) },
		"type":         func(map[string]any) any { return s.describeUse(t) },
		"isDeprecated": func(map[string]any) any { return false },
		"defaultValue": func(map[string]any) any {
			if standard == nil {
				return nil
			}
			return standard.String()
		},
	}}
}

func describeValues(def *ast.Definition) any {
	list := []any{}
	for _, v := range def.EnumValues {
		list = append(list, described{"__EnumValue", map[string]func(map[string]any) any{
			"name":         func(map[string]any) any { return v.Name },
			"description":  func(map[string]any) any { return textOrNull(v.Description) },
			"isDeprecated": func(map[string]any) any { return false },
		}})
	}
	return list
}

func (s *Schema) describeDirective(d *ast.DirectiveDefinition) any {
	return described{"__Directive", map[string]func(map[string]any) any{
		"name":         func(map[string]any) any { return d.Name },
		"description":  func(map[string]any) any { return textOrNull(d.Description) },
		"args":         func(map[string]any) any { return s.describeArguments(d.Arguments) },
		"isRepeatable": func(map[string]any) any { return d.IsRepeatable },
		"locations": func(map[string]any) any {
			list := []any{}
			for _, location := range d.Locations {
				list = append(list, string(location))
			}
			return list
		},
	}}
}
