package conformance_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// evasions are saves that would keep a rule by its words and get round what it is
// for, and what must stay possible beside them.
func evasions() []behaviour {
	plan, finding, action, document := isoaudit.AuditPlanFields, isoaudit.AuditFindingFields, isoaudit.CorrectiveActionFields, isoaudit.DocumentControlLogFields
	return []behaviour{
		{"rule: the last of an audit's many findings keeps it open", func(t *testing.T, w *world) {
			b := w.rulesBackend(t)
			p := save(t, b.admin.AuditPlans, b.openPlan())
			var findings []*isoaudit.AuditFinding
			var items []parse.BatchItem
			for range 60 { // more than a page of a server with maxLimit 50
				f := b.findingOf(p)
				findings, items = append(findings, f), append(items, b.admin.AuditFindings.BatchCreate(f))
			}
			_, err := b.admin.Batch(t.Context(), items...)
			require.NoError(t, err)
			last := slices.MaxFunc(findings, func(a, b *isoaudit.AuditFinding) int { return cmp.Compare(a.ObjectID, b.ObjectID) })
			items = nil
			for _, f := range findings {
				if f != last {
					items = append(items, b.admin.CorrectiveActions.BatchCreate(b.verifiedAction(f)))
				}
			}
			_, err = b.admin.Batch(t.Context(), items...)
			require.NoError(t, err)
			require.NoError(t, b.as(cora).AuditPlans.Update(t.Context(), p.ObjectID, plan.Status.Set(isoaudit.PlanCompleted)))
			err = b.as(cora).AuditPlans.Update(t.Context(), p.ObjectID, plan.Status.Set(isoaudit.PlanClosed))
			requireBreach(t, err, "audit-closes-clean", "not yet: "+last.FindingRef)
			save(t, b.admin.CorrectiveActions, b.verifiedAction(last))
			require.NoError(t, b.as(cora).AuditPlans.Update(t.Context(), p.ObjectID, plan.Status.Set(isoaudit.PlanClosed)))
		}},
		{"rule: a finding is not retyped so that its audit closes", func(t *testing.T, w *world) {
			b := w.rulesBackend(t)
			p := save(t, b.admin.AuditPlans, b.openPlan())
			f := save(t, b.admin.AuditFindings, b.findingOf(p))
			a := save(t, b.admin.CorrectiveActions, b.action(f, anna))
			retype := finding.FindingType.Set(isoaudit.FindingObservation)
			requireBreach(t, b.as(anna).AuditFindings.Update(t.Context(), f.ObjectID, retype), "finding-grading-fixed", "coordinator")
			regrade := finding.Severity.Set(isoaudit.SeverityMinor)
			requireBreach(t, b.as(anna).AuditFindings.Update(t.Context(), f.ObjectID, regrade), "finding-grading-fixed", "coordinator")
			require.NoError(t, b.as(cora).AuditFindings.Update(t.Context(), f.ObjectID, retype, regrade))

			require.NoError(t, b.as(anna).AuditPlans.Update(t.Context(), p.ObjectID, plan.Status.Set(isoaudit.PlanCompleted)))
			err := b.as(cora).AuditPlans.Update(t.Context(), p.ObjectID, plan.Status.Set(isoaudit.PlanClosed))
			requireBreach(t, err, "audit-closes-clean", f.FindingRef)
			require.NoError(t, b.as(anna).CorrectiveActions.Update(t.Context(), a.ObjectID, action.Status.Set(isoaudit.CAPACancelled)))
			require.NoError(t, b.as(cora).AuditPlans.Update(t.Context(), p.ObjectID, plan.Status.Set(isoaudit.PlanClosed)))
		}},
		{"rule: references that look alike are refused", func(t *testing.T, w *world) {
			b := w.rulesBackend(t)
			first := save(t, b.admin.CorrectiveActions, b.newAction(t))
			for _, c := range []struct{ ref, found string }{
				{first.CAPARef + " ", "white space at its end (U+0020)"},
				{"\u00a0" + first.CAPARef, "white space at its start (U+00A0)"},
				{first.CAPARef[:3] + "\u200b" + first.CAPARef[3:], "an invisible character (U+200B)"},
				{first.CAPARef + "\ufe0f", "an invisible character (U+FE0F)"},
				{first.CAPARef[:3] + "\t" + first.CAPARef[3:], "a control character (U+0009)"},
				{first.CAPARef + "-u\u0308", "NFC (U+0308)"},
			} {
				again := b.newAction(t)
				again.CAPARef = c.ref
				requireBreach(t, b.as(anna).CorrectiveActions.Create(t.Context(), again), "action-ref-plain", c.found)
				again.ObjectID = ""
				requireBreach(t, b.admin.CorrectiveActions.Create(t.Context(), again), "action-ref-plain", c.found)
			}

			p := b.openPlan()
			p.AuditRef += " "
			requireBreach(t, b.as(cora).AuditPlans.Create(t.Context(), p), "audit-ref-plain", "U+0020")
			f := b.findingOf(save(t, b.admin.AuditPlans, b.openPlan()))
			f.FindingRef += "\u200d"
			requireBreach(t, b.as(anna).AuditFindings.Create(t.Context(), f), "finding-ref-plain", "U+200D")
			d := b.document(otto, aaron)
			d.DocumentNumber = "\ufeff" + d.DocumentNumber
			requireBreach(t, b.as(ada).DocumentControlLogs.Create(t.Context(), d), "document-number-plain", "U+FEFF")
			d = save(t, b.admin.DocumentControlLogs, b.document(otto, aaron))
			requireBreach(t, b.as(ada).DocumentControlLogs.Update(t.Context(), d.ObjectID, document.Revision.Set("A\u00ad")), "document-revision-plain", "U+00AD")
		}},
		{"rule: a reference of any script is taken", func(t *testing.T, w *world) {
			b := w.rulesBackend(t)
			for _, ref := range []string{b.ref("PRÜF"), b.ref("監査 第"), b.ref("अभिलेख"), b.ref("ตรวจ"), b.ref("تدقيق"), b.ref("😀")} {
				a := b.newAction(t)
				a.CAPARef = ref
				require.NoError(t, b.as(anna).CorrectiveActions.Create(t.Context(), a))
			}
		}},
		{"rule: a note that verifies nothing closes no action", func(t *testing.T, w *world) {
			b := w.rulesBackend(t)
			a := b.actionInVerification(t)
			for _, note := range []string{"ok", "Done.", "see above", "None yet", "Erledigt", "確認済み", "Geprüft", "ＯＫ"} {
				err := b.as(cora).CorrectiveActions.Update(t.Context(), a.ObjectID, action.Status.Set(isoaudit.CAPAClosed), action.VerificationNote.Set(note))
				requireBreach(t, err, "action-closing-note", "what was verified")
			}
			require.NoError(t, b.as(cora).CorrectiveActions.Update(t.Context(), a.ObjectID,
				action.Status.Set(isoaudit.CAPAClosed), action.VerificationNote.Set("Done: all 12 orders of May have an evaluated supplier.")))
		}},
		{"rule: an action is due today, wherever today is", func(t *testing.T, w *world) {
			b := w.rulesBackend(t)
			a := b.newAction(t)
			a.DueDate = time.Now().Add(-35 * time.Hour)
			require.NoError(t, b.as(anna).CorrectiveActions.Create(t.Context(), a))
			again := b.newAction(t)
			again.DueDate = time.Now().Add(-37 * time.Hour)
			requireBreach(t, b.as(anna).CorrectiveActions.Create(t.Context(), again), "action-due-date", "36 hours")
		}},
		{"rule: an older revision supersedes a newer one with a warning", func(t *testing.T, w *world) {
			b := w.rulesBackend(t)
			approver := b.as(ada)
			tenth := b.document(otto, aaron)
			tenth.Revision, tenth.Status = "10", isoaudit.DocumentEffective
			require.NoError(t, approver.DocumentControlLogs.Create(t.Context(), tenth))
			ninth := b.document(otto, aaron)
			ninth.DocumentNumber, ninth.Revision, ninth.Status = tenth.DocumentNumber, "9", isoaudit.DocumentEffective
			warnings, err := approver.Check(t.Context(), ninth)
			require.NoError(t, err)
			require.Len(t, warnings, 1)
			require.Equal(t, "document-revision-order", warnings[0].Rule)
			require.Contains(t, warnings[0].Message, "effective until now: 10")
			require.NoError(t, approver.DocumentControlLogs.Create(t.Context(), ninth))
			old, err := approver.DocumentControlLogs.Get(t.Context(), tenth.ObjectID)
			require.NoError(t, err)
			require.Equal(t, isoaudit.DocumentSuperseded, old.Status)

			eleventh := b.document(otto, aaron)
			eleventh.DocumentNumber, eleventh.Revision, eleventh.Status = tenth.DocumentNumber, "11", isoaudit.DocumentEffective
			warnings, err = approver.Check(t.Context(), eleventh)
			require.NoError(t, err)
			require.Empty(t, warnings)
		}},
	}
}

// requireBreach asserts that a save was refused by this rule alone, with a message
// that says what it found.
func requireBreach(t *testing.T, err error, rule, says string) {
	t.Helper()
	var broken *isoaudit.PolicyError
	require.ErrorAs(t, err, &broken)
	require.Len(t, broken.Violations, 1)
	require.Equal(t, rule, broken.Violations[0].Rule)
	require.Contains(t, broken.Violations[0].Message, says)
}

// verifiedAction is a closed corrective action of a finding.
func (b *backend) verifiedAction(f *isoaudit.AuditFinding) *isoaudit.CorrectiveAction {
	a := b.action(f, anna)
	a.Status, a.VerificationNote = isoaudit.CAPAClosed, "Ten orders of May checked."
	return a
}
