package conformance_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// said are smaller things in which a client meets one server or the other.
func said() []behaviour {
	q := questioned{class: "CheckSaid"}
	post := func(name, path, body, usual string) question {
		return question{name: name, method: "POST", path: path, body: body, usual: usual}
	}
	long := make([]string, 10_001)
	for i := range long {
		long[i] = strconv.Itoa(i)
	}
	const unknown = "status 404, code 101"
	all := q.behaviours([]question{
		post("$in of more than 10,000 values", "/classes/@T", `{"_method":"GET","keys":"n","order":"n","where":{"n":{"$in":[`+strings.Join(long, ",")+`]}}}`, "status 400, code 102"),
		post("a log-in with an object as name", "/login", `{"username":{"$regex":"."},"password":"x"}`, unknown),
		post("a log-in with a list as name", "/login", `{"username":["x"],"password":"x"}`, unknown),
		post("a log-in with an object as password", "/login", `{"username":"x","password":{"a":1}}`, unknown),
		post("a check of a password with an object as name", "/verifyPassword", `{"username":{"$ne":1},"password":"x"}`, unknown),
		post("a parameter of a function that is called constructor", "/functions/checkEcho", `{"constructor":1,"n":2}`, "result={constructor=1 n=2}"),
	})
	for _, c := range []struct{ name, op, usual string }{
		{"Increment", `{"__op":"Increment","amount":2}`, "3"},
		{"Delete", `{"__op":"Delete"}`, "nothing"},
	} {
		name := "a parameter of /config: " + c.name
		all = append(all, behaviour{name, func(t *testing.T, w *world) {
			parameter := w.name("check")
			w.must(t, master, "PUT", "/config", fmt.Sprintf(`{"params":{%q:1}}`, parameter))
			w.must(t, master, "PUT", "/config", fmt.Sprintf(`{"params":{%q:%s}}`, parameter, c.op))
			params, _ := w.must(t, master, "GET", "/config", "").json["params"].(map[string]any)
			observed := "nothing"
			if v, ok := params[parameter]; ok {
				observed = fmt.Sprint(v)
			}
			w.expects(t, name, c.usual, observed)
		}})
	}
	for _, c := range []struct{ name, base64, usual string }{
		{"without padding", "aGk", "status 201, code 0"},
		{"in the alphabet of URLs", "_-8=", "status 201, code 0"},
	} {
		name := "base64 of a column: " + c.name
		all = append(all, behaviour{name, func(t *testing.T, w *world) {
			w.expects(t, name, c.usual, codes(w.send(t, nobody, "POST", "/classes/"+w.storedClass(t), fmt.Sprintf(`{"raw":{"__type":"Bytes","base64":%q}}`, c.base64))))
		}})
	}
	return append(all,
		behaviour{"a part of a file", func(t *testing.T, w *world) {
			url := w.sendFile(t, `"base64":"aGk="`).text("url")
			_, path, _ := strings.Cut(url, "/parse")
			w.expects(t, "a part of a file", "status 206, code 0", codes(w.send(t, nobody, "GET", path, "", "Range", "bytes=0-0")))
		}},
		behaviour{"the metadata of another application's file", func(t *testing.T, w *world) {
			file := w.sendFile(t, `"base64":"aGk="`).text("name")
			w.expects(t, "the metadata of another application's file", "status 403, code 0", codes(w.send(t, nobody, "GET", "/files/another/metadata/"+file, "")))
		}},
		behaviour{"the metadata of a file that is not there", func(t *testing.T, w *world) {
			w.expects(t, "the metadata of a file that is not there", "status 404, code 0", codes(w.send(t, nobody, "GET", "/files/"+w.appID+"/metadata/no.txt", "")))
		}})
}
