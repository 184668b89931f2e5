package values

import (
	"bytes"
	"errors"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Denylist is what bodies may not hold, at any depth. The zero value refuses
// nothing.
type Denylist struct{ keywords []keyword }

type keyword struct {
	key, value matcher
	text       string // as Parse Server shows it
}

// matcher matches a key or a value; the zero matcher matches all.
type matcher struct {
	given   bool
	literal string         // what texts hold, where the pattern is plain
	pattern *regexp.Regexp // of texts, where it is not
	equal   any
}

// DefaultDenylist are the keys that Parse Server refuses by itself, because they
// attack JavaScript servers. What is accepted here is accepted there.
func DefaultDenylist() Denylist {
	var d Denylist
	for _, k := range [][2]any{{"_bsontype", "Code"}, {"constructor", nil}, {"__proto__", nil}} {
		_ = d.Add(k[0], k[1]) // they are plain texts
	}
	return d
}

// Add refuses a key, a value, or a value under a key. A text is a regular
// expression that may match anywhere; nil is none.
func (d *Denylist) Add(key, value any) error {
	if key == nil && value == nil {
		return errors.New("it names neither a key nor a value")
	}
	shown := map[string]any{}
	if key != nil {
		shown["key"] = key
	}
	if value != nil {
		shown["value"] = value
	}
	text, err := json.Marshal(shown, json.Deterministic(true))
	if err != nil {
		return errors.New("want a text, a number, true or false")
	}
	k := keyword{text: string(text)}
	if k.key, err = newMatcher(key); err == nil {
		k.value, err = newMatcher(value)
	}
	d.keywords = append(d.keywords, k)
	return err
}

func newMatcher(v any) (m matcher, err error) {
	switch v := v.(type) {
	case nil:
	case string:
		m.given = true
		if regexp.QuoteMeta(v) == v && v != "" {
			m.literal = v
		} else {
			m.pattern, err = regexp.Compile(v)
		}
	case bool, float64:
		m.given, m.equal = true, v
	case int:
		m.given, m.equal = true, float64(v)
	default:
		err = errors.New("want a text, a number, true or false")
	}
	return m, err
}

func (m matcher) matches(v any) bool {
	if text, isText := v.(string); isText {
		return m.literal != "" && strings.Contains(text, m.literal) || m.pattern != nil && m.pattern.MatchString(text)
	}
	switch v.(type) {
	case bool, float64:
		return m.equal != nil && m.equal == v
	}
	return false
}

// Check refuses a body that holds what the list names.
func (d Denylist) Check(v any) error {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if err := d.member(key, value); err != nil {
				return err
			}
			if err := d.Check(value); err != nil {
				return err
			}
		}
	case []any:
		for _, value := range v {
			if err := d.member("", value); err != nil {
				return err
			}
			if err := d.Check(value); err != nil {
				return err
			}
		}
	}
	return nil
}

// CheckJSON is Check for JSON text; none is fine.
func (d Denylist) CheckJSON(raw jsontext.Value) error {
	if d.cannotBeIn(raw) {
		return nil
	}
	v, err := wire.ReadAny(raw)
	if err != nil {
		return fault.New(wire.CodeInvalidJSON, "a number is too large") // the syntax has been checked
	}
	return d.Check(v)
}

// cannotBeIn is true for nearly all texts. A name may be written with escapes.
func (d Denylist) cannotBeIn(raw jsontext.Value) bool {
	if bytes.IndexByte(raw, '\\') >= 0 {
		return false
	}
	for _, k := range d.keywords {
		if k.key.literal == "" || bytes.Contains(raw, []byte(k.key.literal)) {
			return len(raw) == 0
		}
	}
	return true
}

// member refuses a member of an object, or, with the key "", of a list.
func (d Denylist) member(key string, value any) error {
	for _, k := range d.keywords {
		if (!k.key.given || key != "" && k.key.matches(key)) && (!k.value.given || k.value.matches(value)) {
			return fault.New(wire.CodeInvalidKeyName, "Prohibited keyword in request data: %s.", k.text)
		}
	}
	return nil
}
