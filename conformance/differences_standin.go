package conformance

// ofTheStandIn lists what FerretDB, which stands in for MongoDB, cannot do,
// ordered by key. It says nothing about MongoDB: StandIn says what is known of
// that, and TestMongoDBAdapter holds the adapter's code to it.
func ofTheStandIn() []Difference {
	row := func(key, answer, observed, standIn string) Difference {
		d := alike(key, answer, map[Server]string{ParseServerMongoDB: observed}, "FerretDB cannot do it")
		d.StandIn = standIn
		return d
	}
	script := func(check, standIn string) Difference {
		return row("JavaScript SDK, "+check, "passes", "fails", standIn)
	}
	const (
		rows      = "the rows that were computed"
		fails     = "status 500, code 1"
		geography = "FerretDB has no geographic operators"
		search    = "FerretDB has no text indexes"
		documents = "FerretDB compares no documents within arrays"
		lists     = "FerretDB stores no arrays within arrays"
		contained = "FerretDB's $elemMatch does not know $nin"
	)
	return []Difference{
		script("batches: a transaction saves all", "FerretDB has no transactions; MongoDB has them on replica sets"),
		script("comparisons: containedBy", contained),
		script("comparisons: containsAllStartingWith", "FerretDB's $all takes no patterns"),
		script("comparisons: fullText", search),
		script("geography: near sorts by distance", geography),
		script("geography: polygonContains", lists),
		script("geography: withinGeoBox", geography),
		script("geography: withinKilometers, sorted", geography),
		script("geography: withinKilometers, unsorted", geography),
		script("geography: withinMiles", geography),
		script("geography: withinPolygon", geography),
		script("geography: withinRadians", geography),
		script("objects: pointers, points and polygons come back", lists),
		row("a polygon", "status 201, code 0", fails, lists),
		row("a transaction", "is carried out", fails, "FerretDB has no transactions; MongoDB has them on replica sets"),
		row("an order by distance", "answers", fails, geography),
		row("pipeline: $max of _created_at", "last=a Date", "status 400, code 102", "FerretDB has $sum and $count alone"),
		row("query: array ContainedBy", rows, "rows [1 2 3 4 5 6 8 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24] instead of [1 2 5 6 9 10 11 12 15 16 17 20 21 22]", contained),
		row("query: objectId Search", rows, fails, search),
		row("query: pointers ContainedBy", rows, "rows [] instead of [5 10]", documents),
		row("query: pointers Contains", rows, "rows [] instead of [10]", documents),
		row("query: pointers ContainsAll", rows, "rows [] instead of [15]", documents),
		row("query: pointers ContainsAny", rows, "rows [] instead of [10 15]", documents),
		row("query: pointers ContainsNone", rows, "rows [5 10 15 20] instead of [5 20]", documents),
		row("query: polygon Contains", rows, fails, geography),
		row("query: position Near", rows, fails, geography),
		row("query: position NearWithin", rows, fails, geography),
		row("query: position WithinBox", rows, fails, geography),
		row("query: position WithinKilometers", rows, fails, geography),
		row("query: position WithinPolygon", rows, fails, geography),
		row("query: text Search", rows, fails, search),
		row("query: text Search of two words", rows, fails, search),
		row("several results of a group", "answers", "status 400, code 102", "FerretDB has $sum and $count alone, and one of them a group"),
		row("stored: a list inside a list", "[[1,2],[3]]", fails, lists),
	}
}
