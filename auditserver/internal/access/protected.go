package access

import (
	"maps"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Protected are fields by class and audience ("*", "authenticated",
// "role:X", "userField:f" or a user id), protected besides those that the
// permissions of a class name.
type Protected map[string]map[string][]string

// Hidden is what a class hides from one caller; nil hides nothing.
type Hidden struct {
	hidden []string            // in every object, before userField sets are applied
	perRow map[string][]string // by column: the set that applies where the column names the caller
	always []string            // hidden whatever the sets contain
	userID string
	own    bool // the class is _User: its owner sees everything
}

// Of gives what a class hides from a caller. The authData of other users is always
// hidden.
func (f Protected) Of(class string, p *schema.Permissions, c *Caller) *Hidden {
	hides := f.bySets(class, p, c)
	if class == "_User" && !c.Master {
		if hides == nil {
			hides = &Hidden{userID: c.UserID, own: true}
		}
		hides.always = []string{"authData"}
	}
	return hides
}

// bySets intersects all sets that apply to the caller (protocol section 4.3).
func (f Protected) bySets(class string, p *schema.Permissions, c *Caller) *Hidden {
	if c.Master {
		return nil
	}
	var own map[string][]string
	if p != nil {
		own = p.ProtectedFields
	}
	sets := f.Merged(class, own)
	if len(sets) == 0 {
		return nil
	}
	out := &Hidden{userID: c.UserID, own: class == "_User"}
	first := true
	for audience, fields := range sets {
		if column, ok := strings.CutPrefix(audience, "userField:"); ok {
			if c.UserID != "" {
				if out.perRow == nil {
					out.perRow = map[string][]string{}
				}
				out.perRow[column] = fields
			}
			continue
		}
		if !c.is(audience) && !(audience == "authenticated" && c.UserID != "") {
			continue
		}
		if first {
			out.hidden, first = slices.Clone(fields), false
		} else {
			out.hidden = intersect(out.hidden, fields)
		}
	}
	if len(out.hidden) == 0 && len(out.perRow) == 0 {
		return nil
	}
	return out
}

// Merged adds the fields of f to those that a class itself protects.
func (f Protected) Merged(class string, own map[string][]string) map[string][]string {
	if len(own) == 0 {
		return f[class]
	}
	if len(f[class]) == 0 {
		return own
	}
	out := maps.Clone(own)
	for audience, fields := range f[class] {
		out[audience] = append(slices.Clone(out[audience]), fields...)
	}
	return out
}

func intersect(a, b []string) []string {
	return slices.DeleteFunc(a, func(f string) bool { return !slices.Contains(b, f) })
}

// In gives the fields to hide in one object. field looks up a column of it.
func (p *Hidden) In(objectID string, field func(string) any) []string {
	if p == nil || p.own && p.userID != "" && p.userID == objectID {
		return nil
	}
	hidden := p.hidden
	if len(p.always) > 0 {
		hidden = append(p.always[:len(p.always):len(p.always)], hidden...)
	}
	for column, set := range p.perRow {
		if values.PointsToUser(field(column), p.userID) {
			hidden = intersect(slices.Clone(hidden), append(slices.Clone(p.always), set...))
		}
	}
	return hidden
}

// Forbids reports whether a query may not filter or sort by field.
func (p *Hidden) Forbids(field string) bool {
	if p == nil {
		return false
	}
	root, _, _ := strings.Cut(field, ".")
	return slices.Contains(p.hidden, field) || slices.Contains(p.hidden, root) || slices.Contains(p.always, root)
}

// ForbidsConditions reports whether a live query may not have its conditions.
func (p *Hidden) ForbidsConditions(n *where.Node) bool {
	if p == nil {
		return false
	}
	for n := range n.Walk() {
		if n.Path != "" && p.Forbids(n.Path) {
			return true
		}
	}
	return false
}

// ForbidsAny reports whether a live query may not watch one of the fields.
func (p *Hidden) ForbidsAny(fields []string) bool {
	return p != nil && slices.ContainsFunc(fields, p.Forbids)
}
