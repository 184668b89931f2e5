package policy_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/stretchr/testify/require"
)

// TestMainAgreesOnRandomSaves lets main.js judge a few thousand random saves and
// expects the verdict of the Go evaluator. The saves are the same in every run.
func TestMainAgreesOnRandomSaves(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed; .ci/run requires it")
	}
	const runner, main = "../cloud/vectors.js", "../cloud/main.js"
	require.FileExists(t, runner) // also tells go test that the result depends on them
	require.FileExists(t, main)

	data, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var document map[string]any
	require.NoError(t, json.Unmarshal(data, &document))

	file, rules := readVectors(t), policy.Default()
	random := rand.New(rand.NewPCG(9001, 19011))
	expected, judged := []map[string]any{}, map[string]bool{}
	for range 4000 {
		v := randomSave(random, file, rules)
		verdict, err := rules.Check(t.Context(), file.change(t, v), file)
		require.NoError(t, err)
		for _, violation := range slices.Concat(verdict.Violations, verdict.Warnings) {
			judged[violation.Rule] = true
		}
		expected = append(expected, expectation(t, v, verdict))
	}
	require.Greater(t, len(judged), len(rules.All())*3/4, "the saves are too tame: they break %d rules", len(judged))

	document["vectors"] = expected
	out, err := json.Marshal(document)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "vectors.json")
	require.NoError(t, os.WriteFile(path, out, 0o600))
	report, err := exec.Command(node, runner, path).CombinedOutput()
	require.NoError(t, err, "%.4000s", report)
}

// randomSave creates or changes a row with a few columns set to values from
// other rows, from the vocabularies or from odd corners.
func randomSave(random *rand.Rand, file vectorFile, rules policy.Rules) vector {
	classes := []string{"_User", "AuditFinding", "AuditPlan", "AuditReview", "CorrectiveAction", "DocumentControlLog"}
	v := vector{
		Name: "random", Class: pick(random, classes), Set: map[string]any{},
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
