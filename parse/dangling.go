package parse

import (
	"reflect"
	"strings"
)

// markDangling marks the included pointers that came without an object: only
// the query knows that it asked for them.
func markDangling[T any](include []columnPath, rows []*T) {
	if len(include) == 0 || len(rows) == 0 {
		return
	}
	paths := make([][]string, len(include))
	for i, p := range include {
		paths[i] = strings.Split(p.dotted, ".")
	}
	t := reflect.TypeFor[T]()
	fields := map[fieldKey][]int{}
	for _, row := range rows {
		for _, path := range paths {
			markPath(reflect.ValueOf(row).Elem(), t, path, fields)
		}
	}
}

type fieldKey struct {
	owner reflect.Type
	name  string
}

func markPath(object reflect.Value, t reflect.Type, path []string, fields map[fieldKey][]int) {
	key := fieldKey{t, path[0]}
	index, known := fields[key]
	if !known {
		index = jsonField(t, path[0])
		fields[key] = index
	}
	if index == nil {
		return
	}
	column, err := object.FieldByIndexErr(index)
	if err != nil {
		return // inside an embedded pointer that is nil
	}
	if column.Kind() == reflect.Slice { // the server drops missing elements: nothing is left to mark
		for i := range column.Len() {
			markPointer(column.Index(i), path[1:], fields)
		}
		return
	}
	markPointer(column, path[1:], fields)
}

func markPointer(column reflect.Value, rest []string, fields map[fieldKey][]int) {
	target, ok := column.Addr().Interface().(pointerTarget)
	if !ok {
		return
	}
	target.markDangling()
	if object := target.included(); object != nil && len(rest) > 0 {
		inner := reflect.ValueOf(object).Elem()
		markPath(inner, inner.Type(), rest, fields)
	}
}

// jsonField finds the field of struct type t with a JSON name.
func jsonField(t reflect.Type, name string) []int {
	if t.Kind() != reflect.Struct {
		return nil
	}
	for _, f := range reflect.VisibleFields(t) {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && (tag == name || tag == "" && f.Name == name) {
			return f.Index
		}
	}
	return nil
}
