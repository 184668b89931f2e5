package store_test

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// An object that the server has rendered is stored and found like one that it
// encodes, also by the fields of the trail that have no column and no index.
func TestInsertReadyStoresWhatInsertStores(t *testing.T) {
	s := open(t, store.Config{})
	class, ok := schema.ISO9001().Class(schema.TrailClass)
	require.True(t, ok)
	at := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	var encoded, ready store.Row
	write(t, s, func(tx *store.Tx) (err error) {
		if err := tx.PutClass(class); err != nil {
			return err
		}
		acl := map[string]schema.Access{"role:manager": {Read: true}}
		encoded, err = tx.Insert(schema.TrailClass, store.Object{ACL: acl, CreatedAt: at, Fields: map[string]any{
			"actor": map[string]any{"__type": "Pointer", "className": "_User", "objectId": "k7RtXw2nQp"}, "at": where.DateValue(at),
			"class": "AuditPlan", "confirmed": true, "entry": `{"v":1}`, "record": "p1an", "columns": []any{"status"},
		}})
		if err != nil {
			return err
		}
		ready, err = tx.InsertReady(schema.TrailClass, store.Ready{
			ACL: acl,
			Fields: jsontext.Value(`{"actor":{"__type":"Pointer","className":"_User","objectId":"k7RtXw2nQp"},"at":{"__type":"Date","iso":"2026-11-27T10:00:00.000Z"},` +
				`"class":"AuditPlan","columns":["status"],"confirmed":true,"entry":"{\"v\":1}","record":"p1an"}`),
			Stored: []store.Stored{
				{Field: "actor", Value: "k7RtXw2nQp"}, {Field: "at", Value: at.UnixMilli()}, {Field: "class", Value: "AuditPlan"},
				{Field: "confirmed", Value: int64(1)}, {Field: "entry", Value: "only in the document"}, {Field: "record", Value: "p1an"},
			},
		})
		return err
	})
	require.NotEqual(t, encoded.ID(), ready.ID())
	for name, value := range encoded.Fields() {
		if name == "objectId" || name == "createdAt" || name == "updatedAt" {
			continue
		}
		got, ok := ready.Field(name)
		require.True(t, ok, name)
		require.Equal(t, string(value), string(got), name)
	}
	for _, condition := range []string{
		`{"actor":{"__type":"Pointer","className":"_User","objectId":"k7RtXw2nQp"}}`, `{"at":{"__type":"Date","iso":"2026-11-27T10:00:00.000Z"}}`,
		`{"class":"AuditPlan","record":"p1an"}`, `{"columns":"status"}`, `{"confirmed":true}`, `{"updatedAt":{"$gte":{"__type":"Date","iso":"2026-11-27T10:00:00.000Z"}}}`,
		`{"entry":"{\"v\":1}"}`, `{"entry":{"$regex":"^\\{\"v\""}}`, `{"entry":{"$in":["{\"v\":1}","x"]}}`, `{"entry":{"$exists":true},"values":{"$exists":false}}`,
	} {
		n, err := where.Parse([]byte(condition), where.Limits{})
		require.NoError(t, err)
		for _, order := range []string{"createdAt", "entry", "updatedAt", "actor"} {
			rows, err := s.Find(t.Context(), store.Query{Class: schema.TrailClass, Where: n, Readers: []string{"role:manager"}, Limit: -1, Order: []store.Order{{Field: order}, {Field: "objectId"}}})
			require.NoError(t, err, condition)
			require.Len(t, rows, 2, condition)
		}
	}
	latest := store.Row{}
	write(t, s, func(tx *store.Tx) (err error) {
		latest, err = tx.Latest(schema.TrailClass, []store.Equal{{Field: "class", Text: "AuditPlan"}, {Field: "record", Text: "p1an"}}, "at")
		return err
	})
	require.Equal(t, string(ready.JSON()), string(latest.JSON()))
}

func TestInsertReadyKnowsTheColumns(t *testing.T) {
	s := open(t, store.Config{})
	write(t, s, func(tx *store.Tx) error {
		require.NoError(t, tx.PutClass(schema.Class{Name: "Plain"}))
		_, err := tx.InsertReady("Plain", store.Ready{Fields: jsontext.Value(`{"note":"n"}`), Stored: []store.Stored{{Field: "note", Value: "n"}}})
		var value *store.ValueError
		require.ErrorAs(t, err, &value)
		require.Equal(t, "note", value.Field)
		_, err = tx.InsertReady("None", store.Ready{Fields: jsontext.Value(`{}`)})
		require.ErrorIs(t, err, store.ErrNoClass)
		return nil
	})
}
