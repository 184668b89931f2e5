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
			before, roles := userColumns(t, tg), roleIDs(t, tg)
			printed, err := script.CombinedOutput()
			var exit *exec.ExitError
			require.Truef(t, err == nil || errors.As(err, &exit), "%v", err)
			dropUserColumns(t, tg, before)
			for id := range roleIDs(t, tg) {
				if !roles[id] {
					tg.must(t, master, "DELETE", "/roles/"+id, "")
				}
			}
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

func userColumns(t *testing.T, tg target) map[string]any {
	columns, _ := tg.must(t, master, "GET", "/schemas/_User", "").json["fields"].(map[string]any)
	require.Contains(t, columns, "username")
	return columns
}

func roleIDs(t *testing.T, tg target) map[string]bool {
	ids := map[string]bool{}
	for _, role := range tg.must(t, master, "GET", "/roles?limit=1000", "").list() {
		ids[role["objectId"].(string)] = true
	}
	return ids
}

// dropUserColumns takes away what the script's users brought: others would find it
// as drift.
func dropUserColumns(t *testing.T, tg target, kept map[string]any) {
	dropped := map[string]any{}
	for name := range userColumns(t, tg) {
		if _, ok := kept[name]; !ok {
			dropped[name] = map[string]any{"__op": "Delete"}
		}
	}
	if len(dropped) == 0 {
		return
	}
	body, err := json.Marshal(map[string]any{"className": "_User", "fields": dropped})
	require.NoError(t, err)
	tg.must(t, master, "PUT", "/schemas/_User", string(body))
}
