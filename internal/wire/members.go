package wire

import (
	"reflect"
	"strings"
)

// Member is a field of a struct that has a name in JSON.
type Member struct {
	reflect.StructField
	Owner    reflect.Type // the struct that declares it
	Path     []string     // Go names of the structs around it, and its own
	Explicit bool         // has the name from a tag
}

func (m Member) String() string { return strings.Join(m.Path, ".") }

// Members lists the fields of a struct type by JSON name, those of embedded structs too.
// A map that keeps the members of no other field is none.
func Members(t reflect.Type) map[string][]Member {
	members := map[string][]Member{}
	collectMembers(members, t, nil)
	return members
}

func collectMembers(members map[string][]Member, t reflect.Type, above []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		path := append(above[:len(above):len(above)], f.Name)
		switch name, inner := memberOf(f); {
		case len(path) > maxEmbedded:
		case inner != nil:
			collectMembers(members, inner, path)
		case name != "":
			explicit, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			members[name] = append(members[name], Member{f, t, path, explicit != ""})
		}
	}
}

// maxEmbedded bounds a struct that embeds a pointer to itself, which has no end.
const maxEmbedded = 16

// memberOf gives the JSON name of a field, or the struct whose members it embeds;
// neither for a field that is not part of the JSON by a name.
func memberOf(f reflect.StructField) (name string, inner reflect.Type) {
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "-" {
		return "", nil
	}
	if name == "" && (f.Anonymous || options == "embed") {
		inner = f.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			return "", inner
		}
		if options == "embed" {
			return "", nil
		}
	}
	if !f.IsExported() {
		return "", nil
	}
	if name == "" {
		name = f.Name
	}
	return name, nil
}

// MemberType finds the type of the member with this JSON name. Open reports whether the
// struct keeps members that no field is named for.
func MemberType(t reflect.Type, name string) (found reflect.Type, open bool) {
	found, _, open = findMember(t, name, 1)
	return found, open
}

func findMember(t reflect.Type, name string, depth int) (found reflect.Type, at int, open bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		switch own, inner := memberOf(f); {
		case inner != nil && depth < maxEmbedded:
			deeper, below, keeps := findMember(inner, name, depth+1)
			open = open || keeps
			if deeper != nil && (found == nil || below < at) {
				found, at = deeper, below
			}
		case own == name:
			if found == nil || depth < at {
				found, at = f.Type, depth
			}
		case own == "" && inner == nil && strings.HasSuffix(f.Tag.Get("json"), ",embed"):
			open = true
		}
	}
	return found, at, open
}
