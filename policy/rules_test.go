package policy_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/schema"
	"github.com/stretchr/testify/require"
)

func TestRulesNameColumnsOfTheSchema(t *testing.T) {
	t.Run("six classes", func(t *testing.T) { namesColumns(t, policy.Default(), schema.ISO9001()) })
	t.Run("prompt", func(t *testing.T) { namesColumns(t, policy.Prompt(), schema.Prompt()) })
}

func namesColumns(t *testing.T, rules policy.Rules, iso schema.Schema) {
	for _, rule := range rules.All() {
		if rule.Class == "*" {
			require.Contains(t, []string{"ACL", "reason"}, rule.Field, "what every class has, or the save itself")
			continue
		}
		class, ok := iso.Class(rule.Class)
		require.True(t, ok, "%s: no class %s", rule.ID, rule.Class)
		require.Contains(t, class.Fields, rule.Field, rule.ID)
		for _, field := range append(append([]string{}, rule.Key...), rule.Also...) {
			require.Contains(t, class.Fields, field, rule.ID)
		}
		literal := schema.ISO9001(schema.WithAuditorClass("Auditor"))
		for _, name := range rule.AlsoOn {
			class, ok := literal.Class(name)
			require.True(t, ok, "%s: no class %s", rule.ID, name)
			require.Contains(t, class.Fields, rule.Field, rule.ID)
		}
		for state, fields := range rule.Frozen {
			v, _ := rules.Vocabulary(rule.Class, rule.Field)
			require.Contains(t, v.Values, state)
			for _, field := range fields {
				require.Contains(t, class.Fields, field, rule.ID)
			}
		}
		if rule.Children != nil {
			children, ok := iso.Class(rule.Children.Class)
			require.True(t, ok, rule.ID)
			if rule.Children.Pointer != "" {
				require.Contains(t, children.Fields, rule.Children.Pointer, rule.ID)
			} else {
				require.Equal(t, rule.Class, rule.Children.Class, "its own only child")
			}
			if rule.Children.Below != nil {
				require.Contains(t, children.Fields, rule.Children.Name, rule.ID)
				below, ok := iso.Class(rule.Children.Below.Class)
				require.True(t, ok, rule.ID)
				require.Contains(t, below.Fields, rule.Children.Below.Pointer, rule.ID)
				require.Contains(t, below.Fields, rule.Children.Below.Field, rule.ID)
			}
		}
		if rule.Parent != nil {
			parent, ok := iso.Class(rule.Parent.Class)
			require.True(t, ok, rule.ID)
			require.Contains(t, parent.Fields, rule.Parent.Field, rule.ID)
			require.Equal(t, rule.Parent.Class, class.Fields[rule.Field].TargetClass, rule.ID)
		}
		for _, role := range rule.Roles {
			require.Contains(t, roleNames(iso), role, rule.ID)
		}
	}
}

// What a finished record says is frozen whole: a column that the schema gains must
// be put in the rule, or here with the reason why it may still change.
func TestFinishedRecordsAreFrozenWhole(t *testing.T) {
	t.Run("six classes", func(t *testing.T) { frozenWhole(t, policy.Default(), schema.ISO9001()) })
	t.Run("prompt", func(t *testing.T) { frozenWhole(t, policy.Prompt(), schema.Prompt()) })
}

func frozenWhole(t *testing.T, rules policy.Rules, iso schema.Schema) {
	server := []string{"objectId", "createdAt", "updatedAt"}
	for _, rule := range rules.All() {
		lists, open := map[string][]string{}, slices.Clone(server)
		switch rule.ID {
		case "audit-open-for-findings":
			lists["an audit's end"] = append([]string{rule.Field}, rule.Also...)
		case "audit-closed-frozen": // the status to reopen it, the lead for who is to do so
			lists, open = rule.Frozen, append(open, "status", "leadAuditor")
			if rule.Class == "Audit" {
				lists, open = rule.Frozen, append(slices.Clone(server), "status", "auditor")
			}
		case "action-finished-frozen", "nc-finished-frozen": // the steps of the status have a rule of their own
			lists, open = rule.Frozen, append(open, "status")
		case "capa-finished-frozen":
			lists, open = rule.Frozen, append(open, "closureStatus")
		case "audit-open-for-ncs":
			lists["an audit's end"] = append([]string{rule.Field}, rule.Also...)
		case "document-issued-frozen":
			if rule.Class == "DocumentControlLog" && len(rule.Also) > 0 { // notes say what became of the revision
				lists["in effect"], open = append([]string{rule.Field}, rule.Also...), append(open, "notes")
			}
		}
		class, _ := iso.Class(rule.Class)
		for state, frozen := range lists {
			require.ElementsMatch(t, slices.Collect(maps.Keys(class.Fields)), append(slices.Clone(frozen), open...), "%s: %s", rule.ID, state)
		}
	}
}

func TestVocabulariesAreClosedGraphs(t *testing.T) {
	six, prompt := policy.Default(), policy.Prompt()
	for key, rules := range map[string]policy.Rules{
		"AuditPlan.status": six, "CorrectiveAction.status": six, "DocumentControlLog.status": six,
		"Audit.status": prompt, "NonConformance.status": prompt, "CAPA.closureStatus": prompt,
	} {
		class, field, _ := strings.Cut(key, ".")
		v, ok := rules.Vocabulary(class, field)
		require.True(t, ok)
		require.NotEmpty(t, v.Initial)
		require.Len(t, v.Next, len(v.Values), "%s: every value has its next ones, if only none", key)
		for from, next := range v.Next {
			require.Contains(t, v.Values, from)
			require.Subset(t, v.Values, next)
		}
		require.Subset(t, v.Values, v.Initial)
	}
	label, ok := policy.Default().Vocabulary("_User", "role")
	require.True(t, ok)
	require.ElementsMatch(t, roleNames(schema.ISO9001()), label.Values)
}

func roleNames(s schema.Schema) []string {
	var names []string
	for _, role := range s.Roles {
		names = append(names, role.Name)
	}
	return names
}

func TestSeverityCanBeChanged(t *testing.T) {
	file := readVectors(t)
	change := policy.Change{Class: "AuditPlan", Object: map[string]any{"status": "Open"}, Now: file.Now}

	rules, err := policy.Default().With("plan-status-known", policy.Warn)
	require.NoError(t, err)
	verdict, err := rules.Check(t.Context(), change, file)
	require.NoError(t, err)
	require.Empty(t, verdict.Violations)
	require.Len(t, verdict.Warnings, 1)

	rules, err = rules.With("plan-status-known", policy.Off)
	require.NoError(t, err)
	verdict, err = rules.Check(t.Context(), change, file)
	require.NoError(t, err)
	require.Empty(t, verdict.Violations)
	require.Empty(t, verdict.Warnings)

	verdict, err = policy.Default().Check(t.Context(), change, file)
	require.NoError(t, err)
	require.Len(t, verdict.Violations, 1, "the default is unchanged")

	_, err = rules.With("no-such-rule", policy.Off)
	require.ErrorContains(t, err, "no-such-rule")
	_, err = rules.With("plan-status-known", "loud")
	require.ErrorContains(t, err, "loud")
}

func TestAWarningSupersedeChangesNothing(t *testing.T) {
	file := readVectors(t)
	rules, err := policy.Default().With("document-one-effective", policy.Warn)
	require.NoError(t, err)
	row, err := file.Get(t.Context(), "DocumentControlLog", "d-approved")
	require.NoError(t, err)
	object := map[string]any{}
	for field, value := range row {
		object[field] = value
	}
	object["status"] = "effective"
	verdict, err := rules.Check(t.Context(), policy.Change{
		Class: "DocumentControlLog", ObjectID: "d-approved", Original: row, Object: object, User: "ada", Now: file.Now,
	}, file)
	require.NoError(t, err)
	require.Empty(t, verdict.Effects)
	require.Equal(t, []string{"document-one-effective status"}, short(verdict.Warnings))
}

func TestBadTablesAreRefusedByName(t *testing.T) {
	for name, tc := range map[string]struct{ table, want string }{
		"not JSON":         {`{`, "rules"},
		"unknown member":   {`{"rulez":[]}`, "rulez"},
		"no id":            {`{"rules":[{}]}`, "id"},
		"severity":         {`{"rules":[{"id":"a","severity":"loud"}]}`, `"a"`},
		"check":            {`{"rules":[{"id":"a","severity":"warn","check":"vibes"}]}`, "vibes"},
		"no source":        {`{"rules":[{"id":"a","severity":"warn","check":"differ","class":"C","field":"f","message":"m"}]}`, "source"},
		"no vocabulary":    {`{"rules":[{"id":"a","severity":"warn","check":"vocabulary","class":"C","field":"f","message":"m","source":"s"}]}`, "vocabulary"},
		"no revisions":     {`{"rules":[{"id":"a","severity":"warn","check":"notOlder","class":"C","field":"f","message":"m","source":"s"}]}`, "notOlder"},
		"no characters":    {`{"rules":[{"id":"a","severity":"warn","check":"plain","class":"C","field":"f","message":"m","source":"s"}]}`, "plain"},
		"no children":      {`{"rules":[{"id":"a","severity":"warn","check":"unchanged","children":{},"class":"C","field":"f","message":"m","source":"s"}]}`, "unchanged"},
		"bad characters":   {`{"invisible":["00AD-"]}`, "00AD-"},
		"nothing to match": {`{"rules":[{"id":"a","severity":"warn","check":"differ","class":"C","field":"f","message":"m","source":"s"}]}`, "differ"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := policy.Parse([]byte(tc.table))
			require.ErrorContains(t, err, tc.want)
		})
	}
	again, err := policy.Parse(policy.JSON())
	require.NoError(t, err)
	require.Equal(t, policy.Default().All(), again.All())
	for _, rules := range []policy.Rules{policy.Default(), policy.Prompt()} {
		written, err := rules.JSON()
		require.NoError(t, err)
		again, err := policy.Parse(written)
		require.NoError(t, err)
		require.Equal(t, rules.All(), again.All(), "what JSON writes is the table")
	}
}

type brokenLookup struct{ err error }

func (b brokenLookup) Get(context.Context, string, string) (map[string]any, error) { return nil, b.err }
func (b brokenLookup) Find(context.Context, string, map[string]any) ([]map[string]any, error) {
	return nil, b.err
}
func (b brokenLookup) HasRole(context.Context, string, string) (bool, error) { return false, b.err }

func TestAFailedLookupNeverPassesASave(t *testing.T) {
	file, down := readVectors(t), errors.New("the store is down")
	failed := 0
	for _, v := range file.Vectors {
		verdict, err := policy.Default().Check(t.Context(), file.change(t, v), brokenLookup{down})
		if err != nil {
			require.ErrorIs(t, err, down)
			require.Equal(t, policy.Verdict{}, verdict)
			failed++
		}
	}
	require.NotZero(t, failed)
}

func TestMessageRoundTrip(t *testing.T) {
	want := []policy.Violation{
		{Rule: "acl-fixed", Class: "AuditPlan", ObjectID: "x", Field: "ACL", Message: `say "please" <b>` + "\n"},
		{Rule: "plan-status-known", Class: "AuditPlan", Field: "status", Message: "…"},
	}
	text, err := policy.Message(want)
	require.NoError(t, err)
	got, ok := policy.ParseMessage(text)
	require.True(t, ok)
	require.Equal(t, want, got)
	for _, other := range []string{"", "scope is required", "Rules broken: ", "Rules broken: []", "Rules broken: [{]"} {
		_, ok := policy.ParseMessage(other)
		require.False(t, ok, other)
	}
}

func FuzzParseMessage(f *testing.F) {
	f.Add(`Rules broken: [{"rule":"a","class":"b","field":"c","message":"d"}]`)
	f.Fuzz(func(t *testing.T, text string) {
		violations, ok := policy.ParseMessage(text)
		require.Equal(t, ok, len(violations) > 0)
	})
}

func BenchmarkCheck(b *testing.B) {
	file, rules := readVectors(b), policy.Default()
	var changes []policy.Change
	for _, v := range file.Vectors {
		changes = append(changes, file.change(b, v))
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, change := range changes {
			if _, err := rules.Check(b.Context(), change, file); err != nil {
				b.Fatal(err)
			}
		}
	}
}
