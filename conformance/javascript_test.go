package conformance_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/conformance"
)

// TestJavaScriptSDK runs parse/check.js, which is Parse's JavaScript SDK as it is,
// against auditserver and the real server: each must pass every check but those
// that the table of differences names. The script needs an application as it is when
// it is new, so make asks for this test before it asks for the others.
func TestJavaScriptSDK(t *testing.T) {
	targets := []target{embeddedTarget(t)}
	if tg, ok := realTarget(t); ok {
		targets = append(targets, tg)
	} else if _, err := os.Stat("parse/node_modules/parse"); err != nil {
		t.Skip("the JavaScript SDK is not installed: make conformance brings it")
	}
	result := regexp.MustCompile(`(?m)^(ok  |FAIL) (.+)$`)
	for _, tg := range targets {
		t.Run(string(tg.server), func(t *testing.T) {
			script := exec.CommandContext(t.Context(), "node", "check.js")
			script.Dir = "parse"
			script.Env = append(os.Environ(), "ISOAUDIT_PARSE_URL="+tg.url, "ISOAUDIT_PARSE_APP_ID="+tg.appID,
				"ISOAUDIT_PARSE_JS_KEY="+tg.jsKey, "ISOAUDIT_PARSE_MASTER_KEY="+tg.masterKey)
			before := leftovers(t, tg)
			printed, err := script.CombinedOutput()
			var exit *exec.ExitError
			require.Truef(t, err == nil || errors.As(err, &exit), "%v", err)
			removeLeftovers(t, tg, before)
			require.Regexpf(t, `(?m)^[1-9]\d* passed, \d+ failed$`, string(printed), "it came to its end")
			observed := map[string]string{}
			for _, line := range result.FindAllStringSubmatch(string(printed), -1) {
				observed[javaScriptSDK+line[2]] = map[string]string{"ok  ": "passes", "FAIL": "fails"}[line[1]]
			}
			want := map[string]string{}
			for key := range observed {
				want[key] = "passes"
			}
			for _, d := range conformance.Differences() {
				if ofJavaScript(d) {
					want[d.Key] = d.Of(tg.server)
				}
			}
			require.Equalf(t, want, observed, "%s", printed)
			t.Logf("%s: %d checks", tg.server, len(observed))
		})
	}
}

// javaScriptSDK begins the keys of the differences that checks of check.js meet.
const javaScriptSDK = "JavaScript SDK, "

func ofJavaScript(d conformance.Difference) bool { return strings.HasPrefix(d.Key, javaScriptSDK) }

// left is what the script leaves in an application that the behaviours of others
// would meet: columns of users, roles and parameters of the configuration.
type left struct{ columns, roles, parameters map[string]bool }

func leftovers(t *testing.T, tg target) left {
	l := left{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	columns, _ := tg.must(t, master, "GET", "/schemas/_User", "").json["fields"].(map[string]any)
	require.Contains(t, columns, "username")
	for name := range columns {
		l.columns[name] = true
	}
	for _, role := range tg.must(t, master, "GET", "/roles?limit=1000", "").list() {
		l.roles[role["objectId"].(string)] = true
	}
	parameters, _ := tg.must(t, master, "GET", "/config", "").json["params"].(map[string]any)
	for name := range parameters {
		l.parameters[name] = true
	}
	return l
}

// removeLeftovers takes away what was not there before.
func removeLeftovers(t *testing.T, tg target, before left) {
	now := leftovers(t, tg)
	gone := func(now, before map[string]bool) string {
		deleted := map[string]any{}
		for name := range now {
			if !before[name] {
				deleted[name] = map[string]string{"__op": "Delete"}
			}
		}
		body, err := json.Marshal(deleted)
		require.NoError(t, err)
		return string(body)
	}
	tg.must(t, master, "PUT", "/schemas/_User", `{"className":"_User","fields":`+gone(now.columns, before.columns)+`}`)
	tg.must(t, master, "PUT", "/config", `{"params":`+gone(now.parameters, before.parameters)+`}`)
	for id := range now.roles {
		if !before.roles[id] {
			tg.must(t, master, "DELETE", "/roles/"+id, "")
		}
	}
}
