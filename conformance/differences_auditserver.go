package conformance

// onPurpose lists where auditserver answers otherwise than Parse Server 9.10 on
// PostgreSQL, ordered by key.
func onPurpose() []Difference {
	return []Difference{
		{
			Key:         "$all of what a list holds twice",
			AuditServer: "finds alpha", ParseServer: "finds nothing",
			Others: map[Server]string{ParseServerMongoDB: "finds alpha"},
			Reason: "a fault of PostgreSQL's adapter: it counts the elements that are found",
		},
		{
			Key:         "$eq with a date",
			AuditServer: "finds alpha", ParseServer: "status 500, code 1",
			Others: map[Server]string{ParseServerMongoDB: "finds alpha"},
			Reason: "a fault of PostgreSQL's adapter: the plain form of equality works",
		},
		{
			Key:         "$exists on a member of an object",
			AuditServer: "finds alpha", ParseServer: "finds nothing",
			Others: map[Server]string{ParseServerMongoDB: "finds alpha", ParseServer8: "status 500, code 1", ParseServer7: "status 500, code 1", ParseServer6: "status 500, code 1", ParseServer5: "status 500, code 1"},
			Reason: "a fault of PostgreSQL's adapter: no member of an object ever exists",
		},
		{
			Key:         "$in of more than 10,000 values",
			AuditServer: "status 400, code 102", ParseServer: "n=0; n=1; n=2; n=9",
			Reason: "Config.Limits bounds what a request may cost; ask in parts",
		},
		{
			Key:         "$in of nothing",
			AuditServer: "finds nothing", ParseServer: "finds the empty row",
			Others: map[Server]string{ParseServerMongoDB: "finds nothing"},
			Reason: "a fault of PostgreSQL's adapter: rows without a value are found, by an $inQuery without results too",
		},
		{
			Key:         "$in on a member of an object",
			AuditServer: "finds alpha", ParseServer: "finds nothing",
			Others: map[Server]string{ParseServerMongoDB: "finds alpha"},
			Reason: "a fault of PostgreSQL's adapter: it compares nothing",
		},
		{
			Key:         "$lookup in a pipeline",
			AuditServer: "status 400, code 102", ParseServer: "status 200, code 0",
			Others:  map[Server]string{ParseServerMongoDB: "status 400, code 102"},
			Reason:  "a fault of PostgreSQL's adapter: stages it does not know are left out, and the result is that of another question",
			StandIn: "FerretDB has no $lookup; MongoDB carries it out",
		},
		{
			Key:         "$maxDistanceInKilometers",
			AuditServer: "finds nothing", ParseServer: "finds alpha",
			Others:  map[Server]string{ParseServerMongoDB: "status 500, code 1"},
			Reason:  "a fault of PostgreSQL's adapter: the distance is left out",
			StandIn: "FerretDB has no geographic operators",
		},
		{
			Key:         "$not",
			AuditServer: "status 400, code 107", ParseServer: "status 400, code 119",
			Others: map[Server]string{ParseServerMongoDB: "status 400, code 107"},
			Reason: "an operator that does not exist is no matter of permissions",
		},
		{
			Key:         "$or of nothing",
			AuditServer: "status 400, code 102", ParseServer: "status 500, code 1",
			Reason: "the error says what is wrong",
		},
		{
			Key:         "Access-Control-Allow-Methods on what is no preflight",
			AuditServer: "absent", ParseServer: "present",
			Reason: "a browser reads it, and the headers that may be sent, in the answer to its preflight alone",
		},
		{
			Key:         "GraphQL: an answer to a change by somebody who may not read",
			AuditServer: "is answered", ParseServer: "status 200, code 101",
			Reason: "the change is done on both: Parse Server reads what it has changed, and answers that there is nothing, even where the document asks for the id alone",
		},
		{
			Key:         "GraphQL: the code of a subscription",
			AuditServer: "GRAPHQL_VALIDATION_FAILED", ParseServer: "INTERNAL_SERVER_ERROR",
			Others: map[Server]string{ParseServer6: "GRAPHQL_VALIDATION_FAILED", ParseServer5: "GRAPHQL_VALIDATION_FAILED"},
			Reason: "there are none on both: it is the document that is wrong",
		},
		{
			Key:         "GraphQL: the status of a subscription",
			AuditServer: "400", ParseServer: "200",
			Reason: "there are none on both: it is the document that is wrong",
		},
		{
			Key:         "GraphQL settings",
			AuditServer: "status 404, code 0", ParseServer: "status 200, code 0",
			Reason: "the schema of auditserver has all classes: there is nothing to choose",
		},
		{
			Key:         "a bad date",
			AuditServer: "status 400, code 111", ParseServer: "status 500, code 1",
			Reason: "the error names the field",
		},
		{
			Key:         "a batch's request whose body is a list",
			AuditServer: "code 107", ParseServer: "code 105",
			Reason: "the error says so; Parse Server takes the positions for names of fields",
		},
		{
			Key:         "a challenge of an authentication service",
			AuditServer: "status 404, code 0", ParseServer: "status 400, code -1",
			Others: map[Server]string{ParseServer5: "status 404, code 0"},
			Reason: "auditserver has no multi-factor authentication, for which challenges are made",
		},
		{
			Key:         "a condition on a field behind a pointer",
			AuditServer: "status 400, code 102", ParseServer: "status 500, code 1",
			Others: map[Server]string{ParseServerMongoDB: "status 200, code 0"},
			Reason: "no answer is right without the other object; the error says to use $inQuery",
		},
		{
			Key:         "a list compared with one value",
			AuditServer: "finds alpha", ParseServer: "status 500, code 1",
			Others: map[Server]string{ParseServerMongoDB: "finds alpha"},
			Reason: "a fault of PostgreSQL's adapter: with MongoDB it finds the lists that hold the value",
		},
		{
			Key:         "a list that is added to",
			AuditServer: "[3 1 1 2 5]", ParseServer: "[3 2 1 5]",
			Others: map[Server]string{ParseServerMongoDB: "[3 1 1 2 5]"},
			Reason: "a fault of PostgreSQL's adapter: Add and AddUnique reorder the list and drop what it holds twice",
		},
		{
			Key:         "a negative limit",
			AuditServer: "status 400, code 102", ParseServer: "status 500, code 1",
			Others: map[Server]string{ParseServerMongoDB: "status 200, code 0"},
			Reason: "the error says what is wrong",
		},
		{
			Key:         "a part of authData in a sign-up",
			AuditServer: "status 400, code 105", ParseServer: "status 201, code 0",
			Reason: "Parse Server links it without asking the authentication service; on an update it refuses it too",
		},
		{
			Key:         "a part of createdWith in a session",
			AuditServer: "status 400, code 105", ParseServer: "status 200, code 0",
			Reason: "how a session began is the server's to say; Parse Server looks only at the whole field",
		},
		{
			Key:         "a parameter of a function that is called constructor",
			AuditServer: "result={constructor=1 n=2}", ParseServer: "result={n=2}",
			Others: map[Server]string{ParseServer7: "result={constructor=1 n=2}", ParseServer6: "result={constructor=1 n=2}", ParseServer5: "result={constructor=1 n=2}"},
			Reason: "from version 8 on the server loses the name on its way; a Go function gets what was sent",
		},
		{
			Key:         "a part of a file",
			AuditServer: "status 206, code 0", ParseServer: "status 200, code 0",
			Reason: "a client that resumes a download gets the rest; Parse Server's folder of files knows no parts, GridFS does",
		},
		{
			Key:         "a pattern that is none",
			AuditServer: "status 400, code 102", ParseServer: "status 500, code 1",
			Reason: "the error says what is wrong",
		},
		{
			Key:         "a pattern that looks ahead",
			AuditServer: "status 400, code 102", ParseServer: "finds alpha",
			Others:  map[Server]string{ParseServerMongoDB: "status 500, code 1"},
			Reason:  "patterns are RE2's, which no text can slow down; they have no look-around and no back-references",
			StandIn: "FerretDB's patterns are RE2's, MongoDB's are PCRE's",
		},
		{
			Key:         "a relation to nobody",
			AuditServer: "status 400, code 107", ParseServer: "status 500, code 1",
			Reason: "the error says what is wrong",
		},
		{
			Key:         "a request id that was used before",
			AuditServer: "the first answer again", ParseServer: "status 400, code 159",
			Reason: "a client that lost the answer gets it, instead of learning only that there was one",
		},
		{
			Key:         "a request id whose first request failed",
			AuditServer: "status 201, code 0", ParseServer: "status 400, code 159",
			Reason: "what failed wrote nothing, so its id stays free; Parse Server burns it",
		},
		{
			Key:         "a schedule of jobs",
			AuditServer: "status 404, code 0", ParseServer: "status 500, code 1",
			Reason: "jobs are started by /jobs; auditserver keeps no schedules, which are for another program to run (Parse Server's fault here is the empty body)",
		},
		{
			Key:         "a session made with the master key",
			AuditServer: "status 400, code 209", ParseServer: "status 201, code 0",
			Reason: "Parse Server stores a session without user and token, which opens nothing; LoginAs makes one that works",
		},
		{
			Key:         "a subscription to a class without live queries",
			AuditServer: "refused", ParseServer: "accepted",
			Reason: "an event that can never come is a mistake to be told of",
		},
		{
			Key:         "a text with a NUL character",
			AuditServer: "status 200, code 0", ParseServer: "status 500, code 1",
			Others: map[Server]string{ParseServerMongoDB: "status 200, code 0"},
			Reason: "a fault of PostgreSQL's adapter: the column cannot hold it",
		},
		{
			Key:         "a trigger that fails behind a delete",
			AuditServer: "status 200, code 0", ParseServer: "status 400, code 4244",
			Reason: "the object is gone, which an error would deny; behind a save all servers answer that it succeeded",
		},
		{
			Key:         "a value nested 70 levels deep",
			AuditServer: "status 400, code 107", ParseServer: "status 200, code 0",
			Reason: "Config.Limits bounds what a request may cost: here its depth, likewise its conditions, the requests of a batch and the size of its answer",
		},
		{
			Key:         "an ACL that is unset",
			AuditServer: "everybody may read and write", ParseServer: "nobody but the master key may read",
			Reason: "unset is what an object without an ACL is; set the ACL that is meant and both agree",
		},
		{
			Key:         "an operation that is unknown",
			AuditServer: "status 400, code 107", ParseServer: "status 500, code 1",
			Reason: "the error says what is wrong",
		},
		{
			Key:         "an order by a field behind a pointer",
			AuditServer: "status 400, code 102", ParseServer: "status 500, code 1",
			Others: map[Server]string{ParseServerMongoDB: "status 200, code 0"},
			Reason: "the error says what to do instead: include the pointer and sort the results",
		},
		{
			Key:         "base64: that is a data URI",
			AuditServer: "hi", ParseServer: "other bytes",
			Reason: "what stands before the comma is no content; Parse Server decodes it as if it were",
		},
		{
			Key:         "body: UTF-16",
			AuditServer: "status 415, code 0", ParseServer: "status 201, code 0",
			Reason: "JSON between systems is UTF-8 (RFC 8259); the error says so",
		},
		{
			Key:         "date: a comma in the seconds",
			AuditServer: "status 400, code 111", ParseServer: "status 500, code 1",
			Reason: "the error names the field",
		},
		{
			Key:         "date: a day that is not there",
			AuditServer: "status 400, code 111", ParseServer: "status 500, code 1",
			Others: map[Server]string{ParseServerMongoDB: "2026-03-02T00:00:00.000Z"},
			Reason: "the error names the field; MongoDB's adapter stores the next month's day",
		},
		{
			Key:         "date: words",
			AuditServer: "status 400, code 111", ParseServer: "2026-03-01T00:00:00.000Z",
			Reason: "only ISO 8601 means the same day to everybody: in 1/2/2026 nobody knows the month",
		},
		{
			Key:         "fractions added to a member of an object",
			AuditServer: "status 200, code 0", ParseServer: "status 500, code 1",
			Others: map[Server]string{ParseServerMongoDB: "status 200, code 0"},
			Reason: "a fault of PostgreSQL's adapter: it reads the member as a whole number",
		},
		{
			Key:         "live frame: plain id, $eq",
			AuditServer: "create 8801", ParseServer: "create 8802",
			Reason: "a live query finds what the query finds; in Parse Server's only $in takes a pointer for its id",
		},
		{
			Key:         "live frame: plain id, equal",
			AuditServer: "create 8801", ParseServer: "create 8802",
			Reason: "a live query finds what the query finds; in Parse Server's only $in takes a pointer for its id",
		},
		{
			Key:         "parameter in a body: a where that is null",
			AuditServer: "status 400, code 107", ParseServer: "status 500, code 1",
			Reason: "the error says what is wrong",
		},
		{
			Key:         "parameter in a body: an object in keys",
			AuditServer: "status 400, code 105", ParseServer: "no columns",
			Reason: "an object is no name of a column; the error says how to write names",
		},
		{
			Key:         "parameter of an aggregation: a where with distinct",
			AuditServer: "@1", ParseServer: "status 400, code 102",
			Others: map[Server]string{ParseServerMongoDB: "@1", ParseServer7: "status 500, code 1", ParseServer6: "status 500, code 1", ParseServer5: "status 500, code 1"},
			Reason: "as for the different values of a column: the class has a relation",
		},
		{
			Key:         "parameter: a limit that is text",
			AuditServer: "status 400, code 102", ParseServer: "status 500, code 1",
			Reason: "the error says what is wrong",
		},
		{
			Key:         "parameter: a limit with a fraction",
			AuditServer: "status 400, code 102", ParseServer: "n=0; n=1",
			Others: map[Server]string{ParseServerMongoDB: "n=0"},
			Reason: "no number of rows has a fraction, which each database rounds its own way",
		},
		{
			Key:         "parameter: a list with brackets",
			AuditServer: "status 400, code 102", ParseServer: "n=0 s=@0",
			Reason: "what is written with brackets is text in Parse Server, its numbers too, and finds what the database makes of it; write JSON",
		},
		{
			Key:         "parameter: a where that is a list",
			AuditServer: "status 400, code 107", ParseServer: "n=0; n=1; n=2; n=9",
			Reason: "a list is no where, and Parse Server finds every row for it",
		},
		{
			Key:         "plain id: $all of an unknown operator",
			AuditServer: "status 400, code 121", ParseServer: "nothing",
			Reason: "an operator that does not exist is a mistake to be told of",
		},
		{
			Key:         "plain id: $select of a column behind a pointer",
			AuditServer: "status 400, code 102", ParseServer: "status 500, code 1",
			Others: map[Server]string{ParseServerMongoDB: "nothing"},
			Reason: "no answer is right without the other object; the error says to use $inQuery",
		},
		{
			Key:         "purchase receipts",
			AuditServer: "status 404, code 0", ParseServer: "status 400, code 107",
			Reason: "auditserver sells nothing: there is no /validate_purchase",
		},
		{
			Key:         "push",
			AuditServer: "status 404, code 0", ParseServer: "status 400, code 115",
			Reason: "auditserver sends no push messages",
		},
		{
			Key:         "push audiences",
			AuditServer: "status 404, code 0", ParseServer: "status 200, code 0",
			Reason: "auditserver sends no push messages, and so keeps no /push_audiences",
		},
		{
			Key:         "the check of security",
			AuditServer: "status 404, code 0", ParseServer: "status 409, code 0",
			Reason: "/security looks at options that auditserver has not",
		},
		{
			Key:         "the count of a class with the master key",
			AuditServer: "exact", ParseServer: "PostgreSQL's estimate",
			Others: map[Server]string{ParseServerMongoDB: "exact"},
			Reason: "an estimate is no count; with any condition both are exact",
		},
		{
			Key:         "the different values of a column, in a class with a relation",
			AuditServer: "answers", ParseServer: "status 400, code 102",
			Others: map[Server]string{ParseServerMongoDB: "answers", ParseServer7: "status 500, code 1", ParseServer6: "status 500, code 1", ParseServer5: "status 500, code 1"},
			Reason: "a fault of Parse Server on PostgreSQL: it takes each value for an object and puts the relation into it",
		},
		{
			Key:         "the directory of a file",
			AuditServer: "left out", ParseServer: "kept",
			Others: map[Server]string{ParseServer8: "left out", ParseServer7: "left out", ParseServer6: "left out", ParseServer5: "left out"},
			Reason: "files are kept side by side",
		},
		{
			Key:         "the log of the server",
			AuditServer: "status 404, code 0", ParseServer: "status 500, code 1",
			Reason: "auditserver writes its log to the slog.Logger it is given, and serves no /scriptlog; the Parse Server of the suite keeps no log files",
		},
		{
			Key:         "the metadata of a file that is not there",
			AuditServer: "status 404, code 0", ParseServer: "status 200, code 0",
			Reason: "Parse Server answers {} for every name",
		},
		{
			Key:         "the metadata of another application's file",
			AuditServer: "status 403, code 0", ParseServer: "status 200, code 0",
			Reason: "a wrong address is a mistake to be told of; Parse Server answers {}",
		},
		{
			Key:         "the rows of a relation, asked for as a class",
			AuditServer: "status 400, code 102", ParseServer: "2 rows",
			Others: map[Server]string{ParseServer5: "status 500, code 1"},
			Reason: "its tables are not those of Parse Server; the error says to use $relatedTo",
		},
		{
			Key:         "the tokens of one's other sessions",
			AuditServer: "1 of 2 tokens shown", ParseServer: "2 of 2 tokens shown",
			Reason: "tokens are stored as digests: only the one that was sent can be shown",
		},
		{
			Key:         "webhooks",
			AuditServer: "status 404, code 0", ParseServer: "status 400, code 143",
			Reason: "auditserver calls Go functions in its own process, and has no /hooks",
		},
		{
			Key:         "why a transaction was refused",
			AuditServer: "the code of the item", ParseServer: "code 1",
			Reason: "a client can tell a broken rule from a fault of the server; Parse Server keeps the cause to itself",
		},
	}
}
