package conformance_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// objects are single writes, pages, batches and transactions.
func objects() []behaviour {
	f := itemFields()
	items := func(w *world) *isoaudit.Collection[item] {
		return parse.NewCollection[item](w.client, w.itemClass())
	}
	series := func(t *testing.T, w *world, batch string, n int) []*item {
		t.Helper()
		var writes []parse.BatchItem
		var all []*item
		for i := range n {
			all = append(all, &item{N: i, Batch: batch})
			writes = append(writes, items(w).BatchCreate(all[i]))
		}
		_, err := w.client.Batch(t.Context(), writes...)
		require.NoError(t, err)
		return all
	}
	return []behaviour{
		{"object: every kind of value comes back as it went", func(t *testing.T, w *world) {
			level, spot := 2.25, parse.GeoPoint{Latitude: 53.5, Longitude: -9.9}
			in := &item{Name: "grüße \"x\" \\ 日本 🚢", N: -7, Level: &level, Done: true, Day: day(3), Tags: []string{"a", "", "ü"},
				Meta: &itemMeta{Level: 1, Label: "l", Even: true}, Raw: []byte{0, 1, 254, 255}, Spot: &spot, Batch: "values"}
			require.NoError(t, items(w).Create(t.Context(), in))
			require.False(t, in.CreatedAt.IsZero())
			out, err := items(w).Get(t.Context(), in.ObjectID)
			require.NoError(t, err)
			in.ACL, out.ACL = nil, nil
			require.Equal(t, in, out)
		}},
		{"object: changes touch only what they name", func(t *testing.T, w *world) {
			o := &item{Name: "before", N: 1, Tags: []string{"a"}, Meta: &itemMeta{Level: 1, Label: "l"}}
			require.NoError(t, items(w).Create(t.Context(), o))
			require.NoError(t, items(w).Apply(t.Context(), o, f.N.Increment(4), f.Tags.AddUnique("a", "b"), f.Meta.Text("label").Set("m"), f.Name.Unset()))
			require.Equal(t, 5, o.N)
			out, err := items(w).Get(t.Context(), o.ObjectID)
			require.NoError(t, err)
			require.Equal(t, 5, out.N)
			require.Empty(t, out.Name)
			require.ElementsMatch(t, []string{"a", "b"}, out.Tags)
			require.Equal(t, &itemMeta{Level: 1, Label: "m"}, out.Meta)
		}},
		{"object: a deleted one is gone, and dangles where it is included", func(t *testing.T, w *world) {
			parent := &item{Name: "parent"}
			require.NoError(t, items(w).Create(t.Context(), parent))
			child := &item{Parent: items(w).PointerTo(parent.ObjectID)}
			require.NoError(t, items(w).Create(t.Context(), child))
			got, err := items(w).Get(t.Context(), child.ObjectID, f.Parent)
			require.NoError(t, err)
			included, ok := got.Parent.Get()
			require.True(t, ok && included.Name == "parent")
			require.NoError(t, items(w).Delete(t.Context(), parent.ObjectID))
			require.ErrorIs(t, items(w).Delete(t.Context(), parent.ObjectID), parse.ErrObjectNotFound)
			got, err = items(w).Get(t.Context(), child.ObjectID, f.Parent)
			require.NoError(t, err)
			require.True(t, got.Parent.Dangling())
		}},
		{"object: twenty increments at once all count", func(t *testing.T, w *world) {
			o := &item{}
			require.NoError(t, items(w).Create(t.Context(), o))
			var wg sync.WaitGroup
			errs := make([]error, 20)
			for i := range errs {
				wg.Go(func() { errs[i] = items(w).Update(t.Context(), o.ObjectID, f.N.Increment(1)) })
			}
			wg.Wait()
			for _, err := range errs {
				require.NoError(t, err)
			}
			out, err := items(w).Get(t.Context(), o.ObjectID)
			require.NoError(t, err)
			require.Equal(t, 20, out.N)
		}},
		{"page: All gives every row once while rows change in between", func(t *testing.T, w *world) {
			series(t, w, "paging", 130)
			admin := parse.NewCollection[item](w.admin.Client, w.itemClass())
			seen := map[int]int{}
			for row, err := range items(w).Query().Where(f.Batch.Eq("paging")).OrderBy(f.Done.Asc(), f.N.Desc()).All(t.Context()) {
				require.NoError(t, err)
				seen[row.N]++
				if row.N%10 == 0 {
					require.NoError(t, admin.Update(t.Context(), row.ObjectID, f.Name.Set("touched")))
				}
			}
			require.Len(t, seen, 130)
			for n, times := range seen {
				require.Equal(t, 1, times, n)
			}
		}},
		{"page: order, skip and limit", func(t *testing.T, w *world) {
			series(t, w, "slice", 9)
			rows, count, err := items(w).Query().Where(f.Batch.Eq("slice")).OrderBy(f.N.Desc()).Skip(2).Limit(3).FindAndCount(t.Context())
			require.NoError(t, err)
			require.Equal(t, []int{6, 5, 4}, numbers(rows))
			require.Equal(t, 9, count)
		}},
		{"batch: one bad item fails, the others are saved", func(t *testing.T, w *world) {
			titled := parse.NewCollection[struct {
				parse.Object
				Title string `json:"title"`
			}](w.client, w.name("CheckTitled"))
			results, err := w.client.Batch(t.Context(), items(w).BatchCreate(&item{Batch: "partly"}),
				titled.BatchCreate(new(struct {
					parse.Object
					Title string `json:"title"`
				})), items(w).BatchCreate(&item{Batch: "partly"}))
			require.Error(t, err)
			require.NoError(t, results[0].Err)
			require.ErrorIs(t, results[1].Err, parse.ErrValidation)
			require.NoError(t, results[2].Err)
			n, err := items(w).Query().Where(f.Batch.Eq("partly")).Count(t.Context())
			require.NoError(t, err)
			require.Equal(t, 2, n)
		}},
		{batchedRead, func(t *testing.T, w *world) {
			object := &item{Batch: "read in a batch"}
			require.NoError(t, items(w).Create(t.Context(), object))
			reply := w.send(t, nobody, "POST", "/batch", fmt.Sprintf(`{"requests":[{"method":"GET","path":"/parse/classes/%s/%s"}]}`, w.itemClass(), object.ObjectID))
			code, failed := onlyAnswer(t, reply)
			observed := readInBatch(code, failed)
			w.differs(t, batchedRead, observed)
			require.Equal(t, observed == batchedReadAnswered, strings.Contains(string(reply.body), object.ObjectID), "%s", reply.body)
		}},
		{"transaction: all or nothing", func(t *testing.T, w *world) {
			for _, bad := range []bool{false, true} {
				batch := fmt.Sprint("transaction ", bad)
				writes := []parse.BatchItem{items(w).BatchCreate(&item{Batch: batch}), items(w).BatchCreate(&item{Batch: batch})}
				if bad {
					writes = append(writes, items(w).BatchDelete("missing000"))
				}
				err := w.client.Transaction(t.Context(), writes...)
				n, countErr := items(w).Query().Where(f.Batch.Eq(batch)).Count(t.Context())
				require.NoError(t, countErr)
				if !bad {
					w.expects(t, "a transaction", "is carried out", refusal(t, err, "is carried out"))
				}
				require.Equal(t, map[bool]int{false: 0, true: 2}[err == nil], n, "all or nothing")
				if bad {
					var e *parse.Error
					require.ErrorAs(t, err, &e)
					w.differs(t, transactionCause, causeOf(int(e.Code), int(parse.ErrObjectNotFound)))
				}
			}
		}},
	}
}

// transactionCause is the difference between what servers say of a transaction
// that they refused.
const transactionCause = "why a transaction was refused"

// causeOf names what a server said of it; codes are those of the item to blame.
func causeOf(code int, codes ...int) string {
	if slices.Contains(codes, code) {
		return "the code of the item"
	}
	return fmt.Sprint("code ", code)
}
