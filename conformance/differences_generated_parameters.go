package conformance

// kindsOfParameters are differences in what routes take from a request.
func kindsOfParameters() []Kind {
	return []Kind{
		{
			Key: "limit and skip that are no numbers", Group: "parameters",
			Asks: `: (limit|skip) `, AuditServer: refuses, ParseServer: answers,
			Reason: "JavaScript makes numbers of lists, texts and truth; a page of a size that nobody asked for hides rows",
		},
		{
			Key: "an empty list as where", Group: "parameters",
			Asks: `: where \[\]`, AuditServer: refuses, ParseServer: answers,
			Reason: "a where is an object; the error says so, instead of finding everything",
		},
		{
			Key: "a name that is an object", Group: "parameters",
			Asks: `: (include|keys|excludeKeys|order|redirectClassNameForKey) `, AuditServer: refuses, ParseServer: answers,
			Reason: "Parse Server makes a text of the object, and then knows no such name",
		},
		{
			Key: "users without some of their columns", Group: "parameters",
			Asks: `user.*: excludeKeys `, AuditServer: answers, ParseServer: `^answers \{"results":\[\]\}|, code 101$`,
			Reason: "a fault of Parse Server: it leaves out the user with the column",
		},
		{
			Key: "the permissions of a schema", Group: "parameters",
			Asks: `^schema: `, AuditServer: answers, ParseServer: `"protectedFields":\{\}`,
			Reason: "no protected fields are not written, which means the same",
		},
		{
			Key: "a stage that is none", Group: "parameters",
			Asks: `^aggregate: (\$|pipeline)`, AuditServer: refuses, ParseServer: answers,
			Reason: "the result would be that of another question",
		},
		{
			Key: "stages that PostgreSQL's adapter cannot put in a row", Group: "parameters",
			Asks: `^aggregate: (pipeline|\$|distinct)`, AuditServer: answers, ParseServer: anything,
			Reason: "a fault of PostgreSQL's adapter: it makes one statement of all stages, and drops a limit of 0",
		},
	}
}
