package policy_test

import (
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/isoaudit/isoaudit-go/cloud"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
)

// main.js judges thousands of saves that nobody thought of, and must come to the
// verdicts of the Go evaluator. The saves are the same in every run.
func TestMainAgreesOnRandomSaves(t *testing.T) { bothFiles(t, agreesOnRandomSaves) }

func agreesOnRandomSaves(t *testing.T, file vectorFile) {
	rules := file.table
	random := rand.New(rand.NewPCG(9001, 19011))
	var saves []vector
	for range 4000 {
		saves = append(saves, randomSave(random, file, rules))
	}
	judged := mainAgrees(t, file, saves, file.Revisions)
	require.Greater(t, len(judged), len(rules.All())*3/4, "the saves are too tame: they break %d rules", len(judged))
}

// The same for single texts: references, notes and the order of revisions.
func TestMainAgreesOnRandomTexts(t *testing.T) {
	file := readVectors(t)
	random := rand.New(rand.NewPCG(10646, 15))
	var saves []vector
	for i := range 6000 {
		if i%3 > 0 {
			saves = append(saves, vector{Name: "reference", Class: "AuditPlan", ID: "p-planned", User: "cora", Set: map[string]any{"auditRef": randomText(random)}})
			continue
		}
		note := pick(random, file.notes)
		if i%2 > 0 {
			note = norm.NFD.String(strings.ToUpper(note))
		}
		if i%4 > 1 {
			note += randomText(random)
		}
		saves = append(saves, vector{Name: "note", Class: "CorrectiveAction", ID: "a-pending", User: "cora", Set: map[string]any{"status": "closed", "verificationNote": note}})
	}
	var revisions []string
	for range 300 {
		revisions = append(revisions, randomRevision(random))
	}
	judged := mainAgrees(t, file, saves, inOrder(revisions))
	require.Greater(t, judged["audit-ref-plain"], len(saves)/4)
	require.Less(t, judged["audit-ref-plain"], len(saves)*5/8, "some references are plain")
	require.Greater(t, judged["action-closing-note"], len(saves)/20)
	require.Less(t, judged["action-closing-note"], len(saves)/3, "some notes say something")
}

// mainAgrees runs the saves through both evaluators and counts how often each rule
// is broken. Go's verdicts become the vectors that main.js has to pass.
func mainAgrees(t *testing.T, file vectorFile, saves []vector, revisions [][]string) map[string]int {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed; .ci/run requires it")
	}
	const runner = "../cloud/vectors.js"
	for _, script := range []string{runner, "../cloud/checks.js", "../cloud/texts.js"} {
		require.FileExists(t, script) // also tells go test that the result depends on it
	}
	data, err := os.ReadFile(file.name)
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, cloud.Write(folder, file.table))
	var document map[string]any
	require.NoError(t, json.Unmarshal(data, &document))

	expected, judged := []map[string]any{}, map[string]int{}
	for _, v := range saves {
		verdict, err := file.table.Check(t.Context(), file.change(t, v), file)
		require.NoError(t, err)
		for _, violation := range slices.Concat(verdict.Violations, verdict.Warnings) {
			judged[violation.Rule]++
		}
		expected = append(expected, expectation(t, v, verdict))
	}
	document["vectors"], document["revisions"] = expected, revisions
	out, err := json.Marshal(document)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "vectors.json")
	require.NoError(t, os.WriteFile(path, out, 0o600))
	report, err := exec.Command(node, runner, path, folder).CombinedOutput()
	require.NoError(t, err, "%.4000s", report)
	return judged
}

// randomText has up to twelve characters: most of some that rules look at, some of
// any that both evaluators know, by whichever version of Unicode.
func randomText(random *rand.Rand) string {
	odd := []rune("  \t\u00a0\u3000\u0085\u00ad\u200b\u200d\u202e\ufeff\ufe0f\u2800\ufffd\u0301\u0308\u0323\u0327\u0345\u3099\u093c\u09be\u1161\u11a8" +
		"aAeéÜșậIıİŁłßΆϓかがハバ가각ᄀ\u09c7क\u0958\u212a\u212bＡｚ９٣第😀1029-./")
	var text []rune
	for range random.IntN(13) {
		switch random.IntN(6) {
		case 0:
			r := rune(random.IntN(0x20000))
			if unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cf) {
				text = append(text, r)
			}
		case 1, 2:
			text = append(text, pick(random, odd))
		default:
			text = append(text, rune('A'+random.IntN(26)))
		}
	}
	return string(text)
}

func randomRevision(random *rand.Rand) string {
	var parts []string
	for range random.IntN(4) {
		parts = append(parts, pick(random, []string{"A", "b", "Z", "aa", "Rev", "REV.", "0", "1", "01", "9", "10", "٣", "ä", "İ", "第", "𝒳", "99999999999999999999", randomText(random)}))
	}
	return strings.Join(parts, pick(random, []string{"", ".", "-", " "}))
}

// inOrder sorts revisions into lists of equal ones.
func inOrder(revisions []string) [][]string {
	slices.SortFunc(revisions, policy.CompareRevisions)
	var lists [][]string
	for _, revision := range revisions {
		if last := len(lists) - 1; last >= 0 && policy.CompareRevisions(lists[last][0], revision) == 0 {
			lists[last] = append(lists[last], revision)
		} else {
			lists = append(lists, []string{revision})
		}
	}
	return lists
}

// randomSave creates or changes a row with a few columns set to values from
// other rows, from the vocabularies or from odd corners.
func randomSave(random *rand.Rand, file vectorFile, rules policy.Rules) vector {
	v := vector{
		Name: "random", Class: pick(random, slices.Sorted(maps.Keys(file.Rows))), Set: map[string]any{},
		User: pick(random, []string{"", "anna", "olga", "cora", "mark", "ada", "nora", "stranger"}), Master: random.IntN(5) == 0,
	}
	rows := file.Rows[v.Class]
	columns := []string{"ACL", "own"}
	for _, rule := range rules.All() {
		if rule.Class == v.Class {
			columns = slices.Concat(columns, []string{rule.Field, rule.Field}, rule.Key, rule.Also)
		}
	}
	if len(rows) > 0 {
		row := pick(random, rows)
		if random.IntN(3) > 0 {
			v.ID = row["objectId"].(string)
		} else {
			for column, value := range row {
				if column != "objectId" && column != "createdAt" && column != "updatedAt" && column != "ACL" && random.IntN(8) > 0 {
					v.Set[column] = value
				}
			}
		}
	}
	for range 1 + random.IntN(4) {
		column := pick(random, columns)
		v.Set[column] = randomValue(random, file, rules, v.Class, column)
	}
	return v
}

func randomValue(random *rand.Rand, file vectorFile, rules policy.Rules, class, column string) any {
	known, _ := rules.Vocabulary(class, column)
	if len(known.Values) > 0 && random.IntN(4) > 0 {
		return pick(random, known.Values)
	}
	if rows := file.Rows[class]; len(rows) > 0 && random.IntN(2) > 0 {
		return pick(random, rows)[column]
	}
	pointer := func(class, id string) any {
		return map[string]any{"__type": "Pointer", "className": class, "objectId": id}
	}
	return pick(random, []any{
		nil, "", " ", "TBD", "t.b.d.", "n/a", "---", "xxx", "Sampled 20 suppliers", "Überprüft: 3 von 3", "٣٣٣", "ＴＢＤ", "toString", "__proto__", "constructor",
		"PENDİNG", "ΠΟΤΕΣ", "\u2028", "<&>", "😀", "😀x", "K",
		0.0, 1.5, true, false, []any{}, []any{"closed"}, map[string]any{}, map[string]any{"*": map[string]any{"read": true}},
		pointer("_User", "ada"), pointer("_User", "anna"), pointer("_User", "olga"), pointer("_User", "nobody"), pointer("_User", ""),
		pointer("Auditor", "ada"), pointer("AuditPlan", "p-closed"), pointer("AuditPlan", "p-running"), pointer("AuditPlan", "none"),
		pointer("Audit", "u-closed"), pointer("Audit", "u-running"), pointer("Audit", "none"), pointer("NonConformance", "n-closed"),
		map[string]any{"__type": "Object", "className": "_User", "objectId": "ada", "role": "approver"},
		map[string]any{"__type": "Pointer"}, map[string]any{"__type": "Pointer", "className": 1.0, "objectId": 2.0},
		date("2026-03-01T00:00:00.000Z"), date("2026-03-10T00:00:00.000Z"), date("2026-03-10T00:00:00Z"), date("2026-03-09T23:59:59.999Z"),
		date("1969-12-31T23:59:59.999Z"), date("1950-01-01T00:00:00.000Z"), date("2026-03-10T01:00:00+02:00"), date("2026-03-10T01:00:00.1234567Z"),
		date("2026-03-10"), date("tomorrow"), date("2026-02-31T00:00:00.000Z"), date("2026-03-10T24:00:00.000Z"), date("2026-03-10T00:00:00,5Z"),
		"2026-03-10T00:00:00.000Z",
	})
}

// expectation writes a verdict as a vector of the file.
func expectation(t *testing.T, v vector, verdict policy.Verdict) map[string]any {
	t.Helper()
	effects := []map[string]any{}
	for _, e := range verdict.Effects {
		effects = append(effects, map[string]any{"class": e.Class, "objectId": e.ObjectID, "set": e.Set})
	}
	set, err := json.Marshal(v.Set, json.Deterministic(true))
	require.NoError(t, err)
	out := map[string]any{
		"name": strings.Join([]string{"by", v.User, "of", v.ID, string(set)}, " "), "class": v.Class, "set": v.Set, "master": v.Master,
		"violations": short(verdict.Violations), "warnings": short(verdict.Warnings), "effects": effects,
	}
	if v.ID != "" {
		out["id"] = v.ID
	}
	if v.User != "" {
		out["user"] = v.User
	}
	if len(verdict.Violations) > 0 {
		out["wire"], err = policy.Message(verdict.Violations)
		require.NoError(t, err)
	}
	return out
}

func date(iso string) any { return map[string]any{"__type": "Date", "iso": iso} }

func pick[T any](random *rand.Rand, values []T) T { return values[random.IntN(len(values))] }
