package promptschema

import "github.com/isoaudit/isoaudit-go/parse"

// NonConformance is a requirement that was not met, as an audit found it or as it was
// reported (ISO 9001 clause 10.2).
type NonConformance struct {
	parse.Object
	NCNumber      string               `json:"ncNumber" parse:"required"`
	Source        Source               `json:"source" parse:"required"`
	Severity      Severity             `json:"severity" parse:"required"`
	Status        NonConformanceStatus `json:"status" parse:"required"`
	Audit         parse.Pointer[Audit] `json:"audit" parse:"required"` // whose auditor may change it
	RootCause     string               `json:"rootCause,omitzero"`     // required to close it
	EvidenceNotes string               `json:"evidenceNotes,omitzero"`
}

// Pointer gives a pointer to this nonconformity.
func (n *NonConformance) Pointer() parse.Pointer[NonConformance] {
	return parse.PointerTo[NonConformance](n.ObjectID)
}

// nonConformanceClass is the class that NonConformance stands for.
var nonConformanceClass = parse.ClassOf[NonConformance]("NonConformance")

// ParseClass implements parse.Classed.
func (*NonConformance) ParseClass() parse.Class { return nonConformanceClass }

func (n *NonConformance) nonConformance() *NonConformance { return n }

// NonConformanceFieldSet are the columns of NonConformance, for T NonConformance itself or a
// struct that embeds it.
type NonConformanceFieldSet[T any] struct {
	parse.ObjectFieldSet[T]
	NCNumber      parse.TextField[T, string]
	Source        parse.TextField[T, Source]
	Severity      parse.TextField[T, Severity]
	Status        parse.TextField[T, NonConformanceStatus]
	Audit         parse.PointerField[T, Audit]
	RootCause     parse.TextField[T, string]
	EvidenceNotes parse.TextField[T, string]
}

// NonConformanceFields are the columns of NonConformance.
var NonConformanceFields = NonConformanceFieldsOf[NonConformance]()

// NonConformanceFieldsOf gives the columns of NonConformance to a struct that embeds it.
func NonConformanceFieldsOf[T any, P interface {
	parse.Entity[T]
	nonConformance() *NonConformance
}]() NonConformanceFieldSet[T] {
	return NonConformanceFieldSet[T]{
		ObjectFieldSet: parse.ObjectFieldsOf[T, P](),
		NCNumber:       parse.NewTextField[T, string]("ncNumber"),
		Source:         parse.NewTextField[T, Source]("source"),
		Severity:       parse.NewTextField[T, Severity]("severity"),
		Status:         parse.NewTextField[T, NonConformanceStatus]("status"),
		Audit:          parse.NewPointerField[T, Audit]("audit"),
		RootCause:      parse.NewTextField[T, string]("rootCause"),
		EvidenceNotes:  parse.NewTextField[T, string]("evidenceNotes"),
	}
}
