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
	return []Difference{
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
		alike("verifying a password by POST", "answers",
			before("status 404, code 0", ParseServer6, ParseServer5),
			"before 7 there is only GET, which has the password in the URL and so in every log; this SDK does not send that"),
	}
}
