package parse_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Mistakes are found before anything is sent, and the error names class and field.
func TestBadInputIsRefusedBeforeSending(t *testing.T) {
	plan := isoaudit.AuditPlanFields
	type client = *isoaudit.Client
	find := func(q isoaudit.Query[isoaudit.AuditPlan]) error { _, err := q.Find(t.Context()); return err }
	update := func(c client, changes ...parse.Change[isoaudit.AuditPlan]) error {
		return c.AuditPlans.Update(t.Context(), "p1", changes...)
	}
	lists := func(c client) *isoaudit.Collection[checklist] {
		return parse.NewCollection[checklist](c, "Checklist")
	}
	updateList := func(c client, changes ...parse.Change[checklist]) error {
		return lists(c).Update(t.Context(), "k1", changes...)
	}
	var nilContext context.Context
	tests := []struct {
		name, class, field, reason string
		call                       func(client) error
	}{
		{"empty id", "AuditPlan", "objectId", "is empty", func(c client) error { _, err := c.AuditPlans.Get(t.Context(), ""); return err }},
		{"empty id", "AuditPlan", "objectId", "is empty", func(c client) error { return c.AuditPlans.Delete(t.Context(), "") }},
		{"empty id", "AuditPlan", "objectId", "is empty", func(c client) error { return c.AuditPlans.Update(t.Context(), "", plan.Scope.Set("x")) }},
		{"id that is a path", "AuditPlan", "objectId", `".." is no id`, func(c client) error { _, err := c.AuditPlans.Get(t.Context(), ".."); return err }},
		{"id that is a path", "AuditPlan", "objectId", `"." is no id`, func(c client) error { return c.AuditPlans.Delete(t.Context(), ".") }},
		{"id that is a path", "AuditPlan", "objectId", `".." is no id`, func(c client) error { return c.AuditPlans.Update(t.Context(), "..", plan.Scope.Set("x")) }},
		{"id that is a path", "AuditPlan", "objectId", `".." is no id`, func(c client) error {
			_, err := c.Batch(t.Context(), c.AuditPlans.BatchDelete(".."))
			return err
		}},
		{"id of a job that is a path", "_JobStatus", "objectId", `".." is no id`, func(c client) error {
			_, err := (&isoaudit.Admin{Client: c}).Job(t.Context(), "..")
			return err
		}},
		{"zero condition", "AuditPlan", "", "zero condition", func(c client) error {
			return find(c.AuditPlans.Query().Where(parse.Condition[isoaudit.AuditPlan]{}))
		}},
		{"zero condition inside", "AuditPlan", "", "zero condition", func(c client) error {
			return find(c.AuditPlans.Query().Where(parse.Or(plan.Scope.Eq("x"), parse.Condition[isoaudit.AuditPlan]{})))
		}},
		{"or of nothing", "AuditPlan", "", "no conditions", func(c client) error { return find(c.AuditPlans.Query().Where(parse.Or[isoaudit.AuditPlan]())) }},
		{"zero pointer compared", "AuditPlan", "leadAuditor", "zero pointer", func(c client) error {
			return find(c.AuditPlans.Query().Where(plan.LeadAuditor.In(isoaudit.Pointer[isoaudit.Auditor]{})))
		}},
		{"zero pointer set", "AuditPlan", "leadAuditor", "zero pointer", func(c client) error { return update(c, plan.LeadAuditor.Set(isoaudit.Pointer[isoaudit.Auditor]{})) }},
		{"zero pointer created", "AuditPlan", "leadAuditor", "zero pointer", func(c client) error {
			return c.AuditPlans.Create(t.Context(), &isoaudit.AuditPlan{AuditRef: "A-1"})
		}},
		{"number too long", "Checklist", "count", "2^53 or more", func(c client) error {
			return updateList(c, parse.NewNumberField[checklist, int64]("count").Set(math.MaxInt64))
		}},
		{"number too long", "Checklist", "count", "2^53 or more", func(c client) error {
			return updateList(c, parse.NewNumberField[checklist, int]("count").Increment(-1<<53-1))
		}},
		{"number too long inside an object", "Checklist", "answers", "2^53 or more", func(c client) error {
			return updateList(c, answers.Set(map[string]any{"q": []any{1, math.MaxInt64}}))
		}},
		{"number too long created", "Checklist", "count", "2^53 or more", func(c client) error {
			return lists(c).Create(t.Context(), &checklist{Count: 1<<53 + 1})
		}},
		{"number too long in a batch", "Checklist", "count", "2^53 or more", func(c client) error {
			return c.Transaction(t.Context(), lists(c).BatchCreate(&checklist{Count: 1<<53 + 1}))
		}},
		{"zero field", "Checklist", "", "zero field", func(c client) error {
			var f parse.TextField[checklist, string]
			_, err := lists(c).Query().Where(f.Eq("x")).Find(t.Context())
			return err
		}},
		{"bad field name", "Checklist", `a":1,"b`, "bad field name", func(c client) error {
			_, err := lists(c).Query().Where(parse.NewTextField[checklist, string](`a":1,"b`).Eq("x")).Find(t.Context())
			return err
		}},
		{"bad field name selected", "Checklist", "a,b", "bad field name", func(c client) error {
			_, err := lists(c).Query().Select(parse.NewTextField[checklist, string]("a,b")).Find(t.Context())
			return err
		}},
		{"bad key inside an object", "Checklist", "answers.a$b", "bad key", func(c client) error {
			_, err := lists(c).Query().Where(answers.Text("a$b").Eq("x")).Find(t.Context())
			return err
		}},
		{"zero order", "AuditPlan", "order", "zero order", func(c client) error { return find(c.AuditPlans.Query().OrderBy(parse.Order[isoaudit.AuditPlan]{})) }},
		{"nil include", "AuditPlan", "include", "nil", func(c client) error { return find(c.AuditPlans.Query().Include(nil)) }},
		{"negative limit", "AuditPlan", "limit", "negative", func(c client) error { return find(c.AuditPlans.Query().Limit(-1)) }},
		{"negative skip", "AuditPlan", "skip", "negative", func(c client) error { return find(c.AuditPlans.Query().Skip(-1)) }},
		{"nil context", "AuditPlan", "ctx", "nil", func(c client) error { _, err := c.AuditPlans.Query().Find(nilContext); return err }},
		{"nil context of a transaction", "", "ctx", "nil", func(c client) error { return c.Transaction(nilContext, c.AuditPlans.BatchDelete("p1")) }},
		{"nil context of a live query", "AuditPlan", "ctx", "nil", func(c client) error { _, err := c.AuditPlans.Query().Subscribe(nilContext); return err }},
		{"no changes", "AuditPlan", "", "no changes", func(c client) error { return update(c) }},
		{"zero change", "AuditPlan", "", "zero change", func(c client) error { return update(c, parse.Change[isoaudit.AuditPlan]{}) }},
		{"field set twice", "AuditPlan", "scope", "changed twice", func(c client) error { return update(c, plan.Scope.Set("x"), plan.Status.Set("y"), plan.Scope.Unset()) }},
		{"zero time", "AuditPlan", "plannedStartDate", "zero time", func(c client) error { return update(c, plan.PlannedStartDate.Set(time.Time{})) }},
		{"year 10000", "AuditPlan", "plannedStartDate", "year 10000", func(c client) error {
			return find(c.AuditPlans.Query().Where(plan.PlannedStartDate.Gt(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))))
		}},
		{"NUL compared", "AuditPlan", "scope", "NUL", func(c client) error { return find(c.AuditPlans.Query().Where(plan.Scope.Eq("a\x00b"))) }},
		{"NUL set", "AuditPlan", "scope", "NUL", func(c client) error { return update(c, plan.Scope.Set("a\x00b")) }},
		{"bad regular expression", "AuditPlan", "scope", "regular expression", func(c client) error { return find(c.AuditPlans.Query().Where(plan.Scope.Match("("))) }},
		{"nil ACL", "AuditPlan", "ACL", "nil ACL", func(c client) error { return update(c, plan.ACL.Set(nil)) }},
		{"unencodable number", "Checklist", "level", "cannot encode", func(c client) error {
			return updateList(c, parse.NewNumberField[checklist, float64]("level").Set(math.NaN()))
		}},
		{"unencodable value", "Checklist", "answers", "cannot encode", func(c client) error { return updateList(c, answers.Set(map[string]any{"f": func() {}})) }},
		{"nothing to add", "Checklist", "tags", "without values", func(c client) error { return updateList(c, tags.Add()) }},
		{"no members", "Checklist", "team", "without objects", func(c client) error { return updateList(c, team.Add()) }},
		{"file without URL", "Checklist", "photo", "upload", func(c client) error { return updateList(c, photo.Set(parse.File{Name: "x"})) }},
		{"empty bytes", "Checklist", "raw", "empty bytes", func(c client) error { return updateList(c, raw.Set([]byte{})) }},
		{"latitude 91", "Checklist", "place", "out of range", func(c client) error { return updateList(c, place.Set(parse.GeoPoint{Latitude: 91})) }},
		{"line for a ring", "Checklist", "area", "three", func(c client) error { return updateList(c, area.Set(parse.Polygon{{0, 0}, {1, 1}})) }},
		{"sub-query with a limit", "Checklist", "parent", "more than Where", func(c client) error {
			_, err := lists(c).Query().Where(parent.Matches(lists(c).Query().Limit(3))).Find(t.Context())
			return err
		}},
		{"zero sub-query", "Checklist", "parent", "zero query", func(c client) error {
			_, err := lists(c).Query().Where(parent.Matches(isoaudit.Query[checklist]{})).Find(t.Context())
			return err
		}},
		{"nil object", "AuditPlan", "", "nil", func(c client) error { return c.AuditPlans.Create(t.Context(), nil) }},
		{"NUL in a text of an object", "AuditPlan", "scope", "NUL", func(c client) error {
			return c.AuditPlans.Create(t.Context(), &isoaudit.AuditPlan{AuditRef: `a\u0000`, Scope: "a\x00b", LeadAuditor: isoaudit.PointerTo[isoaudit.Auditor]("u1")})
		}},
		{"half of a character in a text of an object", "AuditPlan", "scope", "invalid UTF-8", func(c client) error {
			return c.AuditPlans.Create(t.Context(), &isoaudit.AuditPlan{Scope: "caf\xc3", LeadAuditor: isoaudit.PointerTo[isoaudit.Auditor]("u1")})
		}},
		{"half of a character set", "AuditPlan", "scope", "invalid UTF-8", func(c client) error { return update(c, plan.Scope.Set("caf\xc3")) }},
		{"NUL in parameters", "", "params.note", "NUL", func(c client) error {
			_, err := parse.Call[int](t.Context(), c, "f", map[string]string{"note": "\x00"})
			return err
		}},
		{"half of a character in variables", "", "variables.note", "invalid UTF-8", func(c client) error {
			return c.GraphQL(t.Context(), "{a}", map[string]string{"note": "\xc3"}, nil)
		}},
		{"object saved before", "AuditPlan", "createdAt", "saved before", func(c client) error {
			return c.AuditPlans.Create(t.Context(), &isoaudit.AuditPlan{Object: parse.Object{CreatedAt: noon}})
		}},
		{"empty password", "_User", "password", "empty password", func(c client) error {
			return c.Auditors.Update(t.Context(), "u1", isoaudit.AuditorFields.Password.Set(""))
		}},
		{"bad class name", "", "class", "not the name of a class", func(c client) error {
			return parse.NewCollection[checklist](c, "a/b").Delete(t.Context(), "x")
		}},
		{"zero collection", "", "", "nil or zero", func(client) error {
			_, err := (&isoaudit.Collection[checklist]{}).Query().Find(t.Context())
			return err
		}},
		{"nil collection", "", "", "nil or zero", func(client) error {
			var none *isoaudit.Collection[checklist]
			return none.Delete(t.Context(), "x")
		}},
		{"nil collection created in", "", "", "nil or zero", func(client) error {
			var none *isoaudit.Collection[checklist]
			return none.Create(t.Context(), new(checklist))
		}},
		{"nil collection read", "", "", "nil or zero", func(client) error {
			_, err := new(isoaudit.Client).As(nil).AuditPlans.Get(t.Context(), "x")
			return err
		}},
		{"nil collection and nil object", "", "", "nil or zero", func(client) error {
			var none *isoaudit.Collection[checklist]
			return none.Apply(t.Context(), nil)
		}},
		{"nil collection in a batch", "", "", "nil or zero", func(c client) error {
			var none *isoaudit.Collection[checklist]
			_, err := c.Batch(t.Context(), none.BatchCreate(new(checklist)))
			return err
		}},
		{"zero client", "", "", "nil or zero", func(client) error {
			_, err := new(isoaudit.Client).CreateRole(t.Context(), "x", parse.ACL{}, isoaudit.RoleMembers{})
			var input *parse.InputError
			require.ErrorAs(t, err, &input)
			require.Equal(t, "_Role", input.Class)
			_, err = new(isoaudit.Client).Roles.Get(t.Context(), "x")
			return err
		}},
		{"pointer embedded", "Checklist", "", "embed the struct itself", func(c client) error {
			type odd struct{ *parse.Object }
			return parse.NewCollection[odd](c, "Checklist").Create(t.Context(), new(odd))
		}},
		{"pointer to a class embedded", "Checklist", "", "embed the struct itself", func(c client) error {
			type odd struct{ *isoaudit.AuditPlan }
			return parse.NewCollection[odd](c, "Checklist").Create(t.Context(), new(odd))
		}},
		{"interface embedded", "Checklist", "", "embed the struct itself", func(c client) error {
			type odd struct{ isoaudit.Checkable }
			return parse.NewCollection[odd](c, "Checklist").Create(t.Context(), new(odd))
		}},
		{"Object with a tag", "Checklist", "", "take the tag away", func(c client) error {
			type odd struct {
				parse.Object `json:"base"`
			}
			return parse.NewCollection[odd](c, "Checklist").Create(t.Context(), new(odd))
		}},
		{"one JSON name twice", "Checklist", "", `the fields First and Second both have the JSON name "Second"`, func(c client) error {
			type odd struct {
				parse.Object
				First  string `json:"Second"`
				Second string
			}
			return parse.NewCollection[odd](c, "Checklist").Create(t.Context(), new(odd))
		}},
		{"one JSON name in two embedded structs", "Checklist", "", `the fields plain.Note and other.Note both have the JSON name "Note"`, func(c client) error {
			type plain struct{ Note string }
			type other struct{ Note string }
			type odd struct {
				parse.Object
				plain
				other
			}
			_, err := parse.NewCollection[odd](c, "Checklist").Get(t.Context(), "x")
			return err
		}},
		{"a column of Object", "Checklist", "", `the field ID has the JSON name "objectId"`, func(c client) error {
			type odd struct {
				parse.Object
				ID string `json:"objectId"`
			}
			return parse.NewCollection[odd](c, "Checklist").Create(t.Context(), new(odd))
		}},
		{"nil context of a batch", "", "ctx", "nil", func(c client) error {
			results, err := c.Batch(nilContext, c.AuditPlans.BatchDelete("p1"))
			require.Nil(t, results)
			return err
		}},
		{"batch of which a request is too long", "", "body", "the limit is 200", func(c client) error {
			results, err := c.Batch(t.Context(), c.AuditPlans.BatchDelete("p1"), c.AuditPlans.BatchUpdate("p2", plan.Scope.Set(strings.Repeat("x", 200))))
			require.Nil(t, results)
			return err
		}},
		{"params that are a list", "", "params", "is an array in JSON", func(c client) error {
			_, err := parse.Call[int](t.Context(), c, "f", []int{1})
			return err
		}},
		{"params that are a text", "", "params", "is a string in JSON", func(c client) error {
			_, err := parse.Call[int](t.Context(), c, "f", "x")
			return err
		}},
		{"params that are a nil pointer", "", "params", "is null in JSON", func(c client) error {
			_, err := parse.Call[int](t.Context(), c, "f", (*struct{})(nil))
			return err
		}},
		{"variables that are a list", "", "variables", "is an array in JSON", func(c client) error {
			return c.GraphQL(t.Context(), "{health}", []int{1}, nil)
		}},
		{"variables that cannot be encoded", "", "variables.f", "cannot be encoded", func(c client) error {
			return c.GraphQL(t.Context(), "{health}", map[string]any{"f": func() {}}, nil)
		}},
		{"params with a value that cannot be sent", "", "params.n", "cannot be encoded", func(c client) error {
			_, err := parse.Call[int](t.Context(), c, "f", map[string]any{"n": math.NaN()})
			return err
		}},
		{"role with a zero member", "_Role", "users", "zero pointer", func(c client) error {
			_, err := c.CreateRole(t.Context(), "x", parse.ACL{}, isoaudit.RoleMembers{Users: make([]isoaudit.Pointer[isoaudit.Auditor], 1)})
			return err
		}},
		{"nil admin", "Task", "", "nil or zero", func(client) error {
			var none *isoaudit.Admin
			_, err := none.StartJob(t.Context(), "x", nil)
			require.Error(t, err)
			_, err = none.LoginAs(t.Context(), "u1")
			require.Error(t, err)
			_, err = none.ApplySchema(t.Context(), schema.Schema{})
			require.Error(t, err)
			return none.Purge(t.Context(), "Task")
		}},
		{"empty id of a job", "_JobStatus", "objectId", "is empty", func(c client) error {
			_, err := (&isoaudit.Admin{Client: c}).WaitJob(t.Context(), "", 0)
			return err
		}},
		{"zero query", "", "", "nil or zero", func(client) error {
			_, err := isoaudit.Query[checklist]{}.Count(t.Context())
			return err
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client, sent := scriptedClient(t, []parse.Option{parse.WithBatchLimits(1, 1), parse.WithBodyLimits(200, 0)})
			err := tt.call(client)
			var input *parse.InputError
			require.ErrorAs(t, err, &input)
			require.Equal(t, tt.class, input.Class)
			require.Equal(t, tt.field, input.Field)
			require.Contains(t, input.Reason, tt.reason)
			require.Empty(t, sent.Sent)
		})
	}
}

// What a failed call leaves behind is nil: to ask it is no panic.
func TestNilValuesAnswer(t *testing.T) {
	var session *isoaudit.Session
	require.Empty(t, session.Token())
	var lists *isoaudit.Collection[checklist]
	require.Equal(t, "k1", lists.PointerTo("k1").ID)
	for _, config := range []*parse.Config{nil, {}} {
		require.Empty(t, config.Names())
		require.False(t, config.MasterOnly("a"))
		found, err := config.Decode("a", new(int))
		require.NoError(t, err)
		require.False(t, found)
	}
	for _, sub := range []*isoaudit.Subscription[checklist]{nil, {}} {
		require.Equal(t, parse.LiveClosed, sub.State())
		require.Zero(t, sub.Dropped())
		require.Equal(t, "parse.Subscription(none)", fmt.Sprint(sub))
		for _, err := range sub.Events() {
			var input *parse.InputError
			require.ErrorAs(t, err, &input)
		}
		require.NoError(t, sub.Close())
	}
}

func TestAggregationsRefuseWhatServersIgnore(t *testing.T) {
	admin, sent := scriptedAdmin(t, nil)
	plan := isoaudit.AuditPlanFields
	rows := parse.CountRows[isoaudit.AuditPlan]("rows")
	for name, q := range map[string]isoaudit.Query[isoaudit.AuditPlan]{
		"include":   admin.AuditPlans.Query().Include(plan.LeadAuditor),
		"pattern":   admin.AuditPlans.Query().Where(plan.Scope.HasPrefix("x")),
		"or":        admin.AuditPlans.Query().Where(parse.Or(plan.Scope.Eq("x"), plan.Scope.Eq("y"))),
		"pointer":   admin.AuditPlans.Query().Where(plan.LeadAuditor.Eq(isoaudit.PointerTo[isoaudit.Auditor]("u"))),
		"existence": admin.AuditPlans.Query().Where(plan.Scope.Exists()),
	} {
		_, err := parse.Aggregate[struct{ Rows int }](t.Context(), admin, q, plan.Status, rows)
		require.Error(t, err, name)
	}
	_, err := parse.Aggregate[struct{ Rows int }](t.Context(), admin, admin.AuditPlans.Query(), plan.Status, rows, rows)
	require.ErrorContains(t, err, "two results")
	require.Empty(t, sent.Sent)
}
