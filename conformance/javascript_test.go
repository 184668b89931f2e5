package conformance_test

import (
	"os"
	"os/exec"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestJavaScriptSDK runs parse/check.js, which is Parse's JavaScript SDK as it is,
// against auditserver and the real server: both must pass every check.
func TestJavaScriptSDK(t *testing.T) {
	targets := []target{embeddedTarget(t)}
	if tg, ok := realTarget(t); ok {
		targets = append(targets, tg)
	} else if _, err := os.Stat("parse/node_modules/parse"); err != nil {
		t.Skip("the JavaScript SDK is not installed: make conformance brings it")
	}
	passed := regexp.MustCompile(`(?m)^[1-9]\d* passed, 0 failed$`)
	for _, tg := range targets {
		t.Run(string(tg.server), func(t *testing.T) {
			script := exec.CommandContext(t.Context(), "node", "check.js")
			script.Dir = "parse"
			script.Env = append(os.Environ(), "ISOAUDIT_PARSE_URL="+tg.url, "ISOAUDIT_PARSE_APP_ID="+tg.appID,
				"ISOAUDIT_PARSE_JS_KEY="+tg.jsKey, "ISOAUDIT_PARSE_MASTER_KEY="+tg.masterKey)
			printed, err := script.CombinedOutput()
			require.NoErrorf(t, err, "%s", printed)
			require.Regexp(t, passed, string(printed))
			t.Logf("%s", passed.Find(printed))
		})
	}
}
