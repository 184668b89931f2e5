package conformance_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// spelling is one way to give a parameter.
type spelling struct {
	name  string
	where string   // "query", "body" or "batch"
	texts []string // as they stand in a query string, one for each time the name is given
	json  string   // as it stands in a body
	same  bool     // as the value alone
}

// spellings are all the ways to give a value.
func spellings(value string) []spelling {
	all := []spelling{
		{name: "as JSON in the query", where: "query", texts: []string{value}, same: true},
		{name: "twice in the query", where: "query", texts: []string{value, value}},
		{name: "in a list in the query", where: "query", texts: []string{"[" + value + "]"}},
		{name: "as JSON in the body", where: "body", json: value, same: true},
		{name: "in a list in the body", where: "body", json: "[" + value + "]"},
		{name: "as JSON in a batch", where: "batch", json: value, same: true},
	}
	var text string
	if json.Unmarshal([]byte(value), &text) == nil {
		all = append(all, spelling{name: "as text in the query", where: "query", texts: []string{text}, same: true})
	} else {
		all = append(all, spelling{name: "as a text in the body", where: "body", json: strconv.Quote(value)})
	}
	var list []jsontext.Value
	if json.Unmarshal([]byte(value), &list) == nil && len(list) > 1 {
		repeated := spelling{name: "element by element in the query", where: "query", same: true}
		for _, element := range list {
			var text string
			if json.Unmarshal(element, &text) != nil {
				text, repeated.same = string(element), false // a repeated parameter is a list of texts
			}
			repeated.texts = append(repeated.texts, text)
		}
		all = append(all, repeated)
	}
	return all
}

// question asks a route with one parameter spelt in one way.
func (route readRoute) question(name string, value parameterValue, spelt spelling) probe {
	q := probe{
		asks: route.name + ": " + name + " " + value.json + " " + spelt.name,
		as:   route.as, method: http.MethodGet, path: route.path,
		anyOrder: name == "order" && value.meaning == "" || route.with == nil,
	}
	if value.meaning != "" && spelt.same {
		q.meaning = route.name + ": " + name + " " + value.meaning
	}
	with := maps.Clone(route.with)
	delete(with, name)
	switch spelt.where {
	case "query":
		values := url.Values{name: spelt.texts}
		for k, v := range with {
			values.Set(k, v)
		}
		q.path += "?" + values.Encode()
	case "body":
		q.method, q.body = http.MethodPost, objectText(with, name, spelt.json, `"_method":"GET"`)
	case "batch":
		q.method, q.path = http.MethodPost, "/batch"
		q.body = `{"requests":[{"method":"GET","path":"/parse` + route.path + `","body":` + objectText(with, name, spelt.json) + `}]}`
	}
	return q
}

// objectText writes a JSON object of parameters.
func objectText(with map[string]string, name, value string, more ...string) string {
	members := append(more, quoted(name)+":"+value)
	for _, k := range slices.Sorted(maps.Keys(with)) {
		members = append(members, quoted(k)+":"+quoted(with[k]))
	}
	return "{" + strings.Join(members, ",") + "}"
}
