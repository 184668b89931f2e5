package promptschema

import (
	"slices"

	"github.com/isoaudit/isoaudit-go/policy"
)

// A server may hold values that are not among the constants; they are kept as they are.
// Valid tells whether a value is one that the rules know ([policy.Prompt]).

// AuditStatus is the state of an audit.
type AuditStatus string

// The states of an audit. Completed means that it was carried out, Closed that its
// nonconformities are settled too.
const (
	AuditPlanned    AuditStatus = "planned"
	AuditInProgress AuditStatus = "in_progress"
	AuditCompleted  AuditStatus = "completed"
	AuditClosed     AuditStatus = "closed"
	AuditCancelled  AuditStatus = "cancelled"
)

// Valid reports whether the rules know the state.
func (s AuditStatus) Valid() bool { return known(auditClass.Name(), "status", string(s)) }

// Source is where a nonconformity was found.
type Source string

// The sources. The rules only warn of others.
const (
	SourceInternalAudit Source = "internal_audit"
	SourceExternalAudit Source = "external_audit"
	SourceSupplierAudit Source = "supplier_audit"
	SourceCustomer      Source = "customer"
	SourceSupplier      Source = "supplier"
	SourceProcess       Source = "process"
	SourceOther         Source = "other"
)

// Valid reports whether the rules know the source.
func (s Source) Valid() bool { return known(nonConformanceClass.Name(), "source", string(s)) }

// Severity is the grade of a nonconformity.
type Severity string

// The grades.
const (
	SeverityCritical Severity = "critical"
	SeverityMajor    Severity = "major"
	SeverityMinor    Severity = "minor"
)

// Valid reports whether the rules know the grade.
func (s Severity) Valid() bool { return known(nonConformanceClass.Name(), "severity", string(s)) }

// NonConformanceStatus is the state of a nonconformity.
type NonConformanceStatus string

// The states of a nonconformity. Cancelled means that it was none.
const (
	NonConformanceOpen       NonConformanceStatus = "open"
	NonConformanceInProgress NonConformanceStatus = "in_progress"
	NonConformanceClosed     NonConformanceStatus = "closed"
	NonConformanceCancelled  NonConformanceStatus = "cancelled"
)

// Valid reports whether the rules know the state.
func (s NonConformanceStatus) Valid() bool {
	return known(nonConformanceClass.Name(), "status", string(s))
}

// ActionType is what a CAPA does.
type ActionType string

// The kinds of action. A correction mends the instance, a corrective action removes the
// cause, a preventive action that of a nonconformity that has not happened.
const (
	ActionCorrection ActionType = "correction"
	ActionCorrective ActionType = "corrective"
	ActionPreventive ActionType = "preventive"
)

// Valid reports whether the rules know the kind.
func (t ActionType) Valid() bool { return known(capaClass.Name(), "actionType", string(t)) }

// ClosureStatus is the state of a CAPA.
type ClosureStatus string

// The states of a CAPA.
const (
	CAPAOpen                ClosureStatus = "open"
	CAPAInProgress          ClosureStatus = "in_progress"
	CAPAPendingVerification ClosureStatus = "pending_verification"
	CAPAClosed              ClosureStatus = "closed"
	CAPACancelled           ClosureStatus = "cancelled"
)

// Valid reports whether the rules know the state.
func (s ClosureStatus) Valid() bool { return known(capaClass.Name(), "closureStatus", string(s)) }

func known(class, column, value string) bool {
	vocabulary, _ := policy.Prompt().Vocabulary(class, column)
	return slices.Contains(vocabulary.Values, value)
}
