package conformance_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// changedClass is the class whose columns are changed, widenedClass the one that
// gets new columns. Neither has live queries, nor have the other classes here: a
// pointer without an id, for one, would end Parse Server's process.
const changedClass, widenedClass = "AskedChanged" + runName, "AskedWidened" + runName

// operationQuestions change a column of every kind by every operation and value:
// of a new object, of one that has a value there, and of one that has none.
func operationQuestions() scene {
	s := scene{name: "operations", prepare: []probe{
		madeClass(changedClass, fmt.Sprintf(kindColumns, changedClass), openCLP), madeRow(changedClass, "Member", `"name":"member"`),
		madeClass(widenedClass, `"name":{"type":"String"}`, openCLP),
	}}
	rows := map[string][]labelledRow{} // by class and, where it has a value, the column
	for _, column := range changedColumns() {
		operations := fieldOperations()
		for i, o := range append(operations, fieldValues()...) {
			for _, on := range []string{"a new object", "a value", "no value"} {
				if on == "no value" && i >= len(operations) {
					continue // a value takes the place of another and of none alike
				}
				name, class, n := column.name, changedClass, len(s.questions)
				if name == "fresh" {
					name, class = fmt.Sprint("fresh", n), widenedClass // each makes the column
				}
				root, _, _ := strings.Cut(name, ".")
				q := probe{
					of: strings.TrimRight(root, "0123456789"), counted: []string{name, fmt.Sprint("idOfChanged", n)},
					asks: fmt.Sprintf("%s of %s: %s", column.name, on, o.name), as: "nobody", method: http.MethodPut,
					path: fmt.Sprintf("/classes/%s/idOfChanged%d", class, n), body: fmt.Sprintf(`{"%s":%s}`, name, o.json),
					then: fmt.Sprintf("/classes/%s/idOfChanged%d?keys=%s", class, n, name),
				}
				switch on {
				case "a new object":
					q.method, q.path = http.MethodPost, "/classes/"+class
					q.then = fmt.Sprintf("/classes/%s/%s?keys=%s", class, idOfIt, name)
				case "a value":
					kept := class + " " + column.name
					rows[kept] = append(rows[kept], labelledRow{fmt.Sprint("Changed", n), column.member()})
				default:
					rows[class] = append(rows[class], labelledRow{fmt.Sprint("Changed", n), `"name":"empty"`})
				}
				if class == widenedClass {
					q.lane = "columns"
				}
				s.questions = append(s.questions, q)
			}
		}
	}
	for _, kept := range slices.Sorted(maps.Keys(rows)) {
		class, column, _ := strings.Cut(kept, " ")
		for _, step := range madeRows(class, rows[kept]) {
			step.may = column == "area"
			s.prepare = append(s.prepare, step)
		}
	}
	return s
}

// changedColumn is a column with the value that its row starts with; "" where
// none can be given.
type changedColumn struct{ name, value string }

func (c changedColumn) member() string {
	if c.value == "" {
		return `"name":"full"`
	}
	name, _, _ := strings.Cut(c.name, ".")
	return `"` + name + `":` + c.value
}

func changedColumns() []changedColumn {
	var all []changedColumn
	values := kindValues()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all = append(all, changedColumn{name, values[name]})
	}
	member := pointerText(changedClass, "Member")
	return append(all,
		changedColumn{"parent", member}, changedColumn{"user", pointerText("_User", "Ann")}, changedColumn{"members", `{"__op":"AddRelation","objects":[` + member + `]}`},
		changedColumn{"ACL", `{"*":{"read":true,"write":true}}`}, changedColumn{"object.k", `{"k":1}`}, changedColumn{"fresh", ""},
		changedColumn{"objectId", ""}, changedColumn{"createdAt", ""}, changedColumn{"updatedAt", ""}, changedColumn{"a-b", ""}, changedColumn{"_hidden", ""},
	)
}

// fieldOperations are every __op with what it takes, and with what it does not.
func fieldOperations() []operand {
	member, user := pointerText(changedClass, "Member"), pointerText("_User", "Ann")
	var all []operand
	add := func(members string) { all = append(all, operand{"{" + members + "}", "{" + members + "}"}) }
	for _, amount := range []string{`,"amount":1`, `,"amount":-2.5`, `,"amount":"1"`, `,"amount":null`, ``} {
		add(`"__op":"Increment"` + amount)
	}
	for _, name := range []string{"Add", "AddUnique", "Remove"} {
		for _, objects := range []string{`[1]`, `["x","x"]`, `[{"k":1}]`, `[` + member + `]`, `[null]`, `[]`, `"x"`} {
			add(`"__op":"` + name + `","objects":` + objects)
		}
		add(`"__op":"` + name + `"`)
	}
	for _, name := range []string{"AddRelation", "RemoveRelation"} {
		for _, objects := range []string{`[` + member + `]`, `[` + user + `]`, `[]`, `["x"]`, `"x"`} {
			add(`"__op":"` + name + `","objects":` + objects)
		}
		add(`"__op":"` + name + `"`)
	}
	for _, members := range []string{
		`"__op":"Delete"`, `"__op":"Unknown"`, `"__op":null`, `"__op":""`, `"__op":"SetOnInsert","amount":1`,
		`"__op":"Batch","ops":[{"__op":"AddRelation","objects":[` + member + `]},{"__op":"RemoveRelation","objects":[` + member + `]}]`, `"__op":"Batch","ops":[]`,
	} {
		add(members)
	}
	return all
}

// fieldValues are values of every kind, and some that are none.
func fieldValues() []operand {
	values := kindValues()
	var all []operand
	for _, kind := range slices.Sorted(maps.Keys(values)) {
		all = append(all, operand{"a " + kind, values[kind]})
	}
	for _, json := range []string{
		`null`, pointerText(changedClass, "Member"), pointerText("_User", "Ann"), `{"__type":"Pointer","className":"` + changedClass + `"}`, `{"__type":"Relation","className":"` + changedClass + `"}`,
		`{"__type":"Unknown"}`, `{"__type":"Date","iso":"never"}`, `{"__type":"Date"}`, `{"__type":"Bytes","base64":"%"}`, `{"__type":"GeoPoint","latitude":"1","longitude":2}`, `{"__type":"GeoPoint","latitude":91,"longitude":2}`,
		`{"__type":"Polygon","coordinates":[[0,0]]}`, `{"__type":"File"}`, `{"__type":"Object","className":"` + changedClass + `","objectId":"idOfMember"}`, `{"a.b":1}`, `{"$a":1}`, `[[1],null]`,
	} {
		all = append(all, operand{json, json})
	}
	return all
}
