// Package schema describes Parse classes, indexes, permissions and roles as
// plain data, in Parse Server's own JSON format. It does no I/O.
package schema

// Type is a column type as the Parse schema API spells it (protocol section 5).
type Type string

// The column types of Parse Server.
const (
	String   Type = "String"
	Number   Type = "Number"
	Boolean  Type = "Boolean"
	Date     Type = "Date"
	Object   Type = "Object"
	Array    Type = "Array"
	GeoPoint Type = "GeoPoint"
	Polygon  Type = "Polygon"
	File     Type = "File"
	Bytes    Type = "Bytes"
	Pointer  Type = "Pointer"
	Relation Type = "Relation"
	ACL      Type = "ACL"
)

// Field is one column of a class.
type Field struct {
	Type        Type   `json:"type"`
	TargetClass string `json:"targetClass,omitzero"` // of a Pointer or Relation
	Required    bool   `json:"required,omitzero"`
	Default     any    `json:"defaultValue,omitzero"` // in Parse's JSON encoding
}

// Schema is a whole backend: its classes, its roles and who may touch the roles.
type Schema struct {
	Classes []Class `json:"results"`
	Roles   []Role  `json:"roles,omitempty"`

	// RolePermissions are the class-level permissions of Parse Server's own class
	// _Role, which a fresh Parse Server leaves open to everyone. Nil: not compared
	// and not changed.
	RolePermissions *Permissions `json:"rolePermissions,omitzero"`
}

// Class returns the class of that name.
func (s Schema) Class(name string) (Class, bool) {
	for _, c := range s.Classes {
		if c.Name == name {
			return c, true
		}
	}
	return Class{}, false
}

// Role is a Parse role. The members of the roles it lists are members of it too
// (protocol section 4.1).
type Role struct {
	Name  string            `json:"name"`
	Roles []string          `json:"roles,omitempty"` // child roles, by name
	ACL   map[string]Access `json:"ACL"`             // who may see and change the role
}

// Class is one Parse class: its columns, permissions and indexes.
type Class struct {
	Name        string           `json:"className"`
	Fields      map[string]Field `json:"fields"`
	Permissions *Permissions     `json:"classLevelPermissions,omitzero"` // nil: the server's default, open to all
	Indexes     map[string]Index `json:"indexes,omitempty"`

	mistakes []error // of ClassOf, With and Unreadable; see Schema.Err
}

// Index lists the columns of one index in order.
type Index []IndexKey

// IndexKey is one column of an index.
type IndexKey struct {
	Field      string
	Descending bool
}

// Permissions are the class-level permissions of one class (protocol section 4.3).
// An operation whose Grant is zero is open to the master key only.
type Permissions struct {
	Find     Grant `json:"find"`
	Get      Grant `json:"get"`
	Count    Grant `json:"count"`
	Create   Grant `json:"create"`
	Update   Grant `json:"update"`
	Delete   Grant `json:"delete"`
	AddField Grant `json:"addField"`

	ReadUserFields  []string            `json:"readUserFields,omitempty"`
	WriteUserFields []string            `json:"writeUserFields,omitempty"`
	ProtectedFields map[string][]string `json:"protectedFields,omitempty"` // by audience: "*", "authenticated", "role:X", "userField:f", user id
	DefaultACL      map[string]Access   `json:"ACL,omitempty"`             // by "*", "role:X", "currentUser", user id
}

// Grant is who may do one operation. In JSON it is an object of
// "*", "requiresAuthentication", "role:X" and user ids, each true, and
// "pointerFields" with a list of columns.
type Grant struct {
	Public                 bool
	RequiresAuthentication bool
	Roles                  []string // names without "role:"
	Users                  []string // object ids
	PointerFields          []string // columns that point to the users who may
}

// Access is one entry of an ACL.
type Access struct {
	Read  bool `json:"read,omitzero"`
	Write bool `json:"write,omitzero"`
}
