package conformance_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// liveQueries are what subscribers hear. On several nodes the changes are made
// at the other ones too, and reach the subscriber through Redis.
func liveQueries() []behaviour {
	f := itemFields()
	items := func(w *world, c *isoaudit.Client) *isoaudit.Collection[item] {
		return parse.NewCollection[item](c, w.itemClass())
	}
	return []behaviour{
		{"live query: an object comes, changes, leaves, comes back and goes", func(t *testing.T, w *world) {
			live := items(w, w.client)
			heard := listen(t, live.Query().Where(f.Batch.Eq("live"), f.N.Gt(10)))
			for round := range 4 { // of two nodes each has its turn
				o := &item{Batch: "live", N: 20 + round}
				require.NoError(t, live.Create(t.Context(), o))
				require.Equal(t, fmt.Sprint("created ", 20+round), heard(t))
				require.NoError(t, live.Update(t.Context(), o.ObjectID, f.N.Increment(10)))
				require.Equal(t, fmt.Sprint("updated ", 30+round), heard(t))
				require.NoError(t, live.Update(t.Context(), o.ObjectID, f.N.Set(round)))
				require.Equal(t, fmt.Sprint("left ", round), heard(t))
				require.NoError(t, live.Update(t.Context(), o.ObjectID, f.N.Set(40+round)))
				require.Equal(t, fmt.Sprint("entered ", 40+round), heard(t))
				require.NoError(t, live.Delete(t.Context(), o.ObjectID))
				require.Equal(t, fmt.Sprint("deleted ", 40+round), heard(t))
			}
		}},
		{"live query: each hears only of what he may read", func(t *testing.T, w *world) {
			one, two := w.signUp(t, "hears"), w.signUp(t, "deaf")
			query := items(w, one.Client).Query().Where(f.Batch.Eq("live acl"))
			hers, his := listen(t, query), listen(t, items(w, two.Client).Query().Where(f.Batch.Eq("live acl")))
			only := parse.ACL{}.Grant(parse.User(one.id), parse.Access{Read: true, Write: true})
			hidden := &item{Batch: "live acl", N: 1, Object: parse.Object{ACL: only}}
			require.NoError(t, items(w, one.Client).Create(t.Context(), hidden))
			require.Equal(t, "created 1", hers(t))
			require.NoError(t, items(w, w.client).Create(t.Context(), &item{Batch: "live acl", N: 2}))
			require.Equal(t, "created 2", hers(t))
			require.Equal(t, "created 2", his(t))
		}},
		{"live query: a snapshot comes first", func(t *testing.T, w *world) {
			live := items(w, w.client)
			for n := range 3 {
				require.NoError(t, live.Create(t.Context(), &item{Batch: "live snapshot", N: n}))
			}
			heard := listen(t, live.Query().Where(f.Batch.Eq("live snapshot")).OrderBy(f.N.Desc()), parse.WithSnapshot())
			for _, want := range []string{"snapshot 2", "snapshot 1", "snapshot 0", "caught up 0"} {
				require.Equal(t, want, heard(t))
			}
			require.NoError(t, live.Create(t.Context(), &item{Batch: "live snapshot", N: 3}))
			require.Equal(t, "created 3", heard(t))
		}},
		{"live query: included objects come with it", func(t *testing.T, w *world) {
			live := items(w, w.client)
			parent := &item{Name: "live parent"}
			require.NoError(t, live.Create(t.Context(), parent))
			sub, err := live.Query().Where(f.Batch.Eq("live include")).Include(f.Parent).Subscribe(t.Context())
			require.NoError(t, err)
			defer func() { require.NoError(t, sub.Close()) }()
			require.NoError(t, live.Create(t.Context(), &item{Batch: "live include", Parent: live.PointerTo(parent.ObjectID)}))
			for event, err := range sub.Events() {
				require.NoError(t, err)
				included, ok := event.Object.Parent.Get()
				require.True(t, ok)
				require.Equal(t, "live parent", included.Name)
				break
			}
		}},
		{"live query: a class without live queries is refused or silent, never half told", func(t *testing.T, w *world) {
			class := w.name("Unlistened")
			w.makeClass(t, class, `"batch":{"type":"String"}`, openCLP)
			_, err := parse.NewCollection[item](w.client, class).Query().Subscribe(t.Context())
			answer := "accepted"
			if err != nil {
				answer = "refused"
				require.ErrorContains(t, err, class)
			}
			w.differs(t, "a subscription to a class without live queries", answer)
		}},
	}
}

// listen subscribes and gives a function that waits for the next event, told as
// its kind and the number of its row.
func listen(t *testing.T, query isoaudit.Query[item], options ...parse.SubscribeOption) func(*testing.T) string {
	t.Helper()
	sub, err := query.Subscribe(t.Context(), options...)
	require.NoError(t, err)
	events, done := make(chan string, 64), make(chan struct{})
	go func() {
		defer close(done)
		for event, err := range sub.Events() {
			if err != nil {
				events <- err.Error()
				return
			}
			events <- fmt.Sprint(event.Kind, " ", event.Object.N)
		}
	}()
	t.Cleanup(func() {
		require.NoError(t, sub.Close())
		<-done
	})
	return func(t *testing.T) string {
		t.Helper()
		select {
		case event := <-events:
			return event
		case <-time.After(requestTimeout):
			require.Fail(t, "no event came")
			return ""
		}
	}
}
