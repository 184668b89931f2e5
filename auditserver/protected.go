package auditserver

import (
	"maps"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// protection is what a class hides from one caller.
type protection struct {
	hidden []string            // in every object, before userField sets are applied
	perRow map[string][]string // by column: the set that applies where the column names the caller
	always []string            // hidden whatever the sets say
	userID string
	own    bool // the class is _User: its owner sees everything
}

// protectedFor works out the protected fields of a class for a caller: all sets
// that apply to him are intersected (protocol section 4.3).
func protectedFor(p *schema.Permissions, class string, defaults Protection, c *caller) *protection {
	if c.master {
		return nil
	}
	var own map[string][]string
	if p != nil {
		own = p.ProtectedFields
	}
	sets := mergedProtection(own, defaults[class])
	if len(sets) == 0 {
		return nil
	}
	out := &protection{userID: c.userID, own: class == "_User"}
	first := true
	for audience, fields := range sets {
		if column, ok := strings.CutPrefix(audience, "userField:"); ok {
			if c.userID != "" {
				if out.perRow == nil {
					out.perRow = map[string][]string{}
				}
				out.perRow[column] = fields
			}
			continue
		}
		if !c.is(audience) && !(audience == "authenticated" && c.userID != "") {
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

// mergedProtection adds the server's own protected fields to those of a class.
func mergedProtection(own, defaults map[string][]string) map[string][]string {
	if len(own) == 0 {
		return defaults
	}
	if len(defaults) == 0 {
		return own
	}
	out := maps.Clone(own)
	for audience, fields := range defaults {
		out[audience] = append(slices.Clone(out[audience]), fields...)
	}
	return out
}

func intersect(a, b []string) []string {
	return slices.DeleteFunc(a, func(f string) bool { return !slices.Contains(b, f) })
}

// in gives the fields to hide in one object. field looks up a column of it.
func (p *protection) in(objectID string, field func(string) any) []string {
	if p == nil || p.own && p.userID != "" && p.userID == objectID {
		return nil
	}
	hidden := p.hidden
	if len(p.always) > 0 {
		hidden = append(p.always[:len(p.always):len(p.always)], hidden...)
	}
	for column, set := range p.perRow {
		if pointsTo(field(column), p.userID) {
			hidden = intersect(slices.Clone(hidden), append(slices.Clone(p.always), set...))
		}
	}
	return hidden
}

// forbids reports whether a query may not filter or sort by field.
func (p *protection) forbids(field string) bool {
	if p == nil {
		return false
	}
	root, _, _ := strings.Cut(field, ".")
	return slices.Contains(p.hidden, field) || slices.Contains(p.hidden, root) || slices.Contains(p.always, root)
}

// forbidsConditions reports whether a live query may not have its conditions.
func (p *protection) forbidsConditions(n *where.Node) bool {
	if p == nil {
		return false
	}
	for n := range n.Walk() {
		if n.Path != "" && p.forbids(n.Path) {
			return true
		}
	}
	return false
}

// forbidsAny reports whether a live query may not watch one of the fields.
func (p *protection) forbidsAny(fields []string) bool {
	return p != nil && slices.ContainsFunc(fields, p.forbids)
}
