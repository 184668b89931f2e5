package conformance_test

import (
	"fmt"
	"slices"
	"strings"
)

// readClass is the class that parameters are asked of.
const readClass = "AskedRead" + runName

// readRoute is a route that takes parameters.
type readRoute struct {
	name, as, path string
	with           map[string]string // parameters that are always given
	parameters     []parameter
	odd            bool // asked with every odd value too: elsewhere the same code reads them
}

// parameter is a name with values, as JSON, that mean something. Values with one
// meaning are one question.
type parameter struct {
	name   string
	values []parameterValue
}

type parameterValue struct{ json, meaning string }

func parameterQuestions() scene {
	s := scene{name: "parameters", prepare: readRows()}
	for _, route := range readRoutes() {
		for _, p := range route.parameters {
			values := slices.Clone(p.values)
			for _, odd := range unlikelyValues() {
				given := slices.ContainsFunc(p.values, func(v parameterValue) bool { return v.json == odd })
				if !given && (route.odd || len(values) == len(p.values)) {
					values = append(values, parameterValue{json: odd})
				}
			}
			for _, v := range values {
				for i, spelt := range spellings(v.json) {
					if !route.odd && !spelt.same || i >= unlikelySpellings && slices.Contains(unlikelyValues(), v.json) {
						continue
					}
					s.questions = append(s.questions, route.question(p.name, v, spelt))
				}
			}
		}
	}
	return s
}

// unlikelySpellings is how many spellings odd values get: the first ones.
const unlikelySpellings = 4

// unlikelyValues are given to every parameter, the most likely mistakes first.
func unlikelyValues() []string {
	return []string{`""`, `[]`, `null`, `true`, `7`, `-1`, `1.5`, `{}`, `{"a":1}`, `["name",7]`, `[["name"]]`, `"no such"`, `"a.b.c"`, `"*"`, `","`}
}

func readRows() []probe {
	return []probe{
		madeClass(readClass, fmt.Sprintf(kindColumns, readClass), strings.TrimSuffix(openCLP, "}")+`,"protectedFields":{}}`),
		madeRow(readClass, "Root", `"name":"root","number":0`),
		madeRow(readClass, "Trunk", `"name":"trunk","number":1,"parent":`+pointerText(readClass, "Root")),
		madeRow(readClass, "Alpha", `"name":"alpha","number":2,"flag":true,"object":{"k":1,"t":"x"},"list":["x","y"],"parent":`+pointerText(readClass, "Trunk")+`,"user":`+pointerText("_User", "Ann")),
		madeRow(readClass, "Beta", `"name":"beta","number":2,"list":[`+pointerText(readClass, "Root")+`,`+pointerText(readClass, "Alpha")+`]`),
		madeRow(readClass, "Gamma", `"name":"gamma","day":`+kindValues()["day"]+`,"members":{"__op":"AddRelation","objects":[`+pointerText(readClass, "Root")+`]}`),
	}
}

func readRoutes() []readRoute {
	named := map[string]string{"order": "name"}
	small := append(findParameters(), getParameters()...)
	return []readRoute{
		{name: "find", as: "nobody", path: "/classes/" + readClass, with: named, parameters: append(findParameters(), columnParameters("name", "number", "parent")...), odd: true},
		{name: "find with the master key", as: "master", path: "/classes/" + readClass, with: named, parameters: columnParameters("name", "number", "parent.parent")},
		{name: "get", as: "nobody", path: "/classes/" + readClass + "/idOfAlpha", parameters: append(columnParameters("name", "number", "parent"), findParameters()...)},
		{name: "find users", as: "idOfAnn", path: "/users", parameters: append(findParameters(), columnParameters("username", "email", "user")...)},
		{name: "find users as a class", as: "idOfAnn", path: "/classes/_User", parameters: columnParameters("username", "email", "user")},
		{name: "get a user", as: "idOfAnn", path: "/users/idOfAnn", parameters: columnParameters("username", "email", "user")},
		{name: "who am I", as: "idOfAnn", path: "/users/me", parameters: columnParameters("username", "email", "user")},
		{name: "find roles", as: "idOfDora", path: "/roles", parameters: append(findParameters(), columnParameters("name", "roles", "users")...)},
		{name: "get a role", as: "idOfDora", path: "/roles/idOfCrew", parameters: columnParameters("name", "roles", "users")},
		{name: "find sessions", as: "idOfAnn", path: "/sessions", parameters: append(findParameters(), columnParameters("restricted", "createdWith", "user")...)},
		{name: "my session", as: "idOfAnn", path: "/sessions/me", parameters: columnParameters("restricted", "createdWith", "user")},
		{name: "find installations", as: "nobody", path: "/installations", parameters: small[:3]},
		{name: "aggregate", as: "master", path: "/aggregate/" + readClass, parameters: aggregateParameters(), odd: true},
		{name: "configuration", as: "nobody", path: "/config", parameters: small[:3]},
		{name: "schema", as: "master", path: "/schemas/" + readClass, parameters: small[:1]},
	}
}

// columnParameters are those that name columns: two of the class's, and a pointer.
func columnParameters(one, two, pointer string) []parameter {
	names := []parameterValue{
		{quoted(one), "one"}, {`[` + quoted(one) + `]`, "one"},
		{quoted(one + "," + two), "two"}, {`["` + one + `","` + two + `"]`, "two"},
		{quoted(one + "," + pointer), "pointer"}, {`["` + one + `","` + pointer + `"]`, "pointer"},
		{quoted(one + ", " + two), ""},
	}
	return []parameter{
		{"keys", names}, {"excludeKeys", names}, {"include", names},
		{"includeAll", []parameterValue{{`true`, "yes"}, {`false`, ""}, {`"true"`, ""}}},
	}
}

func getParameters() []parameter {
	return []parameter{{"unknown", []parameterValue{{`1`, ""}}}}
}

func findParameters() []parameter {
	return []parameter{
		{"where", []parameterValue{{`{"name":"alpha"}`, "alpha"}, {`{"number":2}`, "two"}, {`{"parent":` + pointerText(readClass, "Trunk") + `}`, "trunk"}, {`{"name":{"$in":["alpha","root"]}}`, "in"}, {`{"objectId":"idOfAlpha"}`, "id"}}},
		{"order", []parameterValue{{`"-name"`, "down"}, {`["-name"]`, "down"}, {`"-number,name"`, "two"}, {`["-number","name"]`, "two"}, {`"name,-number"`, ""}}},
		{"limit", []parameterValue{{`2`, "two"}, {`0`, "none"}, {`1000`, "many"}}},
		{"skip", []parameterValue{{`1`, "one"}, {`0`, "none"}, {`99`, "many"}}},
		{"count", []parameterValue{{`1`, "one"}, {`0`, ""}, {`false`, ""}}},
		{"hint", []parameterValue{{`"_id_"`, ""}}},
		{"explain", []parameterValue{{`true`, ""}, {`"queryPlanner"`, ""}}},
		{"comment", []parameterValue{{`"why"`, ""}}},
		{"readPreference", []parameterValue{{`"PRIMARY"`, ""}}},
		{"redirectClassNameForKey", []parameterValue{{`"parent"`, "parent"}, {`"user"`, "user"}, {`"name"`, ""}}},
		{"unknown", []parameterValue{{`1`, ""}}},
		{"distinct", []parameterValue{{`"name"`, ""}}},
	}
}

func aggregateParameters() []parameter {
	return []parameter{
		{"distinct", []parameterValue{{`"number"`, "number"}, {`"parent"`, "parent"}, {`"list"`, "list"}, {`["number"]`, ""}}},
		{"where", []parameterValue{{`{"number":2}`, ""}}},
		{"pipeline", []parameterValue{
			{`[{"$match":{"number":2}},{"$sort":{"name":1}},{"$project":{"name":1}}]`, "match"}, {`[{"$group":{"_id":"$number","n":{"$sum":1}}},{"$sort":{"_id":1}}]`, "group"},
			{`[{"$group":{"_id":"$parent","n":{"$sum":1}}},{"$match":{"n":{"$gt":1}}}]`, "pointer"}, {`{"$limit":0}`, ""}, {`[{"match":{"number":2}}]`, ""},
		}},
		{"$match", []parameterValue{{`{"name":"alpha"}`, "alpha"}}},
		{"match", []parameterValue{{`{"name":"alpha"}`, ""}}},
		{"$group", []parameterValue{{`{"_id":null,"n":{"$sum":"$number"}}`, "sum"}, {`{"objectId":null}`, ""}}},
		{"group", []parameterValue{{`{"_id":null}`, ""}}},
		{"$limit", []parameterValue{{`0`, ""}}},
		{"unknown", []parameterValue{{`1`, ""}}},
	}
}

func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, `\"`) + `"` }
