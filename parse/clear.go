package parse

import (
	"maps"
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// clearMembers empties the fields of row that body has values for. Decoding alone
// would merge a map with what the field held, and write into the map and array
// that the caller's object shares.
func clearMembers[T any](row *T, body []byte) {
	var members map[string]jsontext.Value
	if json.Unmarshal(body, &members, wire.Tolerant()) != nil {
		return // the error comes when it is decoded
	}
	if clearFilled(object(row), members) {
		return
	}
	v := reflect.ValueOf(row).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		if f.Type == reflect.TypeFor[Rest]() {
			if field, err := v.FieldByIndexErr(f.Index); err == nil && field.CanSet() {
				field.Set(reflect.ValueOf(maps.Clone(field.Interface().(Rest))))
			}
			continue
		}
		if _, ok := members[name]; !ok || f.Anonymous || !f.IsExported() {
			continue
		}
		if field, err := v.FieldByIndexErr(f.Index); err == nil {
			field.SetZero()
		}
	}
}

// clearFilled empties the fields that the server fills in every row, and reports whether
// the answer has no others, as the one to a create seldom has.
func clearFilled(o *Object, members map[string]jsontext.Value) bool {
	more := false
	for name := range members {
		switch name {
		case "objectId":
			o.ObjectID = ""
		case "createdAt":
			o.CreatedAt = time.Time{}
		case "updatedAt":
			o.UpdatedAt = time.Time{}
		default:
			more = true
		}
	}
	return !more
}
