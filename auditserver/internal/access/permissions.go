package access

import (
	"slices"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Op is what class-level permissions are granted for (protocol section 4.3).
type Op int

// The operations on a class and its objects.
const (
	OpFind Op = iota
	OpGet
	OpCount
	OpCreate
	OpUpdate
	OpDelete
	OpAddField
)

func (o Op) reads() bool { return o <= OpCount }

func grantOf(p *schema.Permissions, op Op) schema.Grant {
	switch op {
	case OpFind:
		return p.Find
	case OpGet:
		return p.Get
	case OpCount:
		return p.Count
	case OpCreate:
		return p.Create
	case OpUpdate:
		return p.Update
	case OpDelete:
		return p.Delete
	}
	return p.AddField
}

// Permit decides whether the caller may do op on a class. The returned fields,
// if any, are columns of which one must name the caller in each object: the
// pointer permissions. Errors are those of protocol section 4.4.
func Permit(p *schema.Permissions, c *Caller, op Op) (fields []string, err error) {
	if c.Master || p == nil {
		return nil, nil
	}
	g := grantOf(p, op)
	if g.Public || slices.ContainsFunc(g.Roles, c.hasRole) || c.UserID != "" && slices.Contains(g.Users, c.UserID) {
		return nil, nil
	}
	if op != OpCreate { // a new object names nobody yet
		fields = pointerFields(p, g, op)
	}
	switch {
	case g.RequiresAuthentication && c.UserID == "":
		return nil, fault.ErrNeedsLogin
	case g.RequiresAuthentication, len(fields) > 0:
		return fields, nil
	}
	return nil, fault.ErrPermission
}

// PermitColumns decides whether a write of an object may add columns to its class.
// before is the object as it was, or the zero Row of a new one. On an update one of
// the pointer permissions' columns must name the caller in it. A new object names
// nobody yet: there pointerFields grant nothing, and writeUserFields everybody, as
// Parse Server has it.
func PermitColumns(p *schema.Permissions, c *Caller, before store.Row, isNew bool) error {
	fields, err := Permit(p, c, OpAddField)
	switch {
	case err != nil, len(fields) == 0:
		return err
	case isNew && (p.AddField.RequiresAuthentication || len(p.WriteUserFields) > 0):
		return nil
	case isNew:
		return fault.ErrPermission
	case !RowNamesUser(before, fields, c.UserID):
		return fault.ErrNotFound
	}
	return nil
}

func pointerFields(p *schema.Permissions, g schema.Grant, op Op) []string {
	more := p.WriteUserFields
	if op.reads() {
		more = p.ReadUserFields
	}
	return append(slices.Clone(g.PointerFields), more...)
}
