package conformance_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// grant is one way in which a class gives an operation to somebody. Beside the
// operation stand permissions of the whole class.
type grant struct{ name, json, beside string }

func grants() []grant {
	return []grant{
		{"nobody", `{}`, ``},
		{"everybody", `{"*":true}`, ``},
		{"users", `{"requiresAuthentication":true}`, ``},
		{"a role", `{"role:crew` + runName + `":true}`, ``},
		{"a user", `{"idOfEve":true}`, ``},
		{"a pointer", `{"pointerFields":["owner"]}`, ``},
		{"a list of pointers", `{"pointerFields":["owners"]}`, ``},
		{"two pointers", `{"pointerFields":["owner","owners"]}`, ``},
		{"a role and a pointer", `{"role:crew` + runName + `":true,"pointerFields":["owner"]}`, ``},
		{"users and a pointer", `{"requiresAuthentication":true,"pointerFields":["owner"]}`, ``},
		{"everybody and a pointer", `{"*":true,"pointerFields":["owner"]}`, ``},
		{"readers", `{}`, `,"readUserFields":["owner"]`},
		{"readers in a list", `{}`, `,"readUserFields":["owners"]`},
		{"writers", `{}`, `,"writeUserFields":["owner"]`},
		{"writers in a list", `{}`, `,"writeUserFields":["owners"]`},
	}
}

// permissionOperations are what a permission is for, each with what is tried of
// it: what the same permission might open or close besides.
func permissionOperations() []struct {
	name  string
	tried []string
} {
	return []struct {
		name  string
		tried []string
	}{
		{"find", []string{"find", "find by id", "find by id and more", "count", "get", "subquery", "include", "include without the key"}},
		{"get", []string{"find", "find by id", "find by id and more", "count", "get", "include", "include without the key"}},
		{"count", []string{"find", "count", "count and find"}},
		{"create", []string{"create", "create with a column"}},
		{"update", []string{"update", "update with a column", "increment", "delete"}},
		{"delete", []string{"update", "delete"}},
		{"addField", []string{"create", "create with a column", "update", "update with a column"}},
	}
}

// permissionQuestions ask for every operation in the name of everybody, in
// classes that each grant one operation in one way and leave the others open.
func permissionQuestions() scene {
	s := scene{name: "permissions", aboveAdapters: true}
	n := 0
	for _, operation := range permissionOperations() {
		for _, g := range grants() {
			n++
			class := fmt.Sprintf("AskedGranted%d%s", n, runName)
			var rows []labelledRow
			label := func(name string) string { return fmt.Sprintf("Granted%d%s", n, name) }
			owned := `"owner":` + pointerText("_User", "Ann") + `,"owners":[` + pointerText("_User", "Cleo") + `]`
			rows = append(rows, labelledRow{label("Owned"), `"name":"owned",` + owned}, labelledRow{label("Alien"), `"name":"alien"`},
				labelledRow{label("Child"), `"name":"child","parent":` + pointerText(class, label("Owned"))})
			for _, who := range append(castNames(), "nobody", "master") {
				for i, tried := range operation.tried {
					row := label(fmt.Sprint("By", strings.ToUpper(who[:1]), who[1:], i))
					q := permissionQuestion(class, tried, label("Owned"), row, fmt.Sprintf("added%d%s", i, who))
					q.asks = fmt.Sprintf("%s granted to %s: %s by %s", operation.name, g.name, tried, who)
					q.lane, q.as = class, who
					if isCastName(who) {
						q.as = "idOf" + who
					}
					if strings.Contains(q.path, "idOf"+row) {
						rows = append(rows, labelledRow{row, `"name":"mine",` + owned})
					}
					s.questions = append(s.questions, q)
				}
			}
			s.prepare = append(s.prepare, madeClass(class, `"name":{"type":"String"},"n":{"type":"Number"},"owner":{"type":"Pointer","targetClass":"_User"},"owners":{"type":"Array"},"parent":{"type":"Pointer","targetClass":"`+class+`"}`, grantedPermissions(operation.name, g)))
			s.prepare = append(s.prepare, madeGrantedRows(class, rows)...)
		}
	}
	return s
}

func isCastName(who string) bool { return who != "nobody" && who != "master" }

// madeGrantedRows makes the row that another points to before the other.
func madeGrantedRows(class string, rows []labelledRow) []probe {
	steps := madeRows(class, rows[:2])
	steps = append(steps, madeRows(class, rows[2:])...)
	for i := range steps {
		steps[i].as = "master"
	}
	return steps
}

func grantedPermissions(operation string, g grant) string {
	var members []string
	for _, o := range permissionOperations() {
		if o.name == operation {
			members = append(members, `"`+o.name+`":`+g.json)
		} else {
			members = append(members, `"`+o.name+`":{"*":true}`)
		}
	}
	return "{" + strings.Join(members, ",") + g.beside + "}"
}

// permissionQuestion tries one thing: to read the owned row, or to write one that
// is owned alike.
func permissionQuestion(class, tried, owned, row, column string) probe {
	objects := "/classes/" + class
	find := func(where string, more string) probe {
		return probe{method: http.MethodGet, path: objects + "?keys=name&order=name&where=" + url.QueryEscape(where) + more}
	}
	const two = `{"name":{"$in":["owned","alien"]}}`
	switch tried {
	case "find":
		return find(two, "")
	case "find by id":
		return find(`{"objectId":"idOf`+owned+`"}`, "")
	case "find by id and more":
		return find(`{"objectId":"idOf`+owned+`","name":"owned"}`, "")
	case "count":
		return find(two, "&count=1&limit=0")
	case "count and find":
		return find(two, "&count=1")
	case "subquery":
		return find(`{"parent":{"$inQuery":{"className":"`+class+`","where":{"name":"owned"}}}}`, "")
	case "include":
		return probe{method: http.MethodGet, path: objects + "?order=name&include=parent&keys=name,parent.name&where=" + url.QueryEscape(`{"name":"child"}`)}
	case "include without the key":
		return find(`{"name":"child"}`, "&include=parent")
	case "get":
		return probe{method: http.MethodGet, path: objects + "/idOf" + owned + "?keys=name"}
	case "create":
		return probe{method: http.MethodPost, path: objects, body: `{"name":"new","owner":` + pointerText("_User", "Ann") + `}`}
	case "create with a column":
		return probe{method: http.MethodPost, path: objects, body: `{"` + column + `":1,"owner":` + pointerText("_User", "Ann") + `}`}
	case "update":
		return probe{method: http.MethodPut, path: objects + "/idOf" + row, body: `{"name":"changed"}`}
	case "increment":
		return probe{method: http.MethodPut, path: objects + "/idOf" + row, body: `{"n":{"__op":"Increment","amount":1}}`}
	case "update with a column":
		return probe{method: http.MethodPut, path: objects + "/idOf" + row, body: `{"` + column + `":1}`}
	default:
		return probe{method: http.MethodDelete, path: objects + "/idOf" + row}
	}
}
