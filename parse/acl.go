package parse

import (
	"maps"

	"github.com/isoaudit/isoaudit-go/schema"
)

// Subject is somebody an ACL can name: Everyone, a user or a role.
type Subject string

// Everyone is the subject that stands for any caller, also without a session.
const Everyone Subject = "*"

// User is the subject for one auditor, by objectId.
func User(objectID string) Subject { return Subject(objectID) }

// RoleNamed is the subject for the members of a role and of the roles nested in it.
func RoleNamed(name string) Subject { return Subject("role:" + name) }

// Access is what an ACL grants to one subject. Writing does not include reading.
type Access struct {
	Read  bool `json:"read,omitzero"`
	Write bool `json:"write,omitzero"`
}

// ACL says who may read and who may change or delete one object, beside the
// class's own permissions (protocol section 4.2).
//
// A nil ACL is not sent: the server then applies the class's default. An empty,
// non-nil ACL locks the object to the master key. There is no "unset": the
// server would store an empty ACL, so send ACL{}.Grant(Everyone, ...) instead.
type ACL map[Subject]Access

// Grant returns a copy of the ACL in which subject has exactly the given
// access; the zero Access removes the subject. The receiver is not changed.
func (a ACL) Grant(subject Subject, access Access) ACL {
	granted := make(ACL, len(a)+1)
	maps.Copy(granted, a)
	if access == (Access{}) {
		delete(granted, subject)
	} else {
		granted[subject] = access
	}
	return granted
}

// ParseColumn implements [schema.Columned].
func (ACL) ParseColumn() schema.Field { return schema.Field{Type: schema.ACL} }

// CanRead reports whether the ACL itself lets subject read. It does not look up
// the roles of a user, which only the server knows.
func (a ACL) CanRead(subject Subject) bool { return a[subject].Read || a[Everyone].Read }

// CanWrite reports whether the ACL itself lets subject change and delete.
func (a ACL) CanWrite(subject Subject) bool { return a[subject].Write || a[Everyone].Write }
