package conformance_test

// parameters are the ways in which a parameter can be written: as text, as JSON,
// as a list, repeated, and as nothing.
func parameters() []behaviour {
	q := questioned{class: "CheckParam"}
	find := func(name, query, usual string) question {
		return question{name: "parameter: " + name, query: query, usual: usual}
	}
	body := func(name, text, usual string) question {
		return question{name: "parameter in a body: " + name, method: "POST", body: `{"_method":"GET",` + text + `}`, usual: usual}
	}
	pipeline := func(name, query, usual string) question {
		return question{name: "parameter of an aggregation: " + name, path: "/aggregate/@T", query: query, master: true, usual: usual}
	}
	return q.behaviours([]question{
		find("an order that names a column again", "order=-n,n&limit=1&keys=n", "n=0"),
		find("an order by a name with a dollar", "order=$n", "status 400, code 105"),
		find("an order by a name of the server", "order=_rperm", "status 400, code 105"),
		find("a pattern with empty options", `where={"s":{"$regex":"a","$options":""}}`, "status 400, code 102"),
		find("a relative time for a number", `where={"n":{"$lt":{"$relativeTime":"now"}}}`, "status 400, code 107"),
		body("lists of names", `"limit":2,"include":["ch"],"order":["-n"],"keys":["n","ch"]`, "n=9; ch=a Object n=2"),
		body("a list in excludeKeys", `"limit":1,"order":"n","excludeKeys":["s","l","o","d"]`, "ch=a Pointer n=0"),
		body("a list with two orders", `"limit":1,"order":["-n","s"],"keys":"n"`, "n=9"),
		body("an order with spaces around it", `"limit":1,"order":["-n "],"keys":"n"`, "n=9"),
		body("an order with a plus", `"order":"+n"`, "status 400, code 105"),
		body("numbers as text", `"limit":"1","skip":"1","order":"n","keys":"n"`, "n=1"),
		body("a where as text", `"where":"{\"n\":1}","keys":"n"`, "n=1"),
		body("an empty where", `"where":""`, "status 400, code 107"),
		body("a where that is null", `"where":null`, "status 400, code 107"),
		body("an object in order", `"order":{"n":1}`, "status 400, code 105"),
		body("an object in keys", `"limit":1,"order":"n","keys":{"n":1}`, "status 400, code 105"),
		body("count as text", `"limit":0,"count":"false"`, "nothing, count 4"),
		body("no count", `"limit":0,"count":false`, "nothing"),

		find("lists of names", `limit=1&order=["-n","s"]&include=["ch"]&skip=1&keys=["n","ch"]`, "ch=a Object n=2"),
		find("a repeated one", "limit=1&order=n&keys=n&keys=s", "n=0 s=@0"),
		find("a repeated include", "limit=1&order=n&keys=n,ch&include=rel&include=ch", "ch=a Object n=0"),
		find("a repeated where", `where={"n":1}&where={"n":2}`, "status 400, code 105"),
		find("a name in quotes", `limit=1&keys="n"&order="-n"`, "n=9"),
		find("a list in a list", `limit=1&order=n&keys=["n",["s"]]`, "n=0 s=@0"),
		find("a null in a list", `limit=1&order=n&keys=["n",null]`, "n=0"),
		find("keys of nothing", "limit=1&order=n&keys=", "no columns"),
		find("keys that are an empty list", "limit=1&order=n&keys=[]", "no columns"),
		find("keys that are null", "limit=1&order=-n&keys=null", "n=9"),
		find("keys that are a number", "limit=1&order=-n&keys=5", "no columns"),
		find("include of nothing", "limit=1&order=n&include=&keys=ch", "ch=a Pointer"),
		find("an empty limit", "limit=&order=n&keys=n", "n=0; n=1; n=2; n=9"),
		find("a limit that is null", "limit=null&order=n&keys=n", "n=0; n=1; n=2; n=9"),
		find("a limit in a list", "limit=[1]&order=n&keys=n", "n=0"),
		find("a limit in quotes", `limit="1"&order=n&keys=n`, "n=0"),
		find("a limit that is true", "limit=true&order=n&keys=n", "n=0"),
		find("a limit that is text", "limit=abc", "status 400, code 102"),
		find("a limit with a fraction", "limit=1.5&order=n&keys=n", "status 400, code 102"),
		find("an empty skip", "skip=&order=n&keys=n&limit=1", "n=0"),
		find("an empty order", "order=&limit=0", "nothing"),
		find("an order that is an empty list", "order=[]", "status 400, code 105"),
		find("an order with nothing after its comma", "order=-n,", "status 400, code 105"),
		find("an order that is a number", "order=5", "status 400, code 105"),
		find("an order by a column that is not there", "order=zz&limit=0", "nothing"),
		find("an empty count", "count=&limit=0", "nothing"),
		find("a count of zero", "count=0&limit=0", "nothing"),
		find("a count in quotes", `count="false"&limit=0`, "nothing, count 4"),
		find("an empty where", "where=", "status 400, code 107"),
		find("a where that is a list", "where=[]&order=n&keys=n", "status 400, code 107"),
		find("a where in quotes", `where="{\"n\":1}"&keys=n`, "n=1"),
		find("a list with brackets", "keys[]=n&keys[]=s&limit=1&order=n", "status 400, code 102"),
		find("includeAll that is false", "includeAll=false&limit=1&order=n&keys=n,ch", "ch=a Pointer n=0"),
		find("a relation to redirect to", "redirectClassNameForKey=rel&limit=1&order=name&keys=name", "name=text objectId=@0"),
		find("a relation to redirect to, in quotes", `redirectClassNameForKey="rel"&limit=1&order=name&keys=name`, "name=text objectId=@0"),
		find("a pointer does not redirect", "redirectClassNameForKey=ch&limit=1&order=n&keys=n", "n=0"),

		{name: "parameter of a get: lists of names", path: "/classes/@T/@R", query: `include=["ch"]&keys=["n","ch"]`, usual: "ch=a Object n=0"},
		{name: "parameter of a get: a repeated one", path: "/classes/@T/@R", query: `keys=n&keys=s`, usual: "n=0 s=@0"},
		{name: "parameter of a get: no columns", path: "/classes/@T/@R", query: `keys=`, usual: "no columns"},
		{name: "parameter of a get: in a body", method: "POST", path: "/classes/@T/@R", body: `{"_method":"GET","keys":["n"],"include":["ch"]}`, usual: "n=0"},
		{name: "parameter of a list of roles", path: "/roles", query: `limit="0"&keys=["name"]&order=["-name"]`, master: true, usual: "nothing"},
		{name: "parameter of a list of users", path: "/users", query: `limit="0"&keys=["username"]&order=["-username"]`, master: true, usual: "nothing"},
		{name: "parameter of a list of sessions", path: "/sessions", query: `limit="0"&keys=["user"]&order=["-createdAt"]`, master: true, usual: "nothing"},
		{name: "parameter of a list of installations", path: "/installations", query: `limit="0"&keys=["deviceType"]&order=["-createdAt"]`, master: true, usual: "nothing"},
		{name: "parameter of a function: repeated", method: "POST", path: "/functions/checkEcho?x=1&x=2&y=5", body: `{"b":1}`, usual: "result={b=1 x=2 values y=text}"},

		pipeline("distinct in quotes", `distinct="ch"&where={"n":1}`, "objectId=@1"),
		pipeline("distinct in a list", `distinct=["ch"]&where={"n":1}`, "objectId=@1"),
		pipeline("distinct of an object", "distinct={}", "status 400, code 105"),
		pipeline("distinct, repeated", "distinct=n&distinct=s", "status 400, code 105"),
		pipeline("distinct with a limit", "distinct=n&limit=1", "status 400, code 102"),
		pipeline("distinct with an empty where", "distinct=n&where=", "status 400, code 107"),
		pipeline("a hint and a comment", `pipeline=[{"$match":{"n":1}},{"$project":{"n":1}}]&hint=x&comment=y`, "n=1"),
		pipeline("stages as parameters, in their order", `$match={"n":1}&$group={"_id":"$s","c":{"$sum":1}}`, "c=1 objectId=@1"),
		pipeline("a pipeline that is an object", `pipeline={"$match":{"n":1},"$group":{"_id":"$s","c":{"$sum":1}}}`, "c=1 objectId=@1"),
		pipeline("an unknown one", "limit=1", "status 400, code 102"),
		pipeline("a where alone", `where={"n":1}`, "status 400, code 102"),
		pipeline("a where with distinct", `where={"n":1}&distinct=s`, "@1"),
		pipeline("a where beside a pipeline", `where={"n":1}&pipeline=[{"$match":{"n":2}},{"$project":{"n":1}}]`, "n=2"),
		pipeline("$sort by createdAt", `pipeline=[{"$match":{"n":{"$gt":1}}},{"$sort":{"createdAt":-1}},{"$project":{"n":1}}]`, "n=9; n=2"),
		pipeline("$sort by _created_at", `pipeline=[{"$match":{"n":{"$gt":1}}},{"$sort":{"_created_at":-1}},{"$project":{"n":1}}]`, "n=9; n=2"),
		pipeline("$match with _created_at", `pipeline=[{"$match":{"_created_at":{"$gt":{"__type":"Date","iso":"2020-01-01T00:00:00.000Z"}},"n":2}},{"$project":{"n":1}}]`, "n=2"),
	})
}
