package schema

import (
	"encoding"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Columned is a type of Go that knows the column which keeps its values, as
// [parse.Pointer] and the other types of package parse do. It is called on zero values.
//
// [parse.Pointer]: https://pkg.go.dev/github.com/isoaudit/isoaudit-go/parse#Pointer
type Columned interface{ ParseColumn() Field }

// ClassOf describes the class that keeps objects of the struct type T: its columns, by
// the json names of T's fields and of those of the structs that T embeds. Texts, numbers
// and booleans of Go, time.Time, []byte, slices, maps and structs have the column that
// package parse writes them to; other types say it themselves (see [Columned]).
//
// The tag `parse:"required"` makes a column a required one, and `parse:"default=minor"`
// gives it the default value minor: a text as it is, other values in Parse's JSON. Both
// are written `parse:"required,default=minor"`.
//
// The class has no permissions and no indexes: set them in what is returned. What is
// wrong with T is told by [Schema.Err], and by the calls that take the schema.
func ClassOf[T any](name string) Class {
	c := Class{Name: name, Fields: map[string]Field{}}
	t := reflect.TypeFor[T]()
	if t.Kind() != reflect.Struct {
		c.refuse("a class is kept in a struct, not in a %s", t)
		return c
	}
	if name == "" {
		c.refuse("%s: the name of the class is empty", t)
	}
	members := wire.Members(t)
	for _, column := range slices.Sorted(maps.Keys(members)) {
		if isBaseColumn(column) {
			continue
		}
		shallowest := slices.MinFunc(members[column], func(a, b wire.Member) int { return len(a.Path) - len(b.Path) })
		field, err := ColumnOf(shallowest.Type)
		if err == nil {
			err = field.readTag(shallowest.Tag)
		}
		if err != nil {
			c.refuse("the field %s of %s: %w", shallowest, t, err)
			continue
		}
		c.Fields[column] = field
	}
	return c
}

func (c *Class) refuse(format string, args ...any) {
	c.mistakes = append(slices.Clip(c.mistakes), fmt.Errorf("schema: class %q: "+format, append([]any{c.Name}, args...)...))
}

// ColumnOf gives the column that keeps values of a type of Go. A type of which nobody
// can say it is an error.
func ColumnOf(t reflect.Type) (Field, error) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if own, ok := reflect.Zero(t).Interface().(Columned); ok {
		field := own.ParseColumn()
		if (field.Type == Pointer || field.Type == Relation) && field.TargetClass == "" {
			return field, fmt.Errorf("the class that a %s refers to is not known: give its Go type the method ParseClass", t)
		}
		return field, nil
	}
	kind := kindOf(t)
	if kind == "" {
		return Field{}, fmt.Errorf("which column keeps a %s is not known: give the type the method ParseColumn, or take another", t)
	}
	return Field{Type: kind}, nil
}

func kindOf(t reflect.Type) Type {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return Date
	case writesItself(t):
		return ""
	}
	switch t.Kind() {
	case reflect.String:
		return String
	case reflect.Bool:
		return Boolean
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return Number
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return Bytes
		}
		return Array
	case reflect.Map, reflect.Struct:
		return Object
	}
	return ""
}

// writesItself reports whether values of the type, or what they point to, choose their own JSON.
func writesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Marshaler]()) || p.Implements(reflect.TypeFor[json.MarshalerTo]()) ||
		p.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}

// With adds classes to a schema. Of a class that it has already, it gains the columns and
// indexes that it lacks and the permissions that are given; its own columns stay as they
// are. The schema and the classes themselves are not changed.
//
//	want := schema.ISO9001().With(
//		schema.ClassOf[Checklist]("Checklist"),          // a class of one's own
//		schema.ClassOf[SupplierFinding]("AuditFinding")) // columns of one's own
//
// Two columns of one name and of different types are told by [Schema.Err].
func (s Schema) With(classes ...Class) Schema {
	s.Classes = slices.Clone(s.Classes)
	for _, class := range classes {
		at := slices.IndexFunc(s.Classes, func(c Class) bool { return c.Name == class.Name })
		if at < 0 {
			s.Classes = append(s.Classes, class)
			continue
		}
		s.Classes[at] = s.Classes[at].with(class)
	}
	return s
}

func (c Class) with(more Class) Class {
	c.mistakes = slices.Concat(c.mistakes, more.mistakes)
	c.Fields, c.Indexes = withMap(more.Fields, c.Fields), withMap(more.Indexes, c.Indexes)
	if more.Permissions != nil {
		c.Permissions = more.Permissions
	}
	for _, name := range slices.Sorted(maps.Keys(more.Fields)) {
		if own, added := c.Fields[name], more.Fields[name]; own.Type != added.Type || own.TargetClass != added.TargetClass {
			c.refuse("the column %s is a %s already and cannot be a %s too", name, own.kind(), added.kind())
		}
	}
	return c
}

// withMap is base with the entries of over in their place.
func withMap[V any](base, over map[string]V) map[string]V {
	if base == nil {
		return over
	}
	merged := maps.Clone(base)
	maps.Copy(merged, over)
	return merged
}

// kind is the type of a column in words.
func (f Field) kind() string {
	if f.TargetClass == "" {
		return string(f.Type)
	}
	return strings.Join([]string{string(f.Type), "to", f.TargetClass}, " ")
}

// Unreadable stands for a class of a server that is described in a way which nothing
// here can say, such as a column whose "required" is a text: Parse Server keeps that.
// The other classes of the server can be read and planned beside it.
func Unreadable(name string, why error) Class {
	c := Class{Name: name}
	c.refuse("the server describes it in a way that can't be read: %w", why)
	return c
}

// Err tells what is wrong with the classes that were made of structs, all of it, and
// which classes of a server could not be read.
func (s Schema) Err() error {
	var errs []error
	for _, c := range s.Classes {
		errs = append(errs, c.mistakes...)
	}
	return errors.Join(errs...)
}
