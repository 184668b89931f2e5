package rawjson

import (
	"net/url"

	"github.com/go-json-experiment/json/jsontext"
)

// Params are the parameters of a call: in the query string or in the body.
type Params struct {
	Query url.Values
	Body  Object
}

// Param gives one parameter as JSON text. A value in the query string is JSON if
// it parses as such, and text otherwise.
func (p *Params) Param(name string) (jsontext.Value, bool) {
	if v, ok := p.Query[name]; ok && len(v) > 0 {
		if raw := jsontext.Value(v[len(v)-1]); raw.IsValid(Options) {
			return raw, true
		}
		quoted, err := jsontext.AppendQuote(nil, v[len(v)-1])
		return quoted, err == nil
	}
	return p.Body.Get(name)
}

// TextParam gives a parameter that is text; a number is taken as its digits.
func (p *Params) TextParam(name string) string {
	if v, ok := p.Query[name]; ok && len(v) > 0 {
		return v[len(v)-1]
	}
	return p.Body.Text(name)
}

// FlagParam reads a flag: true or a number that is not zero.
func (p *Params) FlagParam(name string) bool {
	v, ok := p.Param(name)
	return ok && string(v) != "false" && string(v) != "0" && string(v) != "null" && string(v) != `""`
}

// ParamNames lists all parameters, in no order.
func (p *Params) ParamNames() []string {
	var names []string
	for name := range p.Query {
		names = append(names, name)
	}
	for _, m := range p.Body {
		names = append(names, m.Name)
	}
	return names
}
