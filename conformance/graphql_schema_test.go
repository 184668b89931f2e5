package conformance_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/conformance"
	"github.com/isoaudit/isoaudit-go/schema"
)

// described is a schema as introspection tells it.
type described struct {
	Schema struct {
		Types []describedType `json:"types"`
	} `json:"__schema"`
}

type describedType struct {
	Kind          string           `json:"kind"`
	Name          string           `json:"name"`
	Fields        []describedField `json:"fields"`
	InputFields   []describedField `json:"inputFields"`
	EnumValues    []describedType  `json:"enumValues"`
	Interfaces    []describedType  `json:"interfaces"`
	PossibleTypes []describedType  `json:"possibleTypes"`
}

type describedField struct {
	Name         string           `json:"name"`
	DefaultValue string           `json:"defaultValue"`
	Args         []describedField `json:"args"`
	Type         *usedType        `json:"type"`
}

type usedType struct {
	Kind   string    `json:"kind"`
	Name   string    `json:"name"`
	OfType *usedType `json:"ofType"`
}

func (u *usedType) String() string {
	switch u.Kind {
	case "NON_NULL":
		return u.OfType.String() + "!"
	case "LIST":
		return "[" + u.OfType.String() + "]"
	}
	return u.Name
}

func (f describedField) String() string {
	var args []string
	for _, arg := range f.Args {
		args = append(args, arg.String())
	}
	slices.Sort(args)
	text := f.Name + ": " + f.Type.String()
	if len(args) > 0 {
		text = f.Name + "(" + strings.Join(args, ", ") + "): " + f.Type.String()
	}
	if f.DefaultValue != "" {
		text += " = " + f.DefaultValue
	}
	return text
}

// lines are what the type says, each by itself.
func (d describedType) lines() []string {
	lines := []string{"kind " + d.Kind}
	for _, f := range slices.Concat(d.Fields, d.InputFields) {
		lines = append(lines, f.String())
	}
	for _, each := range slices.Concat(d.EnumValues, d.Interfaces, d.PossibleTypes) {
		lines = append(lines, each.Name)
	}
	slices.Sort(lines)
	return lines
}

const introspection = `{ __schema { types { kind name interfaces { name } possibleTypes { name } enumValues { name }
	inputFields { name defaultValue type { ...use } } fields { name args { name defaultValue type { ...use } } type { ...use } } } } }
	fragment use on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`

// graphQLTypes gives the types of a backend by name.
func (b *backend) graphQLTypes(t *testing.T) map[string]describedType {
	t.Helper()
	var out described
	require.NoError(t, b.admin.GraphQL(t.Context(), introspection, nil, &out))
	types := map[string]describedType{}
	for _, each := range out.Schema.Types {
		if !strings.HasPrefix(each.Name, "__") {
			types[each.Name] = each
		}
	}
	return types
}

// foreign matches the names that belong to classes which the applied schema does not
// have: a server has classes of its own, and of other tests.
func (b *backend) foreign(t *testing.T) []string {
	t.Helper()
	present, err := b.admin.Schema(t.Context())
	require.NoError(t, err)
	ours := map[string]bool{"_User": true, "_Role": true}
	for _, class := range b.schema().Classes {
		ours[class.Name] = true
	}
	var patterns []string
	for _, class := range present.Classes {
		if ours[class.Name] {
			continue
		}
		name := strings.TrimPrefix(class.Name, "_")
		patterns = append(patterns, fmt.Sprintf(`([cC]reate|[uU]pdate|[dD]elete)?%s(Input|Payload|FieldsInput|PointerInput|RelationInput|WhereInput|RelationWhereInput|Order|Edge|Connection)?`, name),
			strings.ToLower(name[:1])+name[1:]+"(s|es)?")
	}
	return patterns
}

// internal are the columns of ACLs, which Parse Server shows of roles by mistake.
var internal = regexp.MustCompile(`\b_[rw]perm`)

// onlyInParseServer is what the schema of auditserver does not have: a function of the
// Cloud Code that the conformance stack deploys.
var onlyInParseServer = []string{"CloudCodeFunction isoauditCloudCode"}

// Both servers make the same GraphQL schema of the six classes, type by type.
func TestGraphQLSchema(t *testing.T) {
	tg, ok := realTarget(t)
	if ok && tg.server != conformance.ParseServer {
		t.Skip("auditserver has the schema of the newest version")
	}
	if !ok {
		t.Skip("ISOAUDIT_PARSE_URL is not set: make conformance starts a real Parse Server")
	}
	parseServer, own := applyBackend(t, tg, schema.UserClass), applyBackend(t, embeddedTarget(t), schema.UserClass)
	foreign := regexp.MustCompile(`\b(` + strings.Join(append(parseServer.foreign(t), own.foreign(t)...), "|") + `)\b`)
	theirs, ours := parseServer.statements(t, foreign), own.statements(t, foreign)
	require.Greater(t, len(theirs), 500)
	for statement := range maps.Clone(theirs) {
		if ours[statement] {
			delete(theirs, statement)
			delete(ours, statement)
		}
	}
	require.Equal(t, onlyInParseServer, slices.Sorted(maps.Keys(theirs)), "only %s has these", tg.server)
	require.Empty(t, slices.Sorted(maps.Keys(ours)), "only auditserver has these")
}

// statements are all that the schema of a backend says, each a type and a line of it,
// without those that name what is foreign.
func (b *backend) statements(t *testing.T, foreign *regexp.Regexp) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for name, described := range b.graphQLTypes(t) {
		for _, line := range described.lines() {
			if statement := fmt.Sprintf("%s %s", name, line); !internal.MatchString(statement) && !foreign.MatchString(statement) {
				all[statement] = true
			}
		}
	}
	return all
}
