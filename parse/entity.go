package parse

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Entity is a pointer to a struct that embeds Object.
type Entity[T any] interface {
	*T
	base() *Object
}

// object gives the Object inside obj, whose type was checked by NewCollection.
func object[T any](obj *T) *Object {
	return any(obj).(Stored).base()
}

// entityMistake returns why objects cannot be read into a t, "" if they can: t
// embeds a pointer such as *Object, which would be nil in every new value, or two
// of its fields have the same JSON name.
func entityMistake(t reflect.Type) string {
	if t.Kind() != reflect.Struct {
		return t.String() + " is not a struct that embeds Object"
	}
	based := reflect.TypeFor[Stored]()
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous && f.Type.Kind() != reflect.Struct && f.Type.Implements(based) {
			return t.String() + " embeds " + f.Type.String() + ": embed the struct itself, not a pointer or an interface"
		}
	}
	if mistake := restMistake(t); mistake != "" {
		return t.String() + ": " + mistake
	}
	columns, own := map[string][]taggedField{}, map[string][]taggedField{}
	collectColumns(columns, t, nil)
	collectColumns(own, reflect.TypeFor[Object](), nil)
	for _, name := range slices.Sorted(maps.Keys(columns)) {
		if mistake := nameMistake(name, columns[name], len(own[name]) > 0); mistake != "" {
			return t.String() + ": " + mistake
		}
	}
	switch {
	case !reflect.PointerTo(t).Implements(based):
		return t.String() + " does not embed Object"
	case len(columns["objectId"]) == 0:
		return t.String() + " embeds Object under a json name of its own: take the tag away"
	}
	return ""
}

// taggedField is a field that has a JSON name.
type taggedField struct {
	owner    reflect.Type
	path     []string // Go names of the structs around it, and its own
	explicit bool     // has the name from a tag
}

func (f taggedField) String() string { return strings.Join(f.path, ".") }

// collectColumns lists the fields of t by JSON name, those of embedded structs too.
func collectColumns(columns map[string][]taggedField, t reflect.Type, above []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		path := append(above[:len(above):len(above)], f.Name)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch inner := f.Type; {
		case name == "-" || len(path) > 16: // a struct that embeds a pointer to itself has no end
		case f.Anonymous && name == "" && inner.Kind() == reflect.Pointer && inner.Elem().Kind() == reflect.Struct:
			collectColumns(columns, inner.Elem(), path)
		case f.Anonymous && name == "" && inner.Kind() == reflect.Struct:
			collectColumns(columns, inner, path)
		case f.IsExported() && f.Type != reflect.TypeFor[Rest]():
			explicit := name != ""
			if !explicit {
				name = f.Name
			}
			columns[name] = append(columns[name], taggedField{t, path, explicit})
		}
	}
}

// nameMistake applies the rule of the JSON package for several fields with one
// name: the least embedded one counts, and if there are several of those in
// different structs, the one with a tag. No other field may have the name of a
// column of Object.
func nameMistake(name string, fields []taggedField, ofObject bool) string {
	var meant []taggedField
	for _, f := range fields {
		switch {
		case len(meant) == 0 || len(f.path) < len(meant[0].path):
			meant = []taggedField{f}
		case len(f.path) > len(meant[0].path):
		case f.owner != meant[0].owner && meant[0].explicit && !f.explicit:
		case f.owner != meant[0].owner && f.explicit && !meant[0].explicit:
			meant = []taggedField{f}
		default:
			meant = append(meant, f)
		}
	}
	if len(meant) > 1 {
		return fmt.Sprintf("the fields %s and %s both have the JSON name %q: give each a name of its own", meant[0], meant[1], name)
	}
	if ofObject && meant[0].owner != reflect.TypeFor[Object]() {
		return fmt.Sprintf("the field %s has the JSON name %q, which is a column of Object: leave the field out", meant[0], name)
	}
	return ""
}
