package conformance

// kindsOfOperators are differences in what conditions find.
func kindsOfOperators() []Kind {
	return []Kind{
		{
			Key: "what has no order", Group: "operators",
			Asks: `\$(lt|lte|gt|gte) `, AuditServer: refuses, ParseServer: answers,
			Reason: "null, objects, bytes, places, lists and pointers have no order; the databases compare how they keep them",
		},
		{
			Key: "a condition on a relation", Group: "operators",
			Asks: `^members `, AuditServer: refuses, ParseServer: answers,
			Reason: "a relation is asked for a member with a plain pointer; Parse Server leaves out what it does not know, or finds nothing",
		},
		{
			Key: "a field behind a pointer", Group: "operators",
			Asks: `^parent\.name `, AuditServer: refuses, ParseServer: answers,
			Reason: "no answer is right without the other object; the error says to use $inQuery",
		},
		{
			Key: "$exists with something else than true and false", Group: "operators",
			Asks: `\$exists":("x"|1|null)`, AuditServer: refuses, ParseServer: answers,
			Reason: "JavaScript takes it for true; who wrote it may have meant the value",
		},
		{
			Key: "an operator that the database never sees", Group: "operators",
			Asks: `^ACL |"\$eq":1,"x":2|"\$nearSphere":7|"\$geoWithin":7|"\$options":"i"\}$|"soon"|^nowhere |^a where that is a list|^_`, AuditServer: refuses, ParseServer: answers,
			Reason: "Parse Server drops what it cannot use, and finds the rows of another question",
		},
		{
			Key: "a condition that PostgreSQL's adapter cannot carry out", Group: "operators",
			Asks: ``, AuditServer: answers, ParseServer: `^status`,
			Reason: "a fault of PostgreSQL's adapter: it makes SQL for values of the column's kind only, and takes an empty text, false, whole lists and objects for no operand at all",
		},
		{
			Key: "rows without a value", Group: "operators",
			Asks: `(\$ne|\$nin|\$dontSelect|\$notInQuery|\$nor)\b`, AuditServer: answers, ParseServer: answers,
			Reason: "PostgreSQL compares nothing with a missing value; auditserver and MongoDB find the row",
		},
		{
			Key: "no value among the given ones", Group: "operators",
			Asks: `(\$in|\$inQuery|\$select)\b`, AuditServer: answers, ParseServer: answers,
			Reason: "a fault of PostgreSQL's adapter: it finds rows without a value, or no list and no file at all",
		},
		{
			Key: "a member of an object", Group: "operators",
			Asks: `^object\.`, AuditServer: answers, ParseServer: answers,
			Reason: "a fault of PostgreSQL's adapter: members exist never and are compared as texts",
		},
		{
			Key: "kinds compared with each other", Group: "operators",
			Asks: `\$(lt|lte|gt|gte) `, AuditServer: answers, ParseServer: answers,
			Reason: "PostgreSQL compares texts, whatever they stand for",
		},
		{
			Key: "conditions on files, areas, relations and ids, and on columns that do not exist", Group: "operators",
			Asks: `^(file|area|members|parent|user|objectId|nowhere) `, AuditServer: answers, ParseServer: answers,
			Reason: "faults of PostgreSQL's adapter: it drops conditions on unknown columns, finds nothing in files, areas and by $all of one pointer, and takes a pointer for an id",
		},
	}
}
