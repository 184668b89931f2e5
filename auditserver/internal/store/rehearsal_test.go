package store_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
)

func TestReplayWritesWhatWasRehearsed(t *testing.T) {
	var told []store.Change
	s := withClasses(t, store.Config{OnCommit: func(c []store.Change) { told = append(told, c...) }})
	acl := map[string]schema.Access{"u1": {Read: true}}
	write(t, s, func(tx *store.Tx) error { _, err := tx.Insert("Plan", store.Object{ACL: acl}); return err })
	told = nil

	var rehearsed store.Row
	r := s.Rehearse(func(tx *store.Tx) (err error) {
		rehearsed, err = tx.Insert("Plan", store.Object{ACL: acl, Fields: map[string]any{"ref": "A", "lead": pointer("_User", "u1")}})
		return err
	})
	require.NotNil(t, r)
	n, err := s.Count(ctx, store.Query{Class: "Plan"})
	require.NoError(t, err)
	require.Equal(t, 1, n, "a rehearsal writes nothing")
	write(t, s, func(tx *store.Tx) error { require.True(t, tx.Replay(r)); return nil })

	rows, err := s.Find(ctx, store.Query{Class: "Plan", Where: parse(t, `{"ref":"A"}`), Readers: []string{"u1"}, Limit: 5})
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, rehearsed.Map(), rows[0].Map())
	require.Len(t, told, 1)
	require.Equal(t, store.Created, told[0].Kind)
	require.Equal(t, rehearsed.ID(), told[0].After.ID())
}

func TestRehearseOnlyInserts(t *testing.T) {
	s := withClasses(t, store.Config{})
	for name, fn := range map[string]func(tx *store.Tx) error{
		"an error":      func(*store.Tx) error { return errors.New("boom") },
		"a panic":       func(*store.Tx) error { panic("boom") },
		"a read":        func(tx *store.Tx) error { _, err := tx.Find(ctx, store.Query{Class: "Plan", Limit: 1}); return err },
		"an update":     func(tx *store.Tx) error { _, _, err := tx.Update("Plan", "x", store.Object{}); return err },
		"a deletion":    func(tx *store.Tx) error { _, err := tx.Delete("Plan", "x"); return err },
		"a relation":    func(tx *store.Tx) error { return tx.AddRelated("Plan", "x", "team", "u1") },
		"a new class":   func(tx *store.Tx) error { return tx.PutClass(schema.Class{Name: "New"}) },
		"a key's value": func(tx *store.Tx) error { return tx.PutValue("bucket", "key", []byte("{}"), 0) },
		"no such class": func(tx *store.Tx) error { _, err := tx.Insert("Nope", store.Object{}); return err },
		"a wrong value": func(tx *store.Tx) error {
			_, err := tx.Insert("Plan", store.Object{Fields: map[string]any{"score": "text"}})
			return err
		},
		"an ACL never seen": func(tx *store.Tx) error {
			_, err := tx.Insert("Plan", store.Object{ACL: map[string]schema.Access{"u9": {Read: true}}})
			return err
		},
	} {
		r := s.Rehearse(fn)
		require.Nil(t, r, name)
		write(t, s, func(tx *store.Tx) error { require.False(t, tx.Replay(r), name); return nil })
	}
	n, err := s.Count(ctx, store.Query{Class: "Plan"})
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestReplayRefusesWhatNoLongerFits(t *testing.T) {
	var told []store.Change
	s := withClasses(t, store.Config{OnCommit: func(c []store.Change) { told = append(told, c...) }})
	insert := func(id string) func(tx *store.Tx) error {
		return func(tx *store.Tx) error { _, err := tx.Insert("Plan", store.Object{ID: id}); return err }
	}
	outdated := s.Rehearse(insert("p1"))
	taken := s.Rehearse(func(tx *store.Tx) error { return errors.Join(insert("p1")(tx), insert("p2")(tx), insert("p2")(tx)) })
	require.NotNil(t, taken, "a rehearsal does not know what is taken")
	write(t, s, func(tx *store.Tx) error {
		require.False(t, tx.Replay(taken))
		_, err := tx.Get(ctx, "Plan", "p1")
		require.ErrorIs(t, err, store.ErrNotFound, "the inserts before the failure are undone")
		return insert("p3")(tx)
	})
	require.Len(t, told, 1)
	require.Equal(t, "p3", told[0].After.ID())

	write(t, s, func(tx *store.Tx) error { return tx.PutClass(schema.Class{Name: "Other"}) })
	write(t, s, func(tx *store.Tx) error { require.False(t, tx.Replay(outdated), "the schema has changed"); return nil })
	n, err := s.Count(ctx, store.Query{Class: "Plan"})
	require.NoError(t, err)
	require.Equal(t, 1, n)
}
