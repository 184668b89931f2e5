package parse

import "github.com/isoaudit/isoaudit-go/parse/internal/transport"

// ObjectFieldSet are the columns that every class has. The server sets the first
// three; only the ACL can be changed.
type ObjectFieldSet[T any] struct {
	ObjectID  IDField[T]
	CreatedAt TimestampField[T]
	UpdatedAt TimestampField[T]
	ACL       ACLField[T]
}

// ObjectFieldsOf gives the columns that every class has to a struct that embeds
// Object.
func ObjectFieldsOf[T any, P Entity[T]]() ObjectFieldSet[T] {
	return ObjectFieldSet[T]{
		ObjectID:  IDField[T]{textual[T, string]{column[T]{name: "objectId"}}},
		CreatedAt: TimestampField[T]{temporal[T]{column[T]{name: "createdAt"}}},
		UpdatedAt: TimestampField[T]{temporal[T]{column[T]{name: "updatedAt"}}},
		ACL:       ACLField[T]{name: "ACL"},
	}
}

// IDField is the objectId: a text that only the server sets.
type IDField[T any] struct{ textual[T, string] }

// TimestampField is a time that only the server sets.
type TimestampField[T any] struct{ temporal[T] }

// ACLField changes who may read and write an object. It cannot be queried
// (protocol section 3.1), and there is no Unset: the server would store an empty
// ACL, which locks the object to the master key (protocol section 12.14).
type ACLField[T any] struct {
	_    [0]*T
	name string
}

// Set replaces the ACL. A nil ACL is refused; an empty one locks the object to
// the master key.
func (f ACLField[T]) Set(acl ACL) Change[T] {
	c := column[T]{name: f.name}
	if acl == nil {
		return c.refuseChange("nil ACL: use ACL{} to lock the object to the master key, or grant access to Everyone")
	}
	return c.change(opSet, acl)
}

// Name is the column's name on the server.
func (f ACLField[T]) Name() string { return f.name }

// PasswordField sets a password. The server never returns or compares it.
type PasswordField[T any] struct{ column column[T] }

// NewPasswordField names a column of passwords, as users have.
func NewPasswordField[T any](name string) PasswordField[T] {
	return PasswordField[T]{newColumn[T](name)}
}

// Set replaces the password; the server stores its hash.
func (f PasswordField[T]) Set(password Password) Change[T] {
	if password == "" {
		return f.column.refuseChange("empty password")
	}
	return f.column.change(opSet, transport.NewSecret(string(password)))
}

// Name is the column's name on the server.
func (f PasswordField[T]) Name() string { return f.column.name }
