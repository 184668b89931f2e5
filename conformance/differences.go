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
			Key:         "a challenge of an authentication service",
			AuditServer: "status 404, code 0", ParseServer: "status 400, code -1",
			Reason: "auditserver has no multi-factor authentication, for which challenges are made",
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
			Key:         "push",
			AuditServer: "status 404, code 0", ParseServer: "status 400, code 115",
			Reason: "auditserver sends no push messages",
		},
		{
			Key:         "webhooks",
			AuditServer: "status 404, code 0", ParseServer: "status 400, code 143",
			Reason: "auditserver calls Go functions in its own process",
		},
	}
}
