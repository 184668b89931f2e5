package parse

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/isoaudit/isoaudit-go/internal/wire"
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
	columns, own := wire.Members(t), wire.Members(reflect.TypeFor[Object]())
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

// nameMistake applies the rule of the JSON package for several fields with one
// name: the least embedded one counts, and if there are several of those in
// different structs, the one with a tag. No other field may have the name of a
// column of Object.
func nameMistake(name string, fields []wire.Member, ofObject bool) string {
	var meant []wire.Member
	for _, f := range fields {
		switch {
		case len(meant) == 0 || len(f.Path) < len(meant[0].Path):
			meant = []wire.Member{f}
		case len(f.Path) > len(meant[0].Path):
		case f.Owner != meant[0].Owner && meant[0].Explicit && !f.Explicit:
		case f.Owner != meant[0].Owner && f.Explicit && !meant[0].Explicit:
			meant = []wire.Member{f}
		default:
			meant = append(meant, f)
		}
	}
	if len(meant) > 1 {
		return fmt.Sprintf("the fields %s and %s both have the JSON name %q: give each a name of its own", meant[0], meant[1], name)
	}
	if ofObject && meant[0].Owner != reflect.TypeFor[Object]() {
		return fmt.Sprintf("the field %s has the JSON name %q, which is a column of Object: leave the field out", meant[0], name)
	}
	return ""
}
