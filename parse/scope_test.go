package parse_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/isoaudit/isoaudit-go"

// scopeOf is what the package in dir declares, for tests that must not forget any of
// it. Imported packages are not read: what depends on them is left unresolved.
func scopeOf(t *testing.T, dir string) *types.Scope {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	set := token.NewFileSet()
	var files []*ast.File
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, filepath.Join(dir, e.Name()), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, file)
	}
	cfg := types.Config{Importer: emptyImporter{}, Error: func(error) {}, IgnoreFuncBodies: true}
	pkg, err := cfg.Check(module, set, files, nil)
	require.Error(t, err, "the imports are empty")
	require.NotEmpty(t, pkg.Scope().Names())
	return pkg.Scope()
}

// emptyImporter gives packages that declare nothing.
type emptyImporter struct{}

func (emptyImporter) Import(path string) (*types.Package, error) {
	pkg := types.NewPackage(path, path[strings.LastIndexByte(path, '/')+1:])
	pkg.MarkComplete()
	return pkg, nil
}
