package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	block   = regexp.MustCompile("(?ms)^```.*?^```$")
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
)

// Every link inside the repository leads to a file, and to a heading of it where
// it names one.
func TestLinks(t *testing.T) {
	all := documents(t)
	for document, text := range all {
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			target, anchor, _ := strings.Cut(match[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			path := document
			if target != "" {
				path = filepath.Join(filepath.Dir(document), target)
			}
			require.FileExists(t, path, "%s links to %s", document, match[1])
			if anchor != "" {
				require.Contains(t, anchors(all[path]), anchor, "%s links to %s", document, match[1])
			}
		}
	}
}

// The files that CONTRIBUTING.md names are there.
func TestFilesNamed(t *testing.T) {
	named := regexp.MustCompile("`([\\w./-]+/[\\w.-]+\\.(?:go|js|json|md))`")
	found := named.FindAllStringSubmatch(documents(t)["../CONTRIBUTING.md"], -1)
	require.NotEmpty(t, found)
	for _, match := range found {
		require.FileExists(t, filepath.Join("..", match[1]))
	}
}

// README and the page of this folder lead to every page of the guide.
func TestGuideIsLinked(t *testing.T) {
	pages, err := filepath.Glob("guide/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	all := documents(t)
	for _, page := range pages {
		require.Contains(t, all["../README.md"], "](docs/"+filepath.ToSlash(page)+")")
		require.Contains(t, all["README.md"], "]("+filepath.ToSlash(page)+")")
	}
}

// documents are the texts of the written documents by path, without their code.
func documents(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, pattern := range []string{"../*.md", "*.md", "guide/*.md"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, paths, pattern)
		for _, path := range paths {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			texts[path] = block.ReplaceAllString(string(text), "")
		}
	}
	return texts
}

// anchors are the names under which a web page of the document has its headings.
func anchors(text string) []string {
	var names []string
	for _, match := range heading.FindAllStringSubmatch(text, -1) {
		name := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
				return r
			}
			return -1
		}, strings.ToLower(match[1]))
		names = append(names, name)
	}
	return names
}
