package conformance

import "slices"

// Kind is a kind of generated questions to which a server's answer is not that
// of auditserver. It recognises a question by its words and by what the two
// answered: patterns of what TestGenerated writes, which is "status 400, code 102"
// or "answers" and the result, and behind it ", leaves" and the column afterwards
// where the two left different values.
type Kind struct {
	Key         string   // what is asked, unique
	Group       string   // of the questions; all groups where it is empty
	Asks        string   // pattern of the question
	AuditServer Pattern  // of what auditserver answers
	ParseServer Pattern  // of what the others answer
	On          []Server // those that answer so; all of KindServers where it is empty
	Reason      string   // why
}

// Pattern is a regular expression that recognises answers.
type Pattern string

// The usual patterns.
const (
	anything Pattern = ``
	answers  Pattern = `^answers`
	refuses  Pattern = `^status 4\d\d, code \d+$`
	fails    Pattern = `^status (500, code 1|400, code [01])\b`
)

// String says it in words where it is a usual one.
func (p Pattern) String() string {
	switch p {
	case anything:
		return "something else"
	case answers:
		return "answers"
	case refuses:
		return "refuses"
	case fails:
		return "fails"
	}
	return "`" + string(p) + "`"
}

// Kinds lists the kinds of generated questions in which servers differ. The first
// that a question is of counts.
func Kinds() []Kind {
	return slices.Concat(kindsOfMistakes(), kindsOfParameters(), kindsOfPermissions(), kindsOfOperators(), kindsOfOperations())
}

// KindServers are those that generated questions are asked of.
func KindServers() []Server { return []Server{ParseServer, ParseServerMongoDB} }

var (
	onPostgreSQL = []Server{ParseServer}
	onMongoDB    = []Server{ParseServerMongoDB}
)

// kindsOfMistakes are what no server takes.
func kindsOfMistakes() []Kind {
	return []Kind{
		{
			Key:  "a condition that PostgreSQL's adapter does not know",
			Asks: ``, AuditServer: refuses, ParseServer: `^status 400, code 119`, On: onPostgreSQL,
			Reason: "both refuse; the adapter has one code for all that it does not know, and MongoDB's has that of what is wrong",
		},
		{
			Key:  "a mistake that is a fault of the server there",
			Asks: ``, AuditServer: refuses, ParseServer: fails,
			Reason: "the error says what is wrong; Parse Server answers with an internal error",
		},
		{
			Key:  "a mistake that has another code there",
			Asks: ``, AuditServer: refuses, ParseServer: refuses,
			Reason: "both refuse; the code is that of what is wrong, and not of the step that noticed it",
		},
	}
}
