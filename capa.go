package isoaudit

import (
	"time"

	"github.com/isoaudit/isoaudit-go/parse"
)

// CorrectiveAction is what is done about the cause of a finding, and the proof
// that it worked (ISO 9001 clause 10.2).
type CorrectiveAction struct {
	parse.Object
	CAPARef           string                `json:"capaRef" parse:"required"`
	Finding           Pointer[AuditFinding] `json:"finding" parse:"required"`
	ActionDescription string                `json:"actionDescription" parse:"required"`
	Owner             Pointer[Auditor]      `json:"owner" parse:"required"`
	DueDate           time.Time             `json:"dueDate" parse:"required"`
	Status            CAPAStatus            `json:"status" parse:"required"`
	VerificationNote  string                `json:"verificationNote" parse:"required"`
}

// CAPAStatus is the state of a corrective action. A server may hold values that
// are not among the constants; they are kept as they are.
type CAPAStatus string

// The states of a corrective action.
const (
	CAPAOpen                CAPAStatus = "open"
	CAPAInProgress          CAPAStatus = "in_progress"
	CAPAPendingVerification CAPAStatus = "pending_verification"
	CAPAClosed              CAPAStatus = "closed"
	CAPACancelled           CAPAStatus = "cancelled"
)

// Pointer gives a pointer to this corrective action.
func (a *CorrectiveAction) Pointer() Pointer[CorrectiveAction] {
	return PointerTo[CorrectiveAction](a.ObjectID)
}

// actionClass is the class that CorrectiveAction stands for.
var actionClass = parse.ClassOf[CorrectiveAction]("CorrectiveAction")

// ParseClass implements parse.Classed.
func (*CorrectiveAction) ParseClass() parse.Class { return actionClass }

func (a *CorrectiveAction) correctiveAction() *CorrectiveAction { return a }

// CorrectiveActionFieldSet are the columns of CorrectiveAction, for T
// CorrectiveAction itself or a struct that embeds it.
type CorrectiveActionFieldSet[T any] struct {
	parse.ObjectFieldSet[T]
	CAPARef           parse.TextField[T, string]
	Finding           parse.PointerField[T, AuditFinding]
	ActionDescription parse.TextField[T, string]
	Owner             parse.PointerField[T, Auditor]
	DueDate           parse.TimeField[T]
	Status            parse.TextField[T, CAPAStatus]
	VerificationNote  parse.TextField[T, string]
}

// CorrectiveActionFields are the columns of CorrectiveAction.
var CorrectiveActionFields = CorrectiveActionFieldsOf[CorrectiveAction]()

// CorrectiveActionFieldsOf gives the columns of CorrectiveAction to a struct
// that embeds it.
func CorrectiveActionFieldsOf[T any, P interface {
	parse.Entity[T]
	correctiveAction() *CorrectiveAction
}]() CorrectiveActionFieldSet[T] {
	return CorrectiveActionFieldSet[T]{
		ObjectFieldSet:    parse.ObjectFieldsOf[T, P](),
		CAPARef:           parse.NewTextField[T, string]("capaRef"),
		Finding:           parse.NewPointerField[T, AuditFinding]("finding"),
		ActionDescription: parse.NewTextField[T, string]("actionDescription"),
		Owner:             parse.NewPointerField[T, Auditor]("owner"),
		DueDate:           parse.NewTimeField[T]("dueDate"),
		Status:            parse.NewTextField[T, CAPAStatus]("status"),
		VerificationNote:  parse.NewTextField[T, string]("verificationNote"),
	}
}
