package promptschema

import (
	"time"

	"github.com/isoaudit/isoaudit-go/parse"
)

// DocumentControlLog is one issued revision of a controlled document (ISO 9001 clause
// 7.5.3). It has no state of its own: it is in force from its EffectiveDate on, until
// another revision of the same DocumentCode is.
type DocumentControlLog struct {
	parse.Object
	DocumentCode  string              `json:"documentCode" parse:"required"`
	Title         string              `json:"title" parse:"required"`
	Revision      string              `json:"revision" parse:"required"` // numbers, letters or dotted: never sort it as text
	EffectiveDate time.Time           `json:"effectiveDate" parse:"required"`
	ApprovedBy    parse.Pointer[User] `json:"approvedBy" parse:"required"` // holds the role approver
	Notes         string              `json:"notes,omitzero"`
}

// Pointer gives a pointer to this revision.
func (d *DocumentControlLog) Pointer() parse.Pointer[DocumentControlLog] {
	return parse.PointerTo[DocumentControlLog](d.ObjectID)
}

// documentClass is the class that DocumentControlLog stands for.
var documentClass = parse.ClassOf[DocumentControlLog]("DocumentControlLog")

// ParseClass implements parse.Classed.
func (*DocumentControlLog) ParseClass() parse.Class { return documentClass }

func (d *DocumentControlLog) documentControlLog() *DocumentControlLog { return d }

// DocumentControlLogFieldSet are the columns of DocumentControlLog, for T DocumentControlLog itself or a
// struct that embeds it.
type DocumentControlLogFieldSet[T any] struct {
	parse.ObjectFieldSet[T]
	DocumentCode  parse.TextField[T, string]
	Title         parse.TextField[T, string]
	Revision      parse.TextField[T, string]
	EffectiveDate parse.TimeField[T]
	ApprovedBy    parse.PointerField[T, User]
	Notes         parse.TextField[T, string]
}

// DocumentControlLogFields are the columns of DocumentControlLog.
var DocumentControlLogFields = DocumentControlLogFieldsOf[DocumentControlLog]()

// DocumentControlLogFieldsOf gives the columns of DocumentControlLog to a struct that embeds it.
func DocumentControlLogFieldsOf[T any, P interface {
	parse.Entity[T]
	documentControlLog() *DocumentControlLog
}]() DocumentControlLogFieldSet[T] {
	return DocumentControlLogFieldSet[T]{
		ObjectFieldSet: parse.ObjectFieldsOf[T, P](),
		DocumentCode:   parse.NewTextField[T, string]("documentCode"),
		Title:          parse.NewTextField[T, string]("title"),
		Revision:       parse.NewTextField[T, string]("revision"),
		EffectiveDate:  parse.NewTimeField[T]("effectiveDate"),
		ApprovedBy:     parse.NewPointerField[T, User]("approvedBy"),
		Notes:          parse.NewTextField[T, string]("notes"),
	}
}
