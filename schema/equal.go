package schema

import (
	"bytes"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
)

const roleClass = "_Role"

// permissions are the class's own or, without any, Parse Server's default.
func (c Class) permissions() *Permissions {
	if c.Permissions != nil {
		return c.Permissions
	}
	return openToAll()
}

func (s Schema) rolePermissions() *Permissions {
	if s.RolePermissions != nil {
		return s.RolePermissions
	}
	return openToAll()
}

func openToAll() *Permissions {
	all := Grant{Public: true}
	return &Permissions{Find: all, Get: all, Count: all, Create: all, Update: all, Delete: all, AddField: all}
}

type operation struct {
	name  string
	grant Grant
}

// operations lists the grants by the names that Parse gives the operations.
func (p *Permissions) operations() []operation {
	return []operation{
		{"find", p.Find}, {"get", p.Get}, {"count", p.Count}, {"create", p.Create},
		{"update", p.Update}, {"delete", p.Delete}, {"addField", p.AddField},
	}
}

// names reports whether the permissions name the column, which must then exist
// before they can be set.
func (p *Permissions) names(column string) bool {
	if p == nil {
		return false
	}
	if slices.Contains(p.ReadUserFields, column) || slices.Contains(p.WriteUserFields, column) {
		return true
	}
	for _, op := range p.operations() {
		if slices.Contains(op.grant.PointerFields, column) {
			return true
		}
	}
	for audience, hidden := range p.ProtectedFields {
		if audience == "userField:"+column || slices.Contains(hidden, column) {
			return true
		}
	}
	return false
}

// hides lists the columns that are hidden from anybody.
func (p *Permissions) hides() []string {
	var columns []string
	for _, list := range p.ProtectedFields {
		columns = append(columns, list...)
	}
	slices.Sort(columns)
	return slices.Compact(columns)
}

// equal compares meanings: the order of a list does not matter, nor does a
// public audience from whom nothing is hidden.
func (p *Permissions) equal(q *Permissions) bool {
	theirs := q.operations()
	for i, op := range p.operations() {
		if !op.grant.equal(theirs[i].grant) {
			return false
		}
	}
	return equalSets(p.ReadUserFields, q.ReadUserFields) &&
		equalSets(p.WriteUserFields, q.WriteUserFields) &&
		maps.Equal(closing(p.DefaultACL), closing(q.DefaultACL)) &&
		maps.EqualFunc(hidden(p.ProtectedFields), hidden(q.ProtectedFields), equalSets)
}

func (g Grant) equal(h Grant) bool {
	return g.Public == h.Public && g.RequiresAuthentication == h.RequiresAuthentication &&
		equalSets(g.Roles, h.Roles) && equalSets(g.Users, h.Users) && equalSets(g.PointerFields, h.PointerFields)
}

// equal compares default values by their JSON: the server's come from it.
func (f Field) equal(g Field) bool {
	if f.Default == nil || g.Default == nil {
		return f == g // a difference in what may not be compared is one of nil
	}
	want, err := json.Marshal(f.Default, json.Deterministic(true))
	if err != nil {
		return false // the call that sends it says why
	}
	have, err := json.Marshal(g.Default, json.Deterministic(true))
	return err == nil && bytes.Equal(want, have) && f.kind() == g.kind() && f.Required == g.Required
}

func (x Index) equal(y Index) bool {
	if len(x) != len(y) {
		return false
	}
	for _, key := range x {
		if !slices.Contains(y, key) {
			return false
		}
	}
	return true
}

// closing leaves out a default ACL that is open to everyone: Parse Server shows
// that one where there is none.
func closing(acl map[string]Access) map[string]Access {
	if len(acl) == 1 && acl["*"] == (Access{Read: true, Write: true}) {
		return nil
	}
	return acl
}

// hidden leaves out a single entry that hides nothing: Parse Server adds it by
// itself.
func hidden(fields map[string][]string) map[string][]string {
	if list, ok := fields["*"]; !ok || len(list) > 0 {
		return fields
	}
	if len(fields) > 1 {
		return fields // next to other audiences the empty list unhides their columns
	}
	return nil
}

func equalSets(a, b []string) bool {
	return slices.Equal(slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b))))
}
