package cloud_test

import (
	"os/exec"
	"testing"

	"github.com/isoaudit/isoaudit-go/cloud"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/stretchr/testify/require"
)

func TestRulesAreThePolicys(t *testing.T) {
	rules, err := cloud.Files.ReadFile("rules.json")
	require.NoError(t, err)
	require.Equal(t, string(policy.JSON()), string(rules), "run go generate ./cloud")
}

// The same vectors hold the Go evaluator in package policy.
func TestMainPassesTheVectors(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed; .ci/run requires it")
	}
	const runner, vectors = "vectors.js", "../policy/testdata/vectors.json"
	require.FileExists(t, runner) // also tells go test that the result depends on them
	require.FileExists(t, vectors)
	out, err := exec.Command(node, runner, vectors).CombinedOutput()
	require.NoError(t, err, string(out))
	t.Logf("%s", out)
}
