package contract

func meaningsOfPrompt() Meanings {
	return Meanings{
		"Audit.auditNumber": "unique number of the audit",
		"Audit.site":        "site that is audited",
		"Audit.status":      "state of the audit; see the rules",
		"Audit.auditor":     "who carries it out and may change it",
		"Audit.scheduledAt": "when it is planned to begin",
		"notes":             "whatever else is to be said",

		"DocumentControlLog.documentCode":  "code of the document, one for all its revisions",
		"DocumentControlLog.title":         "its title",
		"DocumentControlLog.revision":      "this revision; never sorted as text",
		"DocumentControlLog.effectiveDate": "when it takes effect; from then on it is frozen",
		"DocumentControlLog.approvedBy":    "who approved it: an approver",

		"NonConformance.ncNumber":      "unique number of the nonconformity",
		"NonConformance.source":        "where it was found; see the rules",
		"NonConformance.severity":      "grade; see the rules",
		"NonConformance.status":        "state of the nonconformity; see the rules",
		"NonConformance.audit":         "the audit it belongs to, whose auditor may change it",
		"NonConformance.rootCause":     "its cause; required to close it",
		"NonConformance.evidenceNotes": "the evidence for it",

		"CAPA.capaNumber":        "unique number of the action",
		"CAPA.actionType":        "correction, corrective or preventive",
		"CAPA.closureStatus":     "state of the action; see the rules",
		"CAPA.nonConformance":    "the nonconformity it answers",
		"CAPA.owner":             "who does it and may change it",
		"CAPA.dueDate":           "by when; midnight UTC stands for the whole day",
		"CAPA.verificationNotes": "what was verified; required to close it",
	}.with()
}
