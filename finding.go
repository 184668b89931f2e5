package isoaudit

import "github.com/isoaudit/isoaudit-go/parse"

// AuditFinding is one result of an audit: what was seen, against which clause
// (ISO 9001 clauses 9.2.2 and 10.2).
type AuditFinding struct {
	parse.Object
	FindingRef   string             `json:"findingRef" parse:"required"`
	AuditPlan    Pointer[AuditPlan] `json:"auditPlan" parse:"required"`
	FindingType  FindingType        `json:"findingType" parse:"required"`
	Clause       string             `json:"clause" parse:"required"`
	Statement    string             `json:"statement" parse:"required"`
	EvidenceNote string             `json:"evidenceNote" parse:"required"`
	Severity     Severity           `json:"severity" parse:"required"`
	ReportedBy   Pointer[Auditor]   `json:"reportedBy" parse:"required"`
}

// FindingType is the kind of result that a finding is. A server may hold values
// that are not among the constants; they are kept as they are.
type FindingType string

// The kinds of findings. Only a nonconformity needs a corrective action.
const (
	FindingNonconformity FindingType = "nonconformity"
	FindingObservation   FindingType = "observation"
	FindingOFI           FindingType = "ofi" // opportunity for improvement
	FindingConformity    FindingType = "conformity"
	FindingGoodPractice  FindingType = "good_practice"
)

// Severity grades a finding. A server may hold values that are not among the
// constants; they are kept as they are.
type Severity string

// The grades. SeverityNone is for findings that break no requirement.
const (
	SeverityCritical Severity = "critical"
	SeverityMajor    Severity = "major"
	SeverityMinor    Severity = "minor"
	SeverityNone     Severity = "none"
)

// Pointer gives a pointer to this finding.
func (f *AuditFinding) Pointer() Pointer[AuditFinding] { return PointerTo[AuditFinding](f.ObjectID) }

// findingClass is the class that AuditFinding stands for.
var findingClass = parse.ClassOf[AuditFinding]("AuditFinding")

// ParseClass implements parse.Classed.
func (*AuditFinding) ParseClass() parse.Class { return findingClass }

func (f *AuditFinding) auditFinding() *AuditFinding { return f }

// AuditFindingFieldSet are the columns of AuditFinding, for T AuditFinding
// itself or a struct that embeds it.
type AuditFindingFieldSet[T any] struct {
	parse.ObjectFieldSet[T]
	FindingRef   parse.TextField[T, string]
	AuditPlan    parse.PointerField[T, AuditPlan]
	FindingType  parse.TextField[T, FindingType]
	Clause       parse.TextField[T, string]
	Statement    parse.TextField[T, string]
	EvidenceNote parse.TextField[T, string]
	Severity     parse.TextField[T, Severity]
	ReportedBy   parse.PointerField[T, Auditor]
}

// AuditFindingFields are the columns of AuditFinding.
var AuditFindingFields = AuditFindingFieldsOf[AuditFinding]()

// AuditFindingFieldsOf gives the columns of AuditFinding to a struct that embeds it.
func AuditFindingFieldsOf[T any, P interface {
	parse.Entity[T]
	auditFinding() *AuditFinding
}]() AuditFindingFieldSet[T] {
	return AuditFindingFieldSet[T]{
		ObjectFieldSet: parse.ObjectFieldsOf[T, P](),
		FindingRef:     parse.NewTextField[T, string]("findingRef"),
		AuditPlan:      parse.NewPointerField[T, AuditPlan]("auditPlan"),
		FindingType:    parse.NewTextField[T, FindingType]("findingType"),
		Clause:         parse.NewTextField[T, string]("clause"),
		Statement:      parse.NewTextField[T, string]("statement"),
		EvidenceNote:   parse.NewTextField[T, string]("evidenceNote"),
		Severity:       parse.NewTextField[T, Severity]("severity"),
		ReportedBy:     parse.NewPointerField[T, Auditor]("reportedBy"),
	}
}
