package parse

import "time"

// The classes of the tests that need the inside: as those of package isoaudit,
// which such tests cannot import.

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

type PlanStatus string

const PlanInProgress PlanStatus = "in_progress"

type Auditor struct {
	Object
	Username string      `json:"username"`
	Email    string      `json:"email,omitzero"`
	Password Password    `json:"password,omitzero"`
	Role     AuditorRole `json:"role"`
	SiteCode string      `json:"siteCode"`
}

type AuditorRole string

type AuditFinding struct {
	Object
	Clause string `json:"clause"`
}

func (*AuditPlan) ParseClass() Class    { return ClassOf[AuditPlan]("AuditPlan") }
func (*Auditor) ParseClass() Class      { return ClassOf[Auditor](userClass) }
func (*AuditFinding) ParseClass() Class { return ClassOf[AuditFinding]("AuditFinding") }
