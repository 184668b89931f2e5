package rawjson

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Params are the parameters of a call: in the query string, or else in the body.
type Params struct {
	Query    url.Values
	RawQuery string // what Query was read from
	Body     Object
}

// Param gives one parameter as JSON text. A value in the query string is JSON if
// it parses as such, and text otherwise; a repeated one is a list of texts.
func (p *Params) Param(name string) (jsontext.Value, bool) {
	switch texts := p.Query[name]; len(texts) {
	case 0:
		return p.Body.Get(name)
	case 1:
		if raw := jsontext.Value(texts[0]); beginsJSON(texts[0]) && raw.IsValid(Options) {
			return raw, true
		}
		quoted, err := jsontext.AppendQuote(nil, texts[0])
		return quoted, err == nil
	default:
		list, err := json.Marshal(texts, Options)
		return list, err == nil
	}
}

// beginsJSON tells cheaply what can't be JSON: most texts.
func beginsJSON(text string) bool {
	return text != "" && strings.IndexByte("{[\"-0123456789tfn \t\r\n", text[0]) >= 0
}

// ListParam gives a parameter that is a list of names: text with commas between
// them, or a JSON list. As Parse Server does, it takes numbers for their digits and
// null for no parameter at all. An object is refused: there it would be a name
// that nothing has.
func (p *Params) ListParam(name string) (items []string, given bool, err error) {
	v, ok := p.Param(name)
	if !ok || v.Kind() == 'n' {
		return nil, false, nil
	}
	if v.Kind() == '"' {
		text, err := textOf(v)
		return strings.Split(text, ","), true, err
	}
	if items, ok = appendItems(nil, v); !ok {
		return nil, true, fault.New(wire.CodeInvalidKeyName, "%s holds an object: write names with commas between them, or a list of names", name)
	}
	if items == nil { // as the text of an empty list
		items = []string{""}
	}
	return items, true, nil
}

// appendItems appends what is in v, whose form is that of a list, as JavaScript
// writes it as text.
func appendItems(items []string, v jsontext.Value) ([]string, bool) {
	switch v.Kind() {
	case '{':
		return items, false
	case '[':
		ok := true
		for e := range Elements(v) {
			if items, ok = appendItems(items, e); !ok {
				break
			}
		}
		return items, ok
	case '"':
		text, err := textOf(v)
		return append(items, strings.Split(text, ",")...), err == nil
	case 'n':
		return append(items, ""), true
	default:
		return append(items, string(bytes.TrimSpace(v))), true
	}
}

func textOf(v jsontext.Value) (string, error) {
	if text, ok := plainText(v); ok {
		return text, nil
	}
	var text string
	err := json.Unmarshal(v, &text, Options)
	return text, err
}

// NameParam gives a parameter that is one name; "" if there is none.
func (p *Params) NameParam(name string) (string, error) {
	items, _, err := p.ListParam(name)
	return strings.Join(items, ","), err
}

// TextParam gives a parameter that is text and never JSON: what logs in.
func (p *Params) TextParam(name string) string {
	if v, ok := p.Query[name]; ok && len(v) > 0 {
		return v[len(v)-1]
	}
	return p.Body.Text(name)
}

// FlagParam reads a flag, which is set by whatever JavaScript takes for true.
func (p *Params) FlagParam(name string) bool {
	v, ok := p.Param(name)
	return ok && !Falsy(v)
}

// Falsy tells what JavaScript takes for false, and Parse Server often for nothing
// given: null, false, 0 and an empty text.
func Falsy(v jsontext.Value) bool {
	v = bytes.TrimSpace(v)
	switch v.Kind() {
	case 'n', 'f':
		return true
	case '"':
		return len(v) == len(`""`)
	case '0':
		var n float64
		return json.Unmarshal(v, &n) == nil && n == 0
	default:
		return false
	}
}

// ParamNames lists all parameters, each once and in the order in which they came:
// those of the body, then those of the query string.
func (p *Params) ParamNames() []string {
	names := make([]string, 0, len(p.Body)+len(p.Query))
	for _, m := range p.Body {
		names = append(names, m.Name)
	}
	for pair := range strings.SplitSeq(p.RawQuery, "&") {
		escaped, _, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(escaped)
		if _, given := p.Query[name]; err == nil && given && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
