package isoaudit_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/internal/scripted"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
)

func TestRefusalByRulesIsAPolicyError(t *testing.T) {
	violations := []policy.Violation{
		{Rule: "plan-status-step", Class: "AuditPlan", ObjectID: "p1", Field: "status", Message: "only: completed"},
		{Rule: "acl-fixed", Class: "AuditPlan", ObjectID: "p1", Field: "ACL", Message: "leave it out"},
	}
	text, err := policy.Message(violations)
	require.NoError(t, err)
	refusal := func(code parse.Code, message string) error {
		body, err := json.Marshal(map[string]any{"code": code, "error": message})
		require.NoError(t, err)
		client, _ := clientOn(t, scripted.Reply(400, string(body)))
		return client.AuditPlans.Update(t.Context(), "p1", isoaudit.AuditPlanFields.Scope.Set("x"))
	}
	err = refusal(parse.ErrValidation, text)

	var broken *isoaudit.PolicyError
	require.ErrorAs(t, fmt.Errorf("saving: %w", err), &broken)
	require.Equal(t, violations, broken.Violations)
	require.ErrorIs(t, err, parse.ErrValidation)
	require.ErrorIs(t, broken, parse.ErrValidation)
	require.Contains(t, err.Error(), "AuditPlan.status: only: completed (plan-status-step); AuditPlan.ACL: leave it out (acl-fixed)")
	require.NotContains(t, err.Error(), "{", "people do not read JSON")
	var full *parse.Error
	require.ErrorAs(t, err, &full)

	for _, other := range []error{refusal(parse.ErrValidation, "scope is required"), refusal(parse.ErrForbidden, text)} {
		require.False(t, errors.As(other, &broken), other.Error())
	}
}

// auditserver names the item for whose sake a transaction failed.
func TestRefusedTransactionIsAPolicyError(t *testing.T) {
	server := audittest.NewServer(t)
	lena := server.As(isoaudit.RoleCoordinator)
	plan := &isoaudit.AuditPlan{
		AuditRef: "IA-2026-900", StandardClause: "8.5", Scope: "Pumps", SiteCode: "PLANT-07",
		LeadAuditor: lena.Auditor.Pointer(), PlannedStartDate: time.Now(), Status: isoaudit.PlanPlanned,
	}
	require.NoError(t, lena.AuditPlans.Create(t.Context(), plan))
	err := lena.Transaction(t.Context(),
		lena.AuditPlans.BatchUpdate(plan.ObjectID, isoaudit.AuditPlanFields.Scope.Set("Valves")),
		lena.AuditPlans.BatchUpdate(plan.ObjectID, isoaudit.AuditPlanFields.Status.Set(isoaudit.PlanClosed)))
	var broken *isoaudit.PolicyError
	require.ErrorAs(t, err, &broken)
	require.Equal(t, "status", broken.Violations[0].Field)
	require.ErrorContains(t, err, "item 1, AuditPlan.Update; nothing was changed")
	var full *parse.Error
	require.ErrorAs(t, err, &full)
	require.Equal(t, plan.ObjectID, full.ObjectID)
	stored, err := lena.AuditPlans.Get(t.Context(), plan.ObjectID)
	require.NoError(t, err)
	require.Equal(t, "Pumps", stored.Scope)
}

func TestCheckReadsOnlyWhatTheChangeCallsFor(t *testing.T) {
	client, s := clientOn(t,
		scripted.Reply(200, `{"objectId":"anna"}`),
		scripted.Reply(200, `{"results":[{"objectId":"other"}]}`), // the reference is taken
		scripted.Reply(200, `{"results":[]}`),
	)
	client = client.As(isoaudit.SessionWithToken("r:1"))
	warnings, err := client.Check(t.Context(), &isoaudit.AuditPlan{
		AuditRef: "IA-1", StandardClause: "9.2", Scope: "s", SiteCode: "P", LeadAuditor: isoaudit.PointerTo[isoaudit.Auditor]("anna"),
		PlannedStartDate: time.Now(), Status: isoaudit.PlanClosed,
	})
	require.Empty(t, warnings)
	var broken *isoaudit.PolicyError
	require.ErrorAs(t, err, &broken)
	var rules []string
	for _, v := range broken.Violations {
		rules = append(rules, v.Rule)
	}
	require.Equal(t, []string{"plan-status-step", "audit-ref-unique"}, rules)
	require.Len(t, s.Sent, 3)
}

func TestCheckOfAStoredObjectComparesWithIt(t *testing.T) {
	const stored = `{"objectId":"d1","createdAt":"2026-01-01T00:00:00.000Z","updatedAt":"2026-01-01T00:00:00.000Z","documentNumber":"QP-1",` +
		`"documentTitle":"Purchasing","revision":"A","status":"effective","effectiveDate":{"__type":"Date","iso":"2026-01-05T00:00:00.000Z"},` +
		`"owner":{"__type":"Pointer","className":"_User","objectId":"o"},"approvedBy":{"__type":"Pointer","className":"_User","objectId":"a"},` +
		`"ACL":{"*":{"write":true}},"own":1}`
	client, _ := clientOn(t, scripted.Reply(200, stored), scripted.Reply(200, stored))
	doc, err := client.DocumentControlLogs.Get(t.Context(), "d1")
	require.NoError(t, err)
	doc.DocumentTitle = "Buying"
	_, err = client.Check(t.Context(), doc)
	var broken *isoaudit.PolicyError
	require.ErrorAs(t, err, &broken)
	require.Len(t, broken.Violations, 1, "%v", err)
	require.Equal(t, "document-issued-frozen", broken.Violations[0].Rule)
	require.Equal(t, "documentTitle", broken.Violations[0].Field)
}

func TestCheckRefusesNothingToCheck(t *testing.T) {
	client, _ := clientOn(t)
	_, err := client.Check(t.Context(), nil)
	var input *parse.InputError
	require.ErrorAs(t, err, &input)
	_, err = client.Check(t.Context(), (*isoaudit.AuditPlan)(nil))
	require.ErrorAs(t, err, &input)
	var none *isoaudit.Client
	_, err = none.Check(t.Context(), &isoaudit.AuditPlan{})
	require.ErrorAs(t, err, &input)
}
