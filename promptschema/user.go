package promptschema

import "github.com/isoaudit/isoaudit-go/parse"

// User is a person who logs in: Parse Server's own class _User, with no column of this
// contract's own. What somebody may do is decided by Parse roles alone.
type User struct {
	parse.Object
	Username string         `json:"username"`
	Email    string         `json:"email,omitzero"`    // hidden from others by default
	Password parse.Password `json:"password,omitzero"` // sent when signing up, never returned
}

// Pointer gives a pointer to this user.
func (u *User) Pointer() parse.Pointer[User] { return parse.PointerTo[User](u.ObjectID) }

// userClass is the class that User stands for.
var userClass = parse.ClassOf[User]("_User")

// ParseClass implements parse.Classed.
func (*User) ParseClass() parse.Class { return userClass }

func (u *User) user() *User { return u }

// UserFieldSet are the columns of User, for T User itself or a struct that embeds it.
type UserFieldSet[T any] struct {
	parse.ObjectFieldSet[T]
	Username parse.TextField[T, string]
	Email    parse.TextField[T, string]
	Password parse.PasswordField[T]
}

// UserFields are the columns of User.
var UserFields = UserFieldsOf[User]()

// UserFieldsOf gives the columns of User to a struct that embeds it.
func UserFieldsOf[T any, P interface {
	parse.Entity[T]
	user() *User
}]() UserFieldSet[T] {
	return UserFieldSet[T]{
		ObjectFieldSet: parse.ObjectFieldsOf[T, P](),
		Username:       parse.NewTextField[T, string]("username"),
		Email:          parse.NewTextField[T, string]("email"),
		Password:       parse.NewPasswordField[T]("password"),
	}
}
