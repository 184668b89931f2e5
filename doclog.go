package isoaudit

import (
	"time"

	"github.com/isoaudit/isoaudit-go/parse"
)

// DocumentControlLog is one revision of a controlled document (ISO 9001 clause
// 7.5.3).
type DocumentControlLog struct {
	parse.Object
	DocumentNumber string           `json:"documentNumber" parse:"required"`
	DocumentTitle  string           `json:"documentTitle" parse:"required"`
	Revision       string           `json:"revision" parse:"required"` // numbers, letters or dotted: never sort it as text
	Owner          Pointer[Auditor] `json:"owner" parse:"required"`
	ApprovedBy     Pointer[Auditor] `json:"approvedBy" parse:"required"`
	EffectiveDate  time.Time        `json:"effectiveDate" parse:"required"`
	Status         DocumentStatus   `json:"status" parse:"required"`
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

// documentClass is the class that DocumentControlLog stands for.
var documentClass = parse.ClassOf[DocumentControlLog]("DocumentControlLog")

// ParseClass implements parse.Classed.
func (*DocumentControlLog) ParseClass() parse.Class { return documentClass }

func (d *DocumentControlLog) documentControlLog() *DocumentControlLog { return d }

// DocumentControlLogFieldSet are the columns of DocumentControlLog, for T
// DocumentControlLog itself or a struct that embeds it.
type DocumentControlLogFieldSet[T any] struct {
	parse.ObjectFieldSet[T]
	DocumentNumber parse.TextField[T, string]
	DocumentTitle  parse.TextField[T, string]
	Revision       parse.TextField[T, string]
	Owner          parse.PointerField[T, Auditor]
	ApprovedBy     parse.PointerField[T, Auditor]
	EffectiveDate  parse.TimeField[T]
	Status         parse.TextField[T, DocumentStatus]
}

// DocumentControlLogFields are the columns of DocumentControlLog.
var DocumentControlLogFields = DocumentControlLogFieldsOf[DocumentControlLog]()

// DocumentControlLogFieldsOf gives the columns of DocumentControlLog to a
// struct that embeds it.
func DocumentControlLogFieldsOf[T any, P interface {
	parse.Entity[T]
	documentControlLog() *DocumentControlLog
}]() DocumentControlLogFieldSet[T] {
	return DocumentControlLogFieldSet[T]{
		ObjectFieldSet: parse.ObjectFieldsOf[T, P](),
		DocumentNumber: parse.NewTextField[T, string]("documentNumber"),
		DocumentTitle:  parse.NewTextField[T, string]("documentTitle"),
		Revision:       parse.NewTextField[T, string]("revision"),
		Owner:          parse.NewPointerField[T, Auditor]("owner"),
		ApprovedBy:     parse.NewPointerField[T, Auditor]("approvedBy"),
		EffectiveDate:  parse.NewTimeField[T]("effectiveDate"),
		Status:         parse.NewTextField[T, DocumentStatus]("status"),
	}
}
