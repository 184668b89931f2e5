package cloud_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/cloud"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/schema"
)

func TestRulesAreThePolicys(t *testing.T) {
	rules, err := cloud.Files.ReadFile("rules.json")
	require.NoError(t, err)
	require.Equal(t, string(policy.JSON()), string(rules), "run go generate ./cloud")
}

func TestVersionIsMainJSs(t *testing.T) {
	main, err := cloud.Files.ReadFile("main.js")
	require.NoError(t, err)
	require.Contains(t, string(main), fmt.Sprintf("\nconst VERSION = %d;\n", cloud.Version))
}

var update = flag.Bool("update-acls", false, "write acls.json from the schema")

// With either class of auditors, the ACLs of new objects are the schema's, and the
// folder for the six classes is this one.
func TestACLsAreTheSchemas(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, cloud.Write(dir, policy.Default(), schema.ISO9001(), schema.ISO9001(schema.WithAuditorClass("Auditor"))))
	want, err := os.ReadFile(filepath.Join(dir, "acls.json"))
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile("acls.json", want, 0o644))
	}
	names, err := cloud.Files.ReadDir(".")
	require.NoError(t, err)
	for _, file := range names {
		have, err := cloud.Files.ReadFile(file.Name())
		require.NoError(t, err)
		want, err := os.ReadFile(filepath.Join(dir, file.Name()))
		require.NoError(t, err)
		if filepath.Ext(file.Name()) == ".json" {
			require.JSONEq(t, string(want), string(have), "%s: run go test ./cloud -update-acls", file.Name())
		} else {
			require.Equal(t, string(want), string(have))
		}
	}
}

func TestWriteRefusesTwoACLsForOneClass(t *testing.T) {
	other := schema.Prompt()
	other.Classes[1].Permissions.DefaultACL = map[string]schema.Access{"*": {Read: true}}
	dir := filepath.Join(t.TempDir(), "cloud")
	require.ErrorContains(t, cloud.Write(dir, policy.Prompt(), schema.Prompt(), other), "class Audit")
	require.NoDirExists(t, dir)
}

// The same vectors hold the Go evaluator in package policy.
func TestMainPassesTheVectors(t *testing.T) {
	run(t, "vectors.js", "../policy/testdata/vectors.json")
}

// The folder that is deployed for the four classes passes theirs.
func TestPromptFolderPassesTheVectors(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, cloud.Write(dir, policy.Prompt(), schema.Prompt()))
	run(t, "vectors.js", "../policy/testdata/promptvectors.json", dir)
}

// The same vectors hold package trail/event.
func TestEventPassesTheVectors(t *testing.T) {
	run(t, "eventvectors.js", "../trail/event/testdata/vectors.json", "event.js")
}

// A server may cut pages short without a word (maxLimit).
func TestMainReadsToTheLastPage(t *testing.T) {
	run(t, "testdata/shortpages.js")
}

// run runs a script with files of its own.
func run(t *testing.T, arguments ...string) {
	t.Helper()
	files := slices.Clone(arguments)
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed; .ci/run requires it")
	}
	own, err := cloud.Files.ReadDir(".")
	require.NoError(t, err)
	for _, file := range own {
		files = append(files, file.Name())
	}
	for _, file := range files {
		_, err := os.Stat(file) // also tells go test that the result depends on it
		require.NoError(t, err)
	}
	out, err := exec.Command(node, arguments...).CombinedOutput()
	require.NoError(t, err, string(out))
	t.Logf("%s", out)
}
