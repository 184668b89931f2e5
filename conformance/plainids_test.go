package conformance_test

import "fmt"

// plainIDs are conditions that compare a pointer with the plain id of its object,
// and sub-queries that give such ids.
func plainIDs() []behaviour {
	q := questioned{class: "CheckPlain"}
	where := func(name, text, usual string) question {
		return question{name: "plain id: " + name, query: "keys=n&order=n&where=" + text, usual: usual}
	}
	selected := func(name, column, op, query, key, usual string) question {
		return where(name, fmt.Sprintf(`{%q:{%q:{"query":{%s},"key":%q}},"n":{"$lt":9}}`, column, op, query, key), usual)
	}
	pipeline := func(name, stages, usual string) question {
		return question{name: "pipeline: " + name, path: "/aggregate/@T", query: "pipeline=[" + stages + "]", master: true, usual: usual}
	}
	const one, redirected = `"className":"@T","where":{"n":1}`, `"className":"@T","redirectClassNameForKey":"rel","where":{"name":"c1"}`
	return q.behaviours([]question{
		where("as it is", `{"ch":"@0"}`, "n=0"),
		where("$eq", `{"ch":{"$eq":"@0"}}`, "n=0"),
		where("$ne", `{"ch":{"$ne":"@0"}}`, "n=1; n=2; n=9"),
		where("$in", `{"ch":{"$in":["@0","@1"]}}`, "n=0; n=1"),
		where("$in with a pointer", `{"ch":{"$in":["@0",{"__type":"Pointer","className":"@C","objectId":"@1"}]}}`, "n=0; n=1"),
		where("$nin", `{"ch":{"$nin":["@0"]},"n":{"$lt":9}}`, "n=1; n=2"),
		where("in $or", `{"$or":[{"ch":"@0"},{"n":9}]}`, "n=0; n=9"),
		where("$gte and $lte", `{"ch":{"$gte":"@1","$lte":"@1"}}`, "n=1"),
		where("nobody's", `{"ch":{"$eq":"nobody"}}`, "nothing"),
		where("in a list is none", `{"l":{"$in":["@0"]}}`, "nothing"),
		where("of a relation is none", `{"rel":"@0"}`, "nothing"),
		selected("$select of ids", "ch", "$select", `"className":"@C","where":{"name":"c1"}`, "objectId", "n=1"),
		selected("$dontSelect of ids", "ch", "$dontSelect", `"className":"@C","where":{"name":"c1"}`, "objectId", "n=0; n=2"),
		selected("$select of pointers' ids", "s", "$select", one, "ch.objectId", "n=1"),
		selected("$dontSelect of pointers' ids", "s", "$dontSelect", one, "ch.objectId", "n=0; n=2"),
		selected("$select of pointers' ids for a pointer", "ch", "$select", one, "ch.objectId", "n=1"),
		selected("$select of pointers", "ch", "$select", one, "ch", "n=1"),
		selected("$select of a column behind a pointer", "s", "$select", one, "ch.name", "status 400, code 102"),
		selected("$select with a relation to redirect to", "s", "$select", redirected, "objectId", "n=1"),
		selected("$dontSelect with a relation to redirect to", "s", "$dontSelect", redirected, "objectId", "n=0; n=2"),
		where("$inQuery with a relation to redirect to", `{"ch":{"$inQuery":{`+redirected+`}}}`, "n=1"),
		where("$notInQuery with a relation to redirect to", `{"ch":{"$notInQuery":{`+redirected+`}},"n":{"$lt":9}}`, "n=0; n=2"),
		where("$inQuery with a pointer to redirect to", `{"ch":{"$inQuery":{"className":"@T","redirectClassNameForKey":"ch","where":{"name":"c1"}}},"n":{"$lt":9}}`, "nothing"),
		where("$all of an unknown operator", `{"l":{"$all":[{"$unknown":1}]}}`, "status 400, code 121"),

		pipeline("$match of a pointer with a plain id", `{"$match":{"ch":"@0"}},{"$project":{"n":1}}`, "n=0"),
		pipeline("$match of a pointer with $or", `{"$match":{"$or":[{"ch":"@0"},{"n":9}]}},{"$sort":{"n":1}},{"$project":{"n":1}}`, "n=0; n=9"),
		pipeline("$match of _id", `{"$match":{"_id":"nobody"}},{"$project":{"n":1}}`, "nothing"),
		pipeline("$match of _id with $in", `{"$match":{"_id":{"$in":["nobody"]}}},{"$project":{"n":1}}`, "nothing"),
		pipeline("$match of createdAt", `{"$match":{"createdAt":{"$gt":{"__type":"Date","iso":"2020-01-01T00:00:00.000Z"}},"n":{"$lt":1}}},{"$project":{"n":1}}`, "n=0"),
		pipeline("$group by a pointer", `{"$match":{"ch":"@0"}},{"$group":{"_id":"$ch"}}`, "objectId=@0"),
		pipeline("$group by a part that is a pointer", `{"$match":{"ch":"@0"}},{"$group":{"_id":{"c":"$ch"}}}`, "objectId={c=@0}"),
		pipeline("$group by _created_at", `{"$match":{"ch":"@0"}},{"$group":{"_id":"$_created_at"}}`, "objectId=a Date"),
		pipeline("$group by createdAt", `{"$match":{"ch":"@0"}},{"$group":{"_id":"$createdAt"}}`, "objectId=a Date"),
		pipeline("$max of _created_at", `{"$group":{"_id":null,"last":{"$max":"$_created_at"}}}`, "last=a Date"),
	})
}
