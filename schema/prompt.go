package schema

// Prompt describes the backend of the template's second contract, the one of its
// agent prompt: the classes Audit, DocumentControlLog, NonConformance and CAPA, with
// Parse Server's own users, the class of the audit trail, and the roles of [ISO9001].
//
// Everyone with a role reads everything but other people's e-mail addresses and the
// trail. The auditor of an audit and coordinators change the audit, approvers create
// and revise the entries of documents, and the owner of a CAPA and coordinators bring
// it to its end. Whose audits an auditor may add to is a rule of package policy. Only
// the master key deletes, adds columns or grants roles.
//
// An application has either this DocumentControlLog or that of ISO9001: a plan for the
// other one holds a conflict.
func Prompt() Schema {
	s := settings{auditorClass: UserClass}
	return Schema{
		Classes:         []Class{s.user(), s.audit(), s.documentEntry(), s.nonConformance(), s.capa(), auditTrail()},
		Roles:           roles(),
		RolePermissions: rolePermissions(),
	}
}

// user is the auditor without the columns that this contract does not have.
func (s settings) user() Class {
	c := s.auditor()
	c.Fields = columns(map[string]Field{
		"username": {Type: String},
		"email":    {Type: String},
		"password": {Type: String},
	})
	return c
}

func (s settings) audit() Class {
	return Class{
		Name: "Audit",
		Fields: columns(map[string]Field{
			"auditNumber": required(String),
			"site":        required(String),
			"status":      required(String),
			"auditor":     pointer(s.auditorClass),
			"scheduledAt": {Type: Date},
			"notes":       {Type: String},
		}),
		Permissions: s.permissions("auditor", RoleCoordinator),
		Indexes: indexes("Audit", map[string]Index{
			"scheduled_site": {{Field: "scheduledAt"}, {Field: "site"}},
			"number":         {{Field: "auditNumber"}},
		}),
	}
}

func (s settings) documentEntry() Class {
	return Class{
		Name: "DocumentControlLog",
		Fields: columns(map[string]Field{
			"documentCode":  required(String),
			"title":         required(String),
			"revision":      required(String),
			"effectiveDate": required(Date),
			"approvedBy":    pointer(s.auditorClass),
			"notes":         {Type: String},
		}),
		// The approver is a role here, not the person the row points to.
		Permissions: s.permissions("", RoleApprover),
		Indexes: indexes("DocumentControlLog", map[string]Index{
			"code_revision": {{Field: "documentCode"}, {Field: "revision"}},
		}),
	}
}

// nonConformance names no user: whose it is follows from its audit.
func (s settings) nonConformance() Class {
	return Class{
		Name: "NonConformance",
		Fields: columns(map[string]Field{
			"ncNumber":      required(String),
			"source":        required(String),
			"severity":      required(String),
			"status":        required(String),
			"audit":         pointer("Audit"),
			"rootCause":     {Type: String},
			"evidenceNotes": {Type: String},
		}),
		Permissions: s.permissions("", RoleAuditor, RoleCoordinator),
		Indexes: indexes("NonConformance", map[string]Index{
			"audit":  {{Field: "audit"}},
			"number": {{Field: "ncNumber"}},
		}),
	}
}

func (s settings) capa() Class {
	return Class{
		Name: "CAPA",
		Fields: columns(map[string]Field{
			"capaNumber":        required(String),
			"actionType":        required(String),
			"closureStatus":     required(String),
			"nonConformance":    pointer("NonConformance"),
			"owner":             pointer(s.auditorClass),
			"dueDate":           required(Date),
			"verificationNotes": {Type: String},
		}),
		Permissions: s.permissions("owner", RoleAuditor, RoleCoordinator),
		Indexes: indexes("CAPA", map[string]Index{
			"status_due":     {{Field: "closureStatus"}, {Field: "dueDate"}},
			"nonconformance": {{Field: "nonConformance"}},
			"number":         {{Field: "capaNumber"}},
		}),
	}
}
