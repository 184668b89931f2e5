package conformance_test

import (
	"fmt"
	"net/url"
	"testing"
)

// getFinds are finds of one object by its id, which need the permission to get,
// and finds that look like them.
func getFinds() []behaviour {
	type class struct{ permissions, get, find string } // what each kind of find answers
	denied := "status 400, code 119"
	classes := []class{
		{`"get":{"*":true},"find":{}`, "finds 1", denied},
		{`"find":{"*":true},"get":{}`, denied, "finds 1"},
		{`"get":{"requiresAuthentication":true},"find":{}`, "finds 1", denied},
	}
	pointer := func(class, id string) string {
		return fmt.Sprintf(`{"__type":"Pointer","className":%q,"objectId":%q}`, class, id)
	}
	var all []behaviour
	for i, c := range classes {
		for _, q := range []struct {
			name, where string // where has the id as %[1]s, the class as %[2]s
			usual       string
		}{
			{"an id alone", `{"objectId":"%[1]s"}`, c.get},
			{"an id with $eq", `{"objectId":{"$eq":"%[1]s"}}`, c.find},
			{"an id with $in", `{"objectId":{"$in":["%[1]s"]}}`, c.find},
			{"an id and another condition", `{"objectId":"%[1]s","n":1}`, c.find},
			{"an id in $or", `{"$or":[{"objectId":"%[1]s"}]}`, c.find},
			{"a sub-query for an id", `{"p":{"$inQuery":{"className":"%[2]s","where":{"objectId":"%[1]s"}}}}`, c.get},
			{"a $select for an id", `{"n":{"$select":{"query":{"className":"%[2]s","where":{"objectId":"%[1]s"}},"key":"n"}}}`, c.get},
			{"a sub-query for an id with $in", `{"p":{"$inQuery":{"className":"%[2]s","where":{"objectId":{"$in":["%[1]s"]}}}}}`, c.find},
		} {
			name := fmt.Sprintf("find as a get: %s, with %s", q.name, c.permissions)
			all = append(all, behaviour{name, func(t *testing.T, w *world) {
				guarded, open := w.name(fmt.Sprintf("CheckGet%d", i)), w.name(fmt.Sprintf("CheckGetOpen%d", i))
				if w.send(t, master, "GET", "/schemas/"+guarded, "").status != 200 {
					w.makeClass(t, guarded, `"n":{"type":"Number"}`, `{"create":{"*":true},"count":{"*":true},`+c.permissions+`}`)
					w.makeClass(t, open, fmt.Sprintf(`"n":{"type":"Number"},"p":{"type":"Pointer","targetClass":%q}`, guarded), openCLP)
				}
				id := w.must(t, master, "POST", "/classes/"+guarded, `{"n":1}`).text("objectId")
				asked := guarded
				if q.where[2] == 'p' || q.where[2] == 'n' {
					asked = open
					w.must(t, master, "POST", "/classes/"+open, `{"n":1,"p":`+pointer(guarded, id)+`}`)
				}
				as := user(w.getter(t))
				a := w.send(t, as, "GET", "/classes/"+asked+"?limit=1&where="+url.QueryEscape(fmt.Sprintf(q.where, id, guarded)), "")
				observed := codes(a)
				if a.status == 200 {
					observed = fmt.Sprintf("finds %d", len(a.list()))
				}
				w.expects(t, name, q.usual, observed)
			}})
		}
	}
	return all
}

// getter gives the session of the user of these behaviours, who signs up once.
func (w *world) getter(t *testing.T) string {
	t.Helper()
	const password = "pw of getter"
	name := w.name("getter")
	a := w.send(t, nobody, "POST", "/login", fmt.Sprintf(`{"username":%q,"password":%q}`, name, password))
	if a.status != 200 {
		a = w.must(t, nobody, "POST", "/users", fmt.Sprintf(`{"username":%q,"password":%q,"role":"auditor","siteCode":"PLANT-07"}`, name, password))
	}
	return a.text("sessionToken")
}
