package graphql

import (
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/schema"
)

//go:embed fixed.graphql
var fixedTypes string

// sdl writes the schema in GraphQL's own language.
type sdl struct {
	strings.Builder
	queries, mutations []string
}

func (b *sdl) linef(format string, args ...any) { fmt.Fprintf(b, format+"\n", args...) }

// mutation adds a mutation with its two types, as Relay wants them.
func (b *sdl) mutation(name, input, output string) {
	prefix := strings.ToUpper(name[:1]) + name[1:]
	b.linef("input %sInput { %s clientMutationId: String }", prefix, input)
	b.linef("type %sPayload { %s clientMutationId: String }", prefix, output)
	b.mutations = append(b.mutations, fmt.Sprintf("%s(input: %sInput!): %[2]sPayload", name, prefix))
}

// conditions are the inputs that compare with values of one type.
func (b *sdl) conditions() {
	const equality, list, sub = "equalTo: VALUE notEqualTo: VALUE ", "in: [VALUE] notIn: [VALUE] ", "exists: Boolean inQueryKey: SelectInput notInQueryKey: SelectInput "
	const order = "lessThan: VALUE lessThanOrEqualTo: VALUE greaterThan: VALUE greaterThanOrEqualTo: VALUE "
	const pattern = "matchesRegex: String options: String "
	for _, each := range []struct{ name, value, operators string }{
		{"Id", "ID", equality + order + list + sub},
		{"String", "String", equality + order + list + sub + pattern + "text: TextInput "},
		{"Number", "Float", equality + order + list + sub},
		{"Boolean", "Boolean", equality + sub},
		{"Array", "Any", equality + order + list + sub + "containedBy: [Any] contains: [Any] "},
		{"Object", "KeyValueInput", equality + order + list + sub},
		{"Date", "Date", equality + order + list + sub},
		{"Bytes", "Bytes", equality + order + list + sub},
		{"File", "File", equality + order + list + sub + pattern},
	} {
		b.linef("input %sWhereInput { %s}", each.name, strings.ReplaceAll(each.operators, "VALUE", each.value))
	}
}

// columnKinds are the types of columns with the field of SchemaFieldsInput that adds
// such columns. One GeoPoint is all that a class may have.
var columnKinds = []struct {
	kind schema.Type
	add  string
}{
	{schema.String, "addStrings"}, {schema.Number, "addNumbers"}, {schema.Boolean, "addBooleans"}, {schema.Array, "addArrays"},
	{schema.Object, "addObjects"}, {schema.Date, "addDates"}, {schema.File, "addFiles"}, {schema.GeoPoint, "addGeoPoint"},
	{schema.Polygon, "addPolygons"}, {schema.Bytes, "addBytes"}, {schema.Pointer, "addPointers"}, {schema.Relation, "addRelations"},
}

// classDescriptions are the types by which classes are described and changed.
func (b *sdl) classDescriptions() {
	adds := ""
	for _, each := range columnKinds {
		fields, input := "name: String!", fmt.Sprintf("Schema%sFieldInput", each.kind)
		if each.kind == schema.Pointer || each.kind == schema.Relation {
			fields, input = "name: String! targetClassName: String!", fmt.Sprintf("%sFieldInput", each.kind)
		}
		b.linef("type Schema%sField implements SchemaField { %s }", each.kind, fields)
		b.linef("input %s { %s }", input, fields)
		if each.kind == schema.GeoPoint {
			adds += fmt.Sprintf("%s: %s ", each.add, input)
		} else {
			adds += fmt.Sprintf("%s: [%s!] ", each.add, input)
		}
	}
	b.linef("type SchemaACLField implements SchemaField { name: String! }")
	b.linef("input SchemaFieldsInput { %s remove: [SchemaFieldInput!] }", adds)
}

// findArguments are those of a query for many objects of a type.
func findArguments(name string) string {
	return fmt.Sprintf("where: %[1]sWhereInput, order: [%[1]sOrder!], skip: Int, after: String, first: Int, before: String, last: Int, options: ReadOptionsInput", name)
}

// class writes the types of one class and its queries and mutations.
func (b *sdl) class(s *Schema, c *class) {
	n := c.name
	var output, create, update, where, order strings.Builder
	for _, column := range c.columns() {
		f := c.fields[column]
		if column != "OR" && column != "AND" && column != "NOR" {
			fmt.Fprintf(&where, "%s: %s ", column, s.conditionType(column, f))
		}
		fmt.Fprintf(&order, "%[1]s_ASC %[1]s_DESC ", column)
		if builtIn[column] {
			continue
		}
		bang := ""
		if f.Required {
			bang = "!"
		}
		fmt.Fprintf(&create, "%s: %s%s ", column, s.inputType(f), bang)
		fmt.Fprintf(&update, "%s: %s ", column, s.inputType(f))
		switch target := s.classes[f.TargetClass]; {
		case c.def.Name == "_User" && column == "password":
		case f.Type == schema.Relation && target != nil:
			fmt.Fprintf(&output, "%s(%s): %sConnection! ", column, findArguments(target.name), target.name)
		case f.Type == schema.Relation:
			fmt.Fprintf(&output, "%s: Object! ", column)
		default:
			fmt.Fprintf(&output, "%s: %s%s ", column, s.outputType(f), bang)
		}
	}
	if c.def.Name == "_User" {
		output.WriteString("authDataResponse: Object ")
	}
	b.linef("type %s implements ParseObject & Node { id: ID! objectId: ID! createdAt: Date! updatedAt: Date! ACL: ACL! %s}", n, &output)
	b.linef("type %[1]sEdge { node: %[1]s cursor: String! }", n)
	b.linef("type %[1]sConnection { pageInfo: PageInfo! edges: [%[1]sEdge] count: Int! }", n)
	b.linef("input Create%sFieldsInput { ACL: ACLInput %s}", n, &create)
	b.linef("input Update%sFieldsInput { ACL: ACLInput %s}", n, &update)
	b.linef("input %[1]sPointerInput { link: ID createAndLink: Create%[1]sFieldsInput }", n)
	b.linef("input %[1]sRelationInput { add: [ID!] remove: [ID!] createAndAdd: [Create%[1]sFieldsInput!] }", n)
	b.linef("input %[1]sWhereInput { %[2]sid: IdWhereInput OR: [%[1]sWhereInput!] AND: [%[1]sWhereInput!] NOR: [%[1]sWhereInput!] }", n, &where)
	b.linef("input %[1]sRelationWhereInput { have: %[1]sWhereInput haveNot: %[1]sWhereInput exists: Boolean }", n)
	b.linef("enum %sOrder { %sid_ASC id_DESC }", n, &order)
	if c.def.Name == "_User" {
		b.linef("input UserLoginWithInput { ACL: ACLInput %s}", loginColumns.ReplaceAllString(create.String(), ""))
	}

	one := lowerFirst(n)
	b.queries = append(b.queries, fmt.Sprintf("%s(id: ID!, options: ReadOptionsInput): %s!", c.get, n))
	if c.find != c.get { // a word without a plural has no query for many
		b.queries = append(b.queries, fmt.Sprintf("%s(%s): %sConnection!", c.find, findArguments(n), n))
	}
	b.mutation("create"+n, fmt.Sprintf("fields: Create%sFieldsInput", n), fmt.Sprintf("%s: %s!", one, n))
	b.mutation("update"+n, fmt.Sprintf("id: ID! fields: Update%sFieldsInput", n), fmt.Sprintf("%s: %s!", one, n))
	b.mutation("delete"+n, "id: ID!", fmt.Sprintf("%s: %s!", one, n))
}

// loginColumns are what a user of another provider does not have.
var loginColumns = regexp.MustCompile(`\b(username|password|authData): \S+ `)

// builtIn are the fields of every class, which nobody writes.
var builtIn = map[string]bool{"objectId": true, "createdAt": true, "updatedAt": true, "ACL": true}

// columns are the fields of the class in the order of their names.
func (c *class) columns() []string { return slices.Sorted(maps.Keys(c.fields)) }

var scalarTypes = map[schema.Type]string{
	schema.String: "String", schema.Number: "Float", schema.Boolean: "Boolean", schema.Object: "Object", schema.Date: "Date", schema.Bytes: "Bytes",
}

func (s *Schema) outputType(f schema.Field) string {
	switch f.Type {
	case schema.Array:
		return "[ArrayResult]"
	case schema.Pointer:
		if target := s.classes[f.TargetClass]; target != nil {
			return target.name
		}
		return "Object"
	case schema.File:
		return "FileInfo"
	case schema.GeoPoint:
		return "GeoPoint"
	case schema.Polygon:
		return "[GeoPoint!]"
	}
	return scalarTypes[f.Type]
}

func (s *Schema) inputType(f schema.Field) string {
	switch f.Type {
	case schema.Array:
		return "[Any]"
	case schema.Pointer, schema.Relation:
		if target := s.classes[f.TargetClass]; target != nil {
			return fmt.Sprintf("%s%sInput", target.name, f.Type)
		}
		return "Object"
	case schema.File:
		return "FileInput"
	case schema.GeoPoint:
		return "GeoPointInput"
	case schema.Polygon:
		return "[GeoPointInput!]"
	}
	return scalarTypes[f.Type]
}

func (s *Schema) conditionType(column string, f schema.Field) string {
	switch f.Type {
	case schema.Pointer, schema.Relation:
		if target := s.classes[f.TargetClass]; target != nil {
			return target.name + "RelationWhereInput"
		}
		return "Object"
	case schema.ACL:
		return "ObjectWhereInput"
	}
	if column == "objectId" {
		return "IdWhereInput"
	}
	return string(f.Type) + "WhereInput"
}
