package conformance_test

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// question is one raw request and what is usually answered. In its texts @T is a
// class with three rows, n from 0 to 2, and a row of n alone, 9; @C is the class that
// its pointers and its relation have, @0, @1 and @2 are the objects to which the rows
// point, and @R is the id of row 0.
type question struct {
	name   string
	method string // GET where it is empty, of path and query
	path   string // /classes/@T where it is empty
	query  string // of a GET, as people read it
	body   string
	master bool
	usual  string
}

// questioned are the rows that questions are about.
type questioned struct {
	once  sync.Once
	class string            // its name without that of the run
	names *strings.Replacer // of questions
	ids   map[string]string // the names of ids
}

// behaviours gives a behaviour for each question.
func (q *questioned) behaviours(questions []question) []behaviour {
	var all []behaviour
	for _, c := range questions {
		all = append(all, behaviour{c.name, func(t *testing.T, w *world) {
			q.once.Do(func() { q.make(t, w) })
			w.expects(t, c.name, c.usual, q.ask(t, w, c))
		}})
	}
	return all
}

// make makes the rows.
func (q *questioned) make(t *testing.T, w *world) {
	t.Helper()
	target := w.name(q.class + "Target")
	q.class = w.name(q.class)
	w.makeClass(t, target, `"name":{"type":"String"},"when":{"type":"Date"}`, openCLP)
	w.makeClass(t, q.class, fmt.Sprintf(`"n":{"type":"Number"},"s":{"type":"String"},"d":{"type":"Date"},"l":{"type":"Array"},"o":{"type":"Object"},`+
		`"ch":{"type":"Pointer","targetClass":%[1]q},"rel":{"type":"Relation","targetClass":%[1]q}`, target), openCLP)
	pairs := []string{"@T", q.class, "@C", target}
	q.ids = map[string]string{}
	newest := ""
	for i := range 3 {
		date := fmt.Sprintf(`{"__type":"Date","iso":"2026-0%d-01T00:00:00.000Z"}`, i+1)
		id := w.must(t, nobody, "POST", "/classes/"+target, fmt.Sprintf(`{"name":"c%d","when":%s}`, i, date)).text("objectId")
		created := w.must(t, nobody, "POST", "/classes/"+q.class, fmt.Sprintf(`{"n":%[1]d,"s":%[2]q,"l":["a",%[1]d],"o":{"k":%[1]d},"d":%[3]s,`+
			`"ch":{"__type":"Pointer","className":%[4]q,"objectId":%[2]q}}`, i, id, date, target))
		newest = created.text("createdAt")
		q.ids[id] = fmt.Sprintf("@%d", i)
		pairs = append(pairs, q.ids[id], id)
		if i == 0 {
			pairs = append(pairs, "@R", created.text("objectId"))
		}
	}
	for { // until a millisecond has passed: questions about createdAt tell the last two apart
		last := w.must(t, nobody, "POST", "/classes/"+q.class, `{"n":9}`)
		if last.text("createdAt") > newest {
			break
		}
		w.must(t, nobody, "DELETE", "/classes/"+q.class+"/"+last.text("objectId"), "")
	}
	q.names = strings.NewReplacer(pairs...)
}

// ask sends a question and describes the answer.
func (q *questioned) ask(t *testing.T, w *world, c question) string {
	t.Helper()
	method, path := c.method, c.path
	if method == "" {
		method = "GET"
	}
	if path == "" {
		path = "/classes/@T"
	}
	path = q.names.Replace(path)
	if c.query != "" {
		path += "?" + escapedQuery(q.names.Replace(c.query))
	}
	a := w.send(t, identity{master: c.master}, method, path, q.names.Replace(c.body))
	if a.status != 200 {
		return codes(a)
	}
	if a.json["results"] == nil {
		return q.described(a.json)
	}
	var found []string
	results, _ := a.json["results"].([]any)
	for _, r := range results {
		row, isRow := r.(map[string]any)
		if !isRow {
			found = append(found, q.value(r))
			continue
		}
		found = append(found, q.described(row))
	}
	if path = strings.Join(found, "; "); len(found) == 0 {
		path = "nothing"
	}
	if n, ok := a.json["count"].(float64); ok {
		path += fmt.Sprintf(", count %v", n)
	}
	return path
}

// described names the members of a row that questions are about.
func (q *questioned) described(row map[string]any) string {
	var members []string
	for _, name := range slices.Sorted(maps.Keys(row)) {
		switch text := q.value(row[name]); {
		case name == "createdAt" || name == "updatedAt" || name == "rel" || name == "className" || name == "__type":
		case name == "objectId" && !strings.HasPrefix(text, "@") && !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "a "):
		default:
			members = append(members, name+"="+text)
		}
	}
	if members == nil {
		return "no columns"
	}
	return strings.Join(members, " ")
}

// value names a value so that it is the same in every run.
func (q *questioned) value(v any) string {
	switch v := v.(type) {
	case string:
		if name, known := q.ids[v]; known {
			return name
		}
		return "text"
	case float64:
		return fmt.Sprint(v)
	case []any:
		return fmt.Sprintf("%d values", len(v))
	case map[string]any:
		if kind, ok := v["__type"].(string); ok {
			return "a " + kind
		}
		return "{" + q.described(v) + "}"
	}
	return fmt.Sprint(v)
}

// escapedQuery escapes a query string as it is read, its repeated names included.
func escapedQuery(text string) string {
	var pairs []string
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(value))
	}
	return strings.Join(pairs, "&")
}
