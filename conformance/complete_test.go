package conformance_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
)

// kinds are the words with which the cases of queries begin, by type of column; an
// IDField is a textual and a TimestampField a temporal.
var kinds = map[string]string{
	"TextField": "text", "NumberField": "number", "BoolField": "boolean", "TimeField": "time", "ArrayField": "array",
	"ObjectField": "object", "BytesField": "bytes", "FileField": "file", "GeoField": "position", "PolygonField": "polygon",
	"PointerField": "pointer", "PointersField": "pointers", "RelationField": "relation", "textual": "objectId",
	"temporal": "createdAt", "InnerField": "below an object,",
}

// requireEveryCondition asserts that there is a case for each condition that
// the package offers on each kind of column, so that a new one cannot be forgotten.
func requireEveryCondition(t *testing.T, cases []string) {
	t.Helper()
	f := itemFields()
	columns := []any{f.Meta.Text("label")}
	for _, field := range reflect.VisibleFields(reflect.TypeOf(f)) {
		if !field.Anonymous {
			columns = append(columns, reflect.ValueOf(f).FieldByIndex(field.Index).Interface())
		}
	}
	condition, seen := reflect.TypeFor[parse.Condition[item]](), 0
	for _, column := range columns {
		name, _, _ := strings.Cut(reflect.TypeOf(column).Name(), "[")
		for method := range reflect.TypeOf(column).Methods() {
			if method.Type.NumOut() != 1 || method.Type.Out(0) != condition {
				continue
			}
			require.Containsf(t, kinds, name, "a kind of column that no case is about")
			require.Truef(t, hasCase(cases, kinds[name], method.Name), "no case is about %s.%s", name, method.Name)
			seen++
		}
	}
	require.Greater(t, seen, 100, "conditions were found")
}

// hasCase reports whether a case is named by a kind of column and a method.
func hasCase(cases []string, kind, method string) bool {
	for _, name := range cases {
		rest, ok := strings.CutPrefix(name, kind+" ")
		if kind == kinds["InnerField"] {
			rest = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(rest, "text "), "number "), "boolean ")
		}
		if word, _, _ := strings.Cut(rest, " "); ok && strings.TrimSuffix(word, ",") == method {
			return true
		}
	}
	return false
}

// inspectTests visits every node of the files of tests in this folder.
func inspectTests(t *testing.T, visit func(ast.Node)) {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			visit(n)
			return true
		})
	}
}

// TestEveryRuleIsInTheSuite asserts that some behaviour names each enforced rule
// that can refuse a save.
func TestEveryRuleIsInTheSuite(t *testing.T) {
	named := map[string]bool{}
	inspectTests(t, func(n ast.Node) {
		if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
			named[strings.Trim(text.Value, "\"")] = true
		}
	})
	for _, rule := range policy.Default().All() {
		if rule.Severity == policy.Enforce && rule.Check != "supersede" {
			require.True(t, named[rule.ID], "no behaviour breaks %s", rule.ID)
		}
	}
}

// TestEveryCallIsInTheSuite asserts that some behaviour uses each call that the
// package offers for talking to a server.
func TestEveryCallIsInTheSuite(t *testing.T) {
	used := map[string]bool{}
	inspectTests(t, func(n ast.Node) {
		if s, ok := n.(*ast.SelectorExpr); ok {
			used[s.Sel.Name] = true
		}
	})
	for _, of := range []reflect.Type{
		reflect.TypeFor[*isoaudit.Client](), reflect.TypeFor[*isoaudit.Admin](), reflect.TypeFor[*isoaudit.Collection[item]](),
		reflect.TypeFor[isoaudit.Query[item]](), reflect.TypeFor[*isoaudit.Session](),
	} {
		require.NotZero(t, of.NumMethod())
		for method := range of.Methods() {
			if method.Name != "String" && method.Name != "Format" {
				require.Truef(t, used[method.Name], "no behaviour calls %s.%s", of, method.Name)
			}
		}
	}
	for _, function := range []string{"Aggregate", "Call", "Distinct", "MatchesKey", "NotMatchesKey", "And", "Or", "Nor"} {
		require.Truef(t, used[function], "no behaviour calls %s", function)
	}
}
