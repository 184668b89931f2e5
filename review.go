package isoaudit

import (
	"time"

	"github.com/isoaudit/isoaudit-go/parse"
)

// AuditReview is management's review of an audit (ISO 9001 clause 9.3).
type AuditReview struct {
	parse.Object
	AuditPlan  Pointer[AuditPlan] `json:"auditPlan" parse:"required"`
	ReviewedBy Pointer[Auditor]   `json:"reviewedBy" parse:"required"`
	ReviewDate time.Time          `json:"reviewDate" parse:"required"`
	Summary    string             `json:"summary" parse:"required"`
	NextStep   string             `json:"nextStep" parse:"required"`
}

// Pointer gives a pointer to this review.
func (r *AuditReview) Pointer() Pointer[AuditReview] { return PointerTo[AuditReview](r.ObjectID) }

// reviewClass is the class that AuditReview stands for.
var reviewClass = parse.ClassOf[AuditReview]("AuditReview")

// ParseClass implements parse.Classed.
func (*AuditReview) ParseClass() parse.Class { return reviewClass }

func (r *AuditReview) auditReview() *AuditReview { return r }

// AuditReviewFieldSet are the columns of AuditReview, for T AuditReview itself
// or a struct that embeds it.
type AuditReviewFieldSet[T any] struct {
	parse.ObjectFieldSet[T]
	AuditPlan  parse.PointerField[T, AuditPlan]
	ReviewedBy parse.PointerField[T, Auditor]
	ReviewDate parse.TimeField[T]
	Summary    parse.TextField[T, string]
	NextStep   parse.TextField[T, string]
}

// AuditReviewFields are the columns of AuditReview.
var AuditReviewFields = AuditReviewFieldsOf[AuditReview]()

// AuditReviewFieldsOf gives the columns of AuditReview to a struct that embeds it.
func AuditReviewFieldsOf[T any, P interface {
	parse.Entity[T]
	auditReview() *AuditReview
}]() AuditReviewFieldSet[T] {
	return AuditReviewFieldSet[T]{
		ObjectFieldSet: parse.ObjectFieldsOf[T, P](),
		AuditPlan:      parse.NewPointerField[T, AuditPlan]("auditPlan"),
		ReviewedBy:     parse.NewPointerField[T, Auditor]("reviewedBy"),
		ReviewDate:     parse.NewTimeField[T]("reviewDate"),
		Summary:        parse.NewTextField[T, string]("summary"),
		NextStep:       parse.NewTextField[T, string]("nextStep"),
	}
}
