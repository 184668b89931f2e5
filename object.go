package isoaudit

import "time"

// Object is what every stored object has. A struct that embeds it can be the
// type of a Collection; it may embed one of this package's classes instead,
// which embed Object already.
//
// Times are in UTC and whole milliseconds. ObjectID, CreatedAt and UpdatedAt
// are set by the server and filled by Create and by every read.
type Object struct {
	ObjectID  string    `json:"objectId,omitzero"`
	CreatedAt time.Time `json:"createdAt,omitzero"`
	UpdatedAt time.Time `json:"updatedAt,omitzero"`
	ACL       ACL       `json:"ACL,omitzero"` // nil: not sent; the class's default applies
}

func (o *Object) base() *Object { return o }

// The names of the classes beside userClass.
const (
	classAuditPlan          = "AuditPlan"
	classAuditFinding       = "AuditFinding"
	classCorrectiveAction   = "CorrectiveAction"
	classDocumentControlLog = "DocumentControlLog"
	classAuditReview        = "AuditReview"
)

// classed is one of the six classes, or a struct that embeds one.
type classed interface{ className() string }

func (*Auditor) className() string            { return userClass }
func (*AuditPlan) className() string          { return classAuditPlan }
func (*AuditFinding) className() string       { return classAuditFinding }
func (*CorrectiveAction) className() string   { return classCorrectiveAction }
func (*DocumentControlLog) className() string { return classDocumentControlLog }
func (*AuditReview) className() string        { return classAuditReview }
func (*Role) className() string               { return roleClass }

// classOf gives the class that T stands for: exact is true for the six classes
// themselves, false for a struct that embeds one and may belong to a class of
// its own. The name is "" for any other type.
func classOf[T any]() (name string, exact bool) {
	switch t := any((*T)(nil)).(type) {
	case *Auditor, *AuditPlan, *AuditFinding, *CorrectiveAction, *DocumentControlLog, *AuditReview, *Role:
		return t.(classed).className(), true
	case classed:
		return any(new(T)).(classed).className(), false
	}
	return "", false
}
