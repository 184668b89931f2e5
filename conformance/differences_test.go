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
	for i := range all[1:] {
		require.Less(t, all[i].Key, all[i+1].Key, "one row a behaviour")
	}
	var b strings.Builder
	b.WriteString("# Differences between auditserver and Parse Server\n\n" +
		"Made from the tables of `conformance/differences*.go` by `go test ./conformance -run TestDifferencesDocument -update-differences`.\n" +
		"The conformance suite holds every server to them; a behaviour of the suite that differs otherwise fails it.\n" +
		"A server that is not named answers like Parse Server 9.10 on PostgreSQL. In the place of MongoDB runs FerretDB (`conformance/mongodb`);\n" +
		"where its answer is known not to be MongoDB's, the row says so.\n")
	for _, d := range all {
		require.NotEmpty(t, d.Reason, d.Key)
		require.NotContains(t, d.Others, conformance.AuditServer, d.Key)
		for server, answer := range d.Others {
			require.NotEqual(t, d.ParseServer, answer, "%s: %s", d.Key, server)
		}
		if d.AuditServer == d.ParseServer {
			require.NotEmpty(t, d.Others, d.Key)
		}
	}
	table := func(title, columns string, belongs func(conformance.Difference) bool, cells func(conformance.Difference) string) {
		fmt.Fprintf(&b, "\n## %s\n\n| what | %s | other servers | why |\n|%s\n", title, columns, strings.Repeat("---|", strings.Count(columns, "|")+4))
		for _, d := range all {
			if belongs(d) {
				fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(d.Key), cells(d), cell(others(d)), cell(why(d)))
			}
		}
	}
	differs := func(d conformance.Difference) bool { return d.AuditServer != d.ParseServer }
	table("Where auditserver differs", "auditserver | Parse Server 9.10 on PostgreSQL", differs,
		func(d conformance.Difference) string { return cell(d.AuditServer) + " | " + cell(d.ParseServer) })
	table("Where only other versions and databases differ", "auditserver and Parse Server 9.10 on PostgreSQL",
		func(d conformance.Difference) bool { return !differs(d) },
		func(d conformance.Difference) string { return cell(d.AuditServer) })
	b.WriteString("\n## Where generated questions are answered otherwise\n\n" +
		"`TestGenerated` asks thousands of questions of auditserver and of Parse Server 9.10 on both databases, and compares status, code and\n" +
		"result; the text of an error is not compared. Every question that is answered otherwise is of one of these kinds, and each kind has questions.\n\n" +
		"| what | auditserver | Parse Server 9.10 | on | why |\n|---|---|---|---|---|\n")
	keys := map[string]bool{}
	for _, k := range conformance.Kinds() {
		require.NotEmpty(t, k.Reason, k.Key)
		require.Falsef(t, keys[k.Key], "%q is listed twice", k.Key)
		keys[k.Key] = true
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", cell(k.Key), cell(k.AuditServer.String()), cell(k.ParseServer.String()), onWhat(k), cell(k.Reason))
	}
	const file = "../docs/differences.md"
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, b.String(), string(written), "run with -update-differences")
}

// others tells the answers of the servers that have one of their own; those with
// the same are told together.
func others(d conformance.Difference) string {
	var lines []string
	servers := conformance.ParseServers()
	for i, server := range servers {
		answer, ok := d.Others[server]
		if !ok || slices.ContainsFunc(servers[:i], func(s conformance.Server) bool { return d.Others[s] == answer }) {
			continue
		}
		var names []string
		for _, s := range servers[i:] {
			if d.Others[s] == answer {
				names = append(names, strings.TrimPrefix(string(s), "Parse Server "))
			}
		}
		lines = append(lines, strings.Join(names, ", ")+": "+answer)
	}
	return strings.Join(lines, "; ")
}

func why(d conformance.Difference) string {
	if d.StandIn == "" {
		return d.Reason
	}
	return d.Reason + " (not MongoDB's answer: " + d.StandIn + ")"
}

// cell keeps a text within its cell.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func onWhat(k conformance.Kind) string {
	switch {
	case len(k.On) == 0:
		return "both"
	case k.On[0] == conformance.ParseServerMongoDB:
		return "MongoDB"
	}
	return "PostgreSQL"
}
