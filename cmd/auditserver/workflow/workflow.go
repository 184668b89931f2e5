// Package workflow has the calls of an audit that the playground of auditserver
// offers: from the plan to the closed action, over REST, GraphQL and in Go.
package workflow

import (
	_ "embed"
	"strings"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/auditserver/playground"
)

//go:embed code.go
var code string

func body(name string) string { return Body(code, name) }

// Body is the body of a function of Go code that was formatted by gofmt.
func Body(code, name string) string {
	_, text, _ := strings.Cut(code, "\nfunc "+name+"(")
	_, text, _ = strings.Cut(text, "{\n\t")
	text, _, _ = strings.Cut(text, "\n}\n")
	return strings.ReplaceAll(text, "\n\t", "\n")
}

// Finds are the objects that the calls speak of before they have made some.
func Finds() []playground.Find {
	return []playground.Find{
		{Name: "plan", Class: "AuditPlan", Where: `{"status":"in_progress"}`},
		{Name: "finding", Class: "AuditFinding", Where: `{"findingType":"nonconformity"}`},
		{Name: "action", Class: "CorrectiveAction", Where: `{"status":"open"}`},
		{Name: "auditor", Class: "_User", Where: `{"role":"auditor"}`},
	}
}

// Calls are the steps of an audit in their order.
func Calls() []playground.Call {
	const (
		auditor, coordinator = string(isoaudit.RoleAuditor), string(isoaudit.RoleCoordinator)
		manager, approver    = string(isoaudit.RoleManager), string(isoaudit.RoleApprover)
	)
	return []playground.Call{
		{Title: "Audit queue", Who: "anybody", Method: "GET", Go: body("queue"),
			Path: `/classes/AuditPlan?where={"status":{"$in":["planned","in_progress"]}}&include=leadAuditor&order=plannedStartDate`},
		{Title: "Plan an audit", Who: coordinator, Method: "POST", Path: "/classes/AuditPlan", Makes: "plan", Go: body("planAudit"), Body: `{
  "auditRef": "IA-{unique}",
  "standardClause": "8.5",
  "scope": "Assembly of pumps",
  "siteCode": "PLANT-07",
  "leadAuditor": {"__type": "Pointer", "className": "_User", "objectId": "{auditor}"},
  "plannedStartDate": {"__type": "Date", "iso": "{later}"},
  "status": "planned"
}`},
		{Title: "Start it", Who: coordinator, Method: "PUT", Path: "/classes/AuditPlan/{plan}", Go: body("startAudit"), Body: `{"status": "in_progress"}`},
		{Title: "Record a finding", Who: auditor + ", " + coordinator, Method: "POST", Path: "/classes/AuditFinding", Makes: "finding", Go: body("recordFinding"), Body: `{
  "findingRef": "F-{unique}",
  "auditPlan": {"__type": "Pointer", "className": "AuditPlan", "objectId": "{plan}"},
  "findingType": "nonconformity",
  "severity": "major",
  "clause": "8.5.1",
  "statement": "The torque of the casing bolts is not recorded.",
  "evidenceNote": "3 of 12 travellers without a value.",
  "reportedBy": {"__type": "Pointer", "className": "_User", "objectId": "{me}"}
}`},
		{Title: "Raise an action", Who: auditor + ", " + coordinator, Method: "POST", Path: "/classes/CorrectiveAction", Makes: "action", Go: body("raiseAction"), Body: `{
  "capaRef": "CA-{unique}",
  "finding": {"__type": "Pointer", "className": "AuditFinding", "objectId": "{finding}"},
  "actionDescription": "Make the torque a mandatory entry.",
  "owner": {"__type": "Pointer", "className": "_User", "objectId": "{me}"},
  "dueDate": {"__type": "Date", "iso": "{later}"},
  "status": "open",
  "verificationNote": "TBD"
}`},
		{Title: "Close it at once: refused", Who: "its owner, " + coordinator, Method: "PUT", Path: "/classes/CorrectiveAction/{action}", Go: body("closeAtOnce"),
			Body: `{"status": "closed", "verificationNote": "done"}`},
		{Title: "Work on it", Who: "its owner, " + coordinator, Method: "PUT", Path: "/classes/CorrectiveAction/{action}", Go: body("workOnIt"), Body: `{"status": "in_progress"}`},
		{Title: "Hand it in", Who: "its owner, " + coordinator, Method: "PUT", Path: "/classes/CorrectiveAction/{action}", Go: body("handIn"), Body: `{"status": "pending_verification"}`},
		{Title: "Close it", Who: "its owner, " + coordinator, Method: "PUT", Path: "/classes/CorrectiveAction/{action}", Go: body("closeIt"), Body: `{
  "status": "closed",
  "verificationNote": "20 travellers of two weeks checked: all carry the value."
}`},
		{Title: "Overdue actions", Who: "anybody", Method: "GET", Go: body("overdue"),
			Path: `/classes/CorrectiveAction?where={"status":{"$nin":["closed","cancelled"]},"dueDate":{"$lt":{"__type":"Date","iso":"{today}"}}}&include=owner,finding&order=dueDate`},
		{Title: "Issue a document", Who: approver, Method: "POST", Path: "/classes/DocumentControlLog", Go: body("issueDocument"), Body: `{
  "documentNumber": "WI-{unique}",
  "documentTitle": "Assembly of pumps",
  "revision": "A",
  "owner": {"__type": "Pointer", "className": "_User", "objectId": "{auditor}"},
  "approvedBy": {"__type": "Pointer", "className": "_User", "objectId": "{me}"},
  "effectiveDate": {"__type": "Date", "iso": "{today}"},
  "status": "effective"
}`},
		{Title: "Review an audit", Who: manager + ", " + coordinator, Method: "POST", Path: "/classes/AuditReview", Go: body("reviewAudit"), Body: `{
  "auditPlan": {"__type": "Pointer", "className": "AuditPlan", "objectId": "{plan}"},
  "reviewedBy": {"__type": "Pointer", "className": "_User", "objectId": "{me}"},
  "reviewDate": {"__type": "Date", "iso": "{today}"},
  "summary": "The findings are understood.",
  "nextStep": "Look at torque records again in spring."
}`},
		{Title: "History of the action", Who: manager + ", " + coordinator, Method: "GET", Go: body("history"),
			Path: `/classes/AuditTrail?where={"class":"CorrectiveAction","record":"{action}"}&order=at`},
		{Title: "Planned audits over GraphQL", Who: "anybody", Go: body("graphQL"),
			Document: "{\n  auditPlans(where: {status: {equalTo: \"planned\"}}, order: [plannedStartDate_ASC]) {\n    count\n    edges { node { auditRef siteCode leadAuditor { username } } }\n  }\n}"},
	}
}
