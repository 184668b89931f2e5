package isoaudit

import "github.com/isoaudit/isoaudit-go/parse"

// Auditor is a person who logs in: Parse Server's own class _User with two more
// columns. WithAuditorClass names another class.
//
// Role is a label for people to read; authority comes from Parse roles alone.
type Auditor struct {
	parse.Object
	Username string         `json:"username" parse:"required"`
	Email    string         `json:"email,omitzero" parse:"required"`    // hidden from others by default
	Password parse.Password `json:"password,omitzero" parse:"required"` // sent when signing up, never returned
	Role     AuditorRole    `json:"role" parse:"required"`
	SiteCode string         `json:"siteCode" parse:"required"`
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

// userClass is the class that Auditor stands for.
var userClass = parse.ClassOf[Auditor]("_User")

// ParseClass implements parse.Classed.
func (*Auditor) ParseClass() parse.Class { return userClass }

func (a *Auditor) auditor() *Auditor { return a }

// AuditorFieldSet are the columns of Auditor, for T Auditor itself or a struct
// that embeds it.
type AuditorFieldSet[T any] struct {
	parse.ObjectFieldSet[T]
	Username parse.TextField[T, string]
	Email    parse.TextField[T, string]
	Password parse.PasswordField[T]
	Role     parse.TextField[T, AuditorRole]
	SiteCode parse.TextField[T, string]
}

// AuditorFields are the columns of Auditor.
var AuditorFields = AuditorFieldsOf[Auditor]()

// AuditorFieldsOf gives the columns of Auditor to a struct that embeds it.
func AuditorFieldsOf[T any, P interface {
	parse.Entity[T]
	auditor() *Auditor
}]() AuditorFieldSet[T] {
	return AuditorFieldSet[T]{
		ObjectFieldSet: parse.ObjectFieldsOf[T, P](),
		Username:       parse.NewTextField[T, string]("username"),
		Email:          parse.NewTextField[T, string]("email"),
		Password:       parse.NewPasswordField[T]("password"),
		Role:           parse.NewTextField[T, AuditorRole]("role"),
		SiteCode:       parse.NewTextField[T, string]("siteCode"),
	}
}
