package conformance

// kindsOfOperators are differences in what conditions find. Where the two databases
// differ, auditserver finds what MongoDB does, unless a kind says otherwise.
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
			Asks: `^ACL |"\$eq":1,"x":2|"\$nearSphere":7|"\$geoWithin":7|"\$options":"i"\}$|"soon"|^nowhere |^a where that is a list|^_|^\$relatedTo of nothing|^\$(or|and|nor) of a number`, AuditServer: refuses, ParseServer: answers,
			Reason: "Parse Server drops what it cannot use, and finds the rows of another question",
		},
		{
			Key: "a condition that PostgreSQL's adapter cannot carry out", Group: "operators",
			Asks: ``, AuditServer: answers, ParseServer: `^status`, On: onPostgreSQL,
			Reason: "a fault of PostgreSQL's adapter: it makes SQL for values of the column's kind only, and takes an empty text, false, whole lists and objects for no operand at all",
		},
		{
			Key: "rows without a value", Group: "operators",
			Asks: `(\$ne|\$nin|\$dontSelect|\$notInQuery|\$nor)\b`, AuditServer: answers, ParseServer: answers, On: onPostgreSQL,
			Reason: "PostgreSQL compares nothing with a missing value; auditserver and MongoDB find the row",
		},
		{
			Key: "no value among the given ones", Group: "operators",
			Asks: `(\$in|\$inQuery|\$select)\b`, AuditServer: answers, ParseServer: answers, On: onPostgreSQL,
			Reason: "a fault of PostgreSQL's adapter: it finds rows without a value, or no list and no file at all",
		},
		{
			Key: "a member of an object", Group: "operators",
			Asks: `^object\.`, AuditServer: answers, ParseServer: answers, On: onPostgreSQL,
			Reason: "a fault of PostgreSQL's adapter: members exist never and are compared as texts",
		},
		{
			Key: "kinds compared with each other", Group: "operators",
			Asks: `\$(lt|lte|gt|gte) `, AuditServer: answers, ParseServer: answers,
			Reason: "the databases compare how they keep values: PostgreSQL texts, MongoDB files, places and pointers by the text or list that stands for them",
		},
		{
			Key: "conditions on files, areas, relations and ids, and on columns that do not exist", Group: "operators",
			Asks: `^(file|area|members|parent|user|objectId|nowhere) `, AuditServer: answers, ParseServer: answers, On: onPostgreSQL,
			Reason: "faults of PostgreSQL's adapter: it drops conditions on unknown columns, finds nothing in files, areas and by $all of one pointer, and takes a pointer for an id",
		},
		{
			Key: "a condition on an id that MongoDB reads", Group: "operators",
			Asks: `^objectId (\$containedBy|\{"\$(not|size|elemMatch|type)")`, AuditServer: anything, ParseServer: `^(answers|status 500)`, On: onMongoDB,
			Reason: "a fault of MongoDB's adapter: it hands over unread what is asked of an id, so the operators are the database's",
		},
		{
			Key: "an $and of nothing", Group: "operators",
			Asks: `^\$and of nothing`, AuditServer: answers, ParseServer: fails, On: onMongoDB,
			Reason: "MongoDB wants a condition at least; every row fulfils none, as PostgreSQL finds",
		},
		{
			Key: "a whole list or object", Group: "operators",
			Asks: ``, AuditServer: answers, ParseServer: `^status 400, code 107`, On: onMongoDB,
			Reason: "MongoDB's adapter compares no whole lists and objects with other columns than those of lists and objects; no row has such a value",
		},
		{
			Key: "a condition that FerretDB cannot carry out", Group: "operators",
			Asks: `\$(nearSphere|within|geoWithin|geoIntersects|text)|^members `, AuditServer: answers, ParseServer: `^status`, On: onMongoDB,
			Reason: "it has no geographic operators and no search for words; MongoDB carries them out",
		},
		{
			Key: "$containedBy of what is no list", Group: "operators",
			Asks: `\$containedBy`, AuditServer: answers, ParseServer: answers, On: onMongoDB,
			Reason: "MongoDB asks for no element outside, which is so where there are no elements; auditserver finds lists, as PostgreSQL does",
		},
		{
			Key: "$all of one value", Group: "operators",
			Asks: `\$all`, AuditServer: answers, ParseServer: answers, On: onMongoDB,
			Reason: "MongoDB takes one value for a list of one; auditserver finds lists, as PostgreSQL does",
		},
		{
			Key: "a sub-query for a column that does not exist", Group: "operators",
			Asks: `(\$select|\$dontSelect) of`, AuditServer: answers, ParseServer: anything, On: onMongoDB,
			Reason: "MongoDB's adapter compares with nothing, and so finds, or leaves out, rows without a value",
		},
		{
			Key: "areas, relations, places and lists in lists", Group: "operators",
			Asks: `^(area|members|spot|list|parent|user|file) `, AuditServer: answers, ParseServer: answers, On: onMongoDB,
			Reason: "FerretDB keeps no areas; MongoDB's adapter looks for relations and places as it keeps them, and for the elements of a list in a list",
		},
	}
}
