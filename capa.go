package isoaudit

import "time"

// CorrectiveAction is what is done about the cause of a finding, and the proof
// that it worked (ISO 9001 clause 10.2).
type CorrectiveAction struct {
	Object
	CAPARef           string                `json:"capaRef"`
	Finding           Pointer[AuditFinding] `json:"finding"`
	ActionDescription string                `json:"actionDescription"`
	Owner             Pointer[Auditor]      `json:"owner"`
	DueDate           time.Time             `json:"dueDate"`
	Status            CAPAStatus            `json:"status"`
	VerificationNote  string                `json:"verificationNote"`
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

func (a *CorrectiveAction) correctiveAction() *CorrectiveAction { return a }

// CorrectiveActionFieldSet are the columns of CorrectiveAction, for T
// CorrectiveAction itself or a struct that embeds it.
type CorrectiveActionFieldSet[T any] struct {
	objectFields[T]
	CAPARef           TextField[T, string]
	Finding           PointerField[T, AuditFinding]
	ActionDescription TextField[T, string]
	Owner             PointerField[T, Auditor]
	DueDate           TimeField[T]
	Status            TextField[T, CAPAStatus]
	VerificationNote  TextField[T, string]
}

// CorrectiveActionFields are the columns of CorrectiveAction.
var CorrectiveActionFields = CorrectiveActionFieldsOf[CorrectiveAction]()

// CorrectiveActionFieldsOf gives the columns of CorrectiveAction to a struct
// that embeds it.
func CorrectiveActionFieldsOf[T any, P interface {
	Entity[T]
	correctiveAction() *CorrectiveAction
}]() CorrectiveActionFieldSet[T] {
	return CorrectiveActionFieldSet[T]{
		objectFields:      newObjectFields[T](),
		CAPARef:           NewTextField[T, string]("capaRef"),
		Finding:           NewPointerField[T, AuditFinding]("finding"),
		ActionDescription: NewTextField[T, string]("actionDescription"),
		Owner:             NewPointerField[T, Auditor]("owner"),
		DueDate:           NewTimeField[T]("dueDate"),
		Status:            NewTextField[T, CAPAStatus]("status"),
		VerificationNote:  NewTextField[T, string]("verificationNote"),
	}
}
