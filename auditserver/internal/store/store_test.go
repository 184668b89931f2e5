package store_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

func TestMain(m *testing.M) {
	if childMain() {
		return
	}
	goleak.VerifyTestMain(m)
}

var ctx = context.Background()

func open(t testing.TB, cfg store.Config) *store.Store {
	t.Helper()
	s, err := store.Open(ctx, cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func write(t testing.TB, s *store.Store, fn func(tx *store.Tx) error) {
	t.Helper()
	require.NoError(t, s.Write(ctx, fn))
}

func parse(t testing.TB, doc string) *where.Node {
	t.Helper()
	n, err := where.Parse([]byte(doc), where.Limits{})
	require.NoError(t, err)
	return n
}

func value(t testing.TB, doc string) any {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal([]byte(doc), &v))
	return v
}

func pointer(class, id string) map[string]any {
	return map[string]any{"__type": "Pointer", "className": class, "objectId": id}
}

func fields(kinds map[string]schema.Type, target string) map[string]schema.Field {
	m := map[string]schema.Field{}
	for name, kind := range kinds {
		f := schema.Field{Type: kind}
		if kind == schema.Pointer || kind == schema.Relation {
			f.TargetClass = target
		}
		m[name] = f
	}
	return m
}

var (
	planClass = schema.Class{Name: "Plan", Fields: fields(map[string]schema.Type{
		"ref": schema.String, "status": schema.String, "score": schema.Number, "open": schema.Boolean, "start": schema.Date,
		"tags": schema.Array, "o": schema.Object, "place": schema.GeoPoint, "lead": schema.Pointer, "team": schema.Relation,
		"file": schema.File, "raw": schema.Bytes, "zone": schema.Polygon,
	}, "_User"), Indexes: map[string]schema.Index{"byStatus": {{Field: "status"}}, "byRef": {{Field: "ref", Descending: true}}}}
	userClass = schema.Class{Name: "_User", Fields: fields(map[string]schema.Type{"username": schema.String, "email": schema.String, "site": schema.String}, "")}
)

func withClasses(t testing.TB, cfg store.Config) *store.Store {
	s := open(t, cfg)
	write(t, s, func(tx *store.Tx) error { return errors.Join(tx.PutClass(userClass), tx.PutClass(planClass)) })
	return s
}

func TestObjectsRoundTrip(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)
	s := withClasses(t, store.Config{Now: func() time.Time { return now }})
	in := value(t, `{"ref":"A \"1\"\n\u0000é😀","status":"Open","score":1.5,"open":true,"start":{"__type":"Date","iso":"2026-01-01T01:00:00+01:00"},
		"tags":["x",1,{"k":null}],"o":{"b":1,"a":{"c":[]}},"place":{"__type":"GeoPoint","latitude":1,"longitude":2},"lead":{"__type":"Pointer","className":"_User","objectId":"u1"},
		"file":{"__type":"File","name":"f","url":"http://x"},"raw":{"__type":"Bytes","base64":"AQID"},"zone":{"__type":"Polygon","coordinates":[[0,0],[0,1],[1,1]]}}`).(map[string]any)
	var id string
	write(t, s, func(tx *store.Tx) error {
		row, err := tx.Insert("Plan", store.Object{Fields: in, ACL: map[string]schema.Access{"u1": {Read: true, Write: true}, "*": {Read: true}, "x": {}}, Hidden: []byte(`{"secret":1}`)})
		id = row.ID()
		return err
	})
	require.Regexp(t, `^[A-Za-z0-9]{10}$`, id)
	row, err := s.Get(ctx, "Plan", id)
	require.NoError(t, err)
	want := map[string]any{"objectId": id, "createdAt": "2026-03-01T12:00:00.123Z", "updatedAt": "2026-03-01T12:00:00.123Z",
		"ACL": value(t, `{"*":{"read":true},"u1":{"read":true,"write":true}}`), "team": value(t, `{"__type":"Relation","className":"_User"}`)}
	for k, v := range in {
		want[k] = v
	}
	want["start"] = value(t, `{"__type":"Date","iso":"2026-01-01T00:00:00.000Z"}`)
	require.Equal(t, want, row.Map())
	require.Equal(t, map[string]schema.Access{"u1": {Read: true, Write: true}, "*": {Read: true}}, row.ACL())
	require.Equal(t, time.UnixMilli(now.UnixMilli()).UTC(), row.CreatedAt())
	require.Nil(t, row.Hidden())
	lead, ok := row.Pointer("lead")
	require.True(t, ok)
	require.Equal(t, "u1", lead)
	ref, _ := row.Text("ref")
	require.Equal(t, in["ref"], ref)
	_, ok = row.Field("missing")
	require.False(t, ok)

	write(t, s, func(tx *store.Tx) error {
		hidden, err := tx.Get(ctx, "Plan", id)
		require.NoError(t, err)
		require.JSONEq(t, `{"secret":1}`, string(hidden.Hidden()))
		before, after, err := tx.Update("Plan", id, store.Object{Fields: map[string]any{"ref": "B"}})
		require.Equal(t, want, before.Map())
		require.Equal(t, time.Millisecond, after.UpdatedAt().Sub(before.UpdatedAt()), "updatedAt grows though the clock stands still")
		require.Nil(t, after.ACL())
		return err
	})
	rows, err := s.Find(ctx, store.Query{Class: "Plan", Where: parse(t, `{"ref":"B","status":null}`), Limit: 10, Hidden: true})
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.JSONEq(t, `{"secret":1}`, string(rows[0].Hidden()), "kept by an update without Hidden")

	write(t, s, func(tx *store.Tx) error { _, err := tx.Delete("Plan", id); return err })
	_, err = s.Get(ctx, "Plan", id)
	require.ErrorIs(t, err, store.ErrNotFound)
}

func TestWritesRefuseWhatDoesNotFit(t *testing.T) {
	s := withClasses(t, store.Config{})
	for doc, want := range map[string]store.ValueError{
		`{"nope":1}`:             {Class: "Plan", Field: "nope"},
		`{"ref":1}`:              {Class: "Plan", Field: "ref", Want: schema.String, Got: "a Number"},
		`{"score":"1"}`:          {Class: "Plan", Field: "score", Want: schema.Number, Got: "a String"},
		`{"open":1}`:             {Class: "Plan", Field: "open", Want: schema.Boolean, Got: "a Number"},
		`{"start":"2026-01-01"}`: {Class: "Plan", Field: "start", Want: schema.Date, Got: "a String"},
		`{"lead":{"__type":"Pointer","className":"Plan","objectId":"x"}}`: {Class: "Plan", Field: "lead", Want: schema.Pointer, Got: "a Pointer<Plan>"},
		`{"tags":{}}`: {Class: "Plan", Field: "tags", Want: schema.Array, Got: "an Object"},
		`{"o":[]}`:    {Class: "Plan", Field: "o", Want: schema.Object, Got: "an Array"},
		`{"team":{"__type":"Relation","className":"_User"}}`: {Class: "Plan", Field: "team", Want: schema.Relation, Got: "a Relation"},
		`{"raw":{"__type":"Bytes","base64":"*"}}`:            {Class: "Plan", Field: "raw", Want: schema.Bytes, Got: "a Bytes"},
		`{"start":{"__type":"Date","iso":"soon"}}`:           {Class: "Plan", Field: "start", Want: schema.Date, Got: "a Date"},
	} {
		err := s.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Insert("Plan", store.Object{Fields: value(t, doc).(map[string]any)})
			return err
		})
		var e *store.ValueError
		require.ErrorAs(t, err, &e, doc)
		require.Equal(t, want, *e, doc)
	}
	n, err := s.Count(ctx, store.Query{Class: "Plan"})
	require.NoError(t, err)
	require.Zero(t, n)
	err = s.Write(ctx, func(tx *store.Tx) error { _, err := tx.Insert("Nope", store.Object{}); return err })
	require.ErrorIs(t, err, store.ErrNoClass)
}

func TestUniqueConstraints(t *testing.T) {
	s := withClasses(t, store.Config{})
	insert := func(class, id string, f map[string]any) error {
		return s.Write(ctx, func(tx *store.Tx) error { _, err := tx.Insert(class, store.Object{ID: id, Fields: f}); return err })
	}
	require.NoError(t, insert("_User", "u1", map[string]any{"username": "Émile", "email": "a@x"}))
	require.NoError(t, insert("_User", "u2", map[string]any{"username": "other"}))
	require.NoError(t, insert("_User", "u3", map[string]any{"username": "third"}), "no e-mail twice is fine")
	unique := func(err error, class string, fields ...string) {
		t.Helper()
		var e *store.UniqueError
		require.ErrorAs(t, err, &e)
		require.ErrorIs(t, err, store.ErrDuplicate)
		require.Equal(t, store.UniqueError{Class: class, Fields: fields}, *e)
	}
	unique(insert("_User", "", map[string]any{"username": "éMILE"}), "_User", "username")
	unique(insert("_User", "", map[string]any{"username": "x", "email": "A@X"}), "_User", "email")
	unique(insert("_User", "u1", nil), "_User", "objectId")

	write(t, s, func(tx *store.Tx) error {
		return tx.SetUnique("Plan", []store.Unique{{Fields: []string{"ref"}}, {Fields: []string{"status", "score"}}})
	})
	require.NoError(t, insert("Plan", "", map[string]any{"ref": "A", "status": "s", "score": 1.0}))
	require.NoError(t, insert("Plan", "", map[string]any{"ref": "a", "status": "s", "score": 2.0}))
	unique(insert("Plan", "", map[string]any{"ref": "A"}), "Plan", "ref")
	unique(insert("Plan", "", map[string]any{"status": "s", "score": 1.0}), "Plan", "status", "score")
	err := s.Write(ctx, func(tx *store.Tx) error { return tx.SetUnique("Plan", []store.Unique{{Fields: []string{"status"}}}) })
	unique(err, "Plan", "status")
	unique(insert("Plan", "", map[string]any{"ref": "A"}), "Plan", "ref")
	write(t, s, func(tx *store.Tx) error { return tx.SetUnique("Plan", nil) })
	require.NoError(t, insert("Plan", "", map[string]any{"ref": "A"}))
}

func TestAccessControlInQueries(t *testing.T) {
	s := withClasses(t, store.Config{})
	write(t, s, func(tx *store.Tx) error {
		for i, acl := range []map[string]schema.Access{nil, {}, {"*": {Read: true}}, {"u1": {Read: true}}, {"u1": {Write: true}}, {"role:manager": {Read: true}}} {
			_, err := tx.Insert("_User", store.Object{ID: fmt.Sprintf("o%d", i), ACL: acl, Fields: map[string]any{"site": "S"}})
			_, err2 := tx.Insert("Plan", store.Object{ID: fmt.Sprintf("p%d", i), Fields: map[string]any{"lead": pointer("_User", fmt.Sprintf("o%d", i))}})
			require.NoError(t, errors.Join(err, err2))
		}
		for i := range 100 { // many ACLs of others, and many that u2 can read
			_, err := tx.Insert("_User", store.Object{ACL: map[string]schema.Access{fmt.Sprintf("x%d", i): {Read: true}, "u2": {Read: true}}})
			require.NoError(t, err)
		}
		return nil
	})
	ids := func(q store.Query) (ids []string) {
		t.Helper()
		q.Limit, q.Order = -1, []store.Order{{Field: "objectId"}}
		rows, err := s.Find(ctx, q)
		require.NoError(t, err)
		for _, r := range rows {
			ids = append(ids, r.ID())
		}
		n, err := s.Count(ctx, q)
		require.NoError(t, err)
		require.Len(t, rows, n)
		return ids
	}
	require.Equal(t, []string{"o0", "o2"}, ids(store.Query{Class: "_User", Readers: []string{"*"}}))
	require.Equal(t, []string{"o0", "o2", "o3"}, ids(store.Query{Class: "_User", Readers: []string{"*", "u1"}}))
	require.Equal(t, []string{"o0", "o2", "o5"}, ids(store.Query{Class: "_User", Readers: []string{"*", "u9", "role:manager"}}))
	require.Len(t, ids(store.Query{Class: "_User", Readers: []string{"*", "u2"}}), 102)
	require.Equal(t, []string{"o0"}, ids(store.Query{Class: "_User", Readers: []string{}}))
	require.Len(t, ids(store.Query{Class: "_User"}), 106)
	sub := parse(t, `{"lead":{"$inQuery":{"className":"_User","where":{"site":"S"}}}}`)
	require.Equal(t, []string{"p0", "p2", "p3"}, ids(store.Query{Class: "Plan", Where: sub, Readers: []string{"*", "u1"}}))
	write(t, s, func(tx *store.Tx) error {
		_, err := tx.Insert("_User", store.Object{ID: "o9", ACL: map[string]schema.Access{"u1": {Read: true}, "u7": {Read: true}}})
		rows, err2 := tx.Find(ctx, store.Query{Class: "_User", Where: parse(t, `{"objectId":"o9"}`), Readers: []string{"u7"}, Limit: 1})
		require.Len(t, rows, 1, "a transaction sees its own")
		return errors.Join(err, err2)
	})
	require.Contains(t, ids(store.Query{Class: "_User", Readers: []string{"*", "u1"}}), "o9", "a new ACL is seen at once")
	many, err := s.GetMany(ctx, "_User", []string{"o0", "o1", "o3", "none"}, []string{"u1"}, nil)
	require.NoError(t, err)
	require.Len(t, many, 2)
}

func TestSchemaSurvivesRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.db")
	s := open(t, store.Config{Path: path})
	write(t, s, func(tx *store.Tx) error {
		require.NoError(t, errors.Join(tx.PutClass(planClass), tx.PutClass(schema.Class{Name: "plan"}), tx.PutClass(schema.Class{Name: "Gone"})))
		_, err := tx.Insert("Plan", store.Object{ID: "p1", Fields: map[string]any{"ref": "R", "status": "S", "tags": []any{"a"}, "score": 1.0}})
		require.NoError(t, tx.AddRelated("Plan", "p1", "team", "u1"))
		return err
	})
	changed := planClass
	changed.Fields = fields(map[string]schema.Type{"ref": schema.String, "Ref": schema.Number, "tags": schema.Array, "team": schema.Relation, "more": schema.Object, "lead": schema.Pointer}, "_User")
	changed.Indexes = map[string]schema.Index{"both": {{Field: "Ref", Descending: true}, {Field: "ref"}}}
	write(t, s, func(tx *store.Tx) error {
		require.NoError(t, tx.PutClass(changed))
		require.ErrorIs(t, tx.DropClass("Plan"), store.ErrNotEmpty)
		require.NoError(t, tx.DropClass("Gone"))
		require.ErrorIs(t, tx.DropClass("Gone"), store.ErrNoClass)
		return tx.SetUnique("Plan", []store.Unique{{Class: "Plan", Fields: []string{"ref"}}})
	})
	for range 2 {
		row, err := s.Get(ctx, "Plan", "p1")
		require.NoError(t, err)
		m := row.Map()
		require.Equal(t, "R", m["ref"])
		require.NotContains(t, m, "status")
		require.NotContains(t, m, "score")
		require.Len(t, s.Classes(), 2)
		c, _ := s.Class("Plan")
		for name, f := range changed.Fields {
			require.Equal(t, f, c.Fields[name])
		}
		require.Equal(t, changed.Indexes, c.Indexes)
		rows, err := s.Find(ctx, store.Query{Class: "Plan", Where: parse(t, `{"team":{"__type":"Pointer","className":"_User","objectId":"u1"}}`), Limit: 9})
		require.NoError(t, err)
		require.Len(t, rows, 1)
		require.NoError(t, s.Close())
		s = open(t, store.Config{Path: path})
	}
	err := s.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Insert("Plan", store.Object{Fields: map[string]any{"ref": "R"}})
		return err
	})
	require.ErrorIs(t, err, store.ErrDuplicate)
	for _, bad := range []schema.Class{
		{Name: `x"; DROP TABLE classes; --`}, {Name: ""}, {Name: "A", Fields: fields(map[string]schema.Type{`a"b`: schema.String}, "")},
		{Name: "A", Fields: fields(map[string]schema.Type{"a": "Blob"}, "")}, {Name: "A", Fields: fields(map[string]schema.Type{"a": schema.Pointer}, "")},
		{Name: "Plan", Fields: fields(map[string]schema.Type{"ref": schema.Number}, "")},
	} {
		require.ErrorIs(t, s.Write(ctx, func(tx *store.Tx) error { return tx.PutClass(bad) }), store.ErrSchema, bad.Name)
	}
	_, err = store.Open(ctx, store.Config{Path: path})
	require.ErrorIs(t, err, store.ErrInUse)
}

// A reader that meets a column or class just as it goes away finds it gone, and
// no error of SQL.
func TestReadsWhileColumnsGo(t *testing.T) {
	s := withClasses(t, store.Config{})
	extra := schema.Class{Name: "Extra", Fields: map[string]schema.Field{"a": {Type: schema.String}}}
	const readers = 2
	stop, failed := make(chan struct{}), make(chan error, readers)
	var wg sync.WaitGroup
	for range readers {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				for _, class := range []string{"Plan", "Extra"} {
					_, err := s.Count(ctx, store.Query{Class: class, Where: parse(t, `{"a":"x"}`)})
					if err != nil {
						failed <- err
						return
					}
				}
			}
		})
	}
	for range 80 {
		write(t, s, func(tx *store.Tx) error {
			with := planClass
			with.Fields = maps.Clone(planClass.Fields)
			with.Fields["a"] = extra.Fields["a"]
			return errors.Join(tx.PutClass(extra), tx.PutClass(with))
		})
		write(t, s, func(tx *store.Tx) error { return errors.Join(tx.DropClass("Extra"), tx.PutClass(planClass)) })
	}
	close(stop)
	wg.Wait()
	close(failed)
	require.NoError(t, <-failed)
}

func TestClosed(t *testing.T) {
	s := withClasses(t, store.Config{})
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	_, err := s.Get(ctx, "Plan", "x")
	require.ErrorIs(t, err, store.ErrClosed)
	require.ErrorIs(t, s.Write(ctx, func(*store.Tx) error { return nil }), store.ErrClosed)
}

func equal(path string, v any) *where.Node { return where.Equal(path, v) }

// JSON has no infinities: one that is stored would break every page it is on.
func TestNumbersThatAreNotFiniteAreRefused(t *testing.T) {
	s := withClasses(t, store.Config{})
	for _, n := range []float64{math.Inf(1), math.Inf(-1), math.NaN()} {
		err := s.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Insert("Plan", store.Object{Fields: map[string]any{"score": n}})
			return err
		})
		require.EqualError(t, err, "store: Plan.score is a Number, not a Number that is not finite")
	}
}
