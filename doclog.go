package isoaudit

import "time"

// DocumentControlLog is one revision of a controlled document (ISO 9001 clause
// 7.5.3).
type DocumentControlLog struct {
	Object
	DocumentNumber string           `json:"documentNumber"`
	DocumentTitle  string           `json:"documentTitle"`
	Revision       string           `json:"revision"` // numbers, letters or dotted: never sort it as text
	Owner          Pointer[Auditor] `json:"owner"`
	ApprovedBy     Pointer[Auditor] `json:"approvedBy"`
	EffectiveDate  time.Time        `json:"effectiveDate"`
	Status         DocumentStatus   `json:"status"`
}

// DocumentStatus is the state of a document's revision. A server may hold
// values that are not among the constants; they are kept as they are.
type DocumentStatus string

// The states of a revision. Superseded means that a newer revision replaced it,
// Obsolete that it was withdrawn without a successor.
const (
	DocumentDraft      DocumentStatus = "draft"
	DocumentInReview   DocumentStatus = "in_review"
	DocumentApproved   DocumentStatus = "approved"
	DocumentEffective  DocumentStatus = "effective"
	DocumentSuperseded DocumentStatus = "superseded"
	DocumentObsolete   DocumentStatus = "obsolete"
)

// Pointer gives a pointer to this revision.
func (d *DocumentControlLog) Pointer() Pointer[DocumentControlLog] {
	return PointerTo[DocumentControlLog](d.ObjectID)
}

func (d *DocumentControlLog) documentControlLog() *DocumentControlLog { return d }

// DocumentControlLogFieldSet are the columns of DocumentControlLog, for T
// DocumentControlLog itself or a struct that embeds it.
type DocumentControlLogFieldSet[T any] struct {
	objectFields[T]
	DocumentNumber TextField[T, string]
	DocumentTitle  TextField[T, string]
	Revision       TextField[T, string]
	Owner          PointerField[T, Auditor]
	ApprovedBy     PointerField[T, Auditor]
	EffectiveDate  TimeField[T]
	Status         TextField[T, DocumentStatus]
}

// DocumentControlLogFields are the columns of DocumentControlLog.
var DocumentControlLogFields = DocumentControlLogFieldsOf[DocumentControlLog]()

// DocumentControlLogFieldsOf gives the columns of DocumentControlLog to a
// struct that embeds it.
func DocumentControlLogFieldsOf[T any, P interface {
	Entity[T]
	documentControlLog() *DocumentControlLog
}]() DocumentControlLogFieldSet[T] {
	return DocumentControlLogFieldSet[T]{
		objectFields:   newObjectFields[T](),
		DocumentNumber: NewTextField[T, string]("documentNumber"),
		DocumentTitle:  NewTextField[T, string]("documentTitle"),
		Revision:       NewTextField[T, string]("revision"),
		Owner:          NewPointerField[T, Auditor]("owner"),
		ApprovedBy:     NewPointerField[T, Auditor]("approvedBy"),
		EffectiveDate:  NewTimeField[T]("effectiveDate"),
		Status:         NewTextField[T, DocumentStatus]("status"),
	}
}
