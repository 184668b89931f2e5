package parse

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/rows"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Pointer refers to one object of the class that T stands for. The zero
// Pointer refers to nothing.
//
// A pointer that was read is in one of four states:
//
//	ID        Get     Dangling
//	"abc"     false   false     the query did not include it
//	"abc"     true    false     included
//	""        false   false     the column is empty
//	"", "abc" false   true      the query included it and the server left it out
//
// If an included object was deleted, or this caller may not read it, Parse Server
// leaves the whole pointer out of the answer, with its id. A column that is empty
// looks the same in the answer, so for a column that may be empty Dangling means
// "empty, deleted or unreadable".
type Pointer[T any] struct {
	ID string `json:"objectId"`

	class    string // only if T does not know its class
	object   *T
	dangling bool
}

// PointerTo makes a pointer to the object with this id. For a class of your
// own, Collection.PointerTo also knows the class's name.
func PointerTo[T any](id string) Pointer[T] { return Pointer[T]{ID: id} }

// Included makes the pointer to obj that a query which included it would give, for
// tests of code that reads included objects, and for rows that were put together
// elsewhere. For nil it refers to nothing.
func Included[T any, P Entity[T]](obj *T) Pointer[T] {
	if obj == nil {
		return Pointer[T]{}
	}
	return Pointer[T]{ID: object(obj).ObjectID, object: obj}
}

// Get gives the included object. It reports false where the query did not
// include the pointer and where the object is missing (see Dangling).
func (p Pointer[T]) Get() (*T, bool) { return p.object, p.object != nil }

// Dangling reports whether the query included this pointer and the server left the
// object out: it was deleted, this caller may not read it, or the column is empty.
func (p Pointer[T]) Dangling() bool { return p.dangling }

// ParseColumn implements [schema.Columned].
func (Pointer[T]) ParseColumn() schema.Field {
	class, _ := classOf[T]()
	return schema.Field{Type: schema.Pointer, TargetClass: class}
}

// IsZero reports whether the pointer refers to nothing. Create does not send such a
// pointer in a field that is tagged omitzero.
func (p Pointer[T]) IsZero() bool { return p.ID == "" }

// pointerValue is any Pointer[T], for the codec.
type pointerValue interface {
	appendPointer(dst []byte, c *codec) ([]byte, error)
	sent(c *codec) (jsontext.Value, error)
	wasIncluded() bool
	check() error
}

// Reference is a [Pointer] to any class.
type Reference interface{ pointerValue }

// pointerTarget is any *Pointer[T], for the codec and for marking.
type pointerTarget interface {
	readPointer(dec *jsontext.Decoder, c *codec) error
	readFast(s *rows.Scanner, c *codec) bool
	markDangling()
	included() any // *T, or nil
}

func (p Pointer[T]) wasIncluded() bool { return p.object != nil }

func (p Pointer[T]) check() error {
	if p.dangling && p.ID == "" {
		return errors.New("dangling pointer: the server left its object out, so its id is not known")
	}
	if p.ID == "" {
		return errors.New("zero pointer: use the Pointer of a saved object or PointerTo")
	}
	return nil
}

// appendPointer always writes a Pointer, also for an included object: the
// server refuses objects inside objects (protocol section 2.1).
func (p Pointer[T]) appendPointer(dst []byte, c *codec) ([]byte, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	class := p.class
	if class == "" {
		class, _ = classIn[T](c)
	}
	if class == "" {
		return nil, fmt.Errorf("pointer to %T without a class: make it with Collection.PointerTo", *new(T))
	}
	return wire.Pointer{ClassName: class, ObjectID: p.ID}.Append(dst), nil
}

// includedObject is an included object as it comes over the wire: the object's own
// keys, with its type and class among them, usually at the end.
type includedObject[T any] struct {
	Type      string `json:"__type"`
	ClassName string `json:"className"`
	Object    *T     `json:",embed"`
}

func (p *Pointer[T]) readPointer(dec *jsontext.Decoder, c *codec) error {
	*p = Pointer[T]{}
	kind := dec.PeekKind()
	if kind == '{' && !wire.MayBePlainPointer(dec.UnreadBuffer()) {
		value := includedObject[T]{Object: new(T)}
		if err := json.UnmarshalDecode(dec, &value); err != nil {
			return err
		}
		return p.take(&value, c)
	}
	raw, err := dec.ReadValue()
	if err != nil || kind == 'n' {
		return err
	}
	if class, id, ok := wire.PlainPointer(raw); ok {
		return p.refer(string(class), string(id), c)
	}
	var reference wire.Pointer
	if err := json.Unmarshal(raw, &reference, wire.Tolerant()); err != nil {
		return &wire.TypeError{Want: "a Pointer", Found: wire.Describe(raw)}
	}
	return p.refer(reference.ClassName, reference.ObjectID, c)
}

func (p *Pointer[T]) take(value *includedObject[T], c *codec) error {
	if mistake := c.mistakeIn(reflect.TypeFor[T]()); mistake != "" {
		return errors.New(mistake)
	}
	id := ""
	if based, ok := any(value.Object).(Stored); ok {
		id = based.base().ObjectID
	}
	switch value.Type {
	case "Pointer":
		return p.refer(value.ClassName, id, c)
	case "Object":
		if err := p.refer(value.ClassName, id, c); err != nil {
			return err
		}
		p.object = value.Object
		return nil
	case "":
		return &wire.TypeError{Want: "a Pointer", Found: "an object"}
	}
	return &wire.TypeError{Want: "a Pointer", Found: "a value of type " + value.Type}
}

// refer sets class and id. A T that stands for one class is strict about its name.
func (p *Pointer[T]) refer(class, id string, c *codec) error {
	if id == "" {
		return &wire.TypeError{Want: "a Pointer", Found: "one without objectId"}
	}
	want, exact := classIn[T](c)
	if exact && class != want {
		hint := ""
		if want == c.userClass {
			hint = " (see WithUserClass)"
		}
		return &wire.TypeError{Want: "a Pointer to " + want + hint, Found: "one to " + class}
	}
	*p = Pointer[T]{ID: id}
	if class != want {
		p.class = class
	}
	return nil
}

func (p *Pointer[T]) markDangling() {
	if p.object == nil {
		p.dangling = true
	}
}

func (p *Pointer[T]) included() any {
	if p.object == nil {
		return nil
	}
	return p.object
}

// readFast is readPointer for what a server usually writes.
func (p *Pointer[T]) readFast(s *rows.Scanner, c *codec) bool {
	want, _ := classIn[T](c)
	before := s.Pos()
	if class, id, ok := s.Pointer(); ok {
		*p = Pointer[T]{ID: string(id)}
		if string(class) != want {
			return p.refer(string(class), p.ID, c) == nil
		}
		return p.ID != ""
	}
	s.Back(before)
	plan := c.plans.For(reflect.TypeFor[T]())
	if plan == nil {
		return false
	}
	row := new(T)
	if !plan.ReadIncluded(s, reflect.ValueOf(row).Elem(), want) {
		return false
	}
	based, ok := any(row).(Stored)
	if !ok || based.base().ObjectID == "" {
		return false
	}
	*p = Pointer[T]{ID: based.base().ObjectID, object: row}
	return true
}
