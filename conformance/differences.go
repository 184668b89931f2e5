package conformance

// Server is a kind of server that the suite runs against.
type Server string

// The servers of the suite.
const (
	AuditServer Server = "auditserver"
	ParseServer Server = "Parse Server" // 9.10 on PostgreSQL
)

// Difference is one behaviour in which the two servers differ on purpose. The
// suite holds both sides to what is written here.
type Difference struct {
	Key         string // what is done, unique
	AuditServer string // what auditserver answers
	ParseServer string // what Parse Server on PostgreSQL answers
	Reason      string // why auditserver does not do the same
}

// Differences lists every behaviour in which auditserver differs from Parse
// Server on PostgreSQL, ordered by key.
func Differences() []Difference {
	return []Difference{
		{
			Key:         "GraphQL",
			AuditServer: "status 404", ParseServer: "answers",
			Reason: "auditserver has no GraphQL endpoint: everything this SDK offers is in REST",
		},
		{
			Key:         "GraphQL settings",
			AuditServer: "status 404, code 0", ParseServer: "status 200, code 0",
			Reason: "auditserver has no GraphQL endpoint, and so no /graphql-config",
		},
		{
			Key:         "a challenge of an authentication service",
			AuditServer: "status 404, code 0", ParseServer: "status 400, code -1",
			Reason: "auditserver has no multi-factor authentication, for which challenges are made",
		},
		{
			Key:         "a condition on a field behind a pointer",
			AuditServer: "status 400, code 102", ParseServer: "status 500, code 1",
			Reason: "no answer is right without the other object; the error says to use $inQuery",
		},
		{
			Key:         "a limit of the rate of requests",
			AuditServer: "status 400, code 141", ParseServer: "status 429, code 100",
			Reason: "auditserver limits no rates, which is for the proxy before it (the function is missing on both)",
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
			Key:         "a subscription to a class without live queries",
			AuditServer: "refused", ParseServer: "accepted",
			Reason: "an event that can never come is a mistake to be told of",
		},
		{
			Key:         "an order by a field behind a pointer",
			AuditServer: "status 400, code 102", ParseServer: "status 500, code 1",
			Reason: "the error says what to do instead: include the pointer and sort the results",
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
			Key:         "the different values of a column, in a class with a relation",
			AuditServer: "answers", ParseServer: "status 400, code 102",
			Reason: "a fault of Parse Server on PostgreSQL: it takes each value for an object and puts the relation into it",
		},
		{
			Key:         "the log of the server",
			AuditServer: "status 404, code 0", ParseServer: "status 500, code 1",
			Reason: "auditserver writes its log to the slog.Logger it is given, and serves no /scriptlog; the Parse Server of the suite keeps no log files",
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
