package docs_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every section that a comment or a document cites is a heading of protocol.md,
// and all cite it in one spelling: "protocol section 4.3", within protocol.md
// itself "section 4.3".
func TestCitedSectionsExist(t *testing.T) {
	sections := protocolSections(t)
	files := 0
	require.NoError(t, filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (name == "node_modules" || strings.HasPrefix(name, ".") && name != ".."):
			return filepath.SkipDir
		case entry.IsDir() || !slices.Contains([]string{".go", ".js", ".md"}, filepath.Ext(name)) || name == "protocol_test.go":
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		cited, wrong := citations(string(text), name == "protocol.md")
		if len(cited) > 0 {
			files++
		}
		for _, citation := range wrong {
			t.Errorf("%s: %q: write \"protocol section N\"", path, citation)
		}
		for _, section := range cited {
			if !slices.Contains(sections, section) {
				t.Errorf("%s: protocol.md has no section %s", path, section)
			}
		}
		return nil
	}))
	require.Greater(t, files, 50, "files that cite protocol.md")
}

func TestCitations(t *testing.T) {
	for text, want := range map[string]struct{ cited, wrong []string }{
		"// as documented (protocol section 4.3).":            {cited: []string{"4.3"}},
		"// silent (protocol\n\t// section 8.3)":              {cited: []string{"8.3"}},
		"// Protocol sections 3.1, 3.3,\n// 12.12 and 12.13.": {cited: []string{"3.1", "3.3", "12.12", "12.13"}},
		"[protocol section 4](../protocol.md#4-permissions)":  {cited: []string{"4"}},
		"the protocol. Section 9 begins":                      {wrong: []string{"protocol. Section 9"}},
		"stored unseen (protocol 2.1)":                        {wrong: []string{"protocol 2"}},
		"protocol §8.3":                                       {wrong: []string{"protocol §8"}},
		"docs/protocol.md, section 4":                         {wrong: []string{"protocol.md, section 4"}},
		"the protocol has no replay; see section 4":           {},
	} {
		cited, wrong := citations(text, false)
		require.Equal(t, want.cited, cited, text)
		require.Equal(t, want.wrong, wrong, text)
	}
	cited, _ := citations("see sections 3.1 and 5, and section 12.3", true)
	require.Equal(t, []string{"3.1", "5", "12.3"}, cited)
}

var (
	comment  = regexp.MustCompile(`\n[ \t]*(?:(?://|\*|#+)[ \t]*)?`)
	target   = regexp.MustCompile(`\]\([^)]*\)`) // of a link
	numbers  = regexp.MustCompile(`(?i)\b(protocol )?sections? (\d+(?:\.\d+)*(?:(?:, and |, | and )\d+(?:\.\d+)*)*)`)
	spelling = regexp.MustCompile(`(?i)\bprotocol(?:\.md)?\W{0,4}(?:sections? |sec\. |chapter |§ ?)?\d+`)
)

// citations are the sections of protocol.md that a text cites, and the citations
// that are spelt otherwise than all others. Citations may run over lines of a
// comment. The document itself need not name itself.
func citations(text string, itself bool) (cited, wrong []string) {
	text = target.ReplaceAllString(comment.ReplaceAllString(text, " "), "]")
	for _, match := range numbers.FindAllStringSubmatch(text, -1) {
		if match[1] == "" && !itself {
			continue
		}
		for section := range strings.FieldsFuncSeq(match[2], func(r rune) bool { return (r < '0' || r > '9') && r != '.' }) {
			cited = append(cited, section)
		}
	}
	for _, found := range spelling.FindAllString(text, -1) {
		if !numbers.MatchString(found) || !strings.HasPrefix(strings.ToLower(found), "protocol section") {
			wrong = append(wrong, found)
		}
	}
	return cited, wrong
}

// protocolSections are the numbers of the document's headings, which follow each
// other without a gap.
func protocolSections(t *testing.T) []string {
	t.Helper()
	var sections []string
	chapter, section := 0, 0
	heading := regexp.MustCompile(`(?m)^(##|###) ([\d.]+) `)
	for _, match := range heading.FindAllStringSubmatch(protocolDocument(t), -1) {
		if match[1] == "##" {
			chapter, section = chapter+1, 0
			require.Equal(t, fmt.Sprintf("%d.", chapter), match[2])
		} else {
			section++
			require.Equal(t, fmt.Sprintf("%d.%d", chapter, section), match[2])
		}
		sections = append(sections, strings.TrimSuffix(match[2], "."))
	}
	require.NotEmpty(t, sections)
	return sections
}

// The table of section 7 has every error code under the name of its sentinel.
func TestProtocolNamesEveryErrorCode(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../internal/wire/codes.go", nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	want := map[string]string{} // number by name
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Names) != 1 || len(spec.Values) != 1 {
			return true
		}
		if name, ok := strings.CutPrefix(spec.Names[0].Name, "Code"); ok {
			switch value := spec.Values[0].(type) {
			case *ast.BasicLit:
				want["`Err"+name+"`"] = value.Value
			case *ast.UnaryExpr: // -1
				want["`Err"+name+"`"] = value.Op.String() + value.X.(*ast.BasicLit).Value
			}
		}
		return true
	})
	require.Greater(t, len(want), 40)

	have := map[string]string{}
	row := regexp.MustCompile("(?m)^\\| (-?\\d[-\\d, ]*) \\| (`Err[^|]*) \\|")
	for _, match := range row.FindAllStringSubmatch(protocolDocument(t), -1) {
		codes, names := strings.Split(match[1], ", "), strings.Split(match[2], ", ")
		require.Len(t, names, len(codes), match[0])
		for i, name := range names {
			have[name] = codes[i]
		}
	}
	require.Equal(t, want, have)
}

func protocolDocument(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("protocol.md")
	require.NoError(t, err)
	return string(text)
}
