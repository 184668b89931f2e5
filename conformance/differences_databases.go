package conformance

// betweenDatabases lists values and conditions for which the databases below
// Parse Server differ, and what auditserver does, ordered by key.
func betweenDatabases() []Difference {
	return []Difference{
		{
			Key:         "asked: $exists false with a null",
			AuditServer: "finds b, c", ParseServer: "finds b, c",
			Others: map[Server]string{ParseServerMongoDB: "finds c"},
			Reason: "MongoDB stores a null that another client saved, and there a column with a null exists",
		},
		{
			Key:         "asked: $exists with a null",
			AuditServer: "finds a, d", ParseServer: "finds a, d",
			Others: map[Server]string{ParseServerMongoDB: "finds a, b, d"},
			Reason: "MongoDB stores a null that another client saved, and there a column with a null exists",
		},
		{
			Key:         "asked: $in of null",
			AuditServer: "finds b, c", ParseServer: "status 500, code 1",
			Others: map[Server]string{ParseServerMongoDB: "finds b, c"},
			Reason: "a fault of PostgreSQL's adapter",
		},
		{
			Key:         "asked: $in of null and a number",
			AuditServer: "finds a, b, c", ParseServer: "status 500, code 1",
			Others: map[Server]string{ParseServerMongoDB: "finds a, b, c"},
			Reason: "a fault of PostgreSQL's adapter",
		},
		{
			Key:         "asked: $nin of null",
			AuditServer: "finds a, d", ParseServer: "status 500, code 1",
			Others: map[Server]string{ParseServerMongoDB: "finds a, d"},
			Reason: "a fault of PostgreSQL's adapter",
		},
		{
			Key:         "asked: $nin of null and a number",
			AuditServer: "finds d", ParseServer: "status 500, code 1",
			Others: map[Server]string{ParseServerMongoDB: "finds d"},
			Reason: "a fault of PostgreSQL's adapter",
		},
		{
			Key:         "asked: $nin with a null and a missing one",
			AuditServer: "finds b, c, d", ParseServer: "finds d",
			Others: map[Server]string{ParseServerMongoDB: "finds b, c, d"},
			Reason: "PostgreSQL compares nothing with a null; this SDK's NotIn asks for a value on both",
		},
		{
			Key:         "asked: a date inside an object, $gt",
			AuditServer: "finds b", ParseServer: "finds a, b, c",
			Others: map[Server]string{ParseServerMongoDB: "finds b"},
			Reason: "a fault of PostgreSQL's adapter: it compares the texts of the objects",
		},
		{
			Key:         "asked: a date inside an object, equal",
			AuditServer: "finds a", ParseServer: "finds nothing",
			Others: map[Server]string{ParseServerMongoDB: "finds a", ParseServer8: "status 500, code 1", ParseServer7: "status 500, code 1", ParseServer6: "status 500, code 1", ParseServer5: "status 500, code 1"},
			Reason: "a fault of PostgreSQL's adapter",
		},
		{
			Key:         "asked: a descending order with a null and a missing one",
			AuditServer: "finds b, c, d, a", ParseServer: "finds b, c, d, a",
			Others: map[Server]string{ParseServerMongoDB: "finds d, a, b, c"},
			Reason: "in MongoDB missing is the smallest value, in PostgreSQL the largest; the SDK's walk over all rows asks which",
		},
		{
			Key:         "asked: a list $gt",
			AuditServer: "finds a, b", ParseServer: "status 500, code 1",
			Others: map[Server]string{ParseServerMongoDB: "finds a, b"},
			Reason: "a fault of PostgreSQL's adapter: with MongoDB it finds the lists with such an element",
		},
		{
			Key:         "asked: a list $in null",
			AuditServer: "finds e, f", ParseServer: "finds e",
			Others: map[Server]string{ParseServerMongoDB: "finds e, f"},
			Reason: "a missing list is none with a null in it for PostgreSQL",
		},
		{
			Key:         "asked: a list $ne one value",
			AuditServer: "finds d, e, f", ParseServer: "finds d, e",
			Others: map[Server]string{ParseServerMongoDB: "finds d, e, f"},
			Reason: "PostgreSQL compares nothing with a missing list",
		},
		{
			Key:         "asked: a list $nin",
			AuditServer: "finds d, e, f", ParseServer: "finds d, e",
			Others: map[Server]string{ParseServerMongoDB: "finds d, e, f"},
			Reason: "PostgreSQL compares nothing with a missing list; this SDK's ContainsNone asks for a list on both",
		},
		{
			Key:         "asked: a list equal to null",
			AuditServer: "finds e, f", ParseServer: "finds f",
			Others: map[Server]string{ParseServerMongoDB: "finds e, f"},
			Reason: "a missing list is none with a null in it for PostgreSQL",
		},
		{
			Key:         "asked: a member $nin",
			AuditServer: "finds d, e", ParseServer: "status 400, code 119",
			Others: map[Server]string{ParseServerMongoDB: "finds d, e"},
			Reason: "a fault of PostgreSQL's adapter",
		},
		{
			Key:         "asked: a member that exists",
			AuditServer: "finds c, d, e", ParseServer: "finds a, b, c, d, e",
			Others: map[Server]string{ParseServerMongoDB: "finds c, d, e"},
			Reason: "a fault of PostgreSQL's adapter: no member of an object ever exists",
		},
		{
			Key:         "asked: a pointer $in null",
			AuditServer: "finds a, c", ParseServer: "finds nothing",
			Others: map[Server]string{ParseServerMongoDB: "finds a, c"},
			Reason: "a fault of PostgreSQL's adapter",
		},
		{
			Key:         "asked: a pointer $nin",
			AuditServer: "finds b, c", ParseServer: "finds b",
			Others: map[Server]string{ParseServerMongoDB: "finds b, c"},
			Reason: "PostgreSQL compares nothing with a null; this SDK's NotIn asks for a pointer on both",
		},
		{
			Key:         "asked: a whole list",
			AuditServer: "finds a", ParseServer: "status 400, code 119",
			Others: map[Server]string{ParseServerMongoDB: "status 400, code 107"},
			Reason: "Parse Server takes no list to compare with; auditserver can",
		},
		{
			Key:         "asked: a whole object",
			AuditServer: "finds a, b", ParseServer: "status 400, code 119",
			Others: map[Server]string{ParseServerMongoDB: "status 400, code 107"},
			Reason: "Parse Server takes no object to compare with; auditserver can, in any order of keys",
		},
		{
			Key:         "asked: an order of texts",
			AuditServer: "finds e, f, b, d, a, c, g", ParseServer: "finds e, f, b, d, a, c, g",
			Others: map[Server]string{ParseServerMongoDB: "finds g, e, f, b, d, a, c"},
			Reason: "in MongoDB missing is the smallest value, in PostgreSQL the largest",
		},
		{
			Key:         "asked: an order with a null and a missing one",
			AuditServer: "finds a, d, b, c", ParseServer: "finds a, d, b, c",
			Others: map[Server]string{ParseServerMongoDB: "finds b, c, a, d"},
			Reason: "in MongoDB missing is the smallest value, in PostgreSQL the largest; the SDK's walk over all rows asks which",
		},
		{
			Key:         "parameter of an aggregation: distinct of an object",
			AuditServer: "status 400, code 105", ParseServer: "status 400, code 105",
			Others: map[Server]string{ParseServerMongoDB: "nothing", ParseServer7: "nothing", ParseServer6: "nothing", ParseServer5: "nothing"},
			Reason: "only PostgreSQL's adapter checks the name of the column, since version 8",
		},
		{
			Key:         "parameter of an aggregation: distinct, repeated",
			AuditServer: "status 400, code 105", ParseServer: "status 400, code 105",
			Others: map[Server]string{ParseServerMongoDB: "nothing", ParseServer7: "nothing", ParseServer6: "nothing", ParseServer5: "nothing"},
			Reason: "only PostgreSQL's adapter checks the name of the column, since version 8",
		},
		{
			Key:         "pipeline: $group by _created_at",
			AuditServer: "objectId=a Date", ParseServer: "objectId=a Date",
			Others: map[Server]string{ParseServerMongoDB: "no columns"},
			Reason: "a fault of MongoDB's adapter: it takes a date that is a group's key for an empty object",
		},
		{
			Key:         "pipeline: $group by a part that is a pointer",
			AuditServer: "objectId={c=@0}", ParseServer: "objectId={c=@0}",
			Others: map[Server]string{ParseServerMongoDB: "objectId={c=text}"},
			Reason: "MongoDB's adapter shows what its column holds, the class before the id",
		},
		{
			Key:         "pipeline: $group by createdAt",
			AuditServer: "objectId=a Date", ParseServer: "objectId=a Date",
			Others: map[Server]string{ParseServerMongoDB: "no columns"},
			Reason: "a fault of MongoDB's adapter: it takes a date that is a group's key for an empty object",
		},
		{
			Key:         "pipeline: $match of createdAt",
			AuditServer: "n=0", ParseServer: "n=0",
			Others: map[Server]string{ParseServerMongoDB: "nothing"},
			Reason: "a fault of MongoDB's adapter: in a pipeline it makes dates of texts alone",
		},
		{
			Key:         "plain id: as it is",
			AuditServer: "n=0", ParseServer: "n=0",
			Others: map[Server]string{ParseServerMongoDB: "nothing"},
			Reason: "a fault of MongoDB's adapter: with $eq it compares plain ids",
		},
		{
			Key:         "plain id: in $or",
			AuditServer: "n=0; n=9", ParseServer: "n=0; n=9",
			Others: map[Server]string{ParseServerMongoDB: "n=9"},
			Reason: "a fault of MongoDB's adapter: with $eq it compares plain ids",
		},
		{
			Key:         "stored: a NUL in a key",
			AuditServer: `{"a\u0000b":1}`, ParseServer: "status 500, code 1",
			Reason: "neither database can hold it",
		},
		{
			Key:         "stored: a NUL inside an object",
			AuditServer: `{"a":"x\u0000y"}`, ParseServer: "status 500, code 1",
			Others: map[Server]string{ParseServerMongoDB: `{"a":"x\u0000y"}`},
			Reason: "a fault of PostgreSQL's adapter: the column cannot hold it",
		},
		{
			Key:         "stored: a date beyond the year 9999",
			AuditServer: "status 400, code 111", ParseServer: "status 500, code 1",
			Others: map[Server]string{ParseServerMongoDB: `{"__type":"Date","iso":"+010000-01-01T00:00:00.000Z"}`},
			Reason: "MongoDB holds it; the error names the field",
		},
		{
			Key:         "stored: a null",
			AuditServer: "nothing", ParseServer: "nothing",
			Others: map[Server]string{ParseServerMongoDB: "null"},
			Reason: "MongoDB stores a null that another client saved; this SDK reads it as missing",
		},
		{
			Key:         "stored: bytes inside a list",
			AuditServer: `[{"__type":"Bytes","base64":"AP/+"}]`, ParseServer: `[{"__type":"Bytes","base64":"AP/+"}]`,
			Others: map[Server]string{ParseServerMongoDB: `[{"buffer":{"0":0,"1":255,"2":254},"position":3,"sub_type":0}]`},
			Reason: "a fault of MongoDB's adapter: only a column of its own is read as bytes",
		},
		{
			Key:         "stored: the order of keys inside an object",
			AuditServer: `{"a":2,"b":{"x":2,"y":1},"zz":1}`, ParseServer: `{"a":2,"b":{"x":2,"y":1},"zz":1}`,
			Others: map[Server]string{ParseServerMongoDB: `{"zz":1,"a":2,"b":{"y":1,"x":2}}`},
			Reason: "MongoDB keeps the order, the others sort; JSON has none",
		},
	}
}
