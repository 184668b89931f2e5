package conformance_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// defects are requests that Parse Server on PostgreSQL answers otherwise than
// its documentation says (protocol section 12), and others that auditserver
// answers otherwise on purpose. The client of this repository avoids most of
// them; programs in other languages meet them.
func defects() []behaviour {
	const columns = `"n":{"type":"Number"},"name":{"type":"String"},"tags":{"type":"Array"},"day":{"type":"Date"},"o":{"type":"Object"},"at":{"type":"GeoPoint"},"kin":{"type":"Relation","targetClass":"_User"}`
	full := `{"n":1,"name":"alpha","tags":[3,1,1,2],"day":{"__type":"Date","iso":"2026-03-01T00:00:00.000Z"},"o":{"k":1,"x":1.5},"at":{"__type":"GeoPoint","latitude":50,"longitude":8}}`

	found := func(a answer) string {
		if a.status != 200 {
			return codes(a)
		}
		var names []string
		for _, row := range a.list() {
			name, named := row["name"].(string)
			if !named {
				name = "the empty row"
			}
			names = append(names, name)
		}
		return "finds " + strings.Join(append(names, "nothing")[:max(len(names), 1)], ", ")
	}
	type do = func(t *testing.T, w *world, class, id string) string
	where := func(condition string) do {
		return func(t *testing.T, w *world, class, _ string) string {
			return found(w.send(t, nobody, "GET", "/classes/"+class+"?order=n&where="+url.QueryEscape(condition), ""))
		}
	}
	get := func(as identity, suffix string) do {
		return func(t *testing.T, w *world, class, _ string) string {
			return codes(w.send(t, as, "GET", "/classes/"+class+suffix, ""))
		}
	}
	put := func(body string) do {
		return func(t *testing.T, w *world, class, id string) string {
			return codes(w.send(t, nobody, "PUT", "/classes/"+class+"/"+id, body))
		}
	}

	var all []behaviour
	for i, d := range []struct {
		key string
		do  do
	}{
		{"$all of what a list holds twice", where(`{"tags":{"$all":[1]}}`)},
		{"$eq with a date", where(`{"day":{"$eq":{"__type":"Date","iso":"2026-03-01T00:00:00.000Z"}}}`)},
		{"$exists on a member of an object", where(`{"o.k":{"$exists":true}}`)},
		{"$in of nothing", where(`{"name":{"$in":[]}}`)},
		{"$in on a member of an object", where(`{"o.k":{"$in":[1,2]}}`)},
		{"$lookup in a pipeline", func(t *testing.T, w *world, class, _ string) string {
			return codes(w.send(t, master, "GET", "/aggregate/"+class+"?pipeline="+url.QueryEscape(`[{"$lookup":{"from":"x"}}]`), ""))
		}},
		{"$maxDistanceInKilometers", where(`{"at":{"$nearSphere":{"__type":"GeoPoint","latitude":0,"longitude":0},"$maxDistanceInKilometers":1}}`)},
		{"$not", where(`{"n":{"$not":{"$gt":5}}}`)},
		{"$or of nothing", where(`{"$or":[]}`)},
		{"a bad date", put(`{"day":{"__type":"Date","iso":"yesterday"}}`)},
		{"a batch's request whose body is a list", func(t *testing.T, w *world, class, _ string) string {
			a := w.must(t, nobody, "POST", "/batch", fmt.Sprintf(`{"requests":[{"method":"POST","path":"/parse/classes/%s","body":[1]}]}`, class))
			_, after, _ := strings.Cut(string(a.body), `"code":`)
			return "code " + after[:3]
		}},
		{"a list compared with one value", where(`{"tags":2}`)},
		{"a list that is added to", func(t *testing.T, w *world, class, id string) string {
			return fmt.Sprint(w.must(t, nobody, "PUT", "/classes/"+class+"/"+id, `{"tags":{"__op":"Add","objects":[5]}}`).json["tags"])
		}},
		{"a negative limit", get(nobody, "?limit=-1")},
		{"a pattern that is none", where(`{"name":{"$regex":"(a"}}`)},
		{"a pattern that looks ahead", where(`{"name":{"$regex":"^(?=alpha)"}}`)},
		{"a relation to nobody", put(`{"kin":{"__op":"AddRelation","objects":[]}}`)},
		{"a session made with the master key", func(t *testing.T, w *world, _, _ string) string {
			return codes(w.send(t, master, "POST", "/classes/_Session", `{"note":"x"}`))
		}},
		{"a text with a NUL character", put(`{"name":"a\u0000b"}`)},
		{"a value nested 70 levels deep", put(`{"o":` + strings.Repeat(`{"a":`, 70) + "1" + strings.Repeat("}", 71))},
		{"an ACL that is unset", func(t *testing.T, w *world, class, id string) string {
			w.must(t, master, "PUT", "/classes/"+class+"/"+id, `{"ACL":{"__op":"Delete"}}`)
			if w.send(t, nobody, "GET", "/classes/"+class+"/"+id, "").status == 200 {
				return "everybody may read and write"
			}
			return "nobody but the master key may read"
		}},
		{"an operation that is unknown", put(`{"n":{"__op":"Multiply"}}`)},
		{"fractions added to a member of an object", func(t *testing.T, w *world, class, id string) string {
			put(`{"o.x":{"__op":"Increment","amount":1.5}}`)(t, w, class, id)
			return put(`{"o.x":{"__op":"Increment","amount":1.5}}`)(t, w, class, id)
		}},
		{"the count of a class with the master key", func(t *testing.T, w *world, class, _ string) string {
			if w.must(t, master, "GET", "/classes/"+class+"?count=1&limit=0", "").json["count"] == 2.0 {
				return "exact"
			}
			return "PostgreSQL's estimate"
		}},
		{"the directory of a file", func(t *testing.T, w *world, _, _ string) string {
			a := w.must(t, master, "POST", "/files/d.txt", "x", "Content-Type", "text/plain", "X-Parse-Upload-Mode", "stream", "X-Parse-File-Directory", "sub")
			if strings.HasPrefix(a.text("name"), "sub/") {
				return "kept"
			}
			return "left out"
		}},
		{"the tokens of one's other sessions", func(t *testing.T, w *world, _, _ string) string {
			m := w.signUp(t, "tokens")
			w.must(t, nobody, "POST", "/login", fmt.Sprintf(`{"username":%q,"password":%q}`, m.name, m.password))
			shown := 0
			for _, session := range w.must(t, user(m.session.Token()), "GET", "/sessions", "").list() {
				if token, _ := session["sessionToken"].(string); token != "" {
					shown++
				}
			}
			return fmt.Sprintf("%d of 2 tokens shown", shown)
		}},
	} {
		all = append(all, behaviour{"difference: " + d.key, func(t *testing.T, w *world) {
			class := w.name(fmt.Sprintf("CheckDefect%d", i))
			w.makeClass(t, class, columns, openCLP)
			made := w.must(t, nobody, "POST", "/classes/"+class, full)
			w.must(t, nobody, "POST", "/classes/"+class, `{"n":2}`)
			require.NotEmpty(t, made.text("objectId"))
			w.differs(t, d.key, d.do(t, w, class, made.text("objectId")))
		}})
	}
	return all
}
