package parse_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// A success that lacks what makes it one is none: a gateway's own answer would
// read as a row without an id, or as no rows. A write with such an answer may
// have been done.
func TestAnswersThatLackWhatTheyMustHave(t *testing.T) {
	type admin = *isoaudit.Admin
	plan := isoaudit.AuditPlanFields
	rows := parse.CountRows[isoaudit.AuditPlan]("rows")
	saved := func() *isoaudit.AuditPlan { return &isoaudit.AuditPlan{Object: parse.Object{ObjectID: "p1"}} }
	created := func() *isoaudit.AuditReview {
		return &isoaudit.AuditReview{
			Object: parse.Object{ObjectID: "own-id"}, AuditPlan: isoaudit.PointerTo[isoaudit.AuditPlan]("p1"),
			ReviewedBy: isoaudit.PointerTo[isoaudit.Auditor]("u1"),
		}
	}
	const (
		some  = `{"objectId":"x","createdAt":"2026-01-02T03:04:05.678Z"}`
		times = `{"createdAt":"2026-01-02T03:04:05.678Z","updatedAt":"2026-01-02T03:04:05.678Z"}`
	)
	reads := map[string]struct {
		field   string
		call    func(context.Context, admin) error
		answers []string
	}{
		"get": {"objectId", func(ctx context.Context, a admin) error { _, err := a.AuditPlans.Get(ctx, "p1"); return err },
			[]string{`{}`, times, `{"objectId":null}`, some, `{"results":[]}`}},
		"find": {"results", func(ctx context.Context, a admin) error { _, err := a.AuditPlans.Query().Find(ctx); return err },
			[]string{`{}`, `{"count":1}`, some}},
		"rows": {"objectId", func(ctx context.Context, a admin) error { _, err := a.AuditPlans.Query().Find(ctx); return err },
			[]string{`{"results":[{}]}`, `{"results":[` + some + `,null]}`, `{ "results":[` + times + `]}`}},
		"count": {"count", func(ctx context.Context, a admin) error { _, err := a.AuditPlans.Query().Count(ctx); return err },
			[]string{`{"results":[]}`, `{"results":[],"count":null}`, `{"count":null,"results":[]}`}},
		"find and count": {"count", func(ctx context.Context, a admin) error {
			_, _, err := a.AuditPlans.Query().FindAndCount(ctx)
			return err
		},
			[]string{`{"results":[` + some + `]}`}},
		"distinct": {"results", func(ctx context.Context, a admin) error {
			_, err := parse.Distinct(ctx, a, a.AuditPlans.Query(), plan.SiteCode)
			return err
		}, []string{`{}`, `{"results":null}`}},
		"aggregate": {"results", func(ctx context.Context, a admin) error {
			_, err := parse.Aggregate[struct{ Rows int }](ctx, a, a.AuditPlans.Query(), plan.Status, rows)
			return err
		}, []string{`{}`}},
		"group": {"is null", func(ctx context.Context, a admin) error {
			_, err := parse.Aggregate[struct{ Rows int }](ctx, a, a.AuditPlans.Query(), plan.Status, rows)
			return err
		}, []string{`{"results":[null]}`}},
		"current auditor": {"objectId", func(ctx context.Context, a admin) error {
			_, err := a.As(isoaudit.SessionWithToken("r:t")).CurrentAuditor(ctx)
			return err
		}, []string{`{}`, times}},
		"config":  {"params", func(ctx context.Context, a admin) error { _, err := a.Config(ctx); return err }, []string{`{}`, `{"params":null}`}},
		"server":  {"parseServerVersion", func(ctx context.Context, a admin) error { _, err := a.ServerInfo(ctx); return err }, []string{`{}`}},
		"health":  {"status", func(ctx context.Context, a admin) error { return a.Health(ctx) }, []string{`{}`}},
		"job":     {"status", func(ctx context.Context, a admin) error { _, err := a.Job(ctx, "j1"); return err }, []string{some}},
		"schema":  {"results", func(ctx context.Context, a admin) error { _, err := a.Schema(ctx); return err }, []string{`{}`, `{"results":null}`}},
		"graphql": {"neither", func(ctx context.Context, a admin) error { return a.GraphQL(ctx, "{health}", nil, nil) }, []string{`{}`, `{"data":null}`, `{"errors":[]}`}},
		"check": {"objectId", func(ctx context.Context, a admin) error {
			_, err := a.As(isoaudit.SessionWithToken("r:t")).Check(ctx, created())
			return err
		}, []string{`{}`}},
	}
	writes := map[string]struct {
		field   string
		call    func(context.Context, admin) error
		answers []string
	}{
		"create":    {"objectId", func(ctx context.Context, a admin) error { return a.AuditReviews.Create(ctx, created()) }, []string{`{}`, times, `{"objectId":""}`}},
		"its time":  {"createdAt", func(ctx context.Context, a admin) error { return a.AuditReviews.Create(ctx, created()) }, []string{`{"objectId":"x"}`}},
		"update":    {"updatedAt", func(ctx context.Context, a admin) error { return a.AuditPlans.Update(ctx, "p1", plan.Scope.Set("x")) }, []string{`{}`, some, `{"updatedAt":null}`}},
		"apply":     {"updatedAt", func(ctx context.Context, a admin) error { return a.AuditPlans.Apply(ctx, saved(), plan.Scope.Set("x")) }, []string{`{}`}},
		"delete":    {"want an object", func(ctx context.Context, a admin) error { return a.AuditPlans.Delete(ctx, "p1") }, []string{`[]`}},
		"log in":    {"sessionToken", func(ctx context.Context, a admin) error { _, err := a.LogIn(ctx, "u", "p"); return err }, []string{some}},
		"its owner": {"objectId", func(ctx context.Context, a admin) error { _, err := a.LogIn(ctx, "u", "p"); return err }, []string{`{}`, `{"sessionToken":"r:t"}`}},
		"log in as": {"sessionToken", func(ctx context.Context, a admin) error { _, err := a.LoginAs(ctx, "x"); return err }, []string{some}},
		"sign up": {"objectId", func(ctx context.Context, a admin) error {
			_, err := a.SignUp(ctx, &isoaudit.Auditor{Username: "u", Password: "p"})
			return err
		}, []string{`{}`, `{"sessionToken":"r:t"}`}},
		"password": {"objectId", func(ctx context.Context, a admin) error { _, err := a.VerifyPassword(ctx, "u", "p"); return err }, []string{`{}`}},
		"role": {"objectId", func(ctx context.Context, a admin) error {
			_, err := a.CreateRole(ctx, "auditor", parse.ACL{}, isoaudit.RoleMembers{})
			return err
		}, []string{`{}`}},
		"upload": {"url", func(ctx context.Context, a admin) error {
			_, err := a.Upload(ctx, parse.Upload{Name: "a.txt", Content: strings.NewReader("x")})
			return err
		}, []string{`{"name":"x_a.txt"}`, `{"name":"x_a.txt","url":""}`}},
		"set config": {"result", func(ctx context.Context, a admin) error { return a.SetConfig(ctx, map[string]any{"a": 1}) }, []string{`{}`}},
		"graphql":    {"neither", func(ctx context.Context, a admin) error { return a.GraphQL(ctx, "mutation{x}", nil, nil) }, []string{`{}`, `{"data":null}`}},
		"batch item": {"objectId", func(ctx context.Context, a admin) error {
			_, err := a.Batch(ctx, a.AuditReviews.BatchCreate(created()))
			return err
		}, []string{`[{"success":{}}]`}},
		"its update": {"updatedAt", func(ctx context.Context, a admin) error {
			_, err := a.Batch(ctx, a.AuditPlans.BatchUpdate("p1", plan.Scope.Set("x")))
			return err
		}, []string{`[{"success":{}}]`}},
		"its outcome": {"success", func(ctx context.Context, a admin) error {
			_, err := a.Batch(ctx, a.AuditPlans.BatchDelete("p1"))
			return err
		}, []string{`[{}]`, `[null]`, `[{"success":{},"error":{"code":101,"error":"Object not found."}}]`}},
		"batch": {"answers to 1 items", func(ctx context.Context, a admin) error {
			_, err := a.Batch(ctx, a.AuditPlans.BatchDelete("p1"))
			return err
		}, []string{`[]`, `[{"success":{}},{"success":{}}]`}},
		"transaction": {"objectId", func(ctx context.Context, a admin) error {
			return a.Transaction(ctx, a.AuditReviews.BatchCreate(created()))
		},
			[]string{`[{"success":{}}]`}},
		"schema": {"className", func(ctx context.Context, a admin) error {
			_, err := a.Admin.ApplySchema(ctx, schema.Schema{Classes: []schema.Class{{Name: "Task"}}})
			return err
		}, []string{`{}`}},
	}
	for name, tt := range reads {
		for _, answer := range tt.answers {
			client, s := scriptedAdmin(t, nil, reply(200, answer))
			err := tt.call(t.Context(), client)
			require.ErrorContains(t, err, tt.field, "%s answered with %s", name, answer)
			require.NotErrorIs(t, err, parse.ErrOutcomeUnknown, name)
			require.Len(t, s.Sent, 1, "asking again would bring the same")
		}
	}
	for name, tt := range writes {
		for _, answer := range tt.answers {
			steps := []step{reply(200, answer)}
			if name == "schema" {
				steps = []step{reply(200, `{"parseServerVersion":"9.10.0"}`), reply(200, `{"results":[]}`), reply(200, `{"results":[]}`), reply(200, answer)}
			}
			client, s := scriptedAdmin(t, nil, steps...)
			err := tt.call(t.Context(), client)
			require.ErrorContains(t, err, tt.field, "%s answered with %s", name, answer)
			require.ErrorIs(t, err, parse.ErrOutcomeUnknown, "%s answered with %s", name, answer)
			require.Len(t, s.Sent, len(steps))
		}
	}
}

// What an answer lacks is a DecodeError, and an object is left alone by an answer
// that does not fit.
func TestAnswerThatLacksSomethingChangesNothing(t *testing.T) {
	client, _ := scriptedClient(t, nil, reply(201, `{"objectId":"r1","summary":"changed"}`))
	review := isoaudit.AuditReview{AuditPlan: isoaudit.PointerTo[isoaudit.AuditPlan]("p1"), ReviewedBy: isoaudit.PointerTo[isoaudit.Auditor]("u1"), Summary: "mine"}
	before := review
	err := client.AuditReviews.Create(t.Context(), &review)
	var wrong *parse.DecodeError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, parse.DecodeError{Class: "AuditReview", Field: "createdAt", Reason: "the answer has none"}, *wrong)
	require.Equal(t, before, review)
}

// Two answers in one, or a proxy's page behind one, are a broken answer.
func TestBytesBehindAnAnswer(t *testing.T) {
	for _, body := range []string{`{"results":[]}{"results":[]}`, `{"results":[]}x`, `{ "results":[],"count":1 } <html>`} {
		client, s := scriptedClient(t, []parse.Option{parse.WithRetryPolicy(parse.RetryPolicy{FirstWait: 1})}, reply(200, body), reply(200, `{"results":[]}`+"\n"))
		_, err := client.AuditPlans.Query().Find(t.Context())
		require.NoError(t, err, body)
		require.Len(t, s.Sent, 2, "a broken answer to a read is asked for again")
	}
	for _, body := range []string{`{"updatedAt":"2026-01-02T03:04:05.678Z"}{}`, `{"updatedAt":"2026-01-02T03:04:05.678Z"}x`} {
		client, _ := scriptedClient(t, nil, reply(200, body))
		require.ErrorIs(t, client.AuditPlans.Update(t.Context(), "p1", isoaudit.AuditPlanFields.Scope.Set("x")), parse.ErrOutcomeUnknown, body)
	}
	client, _ := scriptedClient(t, nil, reply(200, `{}{}`))
	require.Error(t, client.As(isoaudit.SessionWithToken("r:t")).LogOut(t.Context()))
}

// A refusal without any text says so instead of "error code 0".
func TestRefusalWithoutAReason(t *testing.T) {
	client, _ := scriptedClient(t, nil, reply(418, ``), reply(418, `{"code":0}`), reply(200, `[{"error":{}}]`))
	for range 2 {
		_, err := client.AuditPlans.Get(t.Context(), "p1")
		require.EqualError(t, err, `parse: AuditPlan.Get "p1": the server gives no reason (HTTP 418)`)
	}
	_, err := client.Batch(t.Context(), client.AuditPlans.BatchDelete("p1"))
	require.EqualError(t, err, `parse: AuditPlan.Delete "p1": outcome unknown: the server gives no reason (HTTP 200)`)
}
