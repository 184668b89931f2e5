package access

import (
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// ParseACL reads an ACL; only granted rights are kept.
func ParseACL(v any) (map[string]schema.Access, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fault.New(wire.CodeInvalidACL, "Invalid ACL: want an object of users and roles.")
	}
	acl := make(map[string]schema.Access, len(m))
	for name, entry := range m {
		if name == "*unresolved" { // how the JavaScript SDK writes a user that was not saved yet
			return nil, fault.New(wire.CodeInvalidACL, "Invalid ACL: it names a user that was not saved.")
		}
		rights, ok := entry.(map[string]any)
		if !ok {
			return nil, fault.New(wire.CodeInvalidACL, "Invalid ACL: the entry of %q is not an object.", name)
		}
		var a schema.Access
		for right, granted := range rights {
			on, isBool := granted.(bool)
			if !isBool || right != "read" && right != "write" {
				return nil, fault.New(wire.CodeInvalidACL, "Invalid ACL: the entry of %q may only hold read and write, true or false.", name)
			}
			if right == "read" {
				a.Read = on
			} else {
				a.Write = on
			}
		}
		if a.Read || a.Write {
			acl[name] = a
		}
	}
	return acl, nil
}

// ACLValue is an ACL in Parse's JSON encoding, nil for none.
func ACLValue(acl map[string]schema.Access) any {
	if acl == nil {
		return nil
	}
	out := map[string]any{}
	for name, a := range acl {
		entry := map[string]any{}
		if a.Read {
			entry["read"] = true
		}
		if a.Write {
			entry["write"] = true
		}
		out[name] = entry
	}
	return out
}
