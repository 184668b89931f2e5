package isoaudit_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/isoaudit/isoaudit-go"

// linked lists, for each package that users import, every other module that a
// program importing it links. The client must never bring SQLite along.
var linked = map[string][]string{
	module: {
		"github.com/cenkalti/backoff/v5",
		"github.com/coder/websocket",
		"github.com/go-json-experiment/json",
		"github.com/google/go-querystring",
	},
	module + "/parse": {
		"github.com/cenkalti/backoff/v5",
		"github.com/coder/websocket",
		"github.com/go-json-experiment/json",
		"github.com/google/go-querystring",
	},
	module + "/dump": {
		"github.com/cenkalti/backoff/v5",
		"github.com/coder/websocket",
		"github.com/go-json-experiment/json",
		"github.com/google/go-querystring",
	},
	module + "/doctor": {
		"github.com/cenkalti/backoff/v5",
		"github.com/coder/websocket",
		"github.com/go-json-experiment/json",
		"github.com/google/go-querystring",
	},
	module + "/promptschema": {
		"github.com/cenkalti/backoff/v5",
		"github.com/coder/websocket",
		"github.com/go-json-experiment/json",
		"github.com/google/go-querystring",
	},
	module + "/parse/parsetest": {
		"github.com/cenkalti/backoff/v5",
		"github.com/coder/websocket",
		"github.com/go-json-experiment/json",
		"github.com/google/go-querystring",
	},
	module + "/livequery": {
		"github.com/cenkalti/backoff/v5",
		"github.com/coder/websocket",
		"github.com/go-json-experiment/json",
	},
	module + "/quality": {
		"github.com/cenkalti/backoff/v5",
		"github.com/coder/websocket",
		"github.com/go-json-experiment/json",
		"github.com/google/go-querystring",
	},
	module + "/gen":         {"github.com/go-json-experiment/json"},
	module + "/schema":      {"github.com/go-json-experiment/json"},
	module + "/policy":      {"github.com/go-json-experiment/json"},
	module + "/trail":       {"github.com/go-json-experiment/json", "golang.org/x/mod"},
	module + "/trail/event": {"github.com/go-json-experiment/json"},
}

// layers lists which packages of ours each package may import.
var layers = map[string][]string{
	"":                         {"parse", "policy", "schema", "trail/event"},
	"doctor":                   {"", "cloud", "parse", "schema", "trail/event"},
	"dump":                     {"parse", "schema"},
	"gen":                      {"schema"},
	"promptschema":             {"", "parse", "policy", "quality", "schema", "trail/event"},
	"parse":                    {"parse/internal/follow", "parse/internal/rows", "parse/internal/transport", "livequery", "schema", "internal/calendar", "internal/where", "internal/wire"},
	"parse/parsetest":          {"parse", "internal/where", "internal/wire"},
	"parse/internal/follow":    {"livequery", "internal/where", "internal/wire"},
	"parse/internal/rows":      {"internal/wire"},
	"parse/internal/transport": {"internal/wire"},
	"livequery":                {"internal/wire"},
	"schema":                   {"internal/wire"},
	"policy":                   {"internal/wire"},
	"quality":                  {"", "internal/calendar", "trail/event"},
	"quality/report":           {"", "quality"},
	"cloud":                    {"policy", "schema"},
	"internal/contract":        {"cloud", "policy", "schema"},
	"trail":                    {"trail/event", "internal/wire"},
	"trail/event":              {"internal/wire"},
	"internal/calendar":        {},
	"internal/keys":            {},
	"internal/wire":            {},
	"internal/where":           {"internal/wire"},
}

func TestDependenciesShortList(t *testing.T) {
	for pkg, allowed := range linked {
		t.Run(pkg, func(t *testing.T) {
			deps := goList(t, "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", pkg)
			require.Equal(t, allowed, slices.DeleteFunc(deps, func(dep string) bool { return dep == module }))
		})
	}
}

func TestDependenciesPointDownwards(t *testing.T) {
	for pkg, allowed := range layers {
		name := strings.TrimSuffix(module+"/"+pkg, "/")
		t.Run(name, func(t *testing.T) {
			for _, dep := range goList(t, "-f", `{{join .Imports "\n"}}`, name) {
				if dep == module || strings.HasPrefix(dep, module+"/") {
					own := strings.TrimPrefix(strings.TrimPrefix(dep, module), "/") // "": the root
					require.Contains(t, allowed, own, "%s must not import %s", name, dep)
				}
			}
		})
	}
}

// The server is its own program: what it shares with the client are the data
// packages, never the client itself.
func TestDependenciesServerWithoutClient(t *testing.T) {
	deps := goList(t, "-deps", module+"/auditserver")
	require.Contains(t, deps, "modernc.org/sqlite")
	require.NotContains(t, deps, module)
	require.NotContains(t, deps, module+"/parse")
	require.NotContains(t, deps, module+"/livequery")
	require.NotContains(t, deps, "github.com/vektah/gqlparser/v2", "only who imports auditserver/graphql links its parser")
}

// GraphQL resolves fields by REST requests: it can't reach objects by another way.
func TestDependenciesGraphQLWithoutStore(t *testing.T) {
	deps := goList(t, "-deps", module+"/auditserver/internal/graphql")
	require.Contains(t, deps, "github.com/vektah/gqlparser/v2")
	require.NotContains(t, deps, module+"/auditserver/internal/store")
	require.NotContains(t, deps, module+"/auditserver/internal/access")
}

func TestDependenciesWithoutTesting(t *testing.T) {
	for _, pkg := range []string{"", "/promptschema", "/parse", "/parse/parsetest", "/dump", "/livequery", "/schema", "/policy", "/quality", "/quality/report", "/trail", "/trail/event", "/auditserver", "/audittest"} {
		require.NotContains(t, goList(t, "-deps", module+pkg), "testing", "%s must keep testing out of its API", pkg)
	}
}

func goList(t *testing.T, args ...string) []string {
	t.Helper()
	var complaint strings.Builder
	list := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...)
	list.Stderr = &complaint
	out, err := list.Output()
	require.NoError(t, err, complaint.String())
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(lines)
	return slices.DeleteFunc(slices.Compact(lines), func(line string) bool { return line == "" })
}
