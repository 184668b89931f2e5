package promptschema

import (
	"time"

	"github.com/isoaudit/isoaudit-go/parse"
)

// CAPA is what is done about a nonconformity, and the proof that it worked (ISO 9001
// clause 10.2).
type CAPA struct {
	parse.Object
	CAPANumber        string                        `json:"capaNumber" parse:"required"`
	ActionType        ActionType                    `json:"actionType" parse:"required"`
	ClosureStatus     ClosureStatus                 `json:"closureStatus" parse:"required"`
	NonConformance    parse.Pointer[NonConformance] `json:"nonConformance" parse:"required"`
	Owner             parse.Pointer[User]           `json:"owner" parse:"required"`     // who does it and may change it
	DueDate           time.Time                     `json:"dueDate" parse:"required"`   // a day; midnight UTC stands for the whole day
	VerificationNotes string                        `json:"verificationNotes,omitzero"` // required to close it
}

// Pointer gives a pointer to this CAPA.
func (c *CAPA) Pointer() parse.Pointer[CAPA] { return parse.PointerTo[CAPA](c.ObjectID) }

// capaClass is the class that CAPA stands for.
var capaClass = parse.ClassOf[CAPA]("CAPA")

// ParseClass implements parse.Classed.
func (*CAPA) ParseClass() parse.Class { return capaClass }

func (c *CAPA) capa() *CAPA { return c }

// CAPAFieldSet are the columns of CAPA, for T CAPA itself or a
// struct that embeds it.
type CAPAFieldSet[T any] struct {
	parse.ObjectFieldSet[T]
	CAPANumber        parse.TextField[T, string]
	ActionType        parse.TextField[T, ActionType]
	ClosureStatus     parse.TextField[T, ClosureStatus]
	NonConformance    parse.PointerField[T, NonConformance]
	Owner             parse.PointerField[T, User]
	DueDate           parse.TimeField[T]
	VerificationNotes parse.TextField[T, string]
}

// CAPAFields are the columns of CAPA.
var CAPAFields = CAPAFieldsOf[CAPA]()

// CAPAFieldsOf gives the columns of CAPA to a struct that embeds it.
func CAPAFieldsOf[T any, P interface {
	parse.Entity[T]
	capa() *CAPA
}]() CAPAFieldSet[T] {
	return CAPAFieldSet[T]{
		ObjectFieldSet:    parse.ObjectFieldsOf[T, P](),
		CAPANumber:        parse.NewTextField[T, string]("capaNumber"),
		ActionType:        parse.NewTextField[T, ActionType]("actionType"),
		ClosureStatus:     parse.NewTextField[T, ClosureStatus]("closureStatus"),
		NonConformance:    parse.NewPointerField[T, NonConformance]("nonConformance"),
		Owner:             parse.NewPointerField[T, User]("owner"),
		DueDate:           parse.NewTimeField[T]("dueDate"),
		VerificationNotes: parse.NewTextField[T, string]("verificationNotes"),
	}
}
