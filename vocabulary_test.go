package isoaudit_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/policy"
)

// The rules own what a column may hold; the constants must be the same words.
func TestConstantsAreThePolicysVocabularies(t *testing.T) {
	for column, constants := range map[[2]string][]string{
		{"_User", "role"}: texts(isoaudit.RoleAuditor, isoaudit.RoleCoordinator, isoaudit.RoleManager, isoaudit.RoleApprover),
		{"AuditPlan", "status"}: texts(isoaudit.PlanPlanned, isoaudit.PlanInProgress, isoaudit.PlanCompleted,
			isoaudit.PlanClosed, isoaudit.PlanCancelled),
		{"AuditFinding", "findingType"}: texts(isoaudit.FindingNonconformity, isoaudit.FindingObservation, isoaudit.FindingOFI,
			isoaudit.FindingConformity, isoaudit.FindingGoodPractice),
		{"AuditFinding", "severity"}: texts(isoaudit.SeverityCritical, isoaudit.SeverityMajor, isoaudit.SeverityMinor, isoaudit.SeverityNone),
		{"CorrectiveAction", "status"}: texts(isoaudit.CAPAOpen, isoaudit.CAPAInProgress, isoaudit.CAPAPendingVerification,
			isoaudit.CAPAClosed, isoaudit.CAPACancelled),
		{"DocumentControlLog", "status"}: texts(isoaudit.DocumentDraft, isoaudit.DocumentInReview, isoaudit.DocumentApproved,
			isoaudit.DocumentEffective, isoaudit.DocumentSuperseded, isoaudit.DocumentObsolete),
	} {
		vocabulary, ok := policy.Default().Vocabulary(column[0], column[1])
		require.True(t, ok, column)
		require.Equal(t, vocabulary.Values, constants, column)
	}
}

func texts[T ~string](values ...T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
