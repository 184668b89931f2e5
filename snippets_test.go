package isoaudit_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// packages are those that a snippet may use by name without importing them, as
// an editor would add the imports.
var packages = map[string]string{
	"auditserver": module + "/auditserver",
	"audittest":   module + "/audittest",
	"dump":        module + "/dump",
	"isoaudit":    module,
	"livequery":   module + "/livequery",
	"parse":       module + "/parse",
	"policy":      module + "/policy",
	"quality":     module + "/quality",
	"schema":      module + "/schema",
	"trail":       module + "/trail",
	"context":     "context",
	"errors":      "errors",
	"fmt":         "fmt",
	"http":        "net/http",
	"httpmock":    "github.com/jarcoal/httpmock",
	"parsetest":   module + "/parse/parsetest",
	"log":         "log",
	"os":          "os",
	"require":     "github.com/stretchr/testify/require",
	"slices":      "slices",
	"slog":        "log/slog",
	"strings":     "strings",
	"testing":     "testing",
	"time":        "time",
}

// Every block of Go in README.md and docs/ compiles. The blocks of one document
// are read in order: each may use what those before it declared, and ctx.
func TestSnippetsCompile(t *testing.T) {
	documents, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	guide, err := filepath.Glob("docs/guide/*.md")
	require.NoError(t, err)
	documents = append(append(documents, guide...), "README.md")
	imports := exportData(t)

	for _, document := range documents {
		t.Run(document, func(t *testing.T) {
			snippets := snippetsOf(t, document)
			if document == "README.md" || slices.Contains(guide, document) {
				require.NotEmpty(t, snippets)
			}
			for _, err := range compile(imports, snippets) {
				t.Error(err)
			}
		})
	}
}

// The check itself finds what it is there to find.
func TestSnippetsThatDoNotCompile(t *testing.T) {
	imports := exportData(t)
	for name, c := range map[string]struct {
		snippets []string
		err      string // "" : compiles
	}{
		"fragment":                     {[]string{"x := 1"}, ""},
		"uses what was declared":       {[]string{"x := 1", "fmt.Println(x)"}, ""},
		"declares it again":            {[]string{"x := 1", "x := \"\"\nfmt.Println(x + \"\")"}, ""},
		"declarations":                 {[]string{"type T struct{}", "fmt.Println(T{})"}, ""},
		"returns an error":             {[]string{"if err := ctx.Err(); err != nil {\n\treturn err\n}"}, ""},
		"program":                      {[]string{"package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println() }"}, ""},
		"misspelt":                     {[]string{"x := 1", "fmt.Println(y)"}, "snippet 2:1:13: undefined: y"},
		"wrong type":                   {[]string{"var s string = 1"}, "snippet 1:1:16"},
		"wrong type in a declaration":  {[]string{"func f() string { return 1 }"}, "snippet 1:1:26"},
		"no such name in the package":  {[]string{"isoaudit.NoSuchThing()"}, "undefined: isoaudit.NoSuchThing"},
		"no Go":                        {[]string{"x := := 1"}, "snippet 1:1:6"},
		"a program that does not work": {[]string{"package main\n\nfunc main() { x() }"}, "undefined: x"},
	} {
		t.Run(name, func(t *testing.T) {
			err := errors.Join(compile(imports, c.snippets)...)
			if c.err == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.err)
			}
		})
	}
}

var goBlock = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")

func snippetsOf(t *testing.T, document string) []string {
	t.Helper()
	text, err := os.ReadFile(document)
	require.NoError(t, err)
	var snippets []string
	for _, match := range goBlock.FindAllSubmatch(text, -1) {
		snippets = append(snippets, string(match[1]))
	}
	return snippets
}

// compile type-checks snippets and returns what is wrong with them, placed by
// the number of the snippet and its own lines. A value that is not used is no
// mistake in a document.
func compile(imports types.Importer, snippets []string) (wrong []error) {
	fset := token.NewFileSet()
	parse := func(source string) (*ast.File, error) {
		return parser.ParseFile(fset, "", source, parser.SkipObjectResolution)
	}
	check := func(files ...*ast.File) {
		config := types.Config{Importer: imports, Error: func(err error) {
			var mistake types.Error
			if !errors.As(err, &mistake) || !mistake.Soft {
				wrong = append(wrong, err)
			}
		}}
		_, _ = config.Check("snippets", fset, files, nil) // Error has seen every mistake
	}

	var names []string
	for name := range packages {
		names = append(names, name)
	}
	slices.Sort(names)
	var header strings.Builder
	header.WriteString("package snippets\n")
	for _, name := range names {
		fmt.Fprintf(&header, "import %s %q\n", name, packages[name])
	}

	var declared []*ast.File
	tour := header.String() + "func tour(ctx context.Context) (err error) {\n"
	depth := 0
	for i, snippet := range snippets {
		placed := fmt.Sprintf("\n//line snippet %d:1:1\n%s\n", i+1, snippet)
		if strings.HasPrefix(snippet, "package ") {
			file, err := parse("//line snippet " + fmt.Sprint(i+1) + ":1:1\n" + snippet)
			if err != nil {
				wrong = append(wrong, err)
				continue
			}
			check(file)
			continue
		}
		if file, err := parse(header.String() + placed); err == nil {
			declared = append(declared, file)
			continue
		}
		if _, err := parse(header.String() + "func f() {\n" + placed + "}\n"); err != nil {
			wrong = append(wrong, err)
			continue
		}
		tour += "{\n" + placed
		depth++
	}
	file, err := parse(tour + strings.Repeat("}\n", depth) + "panic(nil)\n}\n")
	if err != nil {
		return append(wrong, err)
	}
	check(append(declared, file)...)
	return wrong
}

// exportData lets the type checker import what snippets and programs may use,
// from the compiler's own output.
func exportData(t *testing.T) types.Importer {
	t.Helper()
	files := map[string]string{}
	args := []string{"-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}"}
	for _, path := range packages {
		args = append(args, path)
	}
	for _, line := range goList(t, args...) {
		path, file, _ := strings.Cut(line, "\t")
		files[path] = file
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		if files[path] == "" {
			return nil, fmt.Errorf("snippets may not import %q", path)
		}
		return os.Open(files[path])
	})
}
