package conformance_test

import (
	"fmt"
	"net/http"
	"strings"
)

// castOfQuestions makes the people who ask: Ann, whom an object's pointer names
// as its owner; Cleo, whom its list of pointers names; Dora, who has the role;
// Eve, whom permissions name; and Ben, who has nothing.
func castOfQuestions() []probe {
	var steps []probe
	for _, name := range castNames() {
		steps = append(steps, probe{
			asks: "sign up " + name, as: "nobody", method: http.MethodPost, path: "/users",
			body:  fmt.Sprintf(`{"username":"%s%s","password":"word of %s"}`, name, runName, name),
			keeps: []string{"idOf" + name},
		}, probe{ // cloud/main.js has added the roles
			asks: "make " + name + " private", as: "master", method: http.MethodPut, path: "/users/idOf" + name,
			body: `{"ACL":{"idOf` + name + `":{"read":true,"write":true}}}`,
		})
	}
	return append(steps, probe{
		asks: "make the role", as: "master", method: http.MethodPost, path: "/roles",
		body:  fmt.Sprintf(`{"name":"crew%s","ACL":{"idOfDora":{"read":true}},"users":{"__op":"AddRelation","objects":[%s]}}`, runName, pointerText("_User", "Dora")),
		keeps: []string{"idOfCrew"},
	})
}

func castNames() []string { return []string{"Ann", "Ben", "Cleo", "Dora", "Eve"} }

func pointerText(class, label string) string {
	return fmt.Sprintf(`{"__type":"Pointer","className":%q,"objectId":"idOf%s"}`, class, label)
}

// madeClass is the step that makes a class.
func madeClass(name, columns, permissions string) probe {
	return probe{
		asks: "make " + name, as: "master", method: http.MethodPost, path: "/schemas/" + name,
		body: fmt.Sprintf(`{"className":%q,"fields":{%s},"classLevelPermissions":%s}`, name, columns, permissions),
	}
}

// madeRow is the step that makes one object.
func madeRow(class, label, members string) probe {
	return probe{
		asks: "make " + label, as: "master", method: http.MethodPost, path: "/classes/" + class,
		body: "{" + members + "}", keeps: []string{"idOf" + label},
	}
}

// madeRows are the steps that make many objects, members by label.
func madeRows(class string, rows []labelledRow) []probe {
	const most = 50
	var steps []probe
	for len(rows) > 0 {
		n := min(most, len(rows))
		step := probe{asks: "make rows of " + class, as: "master", method: http.MethodPost, path: "/batch"}
		var requests []string
		for _, row := range rows[:n] {
			step.keeps = append(step.keeps, "idOf"+row.label)
			requests = append(requests, fmt.Sprintf(`{"method":"POST","path":"/parse/classes/%s","body":{%s}}`, class, row.members))
		}
		step.body = `{"requests":[` + strings.Join(requests, ",") + `]}`
		steps, rows = append(steps, step), rows[n:]
	}
	return steps
}

type labelledRow struct{ label, members string }

// kindColumns are columns of every kind; kindClass is the class they point to.
const kindColumns = `
	"text":{"type":"String"}, "number":{"type":"Number"}, "flag":{"type":"Boolean"}, "day":{"type":"Date"},
	"list":{"type":"Array"}, "object":{"type":"Object"}, "bytes":{"type":"Bytes"}, "file":{"type":"File"},
	"spot":{"type":"GeoPoint"}, "area":{"type":"Polygon"}, "parent":{"type":"Pointer","targetClass":"%[1]s"},
	"user":{"type":"Pointer","targetClass":"_User"}, "members":{"type":"Relation","targetClass":"%[1]s"}, "name":{"type":"String"}`

// kindValues are one value for each kind of column, as JSON.
func kindValues() map[string]string {
	return map[string]string{
		"text": `"bee"`, "number": `5`, "flag": `true`, "day": dateText("2026-01-02T03:04:05.678Z"),
		"list": `[1,"x",{"k":1}]`, "object": `{"k":1,"inner":{"t":"x"}}`, "bytes": `{"__type":"Bytes","base64":"AQID"}`,
		"file": `{"__type":"File","name":"note.txt","url":"http://127.0.0.1/note.txt"}`,
		"spot": `{"__type":"GeoPoint","latitude":40.5,"longitude":-30}`,
		"area": `{"__type":"Polygon","coordinates":[[0,0],[0,2],[2,2],[2,0]]}`,
	}
}

func dateText(iso string) string { return fmt.Sprintf(`{"__type":"Date","iso":%q}`, iso) }
