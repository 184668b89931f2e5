package conformance_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// operatedClass is the class that conditions are asked of.
const operatedClass = "AskedOperated" + runName

// operand is a value that a column is compared with, and whose kind it is.
type operand struct{ name, json string }

func operatorQuestions() scene {
	s := scene{name: "operators", prepare: operatedRows()}
	for _, column := range askedColumns() {
		for _, c := range conditionsOn(column) {
			s.questions = append(s.questions, whereQuestion(fmt.Sprintf("%s %s", column.name, c.name), fmt.Sprintf(`{"%s":%s}`, column.name, c.json)))
		}
	}
	for _, c := range logicalConditions() {
		s.questions = append(s.questions, whereQuestion(c.name, c.json))
	}
	return s
}

func whereQuestion(asks, where string) probe {
	return probe{
		asks: asks, as: "nobody", method: http.MethodGet,
		path: "/classes/" + operatedClass + "?keys=name&order=name&where=" + url.QueryEscape(where), anyOrder: strings.Contains(where, "$nearSphere"),
	}
}

func operatedRows() []probe {
	members := func(values map[string]string) string {
		var all []string
		for _, column := range slices.Sorted(maps.Keys(values)) {
			if column != "area" {
				all = append(all, `"`+column+`":`+values[column])
			}
		}
		return strings.Join(all, ",")
	}
	other := map[string]string{
		"text": `"Bee"`, "number": `-1.5`, "flag": `false`, "day": dateText("2026-02-02T00:00:00.000Z"), "list": `[2,"x"]`, "object": `{"k":"1"}`,
		"bytes": `{"__type":"Bytes","base64":"BAUG"}`, "spot": `{"__type":"GeoPoint","latitude":0,"longitude":0}`,
		"area": `{"__type":"Polygon","coordinates":[[10,10],[10,12],[12,12]]}`,
	}
	pointers := func(label, user string) string {
		return `,"parent":` + pointerText(operatedClass, label) + `,"user":` + pointerText("_User", user)
	}
	area := func(label, value string) probe {
		return probe{asks: "give an area to " + label, as: "master", method: http.MethodPut, path: "/classes/" + operatedClass + "/idOf" + label, body: `{"area":` + value + `}`, may: true}
	}
	return []probe{
		madeClass(operatedClass, fmt.Sprintf(kindColumns, operatedClass), openCLP),
		madeRow(operatedClass, "Empty", `"name":"empty"`),
		madeRow(operatedClass, "Full", `"name":"full",`+members(kindValues())+pointers("Empty", "Ann")+`,"members":{"__op":"AddRelation","objects":[`+pointerText(operatedClass, "Empty")+`]}`),
		madeRow(operatedClass, "Other", `"name":"other",`+members(other)+pointers("Full", "Ben")),
		madeRow(operatedClass, "Zero", `"name":"zero","text":"","number":0,"list":[],"object":{}`),
		area("Full", kindValues()["area"]), area("Other", other["area"]),
	}
}

// askedColumn is a column with the value that the full row has there.
type askedColumn struct{ name, value string }

func askedColumns() []askedColumn {
	var all []askedColumn
	values := kindValues()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all = append(all, askedColumn{name, values[name]})
	}
	return append(all,
		askedColumn{"parent", pointerText(operatedClass, "Empty")}, askedColumn{"user", pointerText("_User", "Ann")},
		askedColumn{"members", pointerText(operatedClass, "Empty")}, askedColumn{"objectId", `"idOfFull"`},
		askedColumn{"createdAt", dateText("2026-01-01T00:00:00.000Z")}, askedColumn{"ACL", `{"*":{"read":true}}`},
		askedColumn{"object.k", `1`}, askedColumn{"object.inner.t", `"x"`}, askedColumn{"parent.name", `"empty"`}, askedColumn{"nowhere", `"x"`},
	)
}

// operands are values of the kinds that servers tell apart.
func operands() []operand {
	values := kindValues()
	all := []operand{{"null", `null`}, {"an id", `"idOfEmpty"`}, {"a pointer", pointerText(operatedClass, "Empty")}}
	for _, kind := range []string{"text", "number", "day", "list", "object"} {
		all = append(all, operand{"a " + kind, values[kind]})
	}
	return append(all, operand{"no text", `""`}, operand{"false", `false`})
}

// conditionsOn are the conditions that one column is asked with: every operator
// with every operand that may stand there, and some that may not.
func conditionsOn(column askedColumn) []operand {
	all := []operand{{"equal to its value", column.value}}
	for _, o := range operands() {
		all = append(all, operand{"equal to " + o.name, o.json})
	}
	for _, operator := range []string{"$eq", "$ne", "$lt", "$lte", "$gt", "$gte"} {
		for _, o := range append(operands(), operand{"its value", column.value}) {
			if ordersIDs(column.name, operator, o.name) {
				continue
			}
			all = append(all, operand{operator + " " + o.name, `{"` + operator + `":` + o.json + `}`})
		}
	}
	for _, operator := range []string{"$in", "$nin", "$all", "$containedBy"} {
		for _, o := range []operand{
			{"its value", `[` + column.value + `]`}, {"its value twice", `[` + column.value + `,` + column.value + `]`}, {"nothing", `[]`}, {"null", `[null]`},
			{"its value and null", `[` + column.value + `,null]`}, {"a number", `[1]`}, {"texts", `["x","bee"]`}, {"its value without a list", column.value}, {"an id", `["idOfEmpty"]`},
		} {
			all = append(all, operand{operator + " of " + o.name, `{"` + operator + `":` + o.json + `}`})
		}
	}
	for _, o := range writtenConditions() {
		if !holdsIDs(column.name) || !strings.HasPrefix(o.json, `{"$regex":"^`) {
			all = append(all, o)
		}
	}
	return all
}

// holdsIDs tells whether a column has ids, whose letters are others on each server.
func holdsIDs(column string) bool {
	return column == "objectId" || column == "parent" || column == "user"
}

// ordersIDs tells whether the order of ids is asked for, which is another on each
// server.
func ordersIDs(column, operator, operand string) bool {
	if operator == "$eq" || operator == "$ne" {
		return false
	}
	return operand == "an id" || holdsIDs(column) && operand == "a text" || column == "objectId" && operand == "its value"
}

// writtenConditions are those of the operators that take something of their own.
func writtenConditions() []operand {
	sub := func(where string) string { return `{"className":"` + operatedClass + `","where":` + where + `}` }
	selected := func(key string) string { return `{"query":` + sub(`{"name":"full"}`) + `,"key":"` + key + `"}` }
	point := kindValues()["spot"]
	var all []operand
	for _, json := range []string{
		`{"$exists":true}`, `{"$exists":false}`, `{"$exists":null}`, `{"$exists":"x"}`, `{"$exists":1}`,
		`{"$regex":"^b"}`, `{"$regex":"^B","$options":"i"}`, `{"$regex":""}`, `{"$regex":7}`, `{"$regex":"("}`, `{"$regex":"b","$options":"z"}`, `{"$options":"i"}`,
		`{"$text":{"$search":{"$term":"bee"}}}`, `{"$text":{"$search":"bee"}}`,
		`{"$nearSphere":` + point + `}`, `{"$nearSphere":` + point + `,"$maxDistance":0.01}`, `{"$nearSphere":7}`, `{"$maxDistance":1}`,
		`{"$within":{"$box":[{"__type":"GeoPoint","latitude":40,"longitude":-31},{"__type":"GeoPoint","latitude":41,"longitude":-29}]}}`, `{"$within":{"$box":[]}}`, `{"$within":7}`,
		`{"$geoWithin":{"$polygon":[{"__type":"GeoPoint","latitude":39,"longitude":-31},{"__type":"GeoPoint","latitude":41,"longitude":-31},{"__type":"GeoPoint","latitude":41,"longitude":-29}]}}`,
		`{"$geoWithin":{"$centerSphere":[[-30,40],0.1]}}`, `{"$geoWithin":{"$polygon":[]}}`, `{"$geoWithin":7}`,
		`{"$geoIntersects":{"$point":{"__type":"GeoPoint","latitude":1,"longitude":1}}}`, `{"$geoIntersects":7}`,
		`{"$relativeTime":"now"}`, `{"$gt":{"$relativeTime":"3 days ago"}}`, `{"$gt":{"$relativeTime":"soon"}}`,
		`{"$not":{"$eq":1}}`, `{"$size":1}`, `{"$elemMatch":{"k":1}}`, `{"$type":2}`, `{"$unknown":1}`, `{"$gt":1,"$lt":10}`, `{"$eq":1,"x":2}`,
		`{"$inQuery":` + sub(`{"name":"empty"}`) + `}`, `{"$inQuery":` + sub(`{"name":"none"}`) + `}`, `{"$inQuery":{"className":"` + operatedClass + `"}}`, `{"$inQuery":7}`, `{"$inQuery":{"className":"AskedNone` + runName + `","where":{}}}`,
		`{"$notInQuery":` + sub(`{"name":"empty"}`) + `}`, `{"$notInQuery":` + sub(`{"name":"none"}`) + `}`, `{"$notInQuery":7}`,
	} {
		all = append(all, operand{json, json})
	}
	for _, operator := range []string{"$select", "$dontSelect"} {
		for _, key := range []string{"text", "number", "day", "list", "parent", "parent.objectId", "object.k", "objectId", "nowhere"} {
			all = append(all, operand{operator + " of " + key, `{"` + operator + `":` + selected(key) + `}`})
		}
		all = append(all, operand{operator + " of nothing", `{"` + operator + `":7}`}, operand{operator + " without a key", `{"` + operator + `":{"query":` + sub(`{}`) + `}}`})
	}
	return all
}

func logicalConditions() []operand {
	all := []operand{
		{"$relatedTo", `{"$relatedTo":{"object":` + pointerText(operatedClass, "Full") + `,"key":"members"}}`},
		{"$relatedTo of a column that is no relation", `{"$relatedTo":{"object":` + pointerText(operatedClass, "Full") + `,"key":"text"}}`},
		{"$relatedTo of nothing", `{"$relatedTo":7}`},
		{"an unknown key with $", `{"$unknown":1}`}, {"a where that is a list", `[]`}, {"a name with a hyphen", `{"a-b":1}`}, {"no name", `{"":1}`},
		{"__proto__", `{"__proto__":1}`}, {"_id", `{"_id":"idOfFull"}`}, {"_created_at", `{"_created_at":{"$gt":0}}`}, {"_rperm", `{"_rperm":"*"}`},
	}
	for _, operator := range []string{"$or", "$and", "$nor"} {
		for _, o := range []operand{
			{"nothing", `[]`}, {"one", `[{"name":"full"}]`}, {"two", `[{"name":"full"},{"number":0}]`}, {"everything", `[{}]`}, {"no list", `{"name":"full"}`}, {"a number", `[1]`},
			{"null", `null`}, {"a mistake", `[{"name":{"$unknown":1}}]`}, {"another", `[{"$or":[{"name":"full"},{"name":"zero"}]},{"number":5}]`},
		} {
			all = append(all, operand{operator + " of " + o.name, `{"` + operator + `":` + o.json + `}`})
		}
	}
	return all
}
