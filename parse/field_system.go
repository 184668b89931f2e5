package parse

import (
	"reflect"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
	"github.com/isoaudit/isoaudit-go/schema"
)

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
		ObjectID:  IDField[T]{newField[T]("objectId", "")},
		CreatedAt: TimestampField[T]{newField[T]("createdAt", "")},
		UpdatedAt: TimestampField[T]{newField[T]("updatedAt", "")},
		ACL:       ACLField[T]{column: newColumn("ACL")},
	}
}

// IDField is the objectId: a text that only the server sets. It has the conditions
// and orderings of a [TextField].
type IDField[T any] = textual[T, string]

// TimestampField is a time that only the server sets. It has the conditions and
// orderings of a [TimeField].
type TimestampField[T any] = temporal[T]

// ACLField changes who may read and write an object. It cannot be queried
// (protocol section 3.1), and there is no Unset: the server would store an empty
// ACL, which locks the object to the master key (protocol section 12.14).
type ACLField[T any] struct {
	_      [0]*T
	column column
}

// Set replaces the ACL. A nil ACL is refused; an empty one locks the object to
// the master key.
func (f ACLField[T]) Set(acl ACL) Change[T] {
	if acl == nil {
		return Change[T]{change: f.column.refuseChange("nil ACL: use ACL{} to lock the object to the master key, or grant access to Everyone")}
	}
	return Change[T]{change: f.column.change(opSet, acl)}
}

// Name is the column's name on the server.
func (f ACLField[T]) Name() string { return f.column.name }

// PasswordField sets a password. The server never returns or compares it.
type PasswordField[T any] struct {
	_      [0]*T
	column column
}

// NewPasswordField names a column of passwords, as users have.
func NewPasswordField[T any](name string) PasswordField[T] {
	return PasswordField[T]{column: columnOf(reflect.TypeFor[T](), name, schema.String)}
}

// Set replaces the password; the server stores its hash.
func (f PasswordField[T]) Set(password Password) Change[T] {
	if password == "" {
		return Change[T]{change: f.column.refuseChange("empty password")}
	}
	return Change[T]{change: f.column.change(opSet, transport.NewSecret(string(password)))}
}

// Name is the column's name on the server.
func (f PasswordField[T]) Name() string { return f.column.name }
