package auditserver

import (
	"slices"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
)

// operation is what class-level permissions are granted for (protocol section 4.3).
type operation int

const (
	opFind operation = iota
	opGet
	opCount
	opCreate
	opUpdate
	opDelete
	opAddField
)

func (o operation) reads() bool { return o <= opCount }

func grantOf(p *schema.Permissions, op operation) schema.Grant {
	switch op {
	case opFind:
		return p.Find
	case opGet:
		return p.Get
	case opCount:
		return p.Count
	case opCreate:
		return p.Create
	case opUpdate:
		return p.Update
	case opDelete:
		return p.Delete
	}
	return p.AddField
}

// permit decides whether the caller may do op on a class. The returned fields,
// if any, are columns of which one must name the caller in each object: the
// pointer permissions. Errors are those of protocol section 4.4.
func permit(p *schema.Permissions, c *caller, op operation) (fields []string, err error) {
	if c.master || p == nil {
		return nil, nil
	}
	g := grantOf(p, op)
	if g.Public || slices.ContainsFunc(g.Roles, c.hasRole) || c.userID != "" && slices.Contains(g.Users, c.userID) {
		return nil, nil
	}
	if op != opCreate && op != opAddField {
		fields = pointerFields(p, g, op)
	}
	switch {
	case g.RequiresAuthentication && c.userID == "":
		return nil, fault.ErrNeedsLogin
	case g.RequiresAuthentication, len(fields) > 0:
		return fields, nil
	case op == opAddField && len(g.PointerFields) > 0:
		return nil, nil
	}
	return nil, fault.ErrPermission
}

func pointerFields(p *schema.Permissions, g schema.Grant, op operation) []string {
	more := p.WriteUserFields
	if op.reads() {
		more = p.ReadUserFields
	}
	return append(slices.Clone(g.PointerFields), more...)
}

// pointsTo reports whether value is a pointer to the user, or a list with one.
func pointsTo(value any, userID string) bool {
	switch v := value.(type) {
	case map[string]any:
		return v["className"] == "_User" && v["objectId"] == userID
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return pointsTo(e, userID) })
	}
	return false
}

// rowNamesUser reports whether one of the columns of a row points to the user.
func rowNamesUser(row store.Row, fields []string, userID string) bool {
	return slices.ContainsFunc(fields, func(f string) bool { return pointsTo(row.Value(f), userID) })
}

// reads and writes tell what an object's ACL allows the caller. Without an ACL
// everybody may.
func (c *caller) reads(acl map[string]schema.Access) bool {
	return c.inACL(acl, func(a schema.Access) bool { return a.Read })
}

func (c *caller) writes(acl map[string]schema.Access) bool {
	return c.inACL(acl, func(a schema.Access) bool { return a.Write })
}

func (c *caller) inACL(acl map[string]schema.Access, grants func(schema.Access) bool) bool {
	if c.master || acl == nil {
		return true
	}
	for _, name := range c.readers {
		if a, ok := acl[name]; ok && grants(a) {
			return true
		}
	}
	return false
}
