package isoaudit

import (
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// rowPlan is how rows of one struct type are read by a scanner. A type that has
// none is read by the JSON package alone.
type rowPlan struct{ fields []planField }

type planField struct {
	name  string
	index []int
	read  func(*scanner, reflect.Value, *codec) bool
}

// rowHead is what an included object says about itself.
type rowHead struct{ typ, class []byte }

// planFor gives the plan for a struct type, nil if there is none.
func (c *codec) planFor(t reflect.Type) *rowPlan {
	if plan, ok := c.plans.Load(t); ok {
		return plan.(*rowPlan)
	}
	plan, _ := c.plans.LoadOrStore(t, newRowPlan(t))
	return plan.(*rowPlan)
}

func newRowPlan(t reflect.Type) *rowPlan {
	if t.Kind() != reflect.Struct || readsItself(t) {
		return nil
	}
	plan, names := &rowPlan{}, map[string]bool{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous {
			if name != "" || options != "" || f.Type.Kind() != reflect.Struct || readsItself(f.Type) {
				return nil
			}
			continue
		}
		if !f.IsExported() {
			continue
		}
		if name == "" || name == "-" || options != "" && options != "omitzero" && options != "omitempty" || names[name] || strings.ContainsAny(name, `'"\`) {
			return nil // names and options that the JSON package knows more about
		}
		names[name] = true
		plan.fields = append(plan.fields, planField{name, f.Index, fieldReader(f.Type)})
	}
	return plan
}

// readsItself says whether the JSON package would call methods of the type.
func readsItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	for _, method := range []string{"UnmarshalJSON", "UnmarshalJSONFrom", "UnmarshalText"} {
		if _, ok := p.MethodByName(method); ok {
			return true
		}
	}
	return false
}

func fieldReader(t reflect.Type) func(*scanner, reflect.Value, *codec) bool {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return readFastTime
	case t == reflect.TypeFor[ACL]():
		return readFastACL
	case reflect.PointerTo(t).Implements(reflect.TypeFor[pointerTarget]()):
		return func(s *scanner, v reflect.Value, c *codec) bool {
			return v.Addr().Interface().(pointerTarget).readFast(s, c)
		}
	case t.Kind() == reflect.String && !readsItself(t):
		return func(s *scanner, v reflect.Value, _ *codec) bool {
			text, ok := s.text()
			v.SetString(text)
			return ok
		}
	}
	return func(s *scanner, v reflect.Value, c *codec) bool {
		raw, ok := s.value()
		return ok && json.Unmarshal(raw, v.Addr().Interface(), c.reading) == nil
	}
}

func readFastTime(s *scanner, v reflect.Value, _ *codec) bool {
	raw, ok := s.value()
	if !ok {
		return false
	}
	t, ok := wire.UsualDate(raw)
	*v.Addr().Interface().(*time.Time) = t
	return ok
}

func readFastACL(s *scanner, v reflect.Value, c *codec) bool {
	raw, ok := s.value()
	return ok && raw.Kind() == '{' && c.acls.decode(raw, v.Addr().Interface().(*ACL)) == nil
}

// read reads one object into v, which is zero.
func (p *rowPlan) read(s *scanner, v reflect.Value, c *codec, head *rowHead) bool {
	if !s.is('{') {
		return false
	}
	if s.is('}') {
		return true
	}
	expected := 0 // rows usually have their keys in one order
	for {
		name, ok := s.plain()
		if !ok || !s.is(':') {
			return false
		}
		i := p.find(name, expected)
		switch {
		case i >= 0:
			f := &p.fields[i]
			column := v.Field(f.index[0])
			for _, inner := range f.index[1:] {
				column = column.Field(inner)
			}
			if !f.read(s, column, c) {
				return false
			}
			expected = i + 1
		case string(name) == "__type" && head != nil:
			if head.typ, ok = s.plain(); !ok {
				return false
			}
		case string(name) == "className" && head != nil:
			if head.class, ok = s.plain(); !ok {
				return false
			}
		default:
			raw, ok := s.value()
			if !ok || !raw.IsValid(jsontext.AllowDuplicateNames(true)) {
				return false
			}
		}
		if s.is('}') {
			return true
		}
		if !s.is(',') {
			return false
		}
	}
}

// find gives the field with a name, -1 for none; it looks at the expected one first.
func (p *rowPlan) find(name []byte, expected int) int {
	for n := range p.fields {
		i := (expected + n) % len(p.fields)
		if p.fields[i].name == string(name) {
			return i
		}
	}
	return -1
}

// decodeFast is decodeBody for the usual answer. Where it reports false, nothing
// is known about the answer.
func (p *page[T]) decodeFast(body []byte) bool {
	plan := p.codec.planFor(reflect.TypeFor[T]())
	s := &scanner{data: body}
	if plan == nil || !s.take(`{"results":[`) {
		return false
	}
	for !s.is(']') {
		if len(p.rows) > 0 && !s.is(',') {
			return false
		}
		start, row := s.pos, new(T)
		if !plan.read(s, reflect.ValueOf(row).Elem(), p.codec, nil) {
			s.pos = start
			raw, ok := s.value()
			if row = new(T); !ok || json.Unmarshal(raw, row, p.codec.reading) != nil {
				return false
			}
		}
		if object(row).ObjectID == "" {
			return false
		}
		p.last = body[start:s.pos]
		if p.rows = append(p.rows, row); len(p.rows) == 1 {
			p.first = p.last
		}
	}
	if s.take(`,"count":`) {
		raw, ok := s.value()
		if !ok || raw.Kind() != '0' || json.Unmarshal(raw, &p.count) != nil {
			return false
		}
	} else if p.counts {
		return false
	}
	return s.is('}') && s.pos == len(body)
}

func (p *Pointer[T]) readFast(s *scanner, c *codec) bool {
	name, _ := classOf[T]()
	want := c.resolve(name)
	before := s.pos
	if class, id, ok := s.pointer(); ok {
		*p = Pointer[T]{ID: string(id)}
		if string(class) != want {
			return p.refer(string(class), p.ID, c) == nil
		}
		return p.ID != ""
	}
	s.pos = before
	plan := c.planFor(reflect.TypeFor[T]())
	if plan == nil {
		return false
	}
	row, head := new(T), rowHead{}
	if !plan.read(s, reflect.ValueOf(row).Elem(), c, &head) || string(head.typ) != "Object" || string(head.class) != want {
		return false
	}
	based, ok := any(row).(interface{ base() *Object })
	if !ok || based.base().ObjectID == "" {
		return false
	}
	*p = Pointer[T]{ID: based.base().ObjectID, object: row}
	return true
}
