package conformance

// betweenVersions lists where auditserver and Parse Server 9.10 agree and an
// older version does not, ordered by key.
func betweenVersions() []Difference {
	before := func(answer string, servers ...Server) map[Server]string {
		others := map[Server]string{}
		for _, s := range servers {
			others[s] = answer
		}
		return others
	}
	seen := before("is answered", ParseServer7, ParseServer6, ParseServer5)
	return []Difference{
		alike("JavaScript SDK, live: a change of the ACL takes an object away and gives it back", "passes",
			before("fails", ParseServer7, ParseServer6, ParseServer5),
			"a hole before 8: the event that an object can no longer be read shows its new values"),
		alike("GraphQL: a code in the refusal of a document", "is there", before("is not there", ParseServer6, ParseServer5), "since 7"),
		alike("GraphQL: introspection", "status 403", before("answers", ParseServer6, ParseServer5),
			"since 7 the schema is for the master key, unless the option graphQLPublicIntrospection is set"),
		alike("GraphQL: the status of a variable that is missing", "400", before("200", ParseServer8, ParseServer7, ParseServer6, ParseServer5), "GraphQL's library answers so"),
		alike("a GET without a body in a batch", "is answered as alone",
			before("fails without a code", ParseServer7, ParseServer6, ParseServer5),
			"a fault before 8: the router reads the body that is not there"),
		alike("a condition on a hidden column within $and", "status 400, code 119", seen, "before 8.6.32 only the top of a condition is looked at"),
		alike("a condition on a hidden column within $nor", "status 400, code 119", seen, "before 8.6.32 only the top of a condition is looked at"),
		alike("a condition on a hidden column within $or", "status 400, code 119", seen,
			"before 8.6.32 only the top of a condition is looked at, so whoever may find can find out the column; a plan of the schema warns of it"),
		alike("a check of a password with an object as name", "status 404, code 101",
			before("status 404, code 0", ParseServer6, ParseServer5),
			"before 7 there is only GET, which this SDK does not send"),
		alike("a file of another application", "status 403, code 0",
			before("status 403, code 119", ParseServer8, ParseServer7, ParseServer6, ParseServer5),
			"9 answers without a code"),
		alike("a file whose name has two dots and an @", "is stored",
			before("status 400, code 130", ParseServer5),
			"5 takes everything behind the first dot for the ending, and no such file may be uploaded there"),
		alike("a limit of the rate of requests", "status 429, code 100",
			before("status 400, code 141", ParseServer5),
			"5 limits no rates (the function is missing on all of them)"),
		alike("an $or that is no list", "status 400, code 102",
			before("status 500, code 1", ParseServer7, ParseServer6, ParseServer5),
			"the error says what is wrong from 8 on"),
		alike("an account of an unknown service", "status 400, code 252",
			map[Server]string{ParseServer6: "status 400, code 141", ParseServer5: "status 500, code 1"},
			"the error says what is wrong from 7 on"),
		alike("an order by a hidden column", "status 400, code 119", seen,
			"before 8.6.32 orders are not looked at, so whoever may find can find out the column; a plan of the schema warns of it"),
		alike("live frame: keys", "subscribed", before("error 1", ParseServer5), "5 calls them fields"),
		alike("live frame: watch", "subscribed", before("error 1", ParseServer5), "since 6"),
		alike("verifying a password by POST", "answers",
			before("status 404, code 0", ParseServer6, ParseServer5),
			"before 7 there is only GET, which has the password in the URL and so in every log; this SDK does not send that"),
		{
			Key:         "keyword: __proto__ in an object",
			AuditServer: "status 400, code 105", ParseServer: "status 400, code 105",
			Others: map[Server]string{ParseServer7: "status 201, code 0", ParseServer6: "status 201, code 0", ParseServer5: "status 201, code 0"},
			Reason: "before version 8 the name is lost before it is looked for",
		},
		{
			Key:         "keyword: in a role",
			AuditServer: "status 400, code 105", ParseServer: "status 400, code 105",
			Others: map[Server]string{ParseServer7: "status 201, code 0", ParseServer6: "status 201, code 0", ParseServer5: "status 201, code 0"},
			Reason: "before version 8 roles are not looked at",
		},
		{
			Key:         "parameter in a body: an empty where",
			AuditServer: "status 400, code 107", ParseServer: "status 400, code 107",
			Others: map[Server]string{ParseServer8: "status 500, code 1", ParseServer7: "status 500, code 1", ParseServer6: "status 500, code 1", ParseServer5: "status 500, code 1"},
			Reason: "since version 9 the error says what is wrong",
		},
		{
			Key:         "parameter of an aggregation: a where alone",
			AuditServer: "status 400, code 102", ParseServer: "status 400, code 102",
			Others: map[Server]string{ParseServer7: "status 500, code 1", ParseServer6: "status 500, code 1", ParseServer5: "ch=a Pointer d=a Date l=2 values n=0 o={k=0} s=@0; ch=a Pointer d=a Date l=2 values n=1 o={k=1} s=@1; ch=a Pointer d=a Date l=2 values n=2 o={k=2} s=@2; n=9"},
			Reason: "from version 8 on the error says what is wrong; version 5 finds every row",
		},
		{
			Key:         "parameter of an aggregation: an unknown one",
			AuditServer: "status 400, code 102", ParseServer: "status 400, code 102",
			Others: map[Server]string{ParseServer5: "ch=a Pointer d=a Date l=2 values n=0 o={k=0} s=@0"},
			Reason: "version 5 knows stages without a dollar",
		},
		{
			Key:         "parameter of an aggregation: distinct with a limit",
			AuditServer: "status 400, code 102", ParseServer: "status 400, code 102",
			Others: map[Server]string{ParseServer5: "status 500, code 1"},
			Reason: "version 5 knows stages without a dollar",
		},
		{
			Key:         "parameter of an aggregation: distinct with an empty where",
			AuditServer: "status 400, code 107", ParseServer: "status 400, code 107",
			Others: map[Server]string{ParseServer8: "status 500, code 1", ParseServer7: "status 500, code 1", ParseServer6: "status 500, code 1", ParseServer5: "status 500, code 1"},
			Reason: "since version 9 the error says what is wrong",
		},
		{
			Key:         "parameter: an empty where",
			AuditServer: "status 400, code 107", ParseServer: "status 400, code 107",
			Others: map[Server]string{ParseServer8: "status 500, code 1", ParseServer7: "status 500, code 1", ParseServer6: "status 500, code 1", ParseServer5: "status 500, code 1"},
			Reason: "since version 9 the error says what is wrong",
		},
		{
			Key:         "pipeline: $match of _id",
			AuditServer: "nothing", ParseServer: "nothing",
			Others: map[Server]string{ParseServer5: "n=0; n=1; n=2; n=9"},
			Reason: "a fault of version 5: $match does not know _id and leaves it out",
		},
		{
			Key:         "pipeline: $match of _id with $in",
			AuditServer: "nothing", ParseServer: "nothing",
			Others: map[Server]string{ParseServer5: "n=0; n=1; n=2; n=9"},
			Reason: "a fault of version 5: $match does not know _id and leaves it out",
		},
		{
			Key:         "plain id: $inQuery with a pointer to redirect to",
			AuditServer: "nothing", ParseServer: "nothing",
			Others: map[Server]string{ParseServer8: "status 500, code 1", ParseServer7: "status 500, code 1", ParseServer6: "status 500, code 1", ParseServer5: "status 500, code 1"},
			Reason: "a fault before version 9: a query with a pointer to another class fails",
		},
		alike("request: a place in an object", "status 400, code 111", before("status 200, code 0", ParseServer6, ParseServer5),
			"since 7 a number behind the dot is a place in a list"),
	}
}
