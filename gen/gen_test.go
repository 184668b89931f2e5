package gen_test

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/gen"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/schema"
)

const module = "github.com/isoaudit/isoaudit-go"

func iso9001() gen.Source {
	return gen.Source{Schema: schema.ISO9001(), Vocabularies: policy.Default().Vocabularies()}
}

// Every type of column, and names that are no names of Go.
func oddSource() gen.Source {
	fields := map[string]schema.Field{"capaURL": {Type: schema.String}, "pointer": {Type: schema.Number}, "acl_2": {Type: schema.Boolean, Required: true}}
	for _, t := range []schema.Type{schema.String, schema.Number, schema.Boolean, schema.Date, schema.Object, schema.Array, schema.GeoPoint, schema.Polygon, schema.File, schema.Bytes} {
		fields["a"+string(t)] = schema.Field{Type: t}
	}
	fields["next"] = schema.Field{Type: schema.Pointer, TargetClass: "odd_class"}
	fields["roles"] = schema.Field{Type: schema.Relation, TargetClass: "_Role"}
	role := schema.Class{Name: "_Role", Fields: map[string]schema.Field{"name": {Type: schema.String}}}
	return gen.Source{Package: "odd", Schema: schema.Schema{Classes: []schema.Class{{Name: "odd_class", Fields: fields}, role}},
		Vocabularies: map[string][]string{"odd_class.aString": {"yes", "no way", "2nd"}}}
}

// checked type-checks generated code against the packages as they are built.
func checked(t *testing.T, source []byte) *types.Package {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "generated.go", source, 0)
	require.NoError(t, err)
	config := types.Config{Importer: importer.ForCompiler(files, "gc", exports(t))}
	pkg, err := config.Check("generated", files, []*ast.File{file}, nil)
	require.NoError(t, err, string(source))
	return pkg
}

// exports gives what the compiler knows of this module's packages and theirs.
func exports(t *testing.T) func(path string) (io.ReadCloser, error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}", module).Output()
	require.NoError(t, err)
	of := map[string]string{}
	for _, line := range strings.Fields(string(out)) {
		path, file, _ := strings.Cut(line, "=")
		of[path] = file
	}
	return func(path string) (io.ReadCloser, error) {
		if of[path] == "" {
			return nil, fmt.Errorf("%s is not built", path)
		}
		return os.Open(of[path])
	}
}

func TestGeneratedCodeCompiles(t *testing.T) {
	for name, source := range map[string]gen.Source{"odd": oddSource(), "iso9001": iso9001()} {
		t.Run(name, func(t *testing.T) {
			code, err := source.Go()
			require.NoError(t, err)
			checked(t, code)
			again, err := source.Go()
			require.NoError(t, err)
			require.Equal(t, string(code), string(again))
		})
	}
}

// The code for the six classes has the fields, tags, columns and vocabularies of the
// hand-written one.
func TestGeneratedCodeIsAsTheHandWritten(t *testing.T) {
	source := iso9001()
	code, err := source.Go()
	require.NoError(t, err)
	generated := checked(t, code)
	files := token.NewFileSet()
	written, err := importer.ForCompiler(files, "gc", exports(t)).Import(module)
	require.NoError(t, err)
	for _, class := range source.Schema.Classes {
		if class.Name == schema.TrailClass {
			continue // its hand-written struct reads the parts of an event
		}
		ours, theirs := class.Name, strings.TrimPrefix(class.Name, "_")
		if class.Name == schema.UserClass {
			ours = "Auditor"
		}
		require.Equal(t, described(t, written, ours), described(t, generated, theirs), class.Name)
		require.Equal(t, described(t, written, ours+"FieldSet"), described(t, generated, theirs+"FieldSet"), class.Name)
		for field := range class.Fields {
			require.Equal(t, values(written, ours, field), values(generated, theirs, field), "%s.%s", class.Name, field)
		}
	}
}

// described gives the fields of a struct, in no order. The names of packages, of the
// class of users and of vocabularies are taken out: those are free.
func described(t *testing.T, pkg *types.Package, name string) []string {
	t.Helper()
	found := pkg.Scope().Lookup(name)
	require.NotNil(t, found, name)
	all := found.Type().Underlying().(*types.Struct)
	var fields []string
	for i := range all.NumFields() {
		f := all.Field(i)
		kind := types.TypeString(f.Type(), func(*types.Package) string { return "" })
		for _, word := range strings.FieldsFunc(kind, func(r rune) bool { return strings.ContainsRune("[], ", r) }) {
			if named, ok := pkg.Scope().Lookup(word).(*types.TypeName); ok && isText(named) {
				kind = strings.ReplaceAll(kind, word, "vocabulary")
			}
		}
		// The hand-written columns serve structs that embed the class, too.
		owner := strings.TrimSuffix(name, "FieldSet")
		kind = strings.ReplaceAll(strings.ReplaceAll(kind, "["+owner, "[T"), "[Auditor]", "[User]")
		kind = strings.ReplaceAll(kind, ", Auditor]", ", User]")
		fields = append(fields, f.Name()+" "+kind+" "+all.Tag(i))
	}
	slices.Sort(fields)
	return fields
}

func isText(named *types.TypeName) bool {
	basic, ok := named.Type().Underlying().(*types.Basic)
	return ok && basic.Kind() == types.String
}

// values are those of the constants of a column's type, sorted.
func values(pkg *types.Package, class, column string) []string {
	all := pkg.Scope().Lookup(class).Type().Underlying().(*types.Struct)
	var found []string
	for i := range all.NumFields() {
		if tag, _, _ := strings.Cut(strings.TrimPrefix(all.Tag(i), `json:"`), `"`); strings.TrimSuffix(tag, ",omitzero") != column {
			continue
		}
		for _, name := range pkg.Scope().Names() {
			if c, ok := pkg.Scope().Lookup(name).(*types.Const); ok && types.Identical(c.Type(), all.Field(i).Type()) {
				found = append(found, constant.StringVal(c.Val()))
			}
		}
	}
	slices.Sort(found)
	return found
}

func TestWhatCannotBeGenerated(t *testing.T) {
	class := func(name string, fields map[string]schema.Field) schema.Class {
		return schema.Class{Name: name, Fields: fields}
	}
	of := func(classes ...schema.Class) gen.Source { return gen.Source{Schema: schema.Schema{Classes: classes}} }
	text := schema.Field{Type: schema.String}
	for want, source := range map[string]gen.Source{
		"the schema has no classes":                                   {},
		"the schema has no class Plan; it has AuditPlan":              {Schema: of(class("AuditPlan", nil)).Schema, Classes: []string{"Plan"}},
		"A.b points to class B, which the schema does not describe":   of(class("A", map[string]schema.Field{"b": {Type: schema.Pointer, TargetClass: "B"}})),
		"the classes auditPlan and audit_plan both need the name":     of(class("audit_plan", nil), class("auditPlan", nil)),
		"the columns siteCode and site_code of A both need the name":  of(class("A", map[string]schema.Field{"site_code": text, "siteCode": text})),
		`A.b is of type "Money"`:                                      of(class("A", map[string]schema.Field{"b": {Type: "Money"}})),
		`package "my-app": want a name of Go`:                         {Package: "my-app", Schema: of(class("A", nil)).Schema},
		`the values "in_progress" and "in progress" of A.b both need`: {Schema: of(class("A", map[string]schema.Field{"b": text})).Schema, Vocabularies: map[string][]string{"A.b": {"in_progress", "in progress"}}},
	} {
		_, err := source.Go()
		require.ErrorContains(t, err, want)
	}
}

// Every reference leads somewhere, and no two operations share a name.
func TestOpenAPI(t *testing.T) {
	for name, source := range map[string]gen.Source{"odd": oddSource(), "iso9001": iso9001()} {
		t.Run(name, func(t *testing.T) {
			written, err := source.OpenAPI()
			require.NoError(t, err)
			again, err := source.OpenAPI()
			require.NoError(t, err)
			require.Equal(t, string(written), string(again))
			var document map[string]any
			require.NoError(t, json.Unmarshal(written, &document))
			ids := map[string]bool{}
			walk(document, func(key string, value any) {
				switch key {
				case "$ref":
					at := any(document)
					for _, part := range strings.Split(strings.TrimPrefix(value.(string), "#/"), "/") {
						at = at.(map[string]any)[part]
					}
					require.NotNil(t, at, value)
				case "operationId":
					require.False(t, ids[value.(string)], value)
					ids[value.(string)] = true
				}
			})
			require.Greater(t, len(ids), 8)
		})
	}
}

func walk(value any, visit func(key string, value any)) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			visit(key, inner)
			walk(inner, visit)
		}
	case []any:
		for _, inner := range v {
			walk(inner, visit)
		}
	}
}

func BenchmarkFiftyClasses(b *testing.B) {
	var source gen.Source
	for i := range 50 {
		c := schema.Class{Name: fmt.Sprintf("Class%d", i), Fields: map[string]schema.Field{}}
		for j := range 20 {
			c.Fields[fmt.Sprintf("column%d", j)] = schema.Field{Type: schema.String, Required: j%2 == 0}
		}
		source.Schema.Classes = append(source.Schema.Classes, c)
	}
	for b.Loop() {
		if _, err := source.Go(); err != nil {
			b.Fatal(err)
		}
		if _, err := source.OpenAPI(); err != nil {
			b.Fatal(err)
		}
	}
}
