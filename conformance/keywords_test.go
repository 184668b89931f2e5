package conformance_test

import (
	"testing"
)

// keywords are names that are code to a JavaScript server or client: no object
// may hold them, at any depth and in any place.
func keywords() []behaviour {
	const refused, stored = "status 400, code 105", "status 201, code 0"
	var all []behaviour
	for _, c := range []struct {
		name         string
		method, path string // POST of an object where they are empty
		body         string
		usual        string
	}{
		{"constructor in an object", "", "", `{"o":{"constructor":1}}`, refused},
		{"__proto__ in an object", "", "", `{"o":{"__proto__":1}}`, refused},
		{"deep in lists and objects", "", "", `{"list":[{"a":[{"constructor":{"prototype":1}}]}]}`, refused},
		{"in a dotted name", "", "", `{"o.constructor.prototype":1}`, refused},
		{"in a longer name", "", "", `{"o":{"aconstructorb":1}}`, refused},
		{"as the name of a column", "", "", `{"constructorName":"x"}`, refused},
		{"in an operation", "", "", `{"list":{"__op":"Add","objects":[{"constructor":1}]}}`, refused},
		{"escaped", "", "", `{"o":{"\u0063onstructor":1}}`, refused},
		{"_bsontype of code", "", "", `{"o":{"_bsontype":"Code"}}`, refused},
		{"a longer _bsontype of code", "", "", `{"o":{"_bsontypes":"CodeWithScope"}}`, refused},
		{"as a value", "", "", `{"o":{"a":"constructor"}}`, stored},
		{"prototype alone", "", "", `{"o":{"prototype":1}}`, stored},
		{"in a user", "POST", "/users", `{"username":"no","password":"no","o":{"constructor":1}}`, refused},
		{"in a role", "POST", "/roles", `{"name":"no","ACL":{},"o":{"constructor":1}}`, refused},
		{"a parameter of /config", "PUT", "/config", `{"params":{"checkConstructor":{"a":[{"constructor":1}]}}}`, refused},
		{"the name of a parameter of /config", "PUT", "/config", `{"params":{"constructor":1}}`, refused},
		{"a dotted parameter of /config", "PUT", "/config", `{"params":{"checkNames.__proto__":1}}`, refused},
		{"another name that every object has", "", "", `{"toString":1}`, "status 400, code 111"},
		{"such a name inside an object", "", "", `{"o":{"toString":1}}`, stored},
		{"such a column of a schema", "POST", "/schemas/CheckNoSuchNames", `{"className":"CheckNoSuchNames","fields":{"constructor":{"type":"String"}}}`, "status 400, code 136"},
		{"such a class", "POST", "/schemas/constructor", `{"className":"constructor","fields":{}}`, "status 400, code 103"},
	} {
		name := "keyword: " + c.name
		all = append(all, behaviour{name, func(t *testing.T, w *world) {
			method, path := c.method, c.path
			if method == "" {
				method, path = "POST", "/classes/"+w.storedClass(t)
			}
			w.expects(t, name, c.usual, codes(w.send(t, master, method, path, c.body)))
		}})
	}
	for _, c := range []struct{ name, data string }{
		{"in the metadata of a file", `{"metadata":{"a":{"constructor":1}}}`},
		{"in the tags of a file", `{"tags":{"__proto__":"1"}}`},
	} {
		name := "keyword: " + c.name
		all = append(all, behaviour{name, func(t *testing.T, w *world) {
			w.expects(t, name, refused, codes(w.sendFile(t, `"base64":"aGk=","fileData":`+c.data)))
		}})
	}
	return all
}
