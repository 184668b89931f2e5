package isoaudit

// AuditFinding is one result of an audit: what was seen, against which clause
// (ISO 9001 clauses 9.2.2 and 10.2).
type AuditFinding struct {
	Object
	FindingRef   string             `json:"findingRef"`
	AuditPlan    Pointer[AuditPlan] `json:"auditPlan"`
	FindingType  FindingType        `json:"findingType"`
	Clause       string             `json:"clause"`
	Statement    string             `json:"statement"`
	EvidenceNote string             `json:"evidenceNote"`
	Severity     Severity           `json:"severity"`
	ReportedBy   Pointer[Auditor]   `json:"reportedBy"`
}

// FindingType says what kind of result a finding is. A server may hold values
// that are not among the constants; they are kept as they are.
type FindingType string

// The kinds of findings. Only a nonconformity owes a corrective action.
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

func (f *AuditFinding) auditFinding() *AuditFinding { return f }

// AuditFindingFieldSet are the columns of AuditFinding, for T AuditFinding
// itself or a struct that embeds it.
type AuditFindingFieldSet[T any] struct {
	objectFields[T]
	FindingRef   TextField[T, string]
	AuditPlan    PointerField[T, AuditPlan]
	FindingType  TextField[T, FindingType]
	Clause       TextField[T, string]
	Statement    TextField[T, string]
	EvidenceNote TextField[T, string]
	Severity     TextField[T, Severity]
	ReportedBy   PointerField[T, Auditor]
}

// AuditFindingFields are the columns of AuditFinding.
var AuditFindingFields = AuditFindingFieldsOf[AuditFinding]()

// AuditFindingFieldsOf gives the columns of AuditFinding to a struct that embeds it.
func AuditFindingFieldsOf[T any, P interface {
	Entity[T]
	auditFinding() *AuditFinding
}]() AuditFindingFieldSet[T] {
	return AuditFindingFieldSet[T]{
		objectFields: newObjectFields[T](),
		FindingRef:   NewTextField[T, string]("findingRef"),
		AuditPlan:    NewPointerField[T, AuditPlan]("auditPlan"),
		FindingType:  NewTextField[T, FindingType]("findingType"),
		Clause:       NewTextField[T, string]("clause"),
		Statement:    NewTextField[T, string]("statement"),
		EvidenceNote: NewTextField[T, string]("evidenceNote"),
		Severity:     NewTextField[T, Severity]("severity"),
		ReportedBy:   NewPointerField[T, Auditor]("reportedBy"),
	}
}
