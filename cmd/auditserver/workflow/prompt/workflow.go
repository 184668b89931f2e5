// Package prompt has the calls of an audit in the classes of the second contract, as
// package workflow has them for the six classes.
package prompt

import (
	_ "embed"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/auditserver/playground"
	"github.com/isoaudit/isoaudit-go/cmd/auditserver/workflow"
)

//go:embed code.go
var code string

func body(name string) string { return workflow.Body(code, name) }

// Finds are the objects that the calls speak of before they have made some.
func Finds() []playground.Find {
	return []playground.Find{
		{Name: "audit", Class: "Audit", Where: `{"status":"in_progress"}`},
		{Name: "nonconformity", Class: "NonConformance", Where: `{"status":"open"}`},
		{Name: "capa", Class: "CAPA", Where: `{"closureStatus":"open"}`},
		{Name: "auditor", Class: "_User", Where: `{"username":"a.haddad"}`},
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
			Path: `/classes/Audit?where={"status":{"$in":["planned","in_progress"]}}&include=auditor&order=scheduledAt`},
		{Title: "Plan an audit", Who: coordinator, Method: "POST", Path: "/classes/Audit", Makes: "audit", Go: body("planAudit"), Body: `{
  "auditNumber": "IA-{unique}",
  "site": "PLANT-07",
  "status": "planned",
  "auditor": {"__type": "Pointer", "className": "_User", "objectId": "{auditor}"},
  "scheduledAt": {"__type": "Date", "iso": "{later}"}
}`},
		{Title: "Start it", Who: "its auditor, " + coordinator, Method: "PUT", Path: "/classes/Audit/{audit}", Go: body("startAudit"), Body: `{"status": "in_progress"}`},
		{Title: "Record a nonconformity", Who: "its auditor, " + coordinator, Method: "POST", Path: "/classes/NonConformance", Makes: "nonconformity", Go: body("record"), Body: `{
  "ncNumber": "NC-{unique}",
  "audit": {"__type": "Pointer", "className": "Audit", "objectId": "{audit}"},
  "source": "internal_audit",
  "severity": "major",
  "status": "open",
  "evidenceNotes": "3 of 12 travellers without the torque of the casing bolts."
}`},
		{Title: "Raise a CAPA", Who: auditor + ", " + coordinator, Method: "POST", Path: "/classes/CAPA", Makes: "capa", Go: body("raise"), Body: `{
  "capaNumber": "CA-{unique}",
  "actionType": "corrective",
  "closureStatus": "open",
  "nonConformance": {"__type": "Pointer", "className": "NonConformance", "objectId": "{nonconformity}"},
  "owner": {"__type": "Pointer", "className": "_User", "objectId": "{me}"},
  "dueDate": {"__type": "Date", "iso": "{later}"}
}`},
		{Title: "Close it at once: refused", Who: "its owner, " + coordinator, Method: "PUT", Path: "/classes/CAPA/{capa}", Go: body("closeAtOnce"),
			Body: `{"closureStatus": "closed", "verificationNotes": "done"}`},
		{Title: "Work on it", Who: "its owner, " + coordinator, Method: "PUT", Path: "/classes/CAPA/{capa}", Go: body("workOnIt"), Body: `{"closureStatus": "in_progress"}`},
		{Title: "Hand it in", Who: "its owner, " + coordinator, Method: "PUT", Path: "/classes/CAPA/{capa}", Go: body("handIn"), Body: `{"closureStatus": "pending_verification"}`},
		{Title: "Close it", Who: "its owner, " + coordinator, Method: "PUT", Path: "/classes/CAPA/{capa}", Go: body("closeIt"), Body: `{
  "closureStatus": "closed",
  "verificationNotes": "20 travellers of two weeks checked: all carry the value."
}`},
		{Title: "Overdue CAPAs", Who: "anybody", Method: "GET", Go: body("overdue"),
			Path: `/classes/CAPA?where={"closureStatus":{"$nin":["closed","cancelled"]},"dueDate":{"$lt":{"__type":"Date","iso":"{today}"}}}&include=owner,nonConformance&order=dueDate`},
		{Title: "Issue a document", Who: approver, Method: "POST", Path: "/classes/DocumentControlLog", Go: body("issueDocument"), Body: `{
  "documentCode": "WI-{unique}",
  "title": "Assembly of pumps",
  "revision": "A",
  "approvedBy": {"__type": "Pointer", "className": "_User", "objectId": "{me}"},
  "effectiveDate": {"__type": "Date", "iso": "{today}"}
}`},
		{Title: "History of the CAPA", Who: manager + ", " + coordinator, Method: "GET", Go: body("history"),
			Path: `/classes/AuditTrail?where={"class":"CAPA","record":"{capa}"}&order=at`},
		{Title: "Planned audits over GraphQL", Who: "anybody", Go: body("graphQL"),
			Document: "{\n  audits(where: {status: {equalTo: \"planned\"}}, order: [scheduledAt_ASC]) {\n    count\n    edges { node { auditNumber site auditor { username } } }\n  }\n}"},
	}
}
