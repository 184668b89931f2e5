package parse

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Rest are the columns that a struct has no field for, by name. A struct that is to
// lose none of them has one field of this type, with the tag embed:
//
//	type Task struct {
//		parse.Object
//		Title string     `json:"title"`
//		Rest  parse.Rest `json:",embed"`
//	}
//
// Every read fills it and Create writes it. Relations, whose members a row does not
// hold, are written empty, and included objects as the pointers that they were.
type Rest map[string]Raw

// Raw is the value of a column as JSON in Parse's own encodings (protocol section
// 2.1), as the server sent it.
type Raw []byte

// Get gives the value of a column, nil where there is none, as
//
//	string, bool, float64     a String, a Boolean, a Number
//	time.Time                 a Date, in UTC and whole milliseconds
//	Pointer[Row]              a Pointer, with the Row where the query included it
//	File, GeoPoint, Polygon   the column of that name
//	[]byte                    Bytes
//	Relation[Row]             a Relation
//	[]any, map[string]any     an Array and an Object, of such values
//	Raw                       JSON that is none of these, such as a number no float64 holds
func (r Rest) Get(name string) any {
	raw := jsontext.Value(r[name])
	var value any
	if len(raw) == 0 {
		return nil
	}
	if err := json.Unmarshal(raw, &value, wire.Tolerant()); err != nil {
		return Raw(raw)
	}
	return typed(value)
}

// typed gives the values inside a decoded value their Go types.
func typed(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = typed(v[i])
		}
	case map[string]any:
		if known := decoderOf(v["__type"]); known != nil {
			if raw, err := json.Marshal(v); err == nil {
				if value, err := known(raw); err == nil {
					return value
				}
			}
		}
		for name := range v {
			v[name] = typed(v[name])
		}
	}
	return value
}

// decoderOf gives what reads a value of one of Parse's types, nil for others.
func decoderOf(kind any) func(jsontext.Value) (any, error) {
	switch kind {
	case "Date":
		return func(raw jsontext.Value) (any, error) { return wire.DecodeDate(raw) }
	case "Bytes":
		return decoded[[]byte]
	case "Pointer", "Object":
		return decoded[Pointer[Row]]
	case "File":
		return decoded[File]
	case "GeoPoint":
		return decoded[GeoPoint]
	case "Polygon":
		return decoded[Polygon]
	case "Relation":
		return decoded[Relation[Row]]
	}
	return nil
}

func decoded[V any](raw jsontext.Value) (any, error) {
	var value V
	err := json.Unmarshal(raw, &value, plain.reading)
	return value, err
}

// plain is the codec for values whose server is not known. It is never changed.
var plain = newCodec(userClass)

// Set puts a value of the kinds that Get gives, or any other that a field of a
// struct may have, into a column; nil takes the column out. The error is an
// *InputError for a bad name, a value that no server could keep, and a password: a
// struct with a field of type [Password] holds one so that nothing prints it.
func (r *Rest) Set(name string, value any) error {
	const op = "Rest.Set"
	raw, isRaw := value.(Raw)
	switch _, secret := value.(Password); {
	case r == nil:
		return badInput(op, "", name, "the Rest is nil")
	case !validColumn(name):
		return badInput(op, "", name, "bad column name: a letter, then letters, digits and _")
	case ownColumn(name):
		return badInput(op, "", name, "is a column of Object: set it there")
	case secret || name == "password":
		return badInput(op, "", name, "a password is no plain value: use a struct with a field of type Password")
	case value == nil:
		delete(*r, name)
		return nil
	case isRaw && !jsontext.Value(raw).IsValid():
		return badInput(op, "", name, "the Raw is not JSON")
	case !isRaw:
		written, err := plain.encodeStored(value)
		if err != nil {
			return badInput(op, "", name, "cannot encode %T: %v", value, wire.BareCause(err))
		}
		raw = Raw(written)
	}
	if *r == nil {
		*r = Rest{}
	}
	(*r)[name] = slices.Clone(raw)
	return nil
}

// ownColumn reports whether a column is one of Object.
func ownColumn(name string) bool {
	return name == "ACL" || alwaysFilled(name)
}

// String is the JSON.
func (r Raw) String() string { return string(r) }

// MarshalJSONTo writes the value as it is.
func (r Raw) MarshalJSONTo(enc *jsontext.Encoder) error {
	if len(r) == 0 {
		return enc.WriteToken(jsontext.Null)
	}
	return enc.WriteValue(jsontext.Value(r))
}

// UnmarshalJSONFrom keeps the value as it is.
func (r *Raw) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	*r = Raw(raw.Clone())
	return err
}

// MarshalJSON is MarshalJSONTo for encoding/json.
func (r Raw) MarshalJSON() ([]byte, error) { return jsontext.Value(r).MarshalJSON() }

// UnmarshalJSON is UnmarshalJSONFrom for encoding/json.
func (r *Raw) UnmarshalJSON(data []byte) error {
	*r = slices.Clone(data)
	return nil
}

// stored is the value as the server takes it: pointers for included objects, which
// it refuses (protocol section 2.1), and nothing for relations. Users are of the
// class that they are in on this server.
func (r Raw) stored(c *codec) (jsontext.Value, error) {
	raw := jsontext.Value(r)
	switch {
	case len(raw) == 0:
		return jsontext.Value("null"), nil
	case !bytes.Contains(raw, []byte(`"__type"`)):
		return raw, nil
	case raw.Kind() != '[':
		return c.storedValue(raw), nil
	}
	var elements []jsontext.Value
	if err := json.Unmarshal(raw, &elements, wire.Tolerant()); err != nil {
		return nil, err
	}
	for i := range elements {
		elements[i] = c.storedValue(elements[i])
	}
	return json.Marshal(elements, wire.Tolerant())
}

func (c *codec) storedValue(raw jsontext.Value) jsontext.Value {
	var head struct {
		Type     string `json:"__type"`
		Class    string `json:"className"`
		ObjectID string `json:"objectId"`
	}
	if raw.Kind() != '{' || json.Unmarshal(raw, &head, wire.Tolerant()) != nil {
		return raw
	}
	switch {
	case (head.Type == "Pointer" || head.Type == "Object") && head.Class != "" && head.ObjectID != "":
		return wire.Pointer{ClassName: c.resolve(head.Class), ObjectID: head.ObjectID}.Append(nil)
	case head.Type == "Relation":
		return jsontext.Value("null")
	}
	return raw
}

// restsOf are the fields of type Rest in the struct type t.
func restsOf(t reflect.Type) []reflect.StructField {
	return slices.DeleteFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool { return f.Type != reflect.TypeFor[Rest]() })
}

// restMistake is what is wrong with the fields of type Rest in t, "" if nothing is.
func restMistake(t reflect.Type) string {
	rests := restsOf(t)
	for _, f := range rests {
		if name, options, _ := strings.Cut(f.Tag.Get("json"), ","); name != "-" && (f.Anonymous || !f.IsExported() || name != "" || options != "embed") {
			return fmt.Sprintf("the field %s holds the other columns only with an exported name of its own and the tag `json:\",embed\"`", f.Name)
		}
	}
	if len(rests) > 1 {
		return fmt.Sprintf("the fields %s and %s cannot both hold the other columns: leave one out", rests[0].Name, rests[1].Name)
	}
	return ""
}

// tidyRest takes out of the Rest of row what is no column: the class, which live
// queries and sessions name, and columns without a value.
func (c *codec) tidyRest(row any) {
	v := reflect.ValueOf(row).Elem()
	if v.Kind() != reflect.Struct {
		return
	}
	known, ok := c.rests.Load(v.Type())
	if !ok {
		known, _ = c.rests.LoadOrStore(v.Type(), restsOf(v.Type()))
	}
	for _, f := range known.([]reflect.StructField) {
		field, err := v.FieldByIndexErr(f.Index)
		if err != nil || !field.CanInterface() {
			continue
		}
		rest := field.Interface().(Rest)
		for name, raw := range rest {
			if name == "className" || name == "__type" || jsontext.Value(raw).Kind() == 'n' {
				delete(rest, name)
			}
		}
	}
}
