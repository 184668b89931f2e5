package auditserver

import (
	"maps"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/ops"
	"github.com/isoaudit/isoaudit-go/schema"
)

// createACL sets the ACL of a new object: the given one, or the class's
// default, which the answer shows.
func (sv *save) createACL(given any, has bool) error {
	if has && !unsetsACL(given) {
		acl, err := access.ParseACL(given)
		sv.object.ACL, sv.aclGiven = acl, true
		return err
	}
	if p := sv.class.Permissions; p != nil && len(p.DefaultACL) > 0 {
		acl := p.DefaultACL // shared, so it must not be changed
		if own, ok := acl["currentUser"]; ok {
			acl = maps.Clone(acl)
			delete(acl, "currentUser")
			if sv.req.caller.UserID != "" {
				acl[sv.req.caller.UserID] = own
			}
		}
		sv.object.ACL = acl
		sv.echo["ACL"] = acl
	}
	return nil
}

// unsetsACL tells whether an ACL is sent to have none. No other operation is
// for an ACL: one that was passed over would leave the object public.
func unsetsACL(v any) bool {
	op, isOp := ops.Named(v)
	return v == nil || isOp && op == "Delete"
}

// updateACL replaces the ACL; null leaves it as it is. Unsetting makes the object
// public, as the documentation says; Parse Server locks it to the master key instead.
func (sv *save) updateACL(v any) error {
	if v == nil {
		return nil // it stays
	}
	if unsetsACL(v) {
		sv.object.ACL = nil
		if sv.s.cfg.Quirks {
			sv.object.ACL = map[string]schema.Access{}
		}
		return nil
	}
	acl, err := access.ParseACL(v)
	if err != nil {
		return err
	}
	sv.object.ACL, sv.aclGiven = acl, true
	return nil
}

// keepOwnACL gives a user whose ACL is changed all rights to himself: without the
// master key nobody locks a user out. Triggers and rules see the ACL as it was sent.
func (sv *save) keepOwnACL() {
	if sv.class.Name != "_User" || sv.req.caller.Master || sv.object.ACL == nil || !sv.aclGiven {
		return
	}
	sv.object.ACL = maps.Clone(sv.object.ACL)
	sv.object.ACL[sv.id] = schema.Access{Read: true, Write: true}
}

// ownACL adds to the ACL of a new user what every user has: all rights for the
// user, and reading for everybody if Config.PublicUsers is set.
func (sv *save) ownACL() {
	acl := maps.Clone(sv.object.ACL)
	if acl == nil {
		acl = map[string]schema.Access{}
		if sv.s.cfg.PublicUsers {
			acl["*"] = schema.Access{Read: true}
		}
	}
	acl[sv.id] = schema.Access{Read: true, Write: true}
	sv.object.ACL = acl
}
