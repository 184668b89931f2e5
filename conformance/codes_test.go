package conformance_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

// errorCodes provokes every error code that can be provoked over REST, and the
// answers that carry none (protocol section 7).
func errorCodes() []behaviour {
	type provocation struct {
		name   string
		status int
		code   int // 0: the answer has none
		do     func(t *testing.T, w *world) answer
	}
	request := func(as identity, method, path, body string, headers ...string) func(*testing.T, *world) answer {
		return func(t *testing.T, w *world) answer { return w.send(t, as, method, path, body, headers...) }
	}
	item := func(as identity, method, suffix, body string, headers ...string) func(*testing.T, *world) answer {
		return func(t *testing.T, w *world) answer {
			return w.send(t, as, method, "/classes/"+w.itemClass()+suffix, body, headers...)
		}
	}
	provocations := []provocation{
		{"a password reset where no mail is set up", 500, 1, request(nobody, "POST", "/requestPasswordReset", `{"email":"a@example.com"}`)},
		{"an object that is missing", 404, 101, item(nobody, "GET", "/missing000", "")},
		{"a change of an object that is missing", 404, 101, item(nobody, "PUT", "/missing000", `{"n":1}`)},
		{"a delete of an object that is missing", 404, 101, item(nobody, "DELETE", "/missing000", "")},
		{"a wrong password", 404, 101, request(nobody, "POST", "/login", `{"username":"nobody","password":"wrong"}`)},
		{"a bad option of a pattern", 400, 102, item(nobody, "POST", "", `{"_method":"GET","where":{"name":{"$regex":"a","$options":"q"}}}`)},
		{"an unknown parameter", 400, 102, item(nobody, "GET", "?wherever=1", "")},
		{"an unknown parameter of a get", 400, 102, item(nobody, "GET", "/missing000?where=%7B%7D", "")},
		{"an $or that is no list", 400, 102, item(nobody, "POST", "", `{"_method":"GET","where":{"$or":{}}}`)},
		{"a condition on the ACL", 400, 102, item(nobody, "POST", "", `{"_method":"GET","where":{"ACL":1}}`)},
		{"the schema of a class that is missing", 400, 103, request(master, "GET", "/schemas/CheckNothing", "")},
		{"a bad class name", 400, 103, request(master, "POST", "/schemas/bad%20name", `{"className":"bad name"}`)},
		{"a bad field name", 400, 105, item(nobody, "POST", "", `{"bad-name":1}`)},
		{"a field name with a dollar sign in a query", 400, 105, item(nobody, "POST", "", `{"_method":"GET","where":{"$bad":1}}`)},
		{"a chosen object id", 400, 105, item(nobody, "POST", "", `{"objectId":"mine000000"}`)},
		{"a bad name to order by", 400, 105, item(nobody, "GET", "?order=bad-name", "")},
		{"a batch with a method in small letters", 400, 107, func(t *testing.T, w *world) answer {
			return w.send(t, nobody, "POST", "/batch", fmt.Sprintf(`{"requests":[{"method":"post","path":"/parse/classes/%s","body":{}}]}`, w.itemClass()))
		}},
		{"a batch that leaves the mount path", 400, 107, func(t *testing.T, w *world) answer {
			return w.send(t, nobody, "POST", "/batch", fmt.Sprintf(`{"requests":[{"method":"POST","path":"/1/classes/%s","body":{}}]}`, w.itemClass()))
		}},
		{"a batch without a list", 400, 107, request(nobody, "POST", "/batch", `{"requests":1}`)},
		{"permissions of an unknown kind", 400, 107, request(master, "POST", "/schemas/CheckNothing", `{"className":"CheckNothing","classLevelPermissions":{"fly":{"*":true}}}`)},
		{"a context that is no object", 400, 107, item(nobody, "POST", "", `{"n":1}`, "X-Parse-Cloud-Context", "1")},
		{"a text in a column of numbers", 400, 111, item(nobody, "POST", "", `{"n":"text"}`)},
		{"a pointer to another class", 400, 111, item(nobody, "POST", "", `{"parent":{"__type":"Pointer","className":"_User","objectId":"x"}}`)},
		{"an unknown type", 400, 111, item(nobody, "POST", "", `{"fresh":{"__type":"Nonsense"}}`)},
		{"an included object sent back", 400, 111, item(nobody, "POST", "", `{"author":{"__type":"Object","className":"_User","objectId":"x"}}`)},
		{"a field of an unknown type", 400, 111, request(master, "POST", "/schemas/CheckNothing", `{"className":"CheckNothing","fields":{"a":{"type":"Nonsense"}}}`)},
		{"a class that clients may not make", 400, 119, request(nobody, "POST", "/classes/CheckNothing", `{"n":1}`)},
		{"a query of a class that is missing", 400, 119, request(nobody, "GET", "/classes/CheckNothing", "")},
		{"a class of the server's own", 400, 119, request(nobody, "GET", "/classes/_JobStatus", "")},
		{"a key with a dollar sign below an object", 400, 121, item(nobody, "POST", "", `{"meta":{"$a":1}}`)},
		{"a key with a dot below an object", 400, 121, item(nobody, "POST", "", `{"meta":{"a.b":1}}`)},
		{"a bad file name", 400, 122, request(master, "POST", "/files/bad%5Cname.txt", `{"base64":"AAAA"}`)},
		{"an unresolved ACL", 400, 123, item(nobody, "POST", "", `{"ACL":{"*unresolved":{"read":true}}}`)},
		{"a bad e-mail address", 400, 125, request(nobody, "POST", "/users", `{"username":"checkmail","password":"p","email":"nobody"}`)},
		{"an upload without a session", 400, 130, request(nobody, "POST", "/files/a.txt", "abc", "Content-Type", "text/plain")},
		{"an empty upload", 400, 130, request(master, "POST", "/files/a.txt", "", "Content-Type", "text/plain")},
		{"a device token of two installations", 400, 132, func(t *testing.T, w *world) answer {
			for _, n := range []string{"1", "2"} {
				w.must(t, nobody, "POST", "/installations", fmt.Sprintf(`{"deviceType":"ios","deviceToken":%q,"installationId":%q,"appIdentifier":%[2]q}`, w.name("shared"), w.name("sharer")+n))
			}
			return w.send(t, nobody, "POST", "/installations", fmt.Sprintf(`{"deviceType":"ios","deviceToken":%q}`, w.name("shared")))
		}},
		{"an installation without a device type", 400, 135, request(nobody, "POST", "/installations", `{"installationId":"11111111-1111-4111-8111-111111111111"}`)},
		{"a schema without a name", 400, 135, request(master, "POST", "/schemas", `{"fields":{}}`)},
		{"a pointer column without a class", 400, 135, request(master, "POST", "/schemas/CheckNothing", `{"className":"CheckNothing","fields":{"a":{"type":"Pointer"}}}`)},
		{"a column of the server's own", 400, 136, func(t *testing.T, w *world) answer {
			return w.send(t, master, "PUT", "/schemas/"+w.itemClass(), fmt.Sprintf(`{"className":%q,"fields":{"createdAt":{"__op":"Delete"}}}`, w.itemClass()))
		}},
		{"a role of the same name", 400, 137, func(t *testing.T, w *world) answer {
			role := fmt.Sprintf(`{"name":%q,"ACL":{"*":{"read":true}}}`, w.name("twice"))
			w.must(t, master, "POST", "/roles", role)
			return w.send(t, master, "POST", "/roles", role)
		}},
		{"a function that is missing", 400, 141, request(nobody, "POST", "/functions/checkNothing", `{}`)},
		{"a required field that is missing", 400, 142, func(t *testing.T, w *world) answer {
			return w.send(t, nobody, "POST", "/classes/"+w.name("CheckTitled"), `{}`)
		}},
		{"a required field that is empty", 400, 142, func(t *testing.T, w *world) answer {
			return w.send(t, nobody, "POST", "/classes/"+w.name("CheckTitled"), `{"title":""}`)
		}},
		{"a file that is missing", 400, 153, request(master, "DELETE", "/files/missing.txt", "")},
		{"a log-in as nobody", 400, 162, request(master, "POST", "/loginAs", `{}`)},
		{"a sign-up without a name", 400, 200, request(nobody, "POST", "/users", `{"password":"p"}`)},
		{"a log-in without a name", 400, 200, request(nobody, "POST", "/login", `{"password":"p"}`)},
		{"a sign-up without a password", 400, 201, request(nobody, "POST", "/users", `{"username":"checkuser"}`)},
		{"a log-in without a password", 400, 201, request(nobody, "POST", "/login", `{"username":"checkuser"}`)},
		{"a user name that is taken", 400, 202, func(t *testing.T, w *world) answer {
			body := fmt.Sprintf(`{"username":%q,"password":"p"}`, w.name("taken"))
			w.must(t, nobody, "POST", "/users", body)
			return w.send(t, nobody, "POST", "/users", body)
		}},
		{"an e-mail address that is taken", 400, 203, func(t *testing.T, w *world) answer {
			w.must(t, nobody, "POST", "/users", fmt.Sprintf(`{"username":%q,"password":"p","email":"%s@example.com"}`, w.name("m1"), w.run))
			return w.send(t, nobody, "POST", "/users", fmt.Sprintf(`{"username":%q,"password":"p","email":"%s@example.com"}`, w.name("m2"), w.run))
		}},
		{"a change of a user without his session", 400, 206, func(t *testing.T, w *world) answer {
			other := w.must(t, nobody, "POST", "/users", fmt.Sprintf(`{"username":%q,"password":"p"}`, w.name("other")))
			return w.send(t, nobody, "PUT", "/users/"+other.text("objectId"), `{"city":"x"}`)
		}},
		{"an account that another user has", 400, 208, func(t *testing.T, w *world) answer {
			account := fmt.Sprintf(`{"authData":{"anonymous":{"id":%q}}}`, w.name("account"))
			w.must(t, nobody, "POST", "/users", account)
			m := w.signUp(t, "linker")
			return w.send(t, user(m.session.Token()), "PUT", "/users/"+m.id, account)
		}},
		{"a session that does not exist", 400, 209, request(user("r:00000000000000000000000000000000"), "GET", "/users/me", "")},
		{"a session that does not exist, on a class", 400, 209, func(t *testing.T, w *world) answer {
			return w.send(t, user("r:00000000000000000000000000000000"), "GET", "/classes/"+w.itemClass(), "")
		}},
		{"an account of an unknown service", 400, 252, request(nobody, "POST", "/users", `{"authData":{"nonsense":{"id":"1"}}}`)},
		{"a column that changes its type", 400, 255, func(t *testing.T, w *world) answer {
			return w.send(t, master, "PUT", "/schemas/"+w.itemClass(), fmt.Sprintf(`{"className":%q,"fields":{"n":{"type":"String"}}}`, w.itemClass()))
		}},
		{"an application that is unknown", 403, 0, item(nobody, "GET", "", "", "X-Parse-Application-Id", "nonsense")},
		{"a key that is wrong", 403, 0, item(nobody, "GET", "", "", "X-Parse-REST-API-Key", "nonsense")},
		{"a file of another application", 403, 0, request(nobody, "GET", "/files/another/x.txt", "")},
		{"a route for the master key", 403, 0, request(nobody, "GET", "/schemas", "")},
		{"a body that is no JSON", 400, 0, item(nobody, "POST", "", `{"n":`)},
		{"a route that does not exist", 404, 0, request(nobody, "GET", "/nonsense", "")},
		{"a method that does not exist", 404, 0, item(nobody, http.MethodPatch, "", `{}`)},
	}
	var all []behaviour
	for _, p := range provocations {
		all = append(all, behaviour{fmt.Sprintf("error %d: %s", p.code, p.name), func(t *testing.T, w *world) {
			a := p.do(t, w)
			w.expects(t, p.name, fmt.Sprint("status ", p.status, ", code ", p.code), codes(a))
		}})
	}
	for _, p := range []struct {
		key string
		do  func(*testing.T, *world) answer
	}{
		{"GraphQL settings", request(master, "GET", "/graphql-config", "")},
		{"a challenge of an authentication service", request(nobody, "POST", "/challenge", `{}`)},
		{"a condition on a field behind a pointer", func(t *testing.T, w *world) answer {
			return w.send(t, nobody, "GET", "/classes/"+w.itemClass()+"?where="+url.QueryEscape(`{"parent.n":1}`), "")
		}},
		{"a schedule of jobs", request(master, "POST", "/cloud_code/jobs", `{}`)},
		{"a limit of the rate of requests", func(t *testing.T, w *world) (last answer) {
			for range 6 { // two are allowed on each node
				last = w.send(t, nobody, "POST", "/functions/checkLimited", `{}`)
			}
			return last
		}},
		{"an order by a field behind a pointer", func(t *testing.T, w *world) answer {
			return w.send(t, nobody, "GET", "/classes/"+w.itemClass()+"?order=parent.n", "")
		}},
		{"purchase receipts", request(nobody, "POST", "/validate_purchase", `{}`)},
		{"push", request(master, "POST", "/push", `{"where":{},"data":{}}`)},
		{"push audiences", request(master, "GET", "/push_audiences", "")},
		{"the check of security", request(master, "GET", "/security", "")},
		{"the log of the server", request(master, "GET", "/scriptlog", "")},
		{"webhooks", request(master, "GET", "/hooks/functions/checkNothing", "")},
	} {
		all = append(all, behaviour{"what auditserver has not: " + p.key, func(t *testing.T, w *world) {
			a := p.do(t, w)
			w.differs(t, p.key, codes(a))
		}})
	}
	return all
}
