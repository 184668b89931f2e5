package policy_test

import (
	"context"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/stretchr/testify/require"
)

type vectorFile struct {
	Now     time.Time
	Users   map[string][]string
	Rows    map[string][]map[string]any
	Vectors []vector

	Revisions [][]string // the oldest first; those of one list are equal

	name  string
	table policy.Rules
	notes []string // of the vectors
}

type vector struct {
	Name, Class, ID, User string
	Reason                string
	Enforce               []string // rules that are off in the table
	Set                   map[string]any
	Master                bool
	Now                   time.Time
	Violations, Warnings  []string
	Messages              []string
	Wire                  string // the whole message of the error
	Effects               []struct {
		Class, ObjectID string
		Set             map[string]any
	}
}

// Get implements policy.Lookup.
func (f vectorFile) Get(_ context.Context, class, id string) (map[string]any, error) {
	for _, row := range f.Rows[class] {
		if row["objectId"] == id {
			return row, nil
		}
	}
	return nil, nil
}

// Find implements policy.Lookup.
func (f vectorFile) Find(_ context.Context, class string, where map[string]any) ([]map[string]any, error) {
	var found []map[string]any
	for _, row := range f.Rows[class] {
		match := true
		for field, want := range where {
			match = match && matches(want, row[field])
		}
		if match {
			found = append(found, row)
		}
	}
	return found, nil
}

// HasRole implements policy.Lookup.
func (f vectorFile) HasRole(_ context.Context, user, role string) (bool, error) {
	return slices.Contains(f.Users[user], role), nil
}

func matches(want, have any) bool {
	if m, ok := want.(map[string]any); ok && m["$in"] != nil {
		return slices.ContainsFunc(m["$in"].([]any), func(one any) bool { return matches(one, have) })
	}
	return reflect.DeepEqual(want, have)
}

// readVectors reads those of the six classes.
func readVectors(t testing.TB) vectorFile {
	t.Helper()
	return readVectorsOf(t, "testdata/vectors.json", policy.Default())
}

// bothFiles runs a test on the vectors of each table.
func bothFiles(t *testing.T, test func(t *testing.T, file vectorFile)) {
	t.Run("six classes", func(t *testing.T) { test(t, readVectors(t)) })
	t.Run("prompt", func(t *testing.T) { test(t, readVectorsOf(t, "testdata/promptvectors.json", policy.Prompt())) })
}

func readVectorsOf(t testing.TB, name string, table policy.Rules) vectorFile {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	file := vectorFile{name: name, table: table}
	require.NoError(t, json.Unmarshal(data, &file, json.MatchCaseInsensitiveNames(true)))
	require.NotEmpty(t, file.Vectors)
	for _, v := range file.Vectors {
		if note, ok := v.Set["verificationNote"].(string); ok {
			file.notes = append(file.notes, note)
		}
	}
	return file
}

func (f vectorFile) change(t testing.TB, v vector) policy.Change {
	t.Helper()
	change := policy.Change{
		Class: v.Class, ObjectID: v.ID, Object: map[string]any{},
		User: v.User, Master: v.Master, Now: f.Now, Reason: v.Reason,
	}
	if !v.Now.IsZero() {
		change.Now = v.Now
	}
	if v.ID != "" {
		change.Original, _ = f.Get(t.Context(), v.Class, v.ID)
		require.NotNil(t, change.Original, "no row %s", v.ID)
	}
	for field, value := range change.Original {
		change.Object[field] = value
	}
	for field, value := range v.Set {
		change.Object[field] = value
		if value == nil {
			delete(change.Object, field)
		}
	}
	return change
}

// rules is the table of a vector.
func (f vectorFile) rules(t testing.TB, v vector) policy.Rules {
	t.Helper()
	rules := f.table
	for _, id := range v.Enforce {
		var err error
		rules, err = rules.With(id, policy.Enforce)
		require.NoError(t, err)
	}
	return rules
}

func TestVectors(t *testing.T) { bothFiles(t, passesVectors) }

func passesVectors(t *testing.T, file vectorFile) {
	for _, v := range file.Vectors {
		t.Run(v.Class+" "+v.Name, func(t *testing.T) {
			verdict, err := file.rules(t, v).Check(t.Context(), file.change(t, v), file)
			require.NoError(t, err)
			require.ElementsMatch(t, v.Violations, short(verdict.Violations))
			require.ElementsMatch(t, v.Warnings, short(verdict.Warnings))
			require.Len(t, verdict.Effects, len(v.Effects))
			for i, effect := range verdict.Effects {
				require.Equal(t, v.Effects[i].Class, effect.Class)
				require.Equal(t, v.Effects[i].ObjectID, effect.ObjectID)
				require.Equal(t, v.Effects[i].Set, effect.Set)
			}
			var messages []string
			for _, violation := range verdict.Violations {
				require.Equal(t, v.ID, violation.ObjectID)
				messages = append(messages, violation.Message)
			}
			if v.Wire != "" {
				text, err := policy.Message(verdict.Violations)
				require.NoError(t, err)
				require.Equal(t, v.Wire, text)
			}
			if v.Messages != nil {
				require.Equal(t, v.Messages, messages)
			}
		})
	}
}

// Every rule must be broken by a vector, or neither evaluator is tested on it.
func TestVectorsReachEveryRule(t *testing.T) { bothFiles(t, reachesEveryRule) }

func reachesEveryRule(t *testing.T, file vectorFile) {
	broken := map[string]bool{}
	for _, v := range file.Vectors {
		verdict, err := file.rules(t, v).Check(t.Context(), file.change(t, v), file)
		require.NoError(t, err)
		for _, violation := range slices.Concat(verdict.Violations, verdict.Warnings) {
			broken[violation.Rule] = true
		}
		for _, effect := range verdict.Effects {
			broken[effect.Rule] = true
		}
	}
	for _, rule := range file.table.All() {
		require.True(t, broken[rule.ID], "no vector breaks %s", rule.ID)
	}
}

func short(violations []policy.Violation) []string {
	out := []string{}
	for _, v := range violations {
		out = append(out, v.Rule+" "+v.Field)
	}
	return out
}
