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
	r, err := s.Rehearse(func(tx *store.Tx) (err error) {
		rehearsed, err = tx.Insert("Plan", store.Object{ACL: acl, Fields: map[string]any{"ref": "A", "lead": pointer("_User", "u1")}})
		return err
	})
	require.NoError(t, err)
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

func TestWhatCannotBeRehearsed(t *testing.T) {
	s := withClasses(t, store.Config{})
	write(t, s, func(tx *store.Tx) error { _, err := tx.Insert("Plan", store.Object{ID: "old"}); return err })
	for name, fn := range map[string]func(tx *store.Tx) error{
		"an error":             func(*store.Tx) error { return errors.New("boom") },
		"a panic":              func(*store.Tx) error { panic("boom") },
		"a read":               func(tx *store.Tx) error { _, err := tx.Find(ctx, store.Query{Class: "Plan", Limit: 1}); return err },
		"an update of nothing": func(tx *store.Tx) error { _, _, err := tx.Update("Plan", "x", store.Object{}); return err },
		"an update in a part": func(tx *store.Tx) error {
			return tx.Try(func() error { _, _, err := tx.Update("Plan", "old", store.Object{}); return err })
		},
		"a look at what it wrote": func(tx *store.Tx) error {
			row, err := tx.Insert("Plan", store.Object{})
			if err == nil {
				_, err = tx.Get(ctx, "Plan", row.ID())
			}
			return err
		},
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
		r, err := s.Rehearse(fn)
		require.Nil(t, r, name)
		if said := map[string]string{
			"an error": "boom", "a panic": "panic in a transaction: boom", "an update of nothing": "object not found", "no such class": "class does not exist", "a wrong value": "Plan.score",
		}[name]; said != "" {
			require.ErrorContains(t, err, said, "what Write would say")
			require.EqualError(t, s.Write(ctx, fn), err.Error())
		} else {
			require.NoError(t, err, name)
		}
		write(t, s, func(tx *store.Tx) error { require.False(t, tx.Replay(r), name); return nil })
	}
	n, err := s.Count(ctx, store.Query{Class: "Plan"})
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

// The latest of objects can be rehearsed, and must still be the latest.
func TestReplayLooksForTheLatestAgain(t *testing.T) {
	s := withClasses(t, store.Config{})
	insert := func(score float64) {
		write(t, s, func(tx *store.Tx) error {
			_, err := tx.Insert("Plan", store.Object{Fields: map[string]any{"ref": "A", "score": score}})
			return err
		})
	}
	latest := func(tx *store.Tx) (store.Row, error) {
		return tx.Latest("Plan", []store.Equal{{Field: "ref", Text: "A"}}, "score")
	}
	var seen store.Row
	after := func(tx *store.Tx) (err error) {
		if seen, err = latest(tx); err == nil {
			_, err = tx.Insert("Plan", store.Object{Fields: map[string]any{"ref": "after"}})
		}
		return err
	}
	none, err := s.Rehearse(after)
	require.NoError(t, err)
	require.NotNil(t, none)
	require.True(t, seen.IsZero())
	insert(1)
	first, err := s.Rehearse(after)
	require.NoError(t, err)
	require.Equal(t, 1.0, seen.Value("score"))
	insert(2)
	second, err := s.Rehearse(after)
	require.NoError(t, err)
	insert(0)
	write(t, s, func(tx *store.Tx) error {
		require.False(t, tx.Replay(none), "there is one now")
		require.False(t, tx.Replay(first), "there is a later one now")
		require.True(t, tx.Replay(second))
		return nil
	})
	blind, err := s.Rehearse(func(tx *store.Tx) error {
		if _, err := tx.Insert("Plan", store.Object{Fields: map[string]any{"ref": "A", "score": 9.0}}); err != nil {
			return err
		}
		_, err := latest(tx)
		return err
	})
	require.NoError(t, err)
	require.Nil(t, blind, "it might be the one that was inserted")
}

func TestReplayRefusesWhatNoLongerFits(t *testing.T) {
	var told []store.Change
	s := withClasses(t, store.Config{OnCommit: func(c []store.Change) { told = append(told, c...) }})
	insert := func(id string) func(tx *store.Tx) error {
		return func(tx *store.Tx) error { _, err := tx.Insert("Plan", store.Object{ID: id}); return err }
	}
	outdated, err := s.Rehearse(insert("p1"))
	require.NoError(t, err)
	taken, err := s.Rehearse(func(tx *store.Tx) error { return errors.Join(insert("p1")(tx), insert("p2")(tx), insert("p2")(tx)) })
	require.NoError(t, err)
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

func TestReplayUpdatesWhatIsUnchanged(t *testing.T) {
	var told []store.Change
	s := withClasses(t, store.Config{OnCommit: func(c []store.Change) { told = append(told, c...) }})
	write(t, s, func(tx *store.Tx) error {
		_, err := tx.Insert("Plan", store.Object{ID: "p1", Fields: map[string]any{"score": 1.0}, Hidden: []byte(`{"a":1}`)})
		return err
	})
	update := func(score float64) func(tx *store.Tx) error {
		return func(tx *store.Tx) error {
			row, err := tx.Get(ctx, "Plan", "p1")
			if err != nil {
				return err
			}
			_, _, err = tx.Update("Plan", "p1", store.Object{Fields: map[string]any{"score": row.Value("score").(float64) + score}})
			return err
		}
	}
	first, err := s.Rehearse(update(1))
	require.NoError(t, err)
	second, err := s.Rehearse(update(2))
	require.NoError(t, err)
	told = nil
	write(t, s, func(tx *store.Tx) error {
		require.True(t, tx.Replay(first))
		require.False(t, tx.Replay(second), "the object has changed since")
		return nil
	})
	row, err := s.Get(ctx, "Plan", "p1")
	require.NoError(t, err)
	require.Equal(t, 2.0, row.Value("score"))
	require.Len(t, told, 1)
	require.Equal(t, store.Updated, told[0].Kind)
	require.Equal(t, 1.0, told[0].Before.Value("score"))
	require.Equal(t, 2.0, told[0].After.Value("score"))
	require.JSONEq(t, `{"a":1}`, string(told[0].After.Hidden()))
	require.True(t, row.UpdatedAt().After(told[0].Before.UpdatedAt()))

	gone, err := s.Rehearse(update(1))
	require.NoError(t, err)
	absent, err := s.Rehearse(func(tx *store.Tx) error {
		_, err := tx.Get(ctx, "Plan", "p2")
		require.ErrorIs(t, err, store.ErrNotFound)
		_, err = tx.Insert("Plan", store.Object{ID: "p3"})
		return err
	})
	require.NoError(t, err)
	write(t, s, func(tx *store.Tx) error { _, err := tx.Delete("Plan", "p1"); return err })
	write(t, s, func(tx *store.Tx) error {
		require.False(t, tx.Replay(gone))
		_, err := tx.Insert("Plan", store.Object{ID: "p2"})
		require.NoError(t, err)
		require.False(t, tx.Replay(absent), "what was not there is there now")
		return nil
	})
}
