package isoaudit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// trap is one row of protocol section 12: the tests of the answer, as
// "Test" of the client or "folder.Test", or why a client has none.
type trap struct {
	row   int
	about string
	tests []string
	why   string
}

var traps = []trap{
	{1, "a File without url ends the server", []string{"TestFilesAreNeverSentWithoutURL"}, ""},
	{2, "many transactions, or one that cannot be routed, block the server", []string{"TestAtMostFourTransactionsAtOnce", "TestBatchMistakesAreFoundBeforeAnythingIsSent"}, ""},
	{3, "a failed transaction hides its cause", []string{"TestTransactionFailures"}, ""},
	{4, "events of a transaction that is rolled back", []string{"auditserver.TestLiveQueryNothingFromARolledBackTransaction"},
		"of Parse Server's own phantoms a client sees nothing but the event; Subscribe documents them"},
	{5, "subscriptions with $or collide", []string{"TestConditionsAvoidTheTraps", "auditserver.TestLiveQuerySubscriptionsDoNotCollide"}, ""},
	{6, "events come out of order, and updatedAt goes backwards", []string{"conformance.TestLiveQuerySoak"}, ""},
	{7, "events are lost without a sign", []string{"conformance.TestLiveQuerySoak", "livequery.TestHalfOpenConnectionIsNoticedByOwnPing", "livequery.TestReconnectSubscribesAgainBeforeItDelivers"}, ""},
	{8, "an error with reconnect opens a second socket", []string{"livequery.TestPermanentErrorEndsOneSubscription"}, ""},
	{9, "lost updates", []string{"TestUpdatesSendOnlyTheirChanges"}, "the server has no conditional update; Increment, Add and Remove are the client's part"},
	{10, "skip is unstable", []string{"TestAllNeitherSkipsNorRepeatsUnchangedRows"}, ""},
	{11, "Add sorts and de-duplicates", []string{"TestApplyTakesTheServersResults"}, ""},
	{12, "an empty $in finds rows without a value", []string{"TestConditionsAvoidTheTraps", "TestSubqueriesDemandAValue"}, ""},
	{13, "operators that PostgreSQL answers wrongly or with 500", []string{"TestConditionsAvoidTheTraps", "TestBadInputIsRefusedBeforeSending", "TestAggregationsRefuseWhatServersIgnore"}, ""},
	{14, "an unset ACL locks; permissions and fields are replaced whole", []string{"TestMistakesDoNotCompile", "conformance.TestApplyingTheSchemaTwiceChangesNothing"}, ""},
	{15, "include drops pointers", []string{"TestIncludedArraysAreNotWrittenBack", "TestPointerStates"}, ""},
	{16, "101 and 119 mean many things", []string{"TestHintTellsWhetherASessionWasSent"}, ""},
	{17, "request ids replay nothing", []string{"TestFaults", "TestRequestIDsOnlyWhereTheServerKnowsThem"}, ""},
	{18, "a newer router breaks /batch", nil, "the server's installation; conformance/parse pins the router"},
	{19, "counts are estimated, options of sub-queries ignored, limits capped", []string{"TestCountWithTheMasterKeyIsExact", "TestBadInputIsRefusedBeforeSending", "TestAllWithCappedLimitGivesEveryRow"}, ""},
	{20, "webhooks leak headers", nil, "between the server and its hooks; the client registers none"},
	{21, "an empty text fails required, before permissions", []string{"conformance.TestParseServer"}, "the server's answer; 142 is ErrValidation"},
	{22, "defaults deny", []string{"TestHintNamesMasterKeyIPs", "TestHintTellsWhetherASessionWasSent"}, ""},
	{23, "pointers to what was deleted stay", []string{"TestPointerStates"}, ""},
	{24, "the live query server checks no application id", nil, "the server's own check; REST reads with the same keys report it"},
}

// Every row of the protocol's list of traps has an answer, and the tests it
// names are there.
func TestEveryTrapHasAnAnswer(t *testing.T) {
	const rows = 24
	require.Len(t, traps, rows)
	declared := map[string]bool{}
	for _, folder := range []string{".", "parse", "livequery", "auditserver", "conformance"} {
		for _, name := range testsIn(t, folder) {
			declared[strings.TrimPrefix(strings.TrimPrefix(folder+"."+name, ".."), "parse.")] = true
		}
	}
	for i, trap := range traps {
		require.Equal(t, i+1, trap.row)
		require.True(t, len(trap.tests) > 0 || trap.why != "", "row %d: %s", trap.row, trap.about)
		for _, name := range trap.tests {
			require.True(t, declared[name], "row %d: there is no %s", trap.row, name)
		}
	}
}

func testsIn(t *testing.T, folder string) []string {
	paths, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	require.NoError(t, err)
	require.NotEmpty(t, paths, folder)
	var names []string
	for _, path := range paths {
		source, err := os.ReadFile(path)
		require.NoError(t, err)
		file, err := parser.ParseFile(token.NewFileSet(), path, source, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, declaration := range file.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
				names = append(names, f.Name.Name)
			}
		}
	}
	return names
}
