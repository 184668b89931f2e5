package graphql

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Schema is the GraphQL schema of a set of classes. It is safe for concurrent use.
type Schema struct {
	ast       *ast.Schema
	classes   map[string]*class // by the name of the class
	types     map[string]*class // by the name of the type
	queries   map[string]resolver
	mutations map[string]resolver
}

// class is a class as the schema has it.
type class struct {
	def       schema.Class
	fields    map[string]schema.Field // of def, with those that a class has by itself
	name      string                  // of its type
	get, find string                  // the queries
}

// Engine implements [document.Engine].
type Engine struct{}

// Schema makes the schema of classes. A class whose types would have the name of
// another type is left out.
func (Engine) Schema(classes []schema.Class, functions []string) (document.Schema, error) {
	s, err := generate(classes, functions)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func generate(classes []schema.Class, functions []string) (*Schema, error) {
	s := &Schema{classes: map[string]*class{}, types: map[string]*class{}, queries: map[string]resolver{}, mutations: map[string]resolver{}}
	b := &sdl{}
	b.WriteString(fixedTypes)
	b.conditions()
	b.classDescriptions()
	s.rootFields(b, functions)
	for _, c := range s.admit(classes, b.String()) {
		b.class(s, c)
	}
	union := append([]string{"Element"}, slices.Sorted(maps.Keys(s.types))...)
	b.linef("union ArrayResult = %s", strings.Join(union, " | "))
	b.linef("type Query { %s }", strings.Join(b.queries, " "))
	b.linef("type Mutation { %s }", strings.Join(b.mutations, " "))
	var err error
	if s.ast, err = gqlparser.LoadSchema(&ast.Source{Name: "classes", Input: b.String()}); err != nil {
		return nil, fmt.Errorf("graphql: the schema of the classes: %w", err)
	}
	delete(s.ast.Directives, "defer") // answers come whole
	return s, nil
}

// admit makes the types of the classes, those of the server first, and leaves out
// classes with a name that is taken.
func (s *Schema) admit(classes []schema.Class, fixed string) []*class {
	types := map[string]bool{"Query": true, "Mutation": true, "Subscription": true, "ArrayResult": true, "String": true, "Int": true, "Float": true, "Boolean": true, "ID": true}
	for _, m := range declaration.FindAllStringSubmatch(fixed, -1) {
		types[m[1]] = true
	}
	classes = slices.Clone(classes)
	slices.SortFunc(classes, func(a, b schema.Class) int {
		return cmp.Or(cmp.Compare(rank(a.Name), rank(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	var admitted []*class
	for _, def := range classes {
		name := typeName(def.Name)
		c := &class{def: def, fields: def.Fields, name: name, get: lowerFirst(name), find: plural(lowerFirst(name))}
		if s.queries[c.get] != nil || s.queries[c.find] != nil || slices.ContainsFunc(c.types(), func(name string) bool { return types[name] }) {
			continue
		}
		for _, name := range c.types() {
			types[name] = true
		}
		s.classes[def.Name], s.types[name] = c, c
		s.classFields(c)
		admitted = append(admitted, c)
	}
	return admitted
}

// declaration is where a type gets its name.
var declaration = regexp.MustCompile(`(?m)^(?:scalar|type|input|enum|interface|union) (\w+)`)

// rank puts the classes of the server first.
func rank(class string) int {
	if strings.HasPrefix(class, "_") {
		return 0
	}
	return 1
}

// types are the names of all types of the class.
func (c *class) types() []string {
	var names []string
	for _, pattern := range []string{"%s", "%sEdge", "%sConnection", "Create%sFieldsInput", "Update%sFieldsInput", "%sPointerInput", "%sRelationInput", "%sWhereInput",
		"%sRelationWhereInput", "%sOrder", "Create%sInput", "Create%sPayload", "Update%sInput", "Update%sPayload", "Delete%sInput", "Delete%sPayload"} {
		names = append(names, fmt.Sprintf(pattern, c.name))
	}
	return names
}
