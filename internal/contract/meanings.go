package contract

import "maps"

// Meanings say what a column holds, by "Class.column" or, for the same in every class,
// by "column".
type Meanings map[string]string

// Of gives the meaning of a column, and the key that it stands under; "" where there
// is none.
func (m Meanings) Of(class, column string) (words, key string) {
	for _, key := range []string{class + "." + column, column} {
		if words, ok := m[key]; ok {
			return words, key
		}
	}
	return "", ""
}

// with gives the meanings with those of what every application has: users, the trail,
// and the columns of every class.
func (m Meanings) with() Meanings {
	all := Meanings{
		"objectId":  "the server's identifier",
		"createdAt": "when the object was made, UTC",
		"updatedAt": "when it was last written, UTC",

		"_User.username": "log-in name",
		"_User.email":    "hidden from others but coordinators and managers",
		"_User.password": "write-only",

		"AuditTrail.event":     "identifier of the event, chosen by whoever wrote it",
		"AuditTrail.at":        "when the save was seen, by the clock of the server that saw it",
		"AuditTrail.op":        "create, update, delete, purge, drop, sign or redact",
		"AuditTrail.class":     "class of the object",
		"AuditTrail.record":    "objectId of the object; empty where a whole class is meant",
		"AuditTrail.actor":     "the user who did it; empty for the master key",
		"AuditTrail.columns":   "names of the columns that changed",
		"AuditTrail.confirmed": "the save was carried out; empty where that is not known",
		"AuditTrail.entry":     "the event as it is hashed, canonical JSON",
		"AuditTrail.values":    "values before and after, and the reason, with their salts, canonical JSON; what redaction empties",
	}
	maps.Copy(all, m)
	return all
}

func meaningsOfISO9001() Meanings {
	return Meanings{
		"_User.role": "a label for people; authority comes from roles",
		"siteCode":   "site of the organisation",

		"AuditPlan.auditRef":         "unique reference of the audit",
		"AuditPlan.standardClause":   "clause of ISO 9001 that is audited",
		"AuditPlan.scope":            "what the audit covers",
		"AuditPlan.leadAuditor":      "who leads the audit and may change it",
		"AuditPlan.plannedStartDate": "when it is planned to begin",
		"AuditPlan.status":           "state of the audit; see the rules",

		"AuditFinding.findingRef":   "unique reference of the finding",
		"auditPlan":                 "the audit it belongs to",
		"AuditFinding.findingType":  "what kind of result; see the rules",
		"AuditFinding.clause":       "clause it was found against",
		"AuditFinding.statement":    "what was found",
		"AuditFinding.evidenceNote": "the evidence for it",
		"AuditFinding.severity":     "grade; see the rules",
		"AuditFinding.reportedBy":   "who reported it and may change it",

		"CorrectiveAction.capaRef":           "unique reference of the action",
		"CorrectiveAction.finding":           "the finding whose cause it removes",
		"CorrectiveAction.actionDescription": "what is done",
		"CorrectiveAction.owner":             "who does it and may change it",
		"CorrectiveAction.dueDate":           "by when; midnight UTC stands for the whole day",
		"CorrectiveAction.status":            "state of the action; see the rules",
		"CorrectiveAction.verificationNote":  "what was verified; a placeholder until the action is closed",

		"DocumentControlLog.documentNumber": "number of the document, one for all its revisions",
		"DocumentControlLog.documentTitle":  "its title",
		"DocumentControlLog.revision":       "this revision; never sorted as text",
		"DocumentControlLog.owner":          "who is responsible for the document",
		"DocumentControlLog.approvedBy":     "who approves the revision: an approver, not the owner",
		"DocumentControlLog.effectiveDate":  "when it takes effect",
		"DocumentControlLog.status":         "state of the revision; see the rules",

		"AuditReview.reviewedBy": "who reviewed the audit and may change the review",
		"AuditReview.reviewDate": "when",
		"AuditReview.summary":    "the result",
		"AuditReview.nextStep":   "what follows from it",
	}.with()
}
