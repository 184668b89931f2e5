package conformance_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/promptschema"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

const verified = "Ten orders of May checked; all suppliers evaluated."

// promptBreaches are saves that the rules refuse, each with the rules that it breaks.
func promptBreaches(b *promptBackend) []promptBreach {
	audit, nc, capa, document := promptschema.AuditFields, promptschema.NonConformanceFields, promptschema.CAPAFields, promptschema.DocumentControlLogFields
	return []promptBreach{
		{"an action created closed without a note", []string{"capa-status-step", "capa-closing-note"}, func(ctx context.Context, t *testing.T) error {
			c := b.newCAPA(t)
			c.ClosureStatus = promptschema.CAPAClosed
			return b.as(anna).CAPAs.Create(ctx, c)
		}},
		{"an action closed without a note", []string{"capa-closing-note"}, func(ctx context.Context, t *testing.T) error {
			return b.as(otto).CAPAs.Update(ctx, b.capaInVerification(t).ObjectID, capa.ClosureStatus.Set(promptschema.CAPAClosed))
		}},
		{"an action closed with a placeholder", []string{"capa-closing-note"}, func(ctx context.Context, t *testing.T) error {
			return b.as(cora).CAPAs.Update(ctx, b.capaInVerification(t).ObjectID, capa.ClosureStatus.Set(promptschema.CAPAClosed), capa.VerificationNotes.Set("  n/a "))
		}},
		{"a closed action rewritten", []string{"capa-finished-frozen"}, func(ctx context.Context, t *testing.T) error {
			c := b.newCAPA(t)
			c.ClosureStatus, c.VerificationNotes = promptschema.CAPAClosed, verified
			save(t, b.admin.CAPAs, c)
			return b.as(otto).CAPAs.Update(ctx, c.ObjectID, capa.VerificationNotes.Set("Another story."))
		}},
		{"an action handed on by its owner", []string{"capa-owner-fixed"}, func(ctx context.Context, t *testing.T) error {
			return b.as(otto).CAPAs.Update(ctx, save(t, b.admin.CAPAs, b.newCAPA(t)).ObjectID, capa.Owner.Set(b.pointer(anna)))
		}},
		{"the same number of a CAPA twice", []string{"capa-number-unique"}, func(ctx context.Context, t *testing.T) error {
			again := b.newCAPA(t)
			again.CAPANumber = save(t, b.admin.CAPAs, b.newCAPA(t)).CAPANumber
			return b.as(anna).CAPAs.Create(ctx, again)
		}},
		{"the same number of an audit twice", []string{"audit-number-unique"}, func(ctx context.Context, t *testing.T) error {
			again := b.audit(anna)
			again.AuditNumber = save(t, b.admin.Audits, b.audit(otto)).AuditNumber
			return b.as(cora).Audits.Create(ctx, again)
		}},
		{"the same number of a nonconformity twice, with the master key", []string{"nc-number-unique"}, func(ctx context.Context, t *testing.T) error {
			a := save(t, b.admin.Audits, b.audit(anna))
			again := b.nonConformance(a)
			again.NCNumber = save(t, b.admin.NonConformances, b.nonConformance(a)).NCNumber
			return b.admin.NonConformances.Create(ctx, again)
		}},
		{"a number that looks like another", []string{"audit-number-plain"}, func(ctx context.Context, _ *testing.T) error {
			a := b.audit(anna)
			a.AuditNumber += "\u200b"
			return b.as(cora).Audits.Create(ctx, a)
		}},
		{"the same document and revision twice", []string{"document-revision-unique"}, func(ctx context.Context, t *testing.T) error {
			again := b.document(ada)
			again.DocumentCode = save(t, b.admin.DocumentControlLogs, b.document(ada)).DocumentCode
			return b.as(ada).DocumentControlLogs.Create(ctx, again)
		}},
		{"an issued revision rewritten", []string{"document-issued-frozen"}, func(ctx context.Context, t *testing.T) error {
			return b.as(ada).DocumentControlLogs.Update(ctx, b.issuedDocument(t).ObjectID, document.Title.Set("Another title"))
		}},
		{"an issued revision put off", []string{"document-issued-frozen"}, func(ctx context.Context, t *testing.T) error {
			return b.as(ada).DocumentControlLogs.Update(ctx, b.issuedDocument(t).ObjectID, document.EffectiveDate.Set(time.Now().AddDate(1, 0, 0)))
		}},
		{"a revision approved by somebody who is no approver", []string{"document-approver-role"}, func(ctx context.Context, _ *testing.T) error {
			return b.as(ada).DocumentControlLogs.Create(ctx, b.document(mark))
		}},
		{"a nonconformity on another's audit", []string{"nc-auditor-is-caller"}, func(ctx context.Context, t *testing.T) error {
			return b.as(otto).NonConformances.Create(ctx, b.nonConformance(save(t, b.admin.Audits, b.audit(anna))))
		}},
		{"another's nonconformity changed", []string{"nc-auditor-is-caller"}, func(ctx context.Context, t *testing.T) error {
			n := save(t, b.admin.NonConformances, b.nonConformance(save(t, b.admin.Audits, b.audit(anna))))
			return b.as(otto).NonConformances.Update(ctx, n.ObjectID, nc.EvidenceNotes.Set("PO 4711"))
		}},
		{"a nonconformity of an unknown severity", []string{"nc-severity-known"}, func(ctx context.Context, t *testing.T) error {
			n := b.nonConformance(save(t, b.admin.Audits, b.audit(anna)))
			n.Severity = "none"
			return b.as(anna).NonConformances.Create(ctx, n)
		}},
		{"a nonconformity closed without cause and action", []string{"nc-closing-cause", "nc-closes-clean"}, func(ctx context.Context, t *testing.T) error {
			n := save(t, b.admin.NonConformances, b.nonConformance(save(t, b.admin.Audits, b.audit(anna))))
			require.NoError(t, b.as(anna).NonConformances.Update(ctx, n.ObjectID, nc.Status.Set(promptschema.NonConformanceInProgress)))
			return b.as(anna).NonConformances.Update(ctx, n.ObjectID, nc.Status.Set(promptschema.NonConformanceClosed))
		}},
		{"an audit closed over an open action", []string{"audit-closes-clean"}, func(ctx context.Context, t *testing.T) error {
			a := save(t, b.admin.Audits, b.audit(anna))
			save(t, b.admin.CAPAs, b.capa(save(t, b.admin.NonConformances, b.nonConformance(a)), otto))
			require.NoError(t, b.as(anna).Audits.Update(ctx, a.ObjectID, audit.Status.Set(promptschema.AuditCompleted)))
			return b.as(anna).Audits.Update(ctx, a.ObjectID, audit.Status.Set(promptschema.AuditClosed))
		}},
		{"an audit handed on by its auditor", []string{"audit-auditor-fixed"}, func(ctx context.Context, t *testing.T) error {
			return b.as(anna).Audits.Update(ctx, save(t, b.admin.Audits, b.audit(anna)).ObjectID, audit.Auditor.Set(b.pointer(otto)))
		}},
		{"an ACL of one's own", []string{"acl-fixed"}, func(ctx context.Context, t *testing.T) error {
			return b.as(anna).Audits.Update(ctx, save(t, b.admin.Audits, b.audit(anna)).ObjectID,
				audit.ACL.Set(parse.ACL{}.Grant(parse.Everyone, parse.Access{Read: true, Write: true})))
		}},
	}
}

type promptBreach struct {
	name  string
	rules []string
	save  func(ctx context.Context, t *testing.T) error
}

func TestPromptWrongSaves(t *testing.T) {
	onPromptBackends(t, func(t *testing.T, b *promptBackend) {
		for _, breach := range promptBreaches(b) {
			t.Run(breach.name, func(t *testing.T) {
				var broken *isoaudit.PolicyError
				require.ErrorAs(t, breach.save(t.Context(), t), &broken)
				var rules []string
				for _, v := range broken.Violations {
					rules = append(rules, v.Rule)
				}
				require.ElementsMatch(t, breach.rules, rules)
			})
		}
		t.Run("a closing by somebody else", func(t *testing.T) {
			c, closing := b.capaInVerification(t), promptschema.CAPAFields.ClosureStatus.Set(promptschema.CAPAClosed)
			for _, name := range everyone {
				if name != otto && name != cora {
					requireAllowed(t, false, b.as(name).CAPAs.Update(t.Context(), c.ObjectID, closing, promptschema.CAPAFields.VerificationNotes.Set(verified)))
				}
			}
			seen, err := b.admin.CAPAs.Get(t.Context(), c.ObjectID)
			require.NoError(t, err)
			require.Equal(t, promptschema.CAPAPendingVerification, seen.ClosureStatus)
		})
	})
}

// From an audit to its end, each step by the person whose it is, and all in the trail.
func TestPromptWorkflow(t *testing.T) {
	onPromptBackends(t, func(t *testing.T, b *promptBackend) {
		ctx, audit, nc, capa := t.Context(), promptschema.AuditFields, promptschema.NonConformanceFields, promptschema.CAPAFields
		a := save(t, b.as(cora).Audits, b.audit(anna))
		n := save(t, b.as(anna).NonConformances, b.nonConformance(a))
		c := save(t, b.as(anna).CAPAs, b.capa(n, otto))
		for _, next := range []promptschema.ClosureStatus{promptschema.CAPAInProgress, promptschema.CAPAPendingVerification} {
			require.NoError(t, b.as(otto).CAPAs.Update(ctx, c.ObjectID, capa.ClosureStatus.Set(next)))
		}
		require.NoError(t, b.as(otto).CAPAs.Update(ctx, c.ObjectID, capa.ClosureStatus.Set(promptschema.CAPAClosed), capa.VerificationNotes.Set(verified)))
		require.NoError(t, b.as(anna).NonConformances.Update(ctx, n.ObjectID, nc.Status.Set(promptschema.NonConformanceInProgress)))
		require.NoError(t, b.as(anna).NonConformances.Update(ctx, n.ObjectID,
			nc.Status.Set(promptschema.NonConformanceClosed), nc.RootCause.Set("Nobody was told to evaluate a supplier before the first order.")))
		require.NoError(t, b.as(anna).Audits.Update(ctx, a.ObjectID, audit.Status.Set(promptschema.AuditCompleted)))
		require.NoError(t, b.as(anna).Audits.Update(ctx, a.ObjectID, audit.Status.Set(promptschema.AuditClosed)))

		d := save(t, b.as(ada).DocumentControlLogs, b.document(aaron))
		require.NoError(t, b.as(aaron).DocumentControlLogs.Update(ctx, d.ObjectID, promptschema.DocumentControlLogFields.Title.Set("Buying")))
		next := b.document(ada)
		next.DocumentCode, next.Revision = d.DocumentCode, "B"
		require.NoError(t, b.as(ada).DocumentControlLogs.Create(ctx, next))

		var ops []event.Op
		for e, err := range b.as(cora).History(ctx, c.Pointer()) {
			require.NoError(t, err)
			require.True(t, e.Confirmed)
			ops = append(ops, e.Op)
		}
		require.Equal(t, []event.Op{event.Create, event.Update, event.Update, event.Update}, ops)
		require.NoError(t, b.as(otto).LogOut(ctx))
		require.ErrorIs(t, b.as(otto).CAPAs.Update(ctx, c.ObjectID, capa.VerificationNotes.Set("once more")), parse.ErrInvalidSession)
	})
}
