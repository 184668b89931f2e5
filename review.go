package isoaudit

import "time"

// AuditReview is management's review of an audit (ISO 9001 clause 9.3).
type AuditReview struct {
	Object
	AuditPlan  Pointer[AuditPlan] `json:"auditPlan"`
	ReviewedBy Pointer[Auditor]   `json:"reviewedBy"`
	ReviewDate time.Time          `json:"reviewDate"`
	Summary    string             `json:"summary"`
	NextStep   string             `json:"nextStep"`
}

// Pointer gives a pointer to this review.
func (r *AuditReview) Pointer() Pointer[AuditReview] { return PointerTo[AuditReview](r.ObjectID) }

func (r *AuditReview) auditReview() *AuditReview { return r }

// AuditReviewFieldSet are the columns of AuditReview, for T AuditReview itself
// or a struct that embeds it.
type AuditReviewFieldSet[T any] struct {
	objectFields[T]
	AuditPlan  PointerField[T, AuditPlan]
	ReviewedBy PointerField[T, Auditor]
	ReviewDate TimeField[T]
	Summary    TextField[T, string]
	NextStep   TextField[T, string]
}

// AuditReviewFields are the columns of AuditReview.
var AuditReviewFields = AuditReviewFieldsOf[AuditReview]()

// AuditReviewFieldsOf gives the columns of AuditReview to a struct that embeds it.
func AuditReviewFieldsOf[T any, P interface {
	Entity[T]
	auditReview() *AuditReview
}]() AuditReviewFieldSet[T] {
	return AuditReviewFieldSet[T]{
		objectFields: newObjectFields[T](),
		AuditPlan:    NewPointerField[T, AuditPlan]("auditPlan"),
		ReviewedBy:   NewPointerField[T, Auditor]("reviewedBy"),
		ReviewDate:   NewTimeField[T]("reviewDate"),
		Summary:      NewTextField[T, string]("summary"),
		NextStep:     NewTextField[T, string]("nextStep"),
	}
}
