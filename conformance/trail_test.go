package conformance_test

import (
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/conformance"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/trail"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// recorded gives the events of a record, each of which agrees with itself.
func (b *backend) recorded(t *testing.T, of parse.Reference) []event.Event {
	t.Helper()
	return gathered(t, b.admin.History(t.Context(), of))
}

func gathered(t *testing.T, events iter.Seq2[event.Event, error]) []event.Event {
	t.Helper()
	var list []event.Event
	for e, err := range events {
		require.NoError(t, err)
		require.NoError(t, e.Check())
		list = append(list, e)
	}
	return list
}

// who, what and why a save was: one line.
func line(e event.Event) string {
	text := fmt.Sprintf("%s by %s: %s", e.Op, e.Actor.Kind, strings.Join(e.Names(), " "))
	if e.Reason != "" {
		text += " (" + e.Reason + ")"
	}
	if e.Rule != "" {
		text += " [" + e.Rule + "]"
	}
	if !e.Confirmed {
		text += " unconfirmed"
	}
	return text
}

func lines(events []event.Event) (list []string) {
	for _, e := range events {
		list = append(list, line(e))
	}
	return list
}

// A save has one event that says who, what and why, and knows the one before it.
func TestTrailOfARecord(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		ctx := t.Context()
		plan := save(t, b.as(cora).AuditPlans, b.plan(cora))
		finding := save(t, b.admin.AuditFindings, b.finding(plan, anna))
		capa := isoaudit.CorrectiveActionFields
		action := b.action(finding, anna)
		require.NoError(t, b.as(anna).CorrectiveActions.Create(parse.WithReason(ctx, "räised"), action))
		require.NoError(t, b.as(anna).CorrectiveActions.Update(parse.WithReason(ctx, "typo"), action.ObjectID, capa.ActionDescription.Set("Evaluate them all")))
		require.NoError(t, b.admin.CorrectiveActions.Update(ctx, action.ObjectID, capa.Status.Set(isoaudit.CAPAInProgress), capa.DueDate.Set(action.DueDate.AddDate(0, 1, 0))))
		require.NoError(t, b.admin.CorrectiveActions.Delete(ctx, action.ObjectID))

		events := b.recorded(t, action.Pointer())
		require.Equal(t, []string{
			"create by user: ACL actionDescription capaRef dueDate finding owner status verificationNote (räised)",
			"update by user: actionDescription (typo)",
			"update by master: dueDate status",
			"delete by master: ACL actionDescription capaRef dueDate finding owner status verificationNote",
		}, lines(events))
		for i, e := range events[1:] {
			require.Equal(t, events[i].Hash(), e.Prev)
		}
		require.Equal(t, b.people[anna].id, events[0].Actor.ID)
		require.Equal(t, action.ObjectID, events[0].Object())
		due, _, err := isoaudit.ChangeOf(b.as(mark), events[2], capa.DueDate)
		require.NoError(t, err)
		require.WithinDuration(t, action.DueDate, due.Before, 1e6)
		require.WithinDuration(t, action.DueDate.AddDate(0, 1, 0), due.After, 1e6)
		require.Equal(t, lines(events), lines(gathered(t, b.as(mark).History(ctx, action.Pointer()))), "a manager reads it")
		newest := gathered(t, b.as(mark).HistoryNewestFirst(ctx, action.Pointer()))
		slices.Reverse(newest)
		require.Equal(t, lines(events), lines(newest))

		timeline := gathered(t, b.as(mark).Timeline(ctx, plan.Pointer(), isoaudit.NewestFirst, action.Pointer()))
		require.Len(t, timeline, len(b.recorded(t, plan.Pointer()))+len(b.recorded(t, finding.Pointer()))+len(events), "what is deleted is taken in where it is named")
		require.True(t, slices.IsSortedFunc(timeline, func(a, b event.Event) int { return b.At.Compare(a.At) }))

		row, told, err := b.admin.Trail().Record(ctx, "AuditFinding", finding.ObjectID)
		require.NoError(t, err)
		unexplained, err := trail.ReconcileRecord("AuditFinding", finding.ObjectID, row, told)
		require.NoError(t, err)
		require.Empty(t, unexplained, "the events lead to the record as it is")
	})
}

// Users and roles too; what opens an account is named and never shown.
func TestTrailOfUsersAndRoles(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		ctx := t.Context()
		b.join(t, "vera", nil)
		require.NoError(t, b.as("vera").Auditors.Update(ctx, b.people["vera"].id, isoaudit.AuditorFields.Password.Set("a new one"), isoaudit.AuditorFields.SiteCode.Set("PLANT-08")))
		events := b.recorded(t, b.pointer("vera"))
		require.Equal(t, event.Anonymous, events[0].Actor.Kind)
		require.Subset(t, events[0].Names(), []string{"username", "email", "password", "role", "siteCode"})
		last := events[len(events)-1]
		require.Equal(t, "update by user: password siteCode", line(last))
		for _, e := range events {
			require.True(t, e.Confirmed)
			require.NotContains(t, e.ValuesText(), "pass-vera")
			require.NotContains(t, e.ValuesText(), "a new one")
			require.Empty(t, e.Columns["password"])
		}
		b.grant(t, "auditor", b.people["vera"].id)
		role := b.must(t, master, "POST", "/roles", `{"_method":"GET","where":{"name":"auditor"}}`).list()[0]["objectId"].(string)
		granted := gathered(t, b.admin.HistoryNewestFirst(ctx, isoaudit.PointerTo[isoaudit.Role](role)))[0]
		require.Equal(t, "update by master: users", line(granted))
		values, err := granted.Values()
		require.NoError(t, err)
		require.Equal(t, `{"added":["`+b.people["vera"].id+`"],"removed":[]}`, string(values["users"].After))
	})
}

// The effect of a rule is an event of its own, by who made the save that caused it.
func TestTrailOfASupersededRevision(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		first := b.document(otto, aaron)
		first.Status = isoaudit.DocumentEffective
		save(t, b.as(ada).DocumentControlLogs, first)
		second := *first
		second.Object, second.Revision = parse.Object{}, "B"
		require.NoError(t, b.as(aaron).DocumentControlLogs.Create(parse.WithReason(t.Context(), "new form"), &second))
		events := b.recorded(t, first.Pointer())
		require.Len(t, events, 2)
		require.Equal(t, "update by user: status (new form) [document-one-effective]", line(events[1]))
		require.Equal(t, b.people[aaron].id, events[1].Actor.ID)
	})
}

// Batches and transactions carry the reason of their request; requests of one batch
// that are alike each have their event.
func TestTrailOfABatch(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		ctx := parse.WithReason(t.Context(), "import")
		plan := save(t, b.admin.AuditPlans, b.plan(cora))
		var reviews []*isoaudit.AuditReview
		var items []parse.BatchItem
		for range 5 {
			review := b.review(plan, mark)
			reviews = append(reviews, review)
			items = append(items, b.as(mark).AuditReviews.BatchCreate(review))
		}
		results, err := b.as(mark).Batch(ctx, items...)
		require.NoError(t, err)
		require.Len(t, results, 5)
		for _, review := range reviews {
			require.Equal(t, []string{"create by user: ACL auditPlan nextStep reviewDate reviewedBy summary (import)"}, lines(b.recorded(t, review.Pointer())))
		}
		if b.server == conformance.ParseServerMongoDB {
			return // FerretDB, which stands in for MongoDB, has no transactions
		}
		require.NoError(t, b.as(cora).Transaction(ctx, b.as(cora).AuditReviews.BatchUpdate(reviews[0].ObjectID, isoaudit.AuditReviewFields.Summary.Set("x")),
			b.as(cora).AuditReviews.BatchUpdate(reviews[1].ObjectID, isoaudit.AuditReviewFields.Summary.Set("y"))))
		for _, review := range reviews[:2] {
			require.Equal(t, "update by user: summary (import)", line(b.recorded(t, review.Pointer())[1]))
		}
	})
}

// Clients cannot forge, change, hide or read what their role may not: nor can the
// master key write.
func TestPermissionMatrixOfTheTrail(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		plan := save(t, b.as(cora).AuditPlans, b.plan(cora))
		row := b.recorded(t, plan.Pointer())[0].ObjectID
		where := url.QueryEscape(`{"class":"AuditPlan","record":"` + plan.ObjectID + `"}`)
		forged := `{"event":"x","at":{"__type":"Date","iso":"2026-01-01T00:00:00.000Z"},"op":"create","class":"AuditPlan","entry":"{}","confirmed":true}`
		context := `{"_context":{"isoaudit":{"nonce":"","origin":{"actor":{"kind":"user","id":"x"}}}},`
		callers := map[string]identity{"master": master, "nobody": nobody}
		for _, name := range everyone {
			callers[name] = user(b.people[name].token)
		}
		for name, caller := range callers {
			for _, try := range [][3]string{
				{http.MethodPost, "/classes/AuditTrail", forged}, {http.MethodPost, "/classes/AuditTrail", context + forged[1:]},
				{http.MethodPut, "/classes/AuditTrail/" + row, `{"values":"{}"}`}, {http.MethodPut, "/classes/AuditTrail/" + row, context + `"ACL":{}}`},
				{http.MethodPut, "/classes/AuditTrail/" + row, `{"confirmed":false}`}, {http.MethodDelete, "/classes/AuditTrail/" + row, ""},
				{http.MethodPost, "/functions/isoauditRedact", `{"class":"AuditPlan","record":"` + plan.ObjectID + `","columns":["scope"]}`},
			} {
				answer := b.send(t, caller, try[0], try[1], try[2])
				require.GreaterOrEqual(t, answer.status, 400, "%s %v", name, try)
				if name == "master" && strings.HasPrefix(try[1], "/classes") {
					// A context in the body of an update is, to Parse Server, a column with a bad name.
					require.Contains(t, []int{119, 105}, answer.code(), "%s %v: %s", name, try, answer.body)
				}
			}
			if name == "master" || name == "nobody" {
				continue
			}
			reads := slices.Contains(b.people[name].roles, "manager") || slices.Contains(b.people[name].roles, "coordinator")
			found := b.must(t, caller, http.MethodGet, "/classes/AuditTrail?where="+where, "").list()
			require.Equal(t, reads, len(found) == 1, name)
			require.Equal(t, reads, b.send(t, caller, http.MethodGet, "/classes/AuditTrail/"+row, "").status == http.StatusOK, name)
		}
		events := b.recorded(t, plan.Pointer())
		require.Len(t, events, 1)
		require.Equal(t, "create by user: ACL auditRef leadAuditor plannedStartDate scope siteCode standardClause status", line(events[0]))
	})
}

// Who has logged in just now signs; the password is nowhere in the trail.
func TestTrailOfASignature(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		ctx := t.Context()
		plan := save(t, b.as(cora).AuditPlans, b.plan(cora))
		signature, err := b.as(cora).Sign(parse.WithReason(ctx, "as planned"), plan.Pointer(), isoaudit.MeaningApproved, "pass-cora")
		require.NoError(t, err)
		events := b.recorded(t, plan.Pointer())
		require.Equal(t, "sign by user:  (as planned)", line(events[1]))
		require.Equal(t, signature.Event, events[1].ID)
		require.Equal(t, "approved", events[1].Meaning)
		require.Equal(t, events[0].Hash(), events[1].Signs)
		require.NotContains(t, events[1].Text(), "pass-cora")

		body := `{"class":"AuditPlan","record":"` + plan.ObjectID + `","meaning":"approved"}`
		for name, caller := range map[string]identity{"master": master, "nobody": nobody} {
			require.Equal(t, 206, b.send(t, caller, http.MethodPost, "/functions/isoauditSign", body).code(), name)
		}
		_, err = b.as(nora).Sign(ctx, plan.Pointer(), isoaudit.MeaningApproved, "pass-nora")
		require.ErrorIs(t, err, parse.ErrObjectNotFound, "he may not read it")
		_, err = b.as(cora).Sign(ctx, plan.Pointer(), isoaudit.MeaningApproved, "wrong")
		require.ErrorIs(t, err, parse.ErrObjectNotFound)
		require.Len(t, b.recorded(t, plan.Pointer()), 2)
	})
}

// Redaction takes values out, keeps the hashes, and is an event with its reason.
func TestTrailOfARedaction(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		ctx := t.Context()
		plan := b.plan(cora)
		require.NoError(t, b.as(cora).AuditPlans.Create(parse.WithReason(ctx, "Lena is ill"), plan))
		require.NoError(t, b.as(cora).AuditPlans.Update(ctx, plan.ObjectID, isoaudit.AuditPlanFields.Scope.Set("Sales")))
		before := b.recorded(t, plan.Pointer())
		var broken *isoaudit.PolicyError
		_, err := b.admin.Redact(ctx, plan.Pointer(), "scope")
		require.ErrorAs(t, err, &broken)
		n, err := b.admin.Redact(parse.WithReason(ctx, "Art. 17"), plan.Pointer(), "scope")
		require.NoError(t, err)
		require.Equal(t, 2, n)
		events := b.recorded(t, plan.Pointer())
		require.Equal(t, []string{"redact by master: scope (Art. 17)", "redact by master: scope (Art. 17)"}, lines(events[2:]))
		for i, e := range before {
			require.Equal(t, e.Text(), events[i].Text())
			require.Equal(t, e.Hash(), events[i+2].Redacts)
			hidden, err := events[i].RedactedColumns()
			require.NoError(t, err)
			require.Equal(t, []string{"scope"}, hidden)
		}

		require.Equal(t, "Lena is ill", events[0].Reason)
		n, err = b.admin.Redact(parse.WithReason(ctx, "Art. 17"), isoaudit.PointerTo[isoaudit.TrailEvent](events[0].ObjectID), isoaudit.TrailReasons, "scope")
		require.NoError(t, err)
		require.Equal(t, 1, n, "the reason of one event; its scope is gone already")
		events = b.recorded(t, plan.Pointer())
		require.Equal(t, before[0].Text(), events[0].Text())
		require.Empty(t, events[0].Reason)
		require.NotContains(t, events[0].ValuesText(), "Lena")
		require.Equal(t, "redact by master: $reason (Art. 17)", line(events[4]))
		require.Equal(t, before[0].Hash(), events[4].Redacts)
		require.Empty(t, b.reconciled(t, "AuditPlan", plan.ObjectID))
		_, err = b.admin.Redact(parse.WithReason(ctx, "Art. 17"), isoaudit.PointerTo[isoaudit.TrailEvent]("nobodyHas1"), isoaudit.TrailReasons)
		require.ErrorIs(t, err, parse.ErrObjectNotFound)
	})
}

// A reason that is too long refuses the save, as a broken rule.
func TestTrailTakesNoReasonTooLong(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		plan := save(t, b.as(cora).AuditPlans, b.plan(cora))
		long := parse.WithReason(t.Context(), strings.Repeat("ä", 1001))
		var broken *isoaudit.PolicyError
		require.ErrorAs(t, b.as(cora).AuditPlans.Update(long, plan.ObjectID, isoaudit.AuditPlanFields.Scope.Set("x")), &broken)
		require.Equal(t, "reason-fits", broken.Violations[0].Rule)
		require.ErrorAs(t, b.admin.AuditPlans.Delete(long, plan.ObjectID), &broken)
		require.NoError(t, b.as(cora).AuditPlans.Update(parse.WithReason(t.Context(), strings.Repeat("ä", 1000)), plan.ObjectID, isoaudit.AuditPlanFields.Scope.Set("x")))
		require.Len(t, b.recorded(t, plan.Pointer()), 2)
	})
}

// makeEntry takes the column that holds what events say from the trail, with all that is in
// it, and makes a new one in its place.
func (b *backend) makeEntry(t *testing.T, field string) {
	t.Helper()
	for _, entry := range []string{`{"__op":"Delete"}`, field} {
		b.must(t, master, http.MethodPut, "/schemas/AuditTrail", `{"className":"AuditTrail","fields":{"entry":`+entry+`}}`)
	}
}

// A trail that cannot be written refuses the save, and the row stays as it was.
func TestATrailThatCannotBeWrittenRefusesTheSave(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		if b.server == conformance.AuditServer {
			return // there nobody can take a column from the trail
		}
		plan := save(t, b.as(cora).AuditPlans, b.plan(cora))
		b.makeEntry(t, `{"type":"Number"}`)
		defer func() {
			b.makeEntry(t, `{"type":"String","required":true}`)
			b.must(t, master, http.MethodDelete, "/purge/AuditTrail", "") // events without an entry, which roles would have to follow
		}()
		err := b.as(cora).AuditPlans.Update(t.Context(), plan.ObjectID, isoaudit.AuditPlanFields.Scope.Set("x"))
		require.ErrorContains(t, err, "the audit trail cannot be written, so nothing is saved")
		require.Error(t, b.as(cora).AuditPlans.Create(t.Context(), b.plan(cora)))
		require.Error(t, b.admin.AuditPlans.Delete(t.Context(), plan.ObjectID))
		kept, err := b.admin.AuditPlans.Get(t.Context(), plan.ObjectID)
		require.NoError(t, err)
		require.Equal(t, "Purchasing", kept.Scope)
	})
}
