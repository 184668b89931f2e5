package isoaudit

import "time"

// AuditPlan is one planned audit of a site against a clause of the standard
// (ISO 9001 clause 9.2.2).
type AuditPlan struct {
	Object
	AuditRef         string           `json:"auditRef"`
	StandardClause   string           `json:"standardClause"`
	Scope            string           `json:"scope"`
	SiteCode         string           `json:"siteCode"`
	LeadAuditor      Pointer[Auditor] `json:"leadAuditor"`
	PlannedStartDate time.Time        `json:"plannedStartDate"`
	Status           PlanStatus       `json:"status"`
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

func (p *AuditPlan) auditPlan() *AuditPlan { return p }

// AuditPlanFieldSet are the columns of AuditPlan, for T AuditPlan itself or a
// struct that embeds it.
type AuditPlanFieldSet[T any] struct {
	objectFields[T]
	AuditRef         TextField[T, string]
	StandardClause   TextField[T, string]
	Scope            TextField[T, string]
	SiteCode         TextField[T, string]
	LeadAuditor      PointerField[T, Auditor]
	PlannedStartDate TimeField[T]
	Status           TextField[T, PlanStatus]
}

// AuditPlanFields are the columns of AuditPlan.
var AuditPlanFields = AuditPlanFieldsOf[AuditPlan]()

// AuditPlanFieldsOf gives the columns of AuditPlan to a struct that embeds it.
func AuditPlanFieldsOf[T any, P interface {
	Entity[T]
	auditPlan() *AuditPlan
}]() AuditPlanFieldSet[T] {
	return AuditPlanFieldSet[T]{
		objectFields:     newObjectFields[T](),
		AuditRef:         NewTextField[T, string]("auditRef"),
		StandardClause:   NewTextField[T, string]("standardClause"),
		Scope:            NewTextField[T, string]("scope"),
		SiteCode:         NewTextField[T, string]("siteCode"),
		LeadAuditor:      NewPointerField[T, Auditor]("leadAuditor"),
		PlannedStartDate: NewTimeField[T]("plannedStartDate"),
		Status:           NewTextField[T, PlanStatus]("status"),
	}
}
