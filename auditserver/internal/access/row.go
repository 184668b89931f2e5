package access

import (
	"slices"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/schema"
)

// MayRead tells whether the caller may read one object, whose ACL is given. Of
// sessions a caller reads only its own. fields are what Permit returned.
func (c *Caller) MayRead(row store.Row, acl map[string]schema.Access, fields []string) bool {
	return c.reads(acl) && (len(fields) == 0 || RowNamesUser(row, fields, c.UserID)) && c.OwnsSession(row)
}

// OwnsSession reports whether row is no session of another user.
func (c *Caller) OwnsSession(row store.Row) bool {
	if row.Class() != "_Session" || c.Master {
		return true
	}
	owner, _ := row.Pointer("user")
	return owner == c.UserID
}

// RowNamesUser reports whether one of the columns of a row points to the user.
func RowNamesUser(row store.Row, fields []string, userID string) bool {
	return slices.ContainsFunc(fields, func(f string) bool { return values.PointsToUser(row.Value(f), userID) })
}

// reads tells whether an object's ACL lets the caller read it. Without an ACL
// everybody may.
func (c *Caller) reads(acl map[string]schema.Access) bool {
	return c.inACL(acl, func(a schema.Access) bool { return a.Read })
}

// Writes tells whether an object's ACL lets the caller change or delete it.
func (c *Caller) Writes(acl map[string]schema.Access) bool {
	return c.inACL(acl, func(a schema.Access) bool { return a.Write })
}

// LockedOut tells whether the ACL of a user keeps everybody out, himself too. Such
// a user can't log in.
func LockedOut(acl map[string]schema.Access) bool { return acl != nil && len(acl) == 0 }

func (c *Caller) inACL(acl map[string]schema.Access, grants func(schema.Access) bool) bool {
	if c.Master || acl == nil {
		return true
	}
	if len(acl) < len(c.readers)/2 { // of many roles few are in an ACL
		for name, a := range acl {
			if grants(a) && c.is(name) {
				return true
			}
		}
		return false
	}
	for _, name := range c.readers {
		if a, ok := acl[name]; ok && grants(a) {
			return true
		}
	}
	return false
}
