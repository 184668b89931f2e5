package cloud_test

import (
	"flag"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
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

var update = flag.Bool("update-acls", false, "write acls.json from the schema")

// With either class of auditors, the ACLs of new objects are the schema's.
func TestACLsAreTheSchemas(t *testing.T) {
	acls := map[string]map[string]schema.Access{}
	for _, auditors := range []string{schema.UserClass, "Auditor"} {
		for _, class := range schema.ISO9001(schema.WithAuditorClass(auditors)).Classes {
			if acl, ok := acls[class.Name]; ok {
				require.Equal(t, acl, class.Permissions.DefaultACL, class.Name)
			}
			acls[class.Name] = class.Permissions.DefaultACL
		}
	}
	want, err := json.Marshal(acls, json.Deterministic(true), jsontext.WithIndent("  "))
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile("acls.json", append(want, '\n'), 0o644))
	}
	written, err := cloud.Files.ReadFile("acls.json")
	require.NoError(t, err)
	require.JSONEq(t, string(want), string(written), "run go test ./cloud -update-acls")
}

// The same vectors hold the Go evaluator in package policy.
func TestMainPassesTheVectors(t *testing.T) {
	run(t, "vectors.js", "../policy/testdata/vectors.json")
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
		require.FileExists(t, file) // also tells go test that the result depends on it
	}
	out, err := exec.Command(node, arguments...).CombinedOutput()
	require.NoError(t, err, string(out))
	t.Logf("%s", out)
}
