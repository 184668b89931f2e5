package isoaudit

// Auditor is a person who logs in: Parse Server's own class _User with two more
// columns. WithAuditorClass names another class.
//
// Role is a label for people to read; authority comes from Parse roles alone.
type Auditor struct {
	Object
	Username string      `json:"username"`
	Email    string      `json:"email,omitzero"`    // hidden from others by default
	Password Password    `json:"password,omitzero"` // sent when signing up, never returned
	Role     AuditorRole `json:"role"`
	SiteCode string      `json:"siteCode"`
}

// AuditorRole is an auditor's part in the workflow. A server may hold values
// that are not among the constants; they are kept as they are.
type AuditorRole string

// The parts an auditor can have.
const (
	RoleAuditor     AuditorRole = "auditor"
	RoleCoordinator AuditorRole = "coordinator"
	RoleManager     AuditorRole = "manager"
	RoleApprover    AuditorRole = "approver"
)

// Pointer gives a pointer to this auditor.
func (a *Auditor) Pointer() Pointer[Auditor] { return PointerTo[Auditor](a.ObjectID) }

func (a *Auditor) auditor() *Auditor { return a }

// AuditorFieldSet are the columns of Auditor, for T Auditor itself or a struct
// that embeds it.
type AuditorFieldSet[T any] struct {
	objectFields[T]
	Username TextField[T, string]
	Email    TextField[T, string]
	Password PasswordField[T]
	Role     TextField[T, AuditorRole]
	SiteCode TextField[T, string]
}

// AuditorFields are the columns of Auditor.
var AuditorFields = AuditorFieldsOf[Auditor]()

// AuditorFieldsOf gives the columns of Auditor to a struct that embeds it.
func AuditorFieldsOf[T any, P interface {
	Entity[T]
	auditor() *Auditor
}]() AuditorFieldSet[T] {
	return AuditorFieldSet[T]{
		objectFields: newObjectFields[T](),
		Username:     NewTextField[T, string]("username"),
		Email:        NewTextField[T, string]("email"),
		Password:     PasswordField[T]{column: newColumn[T]("password")},
		Role:         NewTextField[T, AuditorRole]("role"),
		SiteCode:     NewTextField[T, string]("siteCode"),
	}
}
