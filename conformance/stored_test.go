package conformance_test

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
)

// keyOrder is about what JSON says has no order; the other values are compared without it.
const keyOrder = "the order of keys inside an object"

// stored are values that databases keep in different ways: each is stored and
// read again, and what comes back is compared as it stands in the answer.
func stored() []behaviour {
	const date = `{"__type":"Date","iso":"%s"}`

	var all []behaviour
	for _, c := range []struct {
		name, column, value string
		usual               string // what is read; what was stored where it is ""
	}{
		{"a date before 1970", "day", fmt.Sprintf(date, "1887-01-01T00:00:00.001Z"), ""},
		{"a date of the year 1", "day", fmt.Sprintf(date, "0001-01-01T00:00:00.000Z"), ""},
		{"a date in the last millisecond of 9999", "day", fmt.Sprintf(date, "9999-12-31T23:59:59.999Z"), ""},
		{"a date beyond the year 9999", "day", fmt.Sprintf(date, "+010000-01-01T00:00:00.000Z"), "status 400, code 111"},
		{"a date inside an object", "o", `{"d":` + fmt.Sprintf(date, "2026-01-02T03:04:05.678Z") + `}`, ""},
		{"a date inside a list", "list", `[` + fmt.Sprintf(date, "2026-01-02T03:04:05.678Z") + `]`, ""},
		{"a pointer inside an object", "o", `{"p":{"__type":"Pointer","className":"_User","objectId":"someone123"}}`, ""},
		{"a pointer inside a list", "list", `[{"__type":"Pointer","className":"_User","objectId":"someone123"}]`, ""},
		{"a pointer to nobody", "owner", `{"__type":"Pointer","className":"_User","objectId":"someone123"}`, ""},
		{"a position inside an object", "o", `{"at":{"__type":"GeoPoint","latitude":50.5,"longitude":8.25}}`, ""},
		{"bytes", "raw", `{"__type":"Bytes","base64":"AP/+"}`, ""},
		{"bytes inside a list", "list", `[{"__type":"Bytes","base64":"AP/+"}]`, ""},
		{"a null", "n", `null`, "nothing"},
		{"a null inside an object", "o", `{"a":null}`, ""},
		{"a null inside a list", "list", `[null,1]`, ""},
		{"an empty object", "o", `{}`, ""},
		{"an empty list", "list", `[]`, ""},
		{"a list inside a list", "list", `[[1,2],[3]]`, ""},
		{keyOrder, "o", `{"zz":1,"a":2,"b":{"y":1,"x":2}}`, `{"a":2,"b":{"x":2,"y":1},"zz":1}`},
		{"keys that are numbers", "o", `{"10":1,"9":2}`, ""},
		{"an empty key", "o", `{"":1}`, ""},
		{"a key with a dot", "o", `{"a.b":1}`, "status 400, code 121"},
		{"a key with a dollar", "o", `{"$a":1}`, "status 400, code 121"},
		{"a key with a dot, deeper", "o", `{"x":[{"a.b":1}]}`, "status 400, code 121"},
		{"a NUL inside an object", "o", `{"a":"x\u0000y"}`, ""},
		{"a NUL in a key", "o", `{"a\u0000b":1}`, ""},
		{"a text of many planes", "name", `"é é 日本 😀"`, ""},
		{"a whole number beyond 53 bits", "n", `9007199254740993`, `9007199254740992`},
		{"a whole number beyond 53 bits, inside an object", "o", `{"a":9007199254740993}`, `{"a":9007199254740992}`},
		{"the largest whole number of 64 bits", "n", `9223372036854775807`, `9223372036854776000`},
		{"a whole number beyond 32 bits", "n", `4294967297`, ""},
		{"a very large number", "n", `1e+300`, ""},
		{"a very small number", "n", `5e-324`, ""},
		{"a zero below zero", "n", `-0`, `0`},
		{"a fraction", "n", `0.1`, ""},
	} {
		usual := c.usual
		if usual == "" {
			usual = c.value
		}
		all = append(all, behaviour{"stored: " + c.name, func(t *testing.T, w *world) {
			class := w.storedClass(t)
			a := w.send(t, nobody, "POST", "/classes/"+class, fmt.Sprintf(`{%q:%s}`, c.column, c.value))
			if a.status != 201 {
				w.expects(t, "stored: "+c.name, usual, codes(a))
				return
			}
			a = w.send(t, nobody, "GET", "/classes/"+class+"/"+a.text("objectId"), "")
			observed := codes(a)
			if a.status == 200 {
				var members map[string]jsontext.Value
				require.NoError(t, json.Unmarshal(a.body, &members))
				value := members[c.column]
				if value != nil && c.name != keyOrder {
					require.NoError(t, value.Compact(jsontext.ReorderRawObjects(true)))
				}
				observed = cmp.Or(string(value), "nothing")
			}
			w.expects(t, "stored: "+c.name, usual, observed)
		}})
	}
	return all
}

// storedClass makes the class of these behaviours where it is not yet.
func (w *world) storedClass(t *testing.T) string {
	t.Helper()
	class := w.name("CheckStored")
	if w.send(t, master, "GET", "/schemas/"+class, "").status != 200 {
		w.makeClass(t, class, `"n":{"type":"Number"},"name":{"type":"String"},"day":{"type":"Date"},"o":{"type":"Object"},"list":{"type":"Array"},"raw":{"type":"Bytes"},"owner":{"type":"Pointer","targetClass":"_User"}`, openCLP)
	}
	return class
}

// asked are conditions on values that databases keep in different ways: rows
// named a, b, c ... hold them, and the names of those that are found are compared.
func asked() []behaviour {
	numbers := []string{`"n":1`, `"n":null`, ``, `"n":2`}
	objects := []string{`"o":{"x":1,"y":2}`, `"o":{"y":2,"x":1}`, `"o":{"x":1}`, `"o":{"x":null}`, ``}
	lists := []string{`"list":[1,2]`, `"list":[2,1]`, `"list":[1]`, `"list":[]`, `"list":[null]`, ``}
	someone := func(id string) string { return `{"__type":"Pointer","className":"_User","objectId":"` + id + `"}` }
	owners := []string{`"owner":` + someone("one0000001"), `"owner":` + someone("two0000002"), ``}
	dates := []string{`"o":{"d":{"__type":"Date","iso":"2026-01-01T00:00:00.000Z"}}`, `"o":{"d":{"__type":"Date","iso":"2026-02-01T00:00:00.000Z"}}`, `"o":{"d":"2026-03-01"}`}
	texts := []string{`"name":"b"`, `"name":"B"`, `"name":"ä"`, `"name":"a"`, `"name":"10"`, `"name":"9"`, ``}
	long := []string{`"n":9007199254740992`, `"n":9007199254740994`, `"n":1e300`, `"n":-1e300`, `"n":0.1`}
	var all []behaviour
	for i, c := range []struct {
		name  string
		rows  []string
		where string
		order string
		usual string
	}{
		{"equal to null", numbers, `{"n":null}`, "", "finds b, c"},
		{"$eq null", numbers, `{"n":{"$eq":null}}`, "", "finds b, c"},
		{"$ne null", numbers, `{"n":{"$ne":null}}`, "", "finds a, d"},
		{"$exists with a null", numbers, `{"n":{"$exists":true}}`, "", "finds a, d"},
		{"$exists false with a null", numbers, `{"n":{"$exists":false}}`, "", "finds b, c"},
		{"$ne with a null and a missing one", numbers, `{"n":{"$ne":1}}`, "", "finds b, c, d"},
		{"$nin with a null and a missing one", numbers, `{"n":{"$nin":[1]}}`, "", "finds b, c, d"},
		{"$nin of null", numbers, `{"n":{"$nin":[null]}}`, "", "finds a, d"},
		{"$nin of null and a number", numbers, `{"n":{"$nin":[null,1]}}`, "", "finds d"},
		{"$nin of nothing", numbers, `{"n":{"$nin":[]}}`, "", "finds a, b, c, d"},
		{"$in of null", numbers, `{"n":{"$in":[null]}}`, "", "finds b, c"},
		{"$in of null and a number", numbers, `{"n":{"$in":[null,1]}}`, "", "finds a, b, c"},
		{"$lt with a null", numbers, `{"n":{"$lt":2}}`, "", "finds a"},
		{"an order with a null and a missing one", numbers, `{}`, "n,row", "finds a, d, b, c"},
		{"a descending order with a null and a missing one", numbers, `{}`, "-n,row", "finds b, c, d, a"},
		{"a whole object", objects, `{"o":{"x":1,"y":2}}`, "", "finds a, b"},
		{"a member equal to null", objects, `{"o.x":null}`, "", "finds d, e"},
		{"a member $ne", objects, `{"o.x":{"$ne":1}}`, "", "finds d, e"},
		{"a member $nin", objects, `{"o.x":{"$nin":[1]}}`, "", "finds d, e"},
		{"a member that exists", objects, `{"o.y":{"$exists":false}}`, "", "finds c, d, e"},
		{"a whole list", lists, `{"list":[1,2]}`, "", "finds a"},
		{"a list $ne one value", lists, `{"list":{"$ne":1}}`, "", "finds d, e, f"},
		{"a list $nin", lists, `{"list":{"$nin":[1]}}`, "", "finds d, e, f"},
		{"a list equal to null", lists, `{"list":null}`, "", "finds e, f"},
		{"a list $in null", lists, `{"list":{"$in":[null]}}`, "", "finds e, f"},
		{"a list $all", lists, `{"list":{"$all":[1,2]}}`, "", "finds a, b"},
		{"a list $gt", lists, `{"list":{"$gt":1}}`, "", "finds a, b"},
		{"a pointer $nin", owners, `{"owner":{"$nin":[` + someone("one0000001") + `]}}`, "", "finds b, c"},
		{"a pointer $ne", owners, `{"owner":{"$ne":` + someone("one0000001") + `}}`, "", "finds b, c"},
		{"a pointer equal to null", owners, `{"owner":null}`, "", "finds c"},
		{"a pointer $in null", owners, `{"owner":{"$in":[null,` + someone("one0000001") + `]}}`, "", "finds a, c"},
		{"a date inside an object, $gt", dates, `{"o.d":{"$gt":{"__type":"Date","iso":"2026-01-15T00:00:00.000Z"}}}`, "", "finds b"},
		{"a date inside an object, equal", dates, `{"o.d":{"__type":"Date","iso":"2026-01-01T00:00:00.000Z"}}`, "", "finds a"},
		{"an order of texts", texts, `{}`, "name", "finds e, f, b, d, a, c, g"},
		{"texts $gt", texts, `{"name":{"$gt":"B"}}`, "", "finds a, c, d"},
		{"a number beyond 53 bits", long, `{"n":9007199254740993}`, "", "finds a"},
		{"an order of numbers", long, `{}`, "n", "finds d, e, a, b, c"},
	} {
		all = append(all, behaviour{"asked: " + c.name, func(t *testing.T, w *world) {
			class := w.name(fmt.Sprintf("CheckAsked%d", i))
			w.makeClass(t, class, `"row":{"type":"String"},"n":{"type":"Number"},"name":{"type":"String"},"o":{"type":"Object"},"list":{"type":"Array"},"owner":{"type":"Pointer","targetClass":"_User"}`, openCLP)
			for i, members := range c.rows {
				w.must(t, nobody, "POST", "/classes/"+class, fmt.Sprintf(`{"row":"%c"%s}`, 'a'+i, strings.TrimSuffix(","+members, ",")))
			}
			order := c.order
			if order == "" {
				order = "row"
			}
			a := w.send(t, nobody, "GET", "/classes/"+class+"?order="+order+"&where="+url.QueryEscape(c.where), "")
			observed := codes(a)
			if a.status == 200 {
				names := []string{}
				for _, row := range a.list() {
					names = append(names, row["row"].(string))
				}
				observed = "finds " + strings.Join(append(slices.Clip(names), "nothing")[:max(len(names), 1)], ", ")
			}
			w.expects(t, "asked: "+c.name, c.usual, observed)
		}})
	}
	return all
}
