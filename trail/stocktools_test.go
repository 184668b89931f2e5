package trail_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/trail"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// An auditor checks a bundle with what docs/trail.md shows, and without our code.
func TestBundleIsCheckedWithStockTools(t *testing.T) {
	for _, tool := range []string{"python3", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not installed; TestBundleOfATrail checks the same in Go")
		}
	}
	guide, err := os.ReadFile("../docs/trail.md")
	require.NoError(t, err)
	_, script, ok := strings.Cut(string(guide), "```python\n")
	require.True(t, ok)
	script, _, _ = strings.Cut(script, "```")
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
		return name
	}
	run := func(name string, args ...string) (string, error) {
		command := exec.CommandContext(t.Context(), name, args...)
		command.Dir = dir
		out, err := command.CombinedOutput()
		return string(out), err
	}
	file("check.py", []byte(script))

	private, public, err := trail.NewKey("audit.example.com/trail")
	require.NoError(t, err)
	k := newSeals(t, private, public)
	key := file("key.pub", []byte(public+"\n"))
	for _, sizes := range [][2]int{{1, 1}, {6, 8}, {7, 29}} {
		s := newServer(1)
		log, err := trail.OpenLog(t.TempDir(), k.public)
		require.NoError(t, err)
		s.work(t, sizes[0])
		kept := k.seal(t, log, s).Checkpoint
		s.work(t, sizes[1]-sizes[0])
		s.write(t, event.Write{Op: event.Redact, Class: "AuditPlan", Record: "pLan000001", Reason: "asked", Changes: []event.Change{{Column: event.ReasonName, Secret: true}}})
		k.seal(t, log, s)
		old := file("kept", kept.Note)
		whole := export(t, s, log, kept)

		out, err := run("python3", "check.py", file("bundle.zip", whole), key, old)
		require.NoError(t, err, out)
		require.Contains(t, out, "events are what was sealed, of")
		require.Contains(t, out, "the log only grew")
		out, err = run("openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-rawin", "-in", "text", "-sigfile", "signature")
		require.NoError(t, err, out)

		for want, edit := range map[string][2]string{
			"is not the value that was hashed": {`\"Open\"`, `\"Opem\"`},
			"not what was sealed":              {`"confirmed":true`, `"confirmed":false`},
			"op of the row":                    {`"op":"create"`, `"op":"update"`},
			"actor of the row":                 {`"objectId":"k7RtXw2nQp"`, `"objectId":"somebody00"`},
			"columns of the row":               {`"columns":["ACL",`, `"columns":["cost",`},
			"the entry knows nothing":          {`"values":"{`, `"values":"{\"more\":null,`},
		} {
			out, err := run("python3", "check.py", file("bundle.zip", rezip(t, whole, "events.jsonl", edit[0], edit[1])), key, old)
			require.Error(t, err)
			require.Contains(t, out, want)
		}
		second := strings.Split(inBundle(t, whole, "events.jsonl"), "\n")[1]
		twice := rezip(t, whole, "events.jsonl", second, second+"\n"+second)
		out, err = run("python3", "check.py", file("bundle.zip", twice), key, old)
		require.Error(t, err, "one event cannot stand for another that was left out")
		require.Contains(t, out, "an event stands twice")
	}
}
