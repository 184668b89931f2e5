package promptschema

import (
	"time"

	"github.com/isoaudit/isoaudit-go/parse"
)

// Audit is one audit of a site (ISO 9001 clause 9.2).
type Audit struct {
	parse.Object
	AuditNumber string              `json:"auditNumber" parse:"required"`
	Site        string              `json:"site" parse:"required"`
	Status      AuditStatus         `json:"status" parse:"required"`
	Auditor     parse.Pointer[User] `json:"auditor" parse:"required"` // who carries it out and may change it
	ScheduledAt time.Time           `json:"scheduledAt,omitzero"`     // zero: no date yet
	Notes       string              `json:"notes,omitzero"`
}

// Pointer gives a pointer to this audit.
func (a *Audit) Pointer() parse.Pointer[Audit] { return parse.PointerTo[Audit](a.ObjectID) }

// auditClass is the class that Audit stands for.
var auditClass = parse.ClassOf[Audit]("Audit")

// ParseClass implements parse.Classed.
func (*Audit) ParseClass() parse.Class { return auditClass }

func (a *Audit) audit() *Audit { return a }

// AuditFieldSet are the columns of Audit, for T Audit itself or a
// struct that embeds it.
type AuditFieldSet[T any] struct {
	parse.ObjectFieldSet[T]
	AuditNumber parse.TextField[T, string]
	Site        parse.TextField[T, string]
	Status      parse.TextField[T, AuditStatus]
	Auditor     parse.PointerField[T, User]
	ScheduledAt parse.TimeField[T]
	Notes       parse.TextField[T, string]
}

// AuditFields are the columns of Audit.
var AuditFields = AuditFieldsOf[Audit]()

// AuditFieldsOf gives the columns of Audit to a struct that embeds it.
func AuditFieldsOf[T any, P interface {
	parse.Entity[T]
	audit() *Audit
}]() AuditFieldSet[T] {
	return AuditFieldSet[T]{
		ObjectFieldSet: parse.ObjectFieldsOf[T, P](),
		AuditNumber:    parse.NewTextField[T, string]("auditNumber"),
		Site:           parse.NewTextField[T, string]("site"),
		Status:         parse.NewTextField[T, AuditStatus]("status"),
		Auditor:        parse.NewPointerField[T, User]("auditor"),
		ScheduledAt:    parse.NewTimeField[T]("scheduledAt"),
		Notes:          parse.NewTextField[T, string]("notes"),
	}
}
