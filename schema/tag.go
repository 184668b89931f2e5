package schema

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
)

// The tag of a field of Go that says what its type does not: what [ClassOf] reads and
// [Field.Tag] writes.
const (
	tagKey      = "parse"
	tagRequired = "required"
	tagDefault  = "default=" // the last one: the value may hold commas
)

// Tag gives the tag that tells [ClassOf] what the type of a field in Go does not: whether
// the column is required, and its default value. "" is none.
func (f Field) Tag() (string, error) {
	var options []string
	if f.Required {
		options = append(options, tagRequired)
	}
	if f.Default != nil {
		text, isText := f.Default.(string)
		if !isText || f.Type != String {
			raw, err := json.Marshal(f.Default, json.Deterministic(true))
			if err != nil {
				return "", fmt.Errorf("schema: the default value of the column: %w", err)
			}
			text = string(raw)
		}
		options = append(options, tagDefault+text)
	}
	if options == nil {
		return "", nil
	}
	return fmt.Sprintf("%s:%q", tagKey, strings.Join(options, ",")), nil
}

// readTag sets what the tag of a field in Go says.
func (f *Field) readTag(tag reflect.StructTag) error {
	options, tagged := tag.Lookup(tagKey)
	if !tagged {
		return nil
	}
	rest := options
	if own, following, _ := strings.Cut(options, ","); own == tagRequired {
		f.Required, rest = true, following
	}
	text, given := strings.CutPrefix(rest, tagDefault)
	switch {
	case given:
		value, err := f.defaultOf(text)
		if err != nil {
			return fmt.Errorf("the tag parse:%q: %w", options, err)
		}
		f.Default = value
	case !f.Required || options != tagRequired:
		return fmt.Errorf(`the tag parse:%q: want parse:"required", parse:"default=VALUE", parse:"required,default=VALUE", or none`, options)
	}
	return nil
}

// defaultOf reads the default value of a column.
func (f *Field) defaultOf(text string) (any, error) {
	if f.Type == String {
		return text, nil
	}
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return nil, fmt.Errorf("the default value of a %s is written in JSON: %w", f.Type, err)
	}
	fits := false
	switch value.(type) {
	case float64:
		fits = f.Type == Number
	case bool:
		fits = f.Type == Boolean
	case []any:
		fits = f.Type == Array
	case map[string]any: // the others in Parse's encodings
		fits = f.Type != Number && f.Type != Boolean && f.Type != Array && f.Type != Relation
	}
	if !fits {
		return nil, fmt.Errorf("%s is no default value of a %s", text, f.Type)
	}
	return value, nil
}
