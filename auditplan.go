package isoaudit

import (
	"time"

	"github.com/isoaudit/isoaudit-go/parse"
)

// AuditPlan is one planned audit of a site against a clause of the standard
// (ISO 9001 clause 9.2.2).
type AuditPlan struct {
	parse.Object
	AuditRef         string           `json:"auditRef" parse:"required"`
	StandardClause   string           `json:"standardClause" parse:"required"`
	Scope            string           `json:"scope" parse:"required"`
	SiteCode         string           `json:"siteCode" parse:"required"`
	LeadAuditor      Pointer[Auditor] `json:"leadAuditor" parse:"required"`
	PlannedStartDate time.Time        `json:"plannedStartDate" parse:"required"`
	Status           PlanStatus       `json:"status" parse:"required"`
}

// PlanStatus is the state of an audit. A server may hold values that are not
// among the constants; they are kept as they are.
type PlanStatus string

// The states of an audit. Completed is the end of the audit itself; Closed is
// the end of its follow-up.
const (
	PlanPlanned    PlanStatus = "planned"
	PlanInProgress PlanStatus = "in_progress"
	PlanCompleted  PlanStatus = "completed"
	PlanClosed     PlanStatus = "closed"
	PlanCancelled  PlanStatus = "cancelled"
)

// Pointer gives a pointer to this plan.
func (p *AuditPlan) Pointer() Pointer[AuditPlan] { return PointerTo[AuditPlan](p.ObjectID) }

// planClass is the class that AuditPlan stands for.
var planClass = parse.ClassOf[AuditPlan]("AuditPlan")

// ParseClass implements parse.Classed.
func (*AuditPlan) ParseClass() parse.Class { return planClass }

func (p *AuditPlan) auditPlan() *AuditPlan { return p }

// AuditPlanFieldSet are the columns of AuditPlan, for T AuditPlan itself or a
// struct that embeds it.
type AuditPlanFieldSet[T any] struct {
	parse.ObjectFieldSet[T]
	AuditRef         parse.TextField[T, string]
	StandardClause   parse.TextField[T, string]
	Scope            parse.TextField[T, string]
	SiteCode         parse.TextField[T, string]
	LeadAuditor      parse.PointerField[T, Auditor]
	PlannedStartDate parse.TimeField[T]
	Status           parse.TextField[T, PlanStatus]
}

// AuditPlanFields are the columns of AuditPlan.
var AuditPlanFields = AuditPlanFieldsOf[AuditPlan]()

// AuditPlanFieldsOf gives the columns of AuditPlan to a struct that embeds it.
func AuditPlanFieldsOf[T any, P interface {
	parse.Entity[T]
	auditPlan() *AuditPlan
}]() AuditPlanFieldSet[T] {
	return AuditPlanFieldSet[T]{
		ObjectFieldSet:   parse.ObjectFieldsOf[T, P](),
		AuditRef:         parse.NewTextField[T, string]("auditRef"),
		StandardClause:   parse.NewTextField[T, string]("standardClause"),
		Scope:            parse.NewTextField[T, string]("scope"),
		SiteCode:         parse.NewTextField[T, string]("siteCode"),
		LeadAuditor:      parse.NewPointerField[T, Auditor]("leadAuditor"),
		PlannedStartDate: parse.NewTimeField[T]("plannedStartDate"),
		Status:           parse.NewTextField[T, PlanStatus]("status"),
	}
}
