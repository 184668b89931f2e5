package conformance_test

import "testing"

// requests are bodies as clients write them that a server takes, and mistakes in
// schemas that it refuses.
func requests() []behaviour {
	const stored, refused = "status 201, code 0", "status 400, code 107"
	var all []behaviour
	for _, c := range []struct {
		name         string
		method, path string // POST of an object where they are empty; @ is an object
		body         string
		usual        string
	}{
		{"an empty objectId", "", "", `{"objectId":""}`, stored},
		{"an objectId that is null", "", "", `{"objectId":null}`, stored},
		{"an objectId", "", "", `{"objectId":"abcdefghij"}`, "status 400, code 105"},
		{"an empty objectId of a role", "POST", "/roles", `{"name":"@","ACL":{"*":{"read":true}},"objectId":""}`, stored},
		{"_noBody", "", "", `{"n":1,"_noBody":true}`, stored},
		{"_method in small letters", "", "", `{"_method":"get","limit":0}`, "status 200, code 0"},
		{"a member of an object", "PUT", "@", `{"o.a.b":1}`, "status 200, code 0"},
		{"a place in an object", "PUT", "@", `{"o.0":1}`, "status 400, code 111"},
		{"a grant to what is no role", "POST", "/schemas/CheckNoSuchGrant", `{"classLevelPermissions":{"find":{"roles:admin":true}}}`, refused},
		{"a grant that is null", "POST", "/schemas/CheckNoSuchGrant", `{"classLevelPermissions":{"find":null}}`, refused},
		{"hidden from what is no role", "POST", "/schemas/CheckNoSuchGrant", `{"fields":{"n":{"type":"Number"}},"classLevelPermissions":{"protectedFields":{"roles:admin":["n"]}}}`, refused},
		{"hidden columns that are null", "POST", "/schemas/CheckNoSuchGrant", `{"classLevelPermissions":{"protectedFields":null}}`, refused},
		{"a new class with a column that each has", "POST", "/schemas/CheckNoSuchColumn", `{"fields":{"objectId":{"type":"String"}}}`, "status 400, code 136"},
	} {
		name := "request: " + c.name
		all = append(all, behaviour{name, func(t *testing.T, w *world) {
			class := "/classes/" + w.storedClass(t)
			method, path, body := c.method, c.path, c.body
			switch path {
			case "":
				method, path = "POST", class
			case "@":
				path = class + "/" + w.must(t, nobody, "POST", class, `{"o":{"k":1}}`).text("objectId")
			case "/roles":
				body = `{"name":"` + w.name("CheckRole") + body[len(`{"name":"@`):]
			}
			w.expects(t, name, c.usual, codes(w.send(t, master, method, path, body)))
		}})
	}
	return all
}
