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
			Asks: `user.*: excludeKeys `, AuditServer: answers, ParseServer: `^answers \{"results":\[\]\}|, code 101$`, On: onPostgreSQL,
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
			Asks: `^aggregate: (pipeline|\$|distinct)`, AuditServer: answers, ParseServer: anything, On: onPostgreSQL,
			Reason: "a fault of PostgreSQL's adapter: it makes one statement of all stages, and drops a limit of 0",
		},
		{
			Key: "a column that has no different values", Group: "parameters",
			Asks: `^aggregate: distinct `, AuditServer: refuses, ParseServer: answers, On: onMongoDB,
			Reason: "the name is none; MongoDB finds no values under it",
		},
		{
			Key: "a limit of 0 in a pipeline, a group, and the order of different values", Group: "parameters",
			Asks: `^aggregate: (\$limit|\$group|pipeline|distinct)`, AuditServer: answers, ParseServer: anything, On: onMongoDB,
			Reason: "MongoDB refuses a limit of 0, and has an order of its own for values of several kinds; its adapter adds the class's relations to a group",
		},
		{
			Key: "rows without a value in an order", Group: "parameters",
			Asks: `: order `, AuditServer: answers, ParseServer: answers, On: onMongoDB,
			Reason: "a missing value is the least one there; auditserver orders as PostgreSQL does, where it is the greatest",
		},
		{
			Key: "a read preference that is none", Group: "parameters",
			Asks: `: readPreference `, AuditServer: answers, ParseServer: `^status`, On: onMongoDB,
			Reason: "auditserver has one database, and as with PostgreSQL nothing reads the parameter",
		},
		{
			Key: "a column whose name begins with a space", Group: "parameters",
			Asks: `: (keys|excludeKeys) `, AuditServer: answers, ParseServer: fails, On: onMongoDB,
			Reason: "nothing has such a name; FerretDB refuses it in a projection",
		},
	}
}
