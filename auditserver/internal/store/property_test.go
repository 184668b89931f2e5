package store_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// The generators draw from few values, so that conditions hit rows.

var (
	genText   = rapid.SampledFrom([]any{"", "a", "b", "ab", "aB", "a b", "Ä", "a\x00b", "2026-01-01T00:00:00.000Z", "%", "\U0010ffff", "x.y"})
	genNumber = rapid.SampledFrom([]any{0.0, 1.0, -1.0, 1.5, 2.0, 1e21, 9007199254740993.0, 0.1})
	genBool   = rapid.SampledFrom([]any{true, false})
	genDate   = rapid.SampledFrom([]any{
		map[string]any{"__type": "Date", "iso": "2026-01-01T00:00:00.000Z"}, map[string]any{"__type": "Date", "iso": "2026-01-01T00:00:00.001Z"},
		map[string]any{"__type": "Date", "iso": "1969-12-31T23:59:59.999Z"}, map[string]any{"__type": "Date", "iso": "2030-05-05T00:00:00.000Z"},
	})
	genPointer = rapid.Custom(func(t *rapid.T) any {
		return any(pointer(rapid.SampledFrom([]string{"Other", "Main"}).Draw(t, "class"), rapid.SampledFrom([]string{"o1", "o2", "o3", "m1"}).Draw(t, "id")))
	})
	genPoint = rapid.Custom(func(t *rapid.T) any {
		return any(map[string]any{"__type": "GeoPoint", "latitude": float64(rapid.IntRange(-3, 3).Draw(t, "lat")), "longitude": float64(rapid.IntRange(-3, 3).Draw(t, "lon"))})
	})
	genPolygon = rapid.SampledFrom([]any{
		map[string]any{"__type": "Polygon", "coordinates": []any{[]any{0.0, 0.0}, []any{0.0, 2.0}, []any{2.0, 2.0}, []any{2.0, 0.0}, []any{0.0, 0.0}}},
		map[string]any{"__type": "Polygon", "coordinates": []any{[]any{-3.0, -3.0}, []any{0.0, 3.0}, []any{3.0, -3.0}}},
	})
	genFile   = rapid.SampledFrom([]any{map[string]any{"__type": "File", "name": "a", "url": "http://x/a"}, map[string]any{"__type": "File", "name": "b", "url": "http://x/b"}})
	genBytes  = rapid.SampledFrom([]any{map[string]any{"__type": "Bytes", "base64": "AQID"}, map[string]any{"__type": "Bytes", "base64": "AQ=="}})
	genScalar = rapid.OneOf(genText, genNumber, genBool, genDate, genPointer)
	genArray  = rapid.Custom(func(t *rapid.T) any {
		list := rapid.SliceOfN(rapid.OneOf(genScalar, genPoint, rapid.Just[any](nil), rapid.Just[any](map[string]any{"k": 1.0})), 0, 3).Draw(t, "array")
		return any(append([]any{}, list...))
	})
	genObject = rapid.Custom(func(t *rapid.T) any {
		m := map[string]any{}
		for _, k := range []string{"k", "l"} {
			if rapid.Bool().Draw(t, "has") {
				m[k] = rapid.OneOf(genScalar, genArray, rapid.Just[any](nil)).Draw(t, k)
			}
		}
		return any(m)
	})
)

var genOf = map[schema.Type]*rapid.Generator[any]{
	schema.String: genText, schema.Number: genNumber, schema.Boolean: genBool, schema.Date: genDate, schema.Array: genArray, schema.Object: genObject,
	schema.GeoPoint: genPoint, schema.Polygon: genPolygon, schema.File: genFile, schema.Bytes: genBytes,
	schema.Pointer: rapid.Map(genPointer, func(v any) any { v.(map[string]any)["className"] = "Other"; return v }),
}

var fieldTypes = []schema.Type{schema.String, schema.Number, schema.Boolean, schema.Date, schema.Array, schema.Object, schema.GeoPoint, schema.Polygon, schema.File, schema.Bytes, schema.Pointer}

func genClass(t *rapid.T, name string) schema.Class {
	c := schema.Class{Name: name, Fields: map[string]schema.Field{}, Indexes: map[string]schema.Index{}}
	for i := range rapid.SampledFrom([]int{6, 4, 2, 1}).Draw(t, "fields") {
		f := schema.Field{Type: rapid.SampledFrom(fieldTypes).Draw(t, "type")}
		if f.Type == schema.Pointer {
			f.TargetClass = "Other"
		}
		c.Fields[fmt.Sprintf("f%d", i)] = f
		if rapid.Bool().Draw(t, "indexed") {
			c.Indexes[fmt.Sprintf("i%d", i)] = schema.Index{{Field: fmt.Sprintf("f%d", i), Descending: rapid.Bool().Draw(t, "desc")}}
		}
	}
	return c
}

func genRow(t *rapid.T, c schema.Class) map[string]any {
	m := map[string]any{}
	for i := range len(c.Fields) {
		name := fmt.Sprintf("f%d", i)
		if f, ok := c.Fields[name]; ok && rapid.IntRange(0, 3).Draw(t, "present") != 1 {
			m[name] = genOf[f.Type].Draw(t, name)
		}
	}
	return m
}

var oddPaths = []string{"f0", "f5", "f9", "f0.k", "f1.l", "f2.k", "f3.latitude", "f4.objectId", "objectId", "createdAt", "updatedAt"}

// genPath mostly names a field of the class.
func genPath(t *rapid.T, c schema.Class) string {
	if rapid.IntRange(0, 3).Draw(t, "odd") == 1 {
		return rapid.SampledFrom(oddPaths).Draw(t, "path")
	}
	return rapid.SampledFrom(slices.Sorted(maps.Keys(c.Fields))).Draw(t, "path")
}

// genConstraint makes the operators of one field. The operand fits the field's
// type more often than not.
func genConstraint(t *rapid.T, c schema.Class, path string) any {
	operand := rapid.OneOf(genScalar, genPoint, genFile, genBytes, genArray, genObject)
	if f, ok := c.Fields[strings.Split(path, ".")[0]]; ok && rapid.IntRange(0, 3).Draw(t, "fits") != 1 {
		operand = rapid.OneOf(genOf[f.Type])
		if f.Type == schema.Array {
			operand = genScalar
		}
	}
	list := func() []any {
		items := []any{}
		for range rapid.SampledFrom([]int{0, 1, 1, 2, 2, 3}).Draw(t, "length") {
			items = append(items, rapid.OneOf(operand, operand, operand, operand, rapid.Just[any](nil)).Draw(t, "item"))
		}
		return items
	}
	switch op := rapid.SampledFrom([]string{"", "$eq", "$ne", "$lt", "$lte", "$gt", "$gte", "$in", "$nin", "$exists", "$all", "$containedBy", "$regex", "$text", "$allregex", "$near", "$box", "$polygon", "$sphere", "$intersects", "null", "$nenull"}).Draw(t, "op"); op {
	case "":
		return operand.Draw(t, "v")
	case "null":
		return nil
	case "$nenull":
		return map[string]any{"$ne": nil}
	case "$eq", "$ne":
		return map[string]any{op: operand.Draw(t, "v")}
	case "$lt", "$lte", "$gt", "$gte":
		return map[string]any{op: rapid.OneOf(genText, genNumber, genBool, genDate).Draw(t, "v")}
	case "$in", "$nin", "$all", "$containedBy":
		return map[string]any{op: list()}
	case "$exists":
		return map[string]any{op: rapid.Bool().Draw(t, "v")}
	case "$regex":
		asked := map[string]any{op: rapid.SampledFrom([]string{`^\Qa\E`, `\Qb\E$`, `a`, `^$`, `^\Qa b\E`, `^\QÄ\E`, "^\\Q\U0010ffff\\E"}).Draw(t, "re")}
		if options := rapid.SampledFrom([]string{"", "i", "x"}).Draw(t, "options"); options != "" {
			asked["$options"] = options
		}
		return asked
	case "$allregex":
		return map[string]any{"$all": []any{map[string]any{"$regex": "a"}, map[string]any{"$regex": "b$"}}}
	case "$text":
		return map[string]any{op: map[string]any{"$search": map[string]any{"$term": rapid.SampledFrom([]string{"a", "a b", "ab"}).Draw(t, "term")}}}
	case "$near":
		return map[string]any{"$nearSphere": genPoint.Draw(t, "p"), "$maxDistance": rapid.SampledFrom([]float64{0, 0.02, 1}).Draw(t, "max")}
	case "$box":
		return map[string]any{"$within": map[string]any{"$box": []any{genPoint.Draw(t, "sw"), genPoint.Draw(t, "ne")}}}
	case "$polygon":
		return map[string]any{"$geoWithin": map[string]any{"$polygon": []any{genPoint.Draw(t, "a"), genPoint.Draw(t, "b"), genPoint.Draw(t, "c")}}}
	case "$sphere":
		return map[string]any{"$geoWithin": map[string]any{"$centerSphere": []any{genPoint.Draw(t, "p"), 0.03}}}
	default:
		return map[string]any{"$geoIntersects": map[string]any{"$point": genPoint.Draw(t, "p")}}
	}
}

func genWhere(t *rapid.T, c schema.Class, depth int) map[string]any {
	m := map[string]any{}
	for range rapid.SampledFrom([]int{1, 1, 1, 2, 0}).Draw(t, "conditions") {
		path := genPath(t, c)
		m[path] = genConstraint(t, c, path)
	}
	if depth > 0 && rapid.Bool().Draw(t, "logic") {
		var list []any
		for range rapid.IntRange(1, 3).Draw(t, "branches") {
			list = append(list, genWhere(t, c, depth-1))
		}
		m[rapid.SampledFrom([]string{"$or", "$and", "$nor"}).Draw(t, "op")] = list
	}
	return m
}

// The SQL the store compiles and the matcher in memory agree on every row.
func TestQueriesAgreeWithTheMatcher(t *testing.T) {
	s := open(t, store.Config{})
	rapid.Check(t, func(t *rapid.T) {
		main := genClass(t, "Main")
		var all []store.Row
		err := s.Write(ctx, func(tx *store.Tx) error {
			if err := tx.Purge("Main"); err != nil {
				return err
			}
			if _, ok := tx.Class("Main"); ok {
				if err := tx.DropClass("Main"); err != nil {
					return err
				}
			}
			if err := tx.PutClass(main); err != nil {
				return err
			}
			for i := range rapid.SampledFrom([]int{12, 6, 1}).Draw(t, "rows") {
				row, err := tx.Insert("Main", store.Object{ID: fmt.Sprintf("m%d", i), Fields: genRow(t, main)})
				if err != nil {
					return err
				}
				all = append(all, row)
			}
			return nil
		})
		require.NoError(t, err)
		for range 30 {
			doc, err := json.Marshal(genWhere(t, main, 2))
			require.NoError(t, err)
			n, err := where.Parse(doc, where.Limits{})
			require.NoError(t, err, string(doc))
			var want []string
			for _, row := range all {
				ok, err := n.Match(row.Map())
				require.NoError(t, err)
				if ok {
					want = append(want, row.ID())
				}
			}
			rows, err := s.Find(ctx, store.Query{Class: "Main", Where: n, Limit: -1})
			require.NoError(t, err, string(doc))
			var got []string
			for _, row := range rows {
				got = append(got, row.ID())
			}
			slices.Sort(want)
			slices.Sort(got)
			require.Equal(t, want, got, "%s\non %v", doc, all)
			count, err := s.Count(ctx, store.Query{Class: "Main", Where: n})
			require.NoError(t, err)
			require.Equal(t, len(want), count)
		}
	})
}

// The bound that the branches of an $or have in common is worked out with what
// the column stores: dates may come as texts, whose order is another.
func TestBoundsOfBranchesAgreeWithTheMatcher(t *testing.T) {
	s := open(t, store.Config{})
	var all []store.Row
	write(t, s, func(tx *store.Tx) error {
		class := schema.Class{Name: "Main", Fields: fields(map[string]schema.Type{"text": schema.String, "date": schema.Date}, "")}
		require.NoError(t, tx.PutClass(class))
		for _, day := range []string{"2025-12-31", "2026-01-01", "2026-01-02"} {
			row, err := tx.Insert("Main", store.Object{Fields: map[string]any{"text": day, "date": map[string]any{"__type": "Date", "iso": day + "T00:00:00.000Z"}}})
			require.NoError(t, err)
			all = append(all, row)
		}
		return nil
	})
	for doc, found := range map[string]int{
		`{"$or":[{"text":{"$lte":{"__type":"Date","iso":"2026-01-01T00:00:00.000Z"}}},{"text":{"$lte":"2026-01-01T00:00:00.000Z"}}]}`:       2,
		`{"$or":[{"text":{"$lte":"2026-01-01T00:00:00.000Z"}},{"text":{"$lte":{"__type":"Date","iso":"2026-01-01T00:00:00.000Z"}}}]}`:       2,
		`{"$or":[{"text":{"$gt":1}},{"text":{"$gt":"2026"}}]}`:                                                                              2,
		`{"$or":[{"date":{"$gte":"2026-01-01T10:00:00.000+14:00"}},{"date":{"$gte":"2026-01-01T00:00:00.001Z"}}]}`:                          2,
		`{"$or":[{"date":{"$gte":"2026-01-01T00:00:00.001Z"}},{"date":{"$gte":{"__type":"Date","iso":"2026-01-01T10:00:00.000+14:00"}}}]}`:  2,
		`{"$or":[{"date":{"$lt":"2026-01-01T10:00:00.000+14:00"}},{"date":"2026-01-01T00:00:00.000Z"}],"text":{"$nin":["2026-01-02","x"]}}`: 2,
	} {
		n := parse(t, doc)
		var want, got []string
		for _, row := range all {
			ok, err := n.Match(row.Map())
			require.NoError(t, err)
			if ok {
				want = append(want, row.ID())
			}
		}
		require.Len(t, want, found, doc)
		rows, err := s.Find(ctx, store.Query{Class: "Main", Where: n, Limit: -1})
		require.NoError(t, err)
		for _, row := range rows {
			got = append(got, row.ID())
		}
		require.ElementsMatch(t, want, got, doc)
	}
}

// Sub-queries in SQL give what the matcher gives when they are resolved by hand.
func TestSubqueriesAgreeWithTheMatcher(t *testing.T) {
	s := open(t, store.Config{})
	main := schema.Class{Name: "Main", Fields: fields(map[string]schema.Type{"p": schema.Pointer, "f0": schema.String, "f1": schema.Number, "list": schema.Array, "o": schema.Object}, "Other")}
	other := schema.Class{Name: "Other", Fields: fields(map[string]schema.Type{"f0": schema.String, "f1": schema.Number, "list": schema.Array, "p": schema.Pointer}, "Other")}
	write(t, s, func(tx *store.Tx) error {
		require.NoError(t, tx.PutClass(main))
		return tx.PutClass(other)
	})
	genRow := func(t *rapid.T) map[string]any {
		m := map[string]any{}
		for name, g := range map[string]*rapid.Generator[any]{"p": genOf[schema.Pointer], "f0": genText, "f1": genNumber, "list": genArray} {
			if rapid.Bool().Draw(t, "has") {
				m[name] = g.Draw(t, name)
			}
		}
		return m
	}
	rapid.Check(t, func(t *rapid.T) {
		rows := map[string][]store.Row{}
		require.NoError(t, s.Write(ctx, func(tx *store.Tx) error {
			for _, class := range []string{"Main", "Other"} {
				require.NoError(t, tx.Purge(class))
				for i := range rapid.SampledFrom([]int{6, 3, 1}).Draw(t, "rows") {
					f := genRow(t)
					if v, ok := f["f1"]; ok && class == "Main" {
						f["o"] = map[string]any{"k": v}
					}
					row, err := tx.Insert(class, store.Object{ID: fmt.Sprintf("o%d", i), Fields: f})
					require.NoError(t, err)
					rows[class] = append(rows[class], row)
				}
			}
			return nil
		}))
		inner := genWhere(t, other, 1)
		op := rapid.SampledFrom([]string{"$inQuery", "$notInQuery", "$select", "$dontSelect"}).Draw(t, "op")
		path := rapid.SampledFrom([]string{"p", "list", "f0", "f1", "o.k", "nope", "objectId"}).Draw(t, "path")
		key := rapid.SampledFrom([]string{"f0", "f1", "list", "p", "objectId", "nope"}).Draw(t, "key")
		var operand map[string]any
		if op == "$select" || op == "$dontSelect" {
			operand = map[string]any{"query": map[string]any{"className": "Other", "where": inner}, "key": key}
		} else {
			operand = map[string]any{"className": "Other", "where": inner}
		}
		doc, err := json.Marshal(map[string]any{path: map[string]any{op: operand}})
		require.NoError(t, err)
		n, err := where.Parse(doc, where.Limits{})
		require.NoError(t, err, string(doc))

		values := []any{} // what the sub-query yields
		sub := n.Query
		for _, row := range rows["Other"] {
			if ok, err := sub.Where.Match(row.Map()); err != nil || !ok {
				continue
			}
			switch v := row.Map()[sub.Key].(type) {
			case nil:
				if sub.Key == "" {
					values = append(values, pointer("Other", row.ID()))
				}
			case []any:
				for _, e := range v {
					if e != nil {
						values = append(values, e)
					}
				}
			default:
				values = append(values, v)
			}
		}
		resolved := where.OneOf(path, values...)
		if op == "$notInQuery" || op == "$dontSelect" {
			resolved = &where.Node{Op: where.Nin, Path: path, Value: values}
		}
		var want, got []string
		for _, row := range rows["Main"] {
			ok, err := resolved.Match(row.Map())
			require.NoError(t, err)
			if ok {
				want = append(want, row.ID())
			}
		}
		found, err := s.Find(ctx, store.Query{Class: "Main", Where: n, Limit: -1, Order: []store.Order{{Field: "objectId"}}})
		require.NoError(t, err, string(doc))
		for _, row := range found {
			got = append(got, row.ID())
		}
		require.Equal(t, want, got, "%s\non %v\nand %v", doc, rows["Main"], rows["Other"])
	})
}
