package conformance_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// stack are the real servers that run.sh started and that a test may break.
type stack struct{ nodes []string }

// startedStack tells what run.sh started; ok is false where it did not.
func startedStack() (s stack, ok bool) {
	if os.Getenv("ISOAUDIT_STACK") == "" {
		return stack{}, false
	}
	return stack{nodes: strings.Split(os.Getenv("ISOAUDIT_PARSE_NODES"), ",")}, true
}

// do runs one verb of stack.sh: do(t, "node", "2", "kill").
func (s stack) do(t testing.TB, verb ...string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // also called while a test is cleaned up
	out, err := exec.CommandContext(ctx, "./stack.sh", verb...).CombinedOutput()
	require.NoErrorf(t, err, "stack.sh %s: %s", strings.Join(verb, " "), out)
}
