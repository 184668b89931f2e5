package conformance_test

import (
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse"
)

// anyClass is what a program does that does not know the columns of a class.
func anyClass() []behaviour {
	rowsOf := func(w *world) *parse.Collection[parse.Row] { return parse.Rows(w.client, w.itemClass()) }
	// typed creates an item with a value in most columns.
	typed := func(t *testing.T, w *world, batch string) *item {
		level, spot := 2.25, parse.GeoPoint{Latitude: 53.5, Longitude: -9.9}
		items := parse.NewCollection[item](w.client, w.itemClass())
		parent := &item{Name: "parent", Batch: batch + " parent"}
		require.NoError(t, items.Create(t.Context(), parent))
		in := &item{Name: "grüße 🚢", N: -7, Level: &level, Day: day(3), Tags: []string{"a", ""}, Meta: &itemMeta{Level: 1, Label: "l"},
			Raw: []byte{0, 255}, Spot: &spot, Parent: items.PointerTo(parent.ObjectID), Batch: batch}
		require.NoError(t, items.Create(t.Context(), in))
		return in
	}
	return []behaviour{
		{"row: it has every column, and a copy of it too", func(t *testing.T, w *world) {
			in := typed(t, w, "rows copied")
			read, err := rowsOf(w).Get(t.Context(), in.ObjectID)
			require.NoError(t, err)
			require.Equal(t, in.UpdatedAt, read.Get("updatedAt"))
			require.Equal(t, in.Day, read.Get("day"))
			require.Equal(t, in.Raw, read.Get("raw"))
			require.Equal(t, *in.Spot, read.Get("spot"))
			require.Equal(t, in.Parent.ID, read.Get("parent").(parse.Pointer[parse.Row]).ID)
			copied := &parse.Row{}
			for _, column := range read.Columns() {
				if column == "members" {
					continue // a relation is no value
				}
				require.NoError(t, copied.Set(column, read.Get(column)))
			}
			require.NoError(t, rowsOf(w).Create(t.Context(), copied))
			out, err := parse.NewCollection[item](w.client, w.itemClass()).Get(t.Context(), copied.ObjectID)
			require.NoError(t, err)
			out.Object, in.Object = parse.Object{}, parse.Object{}
			require.Equal(t, in, out)
		}},
		{"row: its JSON is that of the server", func(t *testing.T, w *world) {
			in := typed(t, w, "rows as JSON")
			read, err := rowsOf(w).Get(t.Context(), in.ObjectID)
			require.NoError(t, err)
			text, err := read.JSON()
			require.NoError(t, err)
			require.JSONEq(t, string(w.must(t, nobody, "GET", "/classes/"+w.itemClass()+"/"+in.ObjectID, "").body), string(text))
		}},
		{"row: conditions, orders, includes and changes by fields of any kind", func(t *testing.T, w *world) {
			in := typed(t, w, "rows found")
			name, n := parse.NewTextField[parse.Row, string]("name"), parse.NewNumberField[parse.Row, int]("n")
			batch, parent := parse.NewTextField[parse.Row, string]("batch"), parse.NewAnyField[parse.Row]("parent")
			second := &parse.Row{}
			require.NoError(t, second.Set("n", 8))
			require.NoError(t, second.Set("batch", "rows found"))
			require.NoError(t, rowsOf(w).Create(t.Context(), second))
			require.NoError(t, rowsOf(w).Update(t.Context(), in.ObjectID, name.Set("changed"), n.Increment(1)))
			var found []string
			for row, err := range rowsOf(w).Query().Where(batch.Eq("rows found")).OrderBy(n.Asc()).Include(parent).All(t.Context()) {
				require.NoError(t, err)
				found = append(found, row.ObjectID)
				if row.ObjectID != in.ObjectID {
					continue
				}
				require.Equal(t, "changed", row.Get("name"))
				require.Equal(t, -6.0, row.Get("n"))
				included, ok := row.Get("parent").(parse.Pointer[parse.Row]).Get()
				require.True(t, ok)
				require.Equal(t, "parent", included.Get("name"))
			}
			require.Equal(t, []string{in.ObjectID, second.ObjectID}, found)
		}},
		{"row: a type keeps the columns that it does not know", func(t *testing.T, w *world) {
			type named struct {
				parse.Object
				Name string     `json:"name,omitzero"`
				Rest parse.Rest `json:",embed"`
			}
			in := typed(t, w, "rows kept")
			read, err := parse.NewCollection[named](w.client, w.itemClass()).Get(t.Context(), in.ObjectID)
			require.NoError(t, err)
			require.Equal(t, in.Name, read.Name)
			require.Equal(t, -7.0, read.Rest.Get("n"))
			var day struct{ ISO string }
			require.NoError(t, json.Unmarshal(read.Rest["day"], &day, json.MatchCaseInsensitiveNames(true)))
			require.Equal(t, "2026-01-03T08:30:00.125Z", day.ISO)
		}},
	}
}
