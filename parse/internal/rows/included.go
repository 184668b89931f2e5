package rows

import (
	"bytes"
	"reflect"
	"time"
)

// included are the included objects that were read on a page.
type included struct {
	objects []includedObject
	places  [512]uint16 // where in objects one is whose text begins so, and 1; by a hash
}

type includedObject struct {
	plan  *Plan
	text  []byte
	value reflect.Value
	deep  deepValues
}

// deepValues are where the values stand that cannot be copied with the object around
// them, because the copies would share memory with them.
type deepValues struct {
	values [4]struct{ field, pos int32 }
	count  int // more than there is room for: the object is not copied
}

// add takes the next value, in the order of the text.
func (d *deepValues) add(field, pos int) {
	if d.count < len(d.values) {
		d.values[d.count].field, d.values[d.count].pos = int32(field), int32(pos)
	}
	d.count++
}

// head is what an included object has beside its columns.
type head struct {
	typ, class []byte
	deep       deepValues
}

// ReadIncluded is Read for an included object of the given class. Many rows of a
// page include the same few objects, each written out again: one that is written as
// it was before is copied, and only what the copy would share is read again.
func (p *Plan) ReadIncluded(s *Scanner, v reflect.Value, class string) bool {
	place := &s.included.places[hash(beginning(s.data[s.pos:]))%uint64(len(s.included.places))]
	if *place > 0 {
		known := &s.included.objects[*place-1]
		if known.plan == p && bytes.HasPrefix(s.data[s.pos:], known.text) {
			s.pos += len(known.text)
			return known.copyTo(s, v)
		}
	}
	start, head := s.pos, head{}
	if !p.read(s, v, &head) || string(head.typ) != "Object" || string(head.class) != class {
		return false
	}
	if head.deep.count > len(head.deep.values) {
		return true
	}
	if *place == 0 {
		s.included.objects = append(s.included.objects, includedObject{})
		*place = uint16(len(s.included.objects))
	}
	s.included.objects[*place-1] = includedObject{p, s.Since(start), v, head.deep}
	return true
}

// copyTo makes v a copy, behind whose text the scanner stands.
func (o *includedObject) copyTo(s *Scanner, v reflect.Value) bool {
	v.Set(o.value)
	plan, end, deep := o.plan, s.pos, o.deep // what includes other objects may replace o
	for _, value := range deep.values[:deep.count] {
		plan.fields[value.field].of(v).SetZero()
	}
	for _, value := range deep.values[:deep.count] {
		f := &plan.fields[value.field]
		s.pos = int(value.pos)
		if !f.read(s, f.of(v)) {
			return false
		}
	}
	s.pos = end
	return true
}

// beginning is how the object at the start of data begins, its id and some columns,
// and nothing behind the object.
func beginning(data []byte) []byte {
	data = data[:min(len(data), 128)]
	if end := bytes.IndexByte(data, '}'); end >= 0 {
		return data[:end]
	}
	return data
}

// flat reports whether a copy of a value of type t shares no memory with it that
// anybody could change.
func flat(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	case reflect.Array:
		return flat(t.Elem())
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() { // its location is never changed
			return true
		}
		for f := range t.Fields() {
			if !flat(f.Type) {
				return false
			}
		}
		return true
	}
	return false
}
