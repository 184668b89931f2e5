package conformance

// kindsOfOperations are differences in what changes of columns leave.
func kindsOfOperations() []Kind {
	return []Kind{
		{
			Key: "an ACL that is none", Group: "operations",
			Asks: `^ACL of `, AuditServer: `^status 400, code 123`, ParseServer: anything,
			Reason: "Parse Server locks the object with it, or fails; the error says what an ACL is",
		},
		{
			Key: "an ACL that is deleted", Group: "operations",
			Asks: `^ACL of .*"Delete"`, AuditServer: answers, ParseServer: answers,
			Reason: "as in the row of an ACL that is unset",
		},
		{
			Key: "a name that is none, without a value", Group: "operations",
			Asks: `^(_hidden|a-b|objectId) of a new object: (null|.*Delete)`, AuditServer: refuses, ParseServer: answers,
			Reason: "the name is wrong with and without a value",
		},
		{
			Key: "an id that is written", Group: "operations",
			Asks: `^objectId of (a|no) value: `, AuditServer: answers, ParseServer: anything,
			Reason: "an id is never changed: Parse Server takes the object from all that point to it, or fails",
		},
		{
			Key: "what changes nothing", Group: "operations",
			Asks: `"Batch","ops":\[\]|^(members|fresh) of .*: (null|.*"Delete"|.*"Relation")`, AuditServer: answers, ParseServer: fails,
			Reason: "a batch of no operations, and a relation that is set or unset: it has no value of its own",
		},
		{
			Key: "bytes in an update", Group: "operations",
			Asks: `: a bytes`, AuditServer: answers, ParseServer: `^status 400, code 119`,
			Reason: "a fault of PostgreSQL's adapter: it updates no bytes",
		},
		{
			Key: "an operation on a member of an object", Group: "operations",
			Asks: `^object\.k of `, AuditServer: anything, ParseServer: answers,
			Reason: "a fault of PostgreSQL's adapter: it stores the operation in the place of its result",
		},
		{
			Key: "a value or an operation that lacks what it needs", Group: "operations",
			Asks: `"__op":"\w*"|"Pointer","className":"[^"]*"\}$|"Bytes","base64":"%"|"GeoPoint"`, AuditServer: `^status 400, code (107|111)`, ParseServer: `^(answers|status 500)`,
			Reason: "the error says what is missing; Parse Server unsets the column, counts a text, or stores what nobody can read",
		},
		{
			Key: "a second place in a class", Group: "operations",
			Asks: `^fresh of .*: a spot`, AuditServer: `^status 400, code 111`, ParseServer: answers,
			Reason: "a class has one column of places: the schema routes of all servers say so, and Parse Server forgets it in a save",
		},
		{
			Key: "a value added twice", Group: "operations",
			Asks: `"AddUnique","objects":\["x","x"\]`, AuditServer: answers, ParseServer: answers,
			Reason: "each value is added once; Parse Server adds to nothing whatever is given",
		},
		{
			Key: "a list that is added to or removed from", Group: "operations",
			Asks: `^list of a value: .*(Add|AddUnique|Remove)"`, AuditServer: answers, ParseServer: answers,
			Reason: "a fault of PostgreSQL's adapter: it reorders the list",
		},
	}
}
