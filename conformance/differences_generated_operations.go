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
			Asks: `: a bytes`, AuditServer: answers, ParseServer: `^status 400, code 119`, On: onPostgreSQL,
			Reason: "a fault of PostgreSQL's adapter: it updates no bytes",
		},
		{
			Key: "an operation on a member of an object", Group: "operations",
			Asks: `^object\.k of `, AuditServer: anything, ParseServer: answers,
			Reason: "a fault of the adapters: they store the operation in the place of its result",
		},
		{
			Key: "a value or an operation that lacks what it needs", Group: "operations",
			Asks: `"__op":"\w*"|"Pointer","className":"[^"]*"\}$|"Bytes","base64":"%"|"GeoPoint"`, AuditServer: `^status 400, code (107|111)`, ParseServer: `^(answers|status 500)`,
			Reason: "the error says what is missing; Parse Server unsets the column, counts a text, or stores what nobody can read",
		},
		{
			Key: "a second place in a class", Group: "operations",
			Asks: `^fresh of .*: a spot`, AuditServer: `^status 400, code 111`, ParseServer: answers, On: onPostgreSQL,
			Reason: "a class has one column of places: the schema routes of all servers say so, and Parse Server forgets it in a save",
		},
		{
			Key: "a value added twice", Group: "operations",
			Asks: `"AddUnique","objects":\["x","x"\]`, AuditServer: answers, ParseServer: answers,
			Reason: "each value is added once; Parse Server adds to nothing whatever is given",
		},
		{
			Key: "a list that is added to or removed from", Group: "operations",
			Asks: `^list of a value: .*(Add|AddUnique|Remove)"`, AuditServer: answers, ParseServer: answers, On: onPostgreSQL,
			Reason: "a fault of PostgreSQL's adapter: it reorders the list",
		},
		{
			Key: "areas, and lists in lists", Group: "operations",
			Asks: `^area of a value|: a area$|: \[\[1\],null\]$|"Polygon"`, AuditServer: anything, ParseServer: `status (404|500)`, On: onMongoDB,
			Reason: "FerretDB stores no lists in lists, so no row has an area; MongoDB does",
		},
		{
			Key: "a null", Group: "operations",
			Asks: `: null$`, AuditServer: anything, ParseServer: `leaves (null|status 500)$`, On: onMongoDB,
			Reason: "MongoDB's adapter stores it, and cannot read it as an area; the others take a null for no value",
		},
		{
			Key: "something removed from nothing", Group: "operations",
			Asks: `"Remove"`, AuditServer: `leaves \[\]$`, ParseServer: `leaves nothing$`, On: onMongoDB,
			Reason: "MongoDB changes nothing where there is no list; auditserver leaves an empty one, as PostgreSQL's adapter does",
		},
		{
			Key: "a member of an object that MongoDB's adapter cannot make", Group: "operations",
			Asks: `^object\.k of (a new object|no value): `, AuditServer: answers, ParseServer: fails, On: onMongoDB,
			Reason: "a fault of the adapter: it takes a name with a dot for that of a column, which MongoDB refuses, and removes from no list",
		},
		{
			Key: "a date that is none", Group: "operations",
			Asks: `"iso":"never"`, AuditServer: `^status 400, code 111`, ParseServer: answers, On: onMongoDB,
			Reason: "MongoDB's adapter stores what JavaScript makes of it, another date",
		},
		{
			Key: "an operation that has no name", Group: "operations",
			Asks: `"__op":null`, AuditServer: answers, ParseServer: `^status 400, code 108`, On: onMongoDB,
			Reason: "MongoDB's adapter takes every object with __op for an operation, the others take this one for an object",
		},
		{
			Key: "a relation that is refused", Group: "operations",
			Asks: `^fresh of .*Relation"`, AuditServer: `^status 400, code (107|111)`, ParseServer: `leaves \{"__type":"Relation"`, On: onMongoDB,
			Reason: "Parse Server has made the column when it refuses the value",
		},
	}
}
