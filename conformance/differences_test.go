package conformance_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/conformance"
)

var update = flag.Bool("update-differences", false, "write docs/differences.md anew")

func TestDifferencesDocument(t *testing.T) {
	all := conformance.Differences()
	require.True(t, slices.IsSortedFunc(all, func(a, b conformance.Difference) int { return strings.Compare(a.Key, b.Key) }), "keep the table in order")
	var b strings.Builder
	b.WriteString("# Differences between auditserver and Parse Server\n\n" +
		"Made from `conformance/differences.go` by `go test ./conformance -run TestDifferencesDocument -update-differences`.\n" +
		"The conformance suite holds both servers to this table; a behaviour of the suite that differs otherwise fails it.\n\n" +
		"| what | auditserver | Parse Server 9.10 on PostgreSQL | why |\n|---|---|---|---|\n")
	for _, d := range all {
		require.NotEqual(t, d.AuditServer, d.ParseServer, d.Key)
		require.NotEmpty(t, d.Reason, d.Key)
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", d.Key, d.AuditServer, d.ParseServer, d.Reason)
	}
	const file = "../docs/differences.md"
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, b.String(), string(written), "run with -update-differences")
}
