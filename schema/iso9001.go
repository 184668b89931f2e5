package schema

// The roles of the permission table. A role is authority; the column "role" of an
// auditor is only a label.
const (
	RoleAuditor     = "auditor"
	RoleCoordinator = "coordinator"
	RoleManager     = "manager"
	RoleApprover    = "approver"
)

// UserClass is Parse Server's own class of users.
const UserClass = "_User"

// TrailClass is the class of the audit trail's events.
const TrailClass = "AuditTrail"

// Option changes what ISO9001 describes.
type Option func(*settings)

type settings struct {
	auditorClass string
}

// WithAuditorClass names the class of auditors. The default, "_User", is Parse
// Server's own user class. With any other name, such as the literal "Auditor",
// pointers to it do not point to users, so that pointer permissions are
// impossible: whoever may create an object of a class may then change it.
// The rules of package policy know _User and Auditor; under another name the
// class itself has no rules.
func WithAuditorClass(name string) Option {
	return func(s *settings) { s.auditorClass = name }
}

// ISO9001 describes the backend of an ISO 9001 quality-audit system: six classes
// with their indexes, class-level permissions, protected columns and default
// ACLs, the class of the audit trail, and four roles.
//
// Everyone with a role reads everything but other people's e-mail addresses and
// the trail, which managers and coordinators read and the server alone writes.
// Reading is granted by a session and by the ACL of each object, since live
// queries do not evaluate role permissions (protocol section 8.3); changing, by
// roles and by the pointer to the object's owner. Only the master key deletes,
// adds columns or grants roles.
func ISO9001(opts ...Option) Schema {
	s := settings{auditorClass: UserClass}
	for _, opt := range opts {
		opt(&s)
	}
	return Schema{
		Classes: []Class{
			s.auditor(), s.auditPlan(), s.auditFinding(),
			s.correctiveAction(), s.documentControlLog(), s.auditReview(), auditTrail(),
		},
		Roles:           roles(),
		RolePermissions: rolePermissions(),
	}
}

func (s settings) auditor() Class {
	c := Class{
		Name: s.auditorClass,
		Fields: columns(map[string]Field{
			"username": required(String),
			"email":    required(String),
			"password": required(String),
			"role":     required(String),
			"siteCode": required(String),
		}),
		Permissions: s.permissions("", RoleCoordinator),
	}
	hidden, shown := []string{"email"}, []string{}
	if s.auditorClass == UserClass {
		// Anyone may sign up; the rules keep him from labelling himself more than
		// an auditor. Parse Server itself lets nobody change another user.
		// That holds by the ACL alone, so this class must not open writing.
		c.Permissions.Create = Grant{Public: true}
		c.Permissions.Update = Grant{RequiresAuthentication: true}
		c.Permissions.DefaultACL = readers()
	} else {
		hidden, shown = []string{"email", "password"}, []string{"password"}
	}
	c.Permissions.ProtectedFields = map[string][]string{
		"*":                          hidden,
		rolePrefix + RoleCoordinator: shown,
		rolePrefix + RoleManager:     shown,
	}
	return c
}

func (s settings) auditPlan() Class {
	return Class{
		Name: "AuditPlan",
		Fields: columns(map[string]Field{
			"auditRef":         required(String),
			"standardClause":   required(String),
			"scope":            required(String),
			"siteCode":         required(String),
			"leadAuditor":      pointer(s.auditorClass),
			"plannedStartDate": required(Date),
			"status":           required(String),
		}),
		Permissions: s.permissions("leadAuditor", RoleCoordinator),
		Indexes: indexes("AuditPlan", map[string]Index{
			"start_site": {{Field: "plannedStartDate"}, {Field: "siteCode"}},
			"ref":        {{Field: "auditRef"}},
		}),
	}
}

func (s settings) auditFinding() Class {
	return Class{
		Name: "AuditFinding",
		Fields: columns(map[string]Field{
			"findingRef":   required(String),
			"auditPlan":    pointer("AuditPlan"),
			"findingType":  required(String),
			"clause":       required(String),
			"statement":    required(String),
			"evidenceNote": required(String),
			"severity":     required(String),
			"reportedBy":   pointer(s.auditorClass),
		}),
		Permissions: s.permissions("reportedBy", RoleAuditor, RoleCoordinator),
		Indexes: indexes("AuditFinding", map[string]Index{
			"plan_clause": {{Field: "auditPlan"}, {Field: "clause"}},
			"ref":         {{Field: "findingRef"}},
		}),
	}
}

func (s settings) correctiveAction() Class {
	return Class{
		Name: "CorrectiveAction",
		Fields: columns(map[string]Field{
			"capaRef":           required(String),
			"finding":           pointer("AuditFinding"),
			"actionDescription": required(String),
			"owner":             pointer(s.auditorClass),
			"dueDate":           required(Date),
			"status":            required(String),
			"verificationNote":  required(String),
		}),
		Permissions: s.permissions("owner", RoleAuditor, RoleCoordinator),
		Indexes: indexes("CorrectiveAction", map[string]Index{
			"status_due": {{Field: "status"}, {Field: "dueDate"}},
			"finding":    {{Field: "finding"}},
			"ref":        {{Field: "capaRef"}},
		}),
	}
}

func (s settings) documentControlLog() Class {
	return Class{
		Name: "DocumentControlLog",
		Fields: columns(map[string]Field{
			"documentNumber": required(String),
			"documentTitle":  required(String),
			"revision":       required(String),
			"owner":          pointer(s.auditorClass),
			"approvedBy":     pointer(s.auditorClass),
			"effectiveDate":  required(Date),
			"status":         required(String),
		}),
		// The approver is a role here, not the person the row points to.
		Permissions: s.permissions("", RoleApprover),
		Indexes: indexes("DocumentControlLog", map[string]Index{
			"number_revision": {{Field: "documentNumber"}, {Field: "revision"}},
		}),
	}
}

func (s settings) auditReview() Class {
	c := Class{
		Name: "AuditReview",
		Fields: columns(map[string]Field{
			"auditPlan":  pointer("AuditPlan"),
			"reviewedBy": pointer(s.auditorClass),
			"reviewDate": required(Date),
			"summary":    required(String),
			"nextStep":   required(String),
		}),
		Permissions: s.permissions("reviewedBy", RoleManager, RoleCoordinator),
		Indexes: indexes("AuditReview", map[string]Index{
			"plan": {{Field: "auditPlan"}},
		}),
	}
	return c
}

// auditTrail holds an event for each write of an audited object. A server records
// from when the class is there. Its ACL decides who reads, since live queries know
// no roles in class permissions; nobody may write, and the server refuses the master key too.
func auditTrail() Class {
	session := Grant{RequiresAuthentication: true}
	return Class{
		Name: TrailClass,
		Fields: columns(map[string]Field{
			"event":     required(String),
			"at":        required(Date),
			"op":        required(String),
			"class":     required(String),
			"record":    {Type: String},
			"actor":     {Type: Pointer, TargetClass: UserClass},
			"columns":   {Type: Array},
			"confirmed": {Type: Boolean},
			"entry":     required(String),
			"values":    {Type: String},
		}),
		Permissions: &Permissions{
			Find: session, Get: session, Count: session,
			DefaultACL: map[string]Access{
				rolePrefix + RoleCoordinator: {Read: true},
				rolePrefix + RoleManager:     {Read: true},
			},
		},
		Indexes: indexes(TrailClass, map[string]Index{
			"record": {{Field: "class"}, {Field: "record"}, {Field: "at"}},
		}),
	}
}

// permissions are those of the table: the creators create; the user whom the
// owner column points to, and a coordinator where one may create, change.
func (s settings) permissions(owner string, creators ...string) *Permissions {
	session := Grant{RequiresAuthentication: true}
	p := &Permissions{
		Find: session, Get: session, Count: session,
		Create:     Grant{Roles: creators},
		Update:     Grant{Roles: creators},
		DefaultACL: defaultACL(),
	}
	if owner != "" && s.auditorClass == UserClass {
		p.Update = Grant{Roles: []string{RoleCoordinator}, PointerFields: []string{owner}}
	}
	return p
}

// defaultACL lets the roles read. Writing is open here because the class-level
// permissions decide it; the rules refuse every client that sends another ACL.
func defaultACL() map[string]Access {
	acl := map[string]Access{"*": {Write: true}}
	for role, access := range readers() {
		acl[role] = access
	}
	return acl
}

func readers() map[string]Access {
	return map[string]Access{
		rolePrefix + RoleAuditor:     {Read: true},
		rolePrefix + RoleCoordinator: {Read: true},
		rolePrefix + RoleManager:     {Read: true},
		rolePrefix + RoleApprover:    {Read: true},
	}
}

// roles nests coordinator in auditor: wherever the table lets an auditor act, it
// lets a coordinator act too, and nowhere else.
func roles() []Role {
	return []Role{
		{Name: RoleCoordinator, ACL: readers()},
		{Name: RoleManager, ACL: readers()},
		{Name: RoleApprover, ACL: readers()},
		{Name: RoleAuditor, Roles: []string{RoleCoordinator}, ACL: readers()},
	}
}

func rolePermissions() *Permissions {
	session := Grant{RequiresAuthentication: true}
	return &Permissions{Find: session, Get: session, Count: session}
}

// columns adds the columns that Parse Server gives every class.
func columns(fields map[string]Field) map[string]Field {
	fields["objectId"] = Field{Type: String}
	fields["createdAt"] = Field{Type: Date}
	fields["updatedAt"] = Field{Type: Date}
	return fields
}

func required(t Type) Field { return Field{Type: t, Required: true} }

func pointer(class string) Field {
	return Field{Type: Pointer, TargetClass: class, Required: true}
}

// indexes prefixes the names with the class: on PostgreSQL they are global
// (protocol section 5).
func indexes(class string, byName map[string]Index) map[string]Index {
	out := make(map[string]Index, len(byName))
	for name, index := range byName {
		out[class+"_"+name] = index
	}
	return out
}
