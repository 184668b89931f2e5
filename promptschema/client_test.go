package promptschema_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/promptschema"
	"github.com/isoaudit/isoaudit-go/schema"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

func TestSignUpLogInLogOut(t *testing.T) {
	server := audittest.NewPromptServer(t)
	ctx := t.Context()
	user := &promptschema.User{Username: "lena", Email: "lena@example.com", Password: "a-Pa55word"}
	session, err := server.Client.SignUp(ctx, user)
	require.NoError(t, err)
	lena := server.Client.As(session)
	me, err := lena.CurrentUser(ctx)
	require.NoError(t, err)
	require.Equal(t, user.ObjectID, me.ObjectID)
	require.NoError(t, lena.LogOut(ctx))
	_, err = lena.CurrentUser(ctx)
	require.ErrorIs(t, err, parse.ErrInvalidSession)

	_, _, err = server.Client.LogIn(ctx, "lena", "wrong")
	require.ErrorIs(t, err, parse.ErrObjectNotFound)
	again, session, err := server.Client.LogIn(ctx, "lena", "a-Pa55word")
	require.NoError(t, err)
	require.Equal(t, "lena@example.com", again.Email)
	require.NoError(t, server.Client.As(session).Users.Update(ctx, again.ObjectID, promptschema.UserFields.Email.Set("l@example.com")))
	_, err = server.Client.As(session).Audits.Query().Find(ctx)
	require.NoError(t, err)
	_, err = server.Client.As(session).Anonymous().Audits.Query().Find(ctx)
	require.ErrorIs(t, err, parse.ErrObjectNotFound, "no session, no reading")
}

func TestZeroClientsReport(t *testing.T) {
	ctx := t.Context()
	for _, c := range []*promptschema.Client{nil, {}} {
		_, _, err := c.LogIn(ctx, "lena", "x")
		require.Error(t, err)
		_, err = c.SignUp(ctx, &promptschema.User{})
		require.Error(t, err)
		_, err = c.CurrentUser(ctx)
		require.Error(t, err)
		_, err = c.Check(ctx, &promptschema.Audit{})
		require.Error(t, err)
		_, err = c.As(nil).CurrentUser(ctx)
		require.Error(t, err)
		for _, err := range c.History(ctx, parse.PointerTo[promptschema.User]("x")) {
			require.Error(t, err)
		}
	}
	for _, a := range []*promptschema.Admin{nil, {}} {
		_, err := a.ApplySchema(ctx)
		require.Error(t, err)
		_, err = a.PlanSchema(ctx)
		require.Error(t, err)
		_, _, err = a.LoginAs(ctx, "x")
		require.Error(t, err)
	}
}

// A sample is what the rules allow: every object of it passes them as a new one at the
// beginning of its year, but for the states that only time brings.
func TestTheSampleKeepsTheRules(t *testing.T) {
	server := audittest.NewPromptServer(t)
	server.LoadSample(now, 1)
	rules, concerned := policy.Prompt(), map[string]int{}
	for _, rule := range rules.All() {
		if rule.Check == "transition" || rule.Check == "parentNot" {
			var err error
			rules, err = rules.With(rule.ID, policy.Off)
			require.NoError(t, err)
		}
	}
	began, coordinator := now.AddDate(-1, 0, 0), server.As(isoaudit.RoleCoordinator).User.ObjectID
	look := isoaudit.RulesLookup(server.Admin.Client.Client)
	for _, class := range []string{"Audit", "NonConformance", "CAPA", "DocumentControlLog"} {
		rows, err := parse.FindJSON(t.Context(), server.Admin, class, map[string]any{})
		require.NoError(t, err)
		for _, row := range rows {
			id, _ := row["objectId"].(string)
			for _, name := range []string{"objectId", "createdAt", "updatedAt", "ACL"} {
				delete(row, name)
			}
			verdict, err := rules.Check(t.Context(), policy.Change{Class: class, ObjectID: id, Object: row, User: coordinator, Now: began}, look)
			require.NoError(t, err)
			require.Empty(t, verdict.Violations, row)
			concerned[class]++
		}
	}
	for class, count := range concerned {
		require.Greater(t, count, 40, class)
	}
	require.Len(t, concerned, 4)
}

// The sample shows what a year brings: closed nonconformities with what closed them,
// and actions in every state.
func TestTheSampleShowsAYear(t *testing.T) {
	server := audittest.NewPromptServer(t)
	sample := server.LoadSample(now, 1)
	ctx := t.Context()
	require.Greater(t, len(sample.NonConformances), 40)
	require.Greater(t, len(sample.CAPAs), 40)

	closed := 0
	for _, found := range sample.NonConformances {
		if found.Status != promptschema.NonConformanceClosed {
			continue
		}
		closed++
		require.NotEmpty(t, found.RootCause)
		count, err := server.Admin.CAPAs.Query().Where(promptschema.CAPAFields.NonConformance.Eq(found.Pointer()),
			promptschema.CAPAFields.ClosureStatus.Eq(promptschema.CAPAClosed)).Count(ctx)
		require.NoError(t, err)
		require.Positive(t, count)
	}
	require.Positive(t, closed)
	for _, capa := range sample.CAPAs {
		require.True(t, capa.ActionType.Valid() && capa.ClosureStatus.Valid())
		require.Equal(t, capa.ClosureStatus == promptschema.CAPAClosed, len(capa.VerificationNotes) > 20, capa.CAPANumber)
	}
	lead := server.LogIn(sample.Users[1].Username, audittest.SamplePassword)
	seen, err := lead.Audits.Query().Where(promptschema.AuditFields.Status.Eq(promptschema.AuditClosed)).Include(promptschema.AuditFields.Auditor).First(ctx)
	require.NoError(t, err)
	auditor, ok := seen.Auditor.Get()
	require.True(t, ok)
	require.NotEmpty(t, auditor.Username)
	require.NotEmpty(t, seen.Notes)
	_, err = lead.Check(ctx, seen)
	require.NoError(t, err, "what is stored may stay")
}

func TestCheckKnowsTheRulesOfThisContract(t *testing.T) {
	server := audittest.NewPromptServer(t)
	cora, anna := server.As(isoaudit.RoleCoordinator), server.As(isoaudit.RoleAuditor)
	ctx := t.Context()
	audit := &promptschema.Audit{AuditNumber: "IA-1", Site: "HQ", Status: "Open", Auditor: anna.User.Pointer()}
	_, err := cora.Check(ctx, audit)
	broken := new(isoaudit.PolicyError)
	require.ErrorAs(t, err, &broken)
	require.Equal(t, "audit-status-known", broken.Violations[0].Rule)
	err = cora.Audits.Create(ctx, audit)
	require.ErrorAs(t, err, &broken, "the server says the same")
	require.Equal(t, "audit-status-known", broken.Violations[0].Rule)

	audit.Status = promptschema.AuditInProgress
	require.NoError(t, cora.Audits.Create(ctx, audit))
	warnings, err := anna.Check(ctx, &promptschema.NonConformance{
		NCNumber: "NC-1", Source: "Gemba walk", Severity: promptschema.SeverityMinor, Status: promptschema.NonConformanceOpen, Audit: audit.Pointer(),
	})
	require.NoError(t, err)
	require.Equal(t, []string{"nc-source-known"}, rulesOf(warnings))
	require.NoError(t, anna.Audits.Update(parse.WithReason(ctx, "The second shift was left out."), audit.ObjectID, promptschema.AuditFields.Notes.Set("both shifts")))

	var ops []event.Op
	for e, err := range cora.History(ctx, audit.Pointer()) {
		require.NoError(t, err)
		ops = append(ops, e.Op)
	}
	require.Equal(t, []event.Op{event.Create, event.Update}, ops)
}

func rulesOf(violations []policy.Violation) []string {
	var ids []string
	for _, v := range violations {
		ids = append(ids, v.Rule)
	}
	return ids
}

func TestAnApplicationHasOneOfTheTwoContracts(t *testing.T) {
	six := audittest.NewServer(t)
	admin, err := promptschema.NewAdmin(six.URL, six.MasterKey, parse.WithApplicationID(six.AppID))
	require.NoError(t, err)
	before, err := six.Admin.Schema(t.Context())
	require.NoError(t, err)
	_, err = admin.ApplySchema(t.Context())
	require.ErrorIs(t, err, parse.ErrSchemaDrift)
	require.ErrorContains(t, err, "an application has one of the two")
	after, err := six.Admin.Schema(t.Context())
	require.NoError(t, err)
	require.Equal(t, before, after)

	four := audittest.NewPromptServer(t)
	root, err := isoaudit.NewAdmin(four.URL, four.MasterKey, parse.WithApplicationID(four.AppID))
	require.NoError(t, err)
	_, err = root.ApplySchema(t.Context(), schema.ISO9001())
	require.ErrorContains(t, err, "an application has one of the two")
	_, err = four.Admin.ApplySchema(t.Context())
	require.NoError(t, err)
	plan, err := four.Admin.PlanSchema(t.Context())
	require.NoError(t, err)
	require.NoError(t, plan.Drift())
}
