package conformance_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// walks read every row page by page. MongoDB keeps a null that another client
// stored apart from a missing value, and sorts the two alike.
func walks() []behaviour {
	var all []behaviour
	f := itemFields()
	for _, c := range []struct {
		column string
		values []string
		order  func() parse.Order[item]
	}{
		{"a number", []string{`"level":null`, ``, `"level":1`, `"level":null`, ``, `"level":2`, `"level":null`}, f.Level.Asc},
		{"a number, descending", []string{`"level":null`, ``, `"level":1`, `"level":null`, ``, `"level":2`, `"level":null`}, f.Level.Desc},
		{"a text", []string{`"name":null`, ``, `"name":"x"`, `"name":null`, ``, `"name":"y"`, `"name":null`}, f.Name.Asc},
		{"a time, descending", []string{`"day":null`, ``, `"day":{"__type":"Date","iso":"2026-01-02T03:04:05.678Z"}`, `"day":null`, ``}, f.Day.Desc},
	} {
		all = append(all, behaviour{"walk: every row comes once, in the order of " + c.column + " that is null or missing in some", func(t *testing.T, w *world) {
			batch := "walk by " + c.column
			for i, members := range c.values {
				if members != "" {
					members = "," + members
				}
				w.must(t, nobody, "POST", "/classes/"+w.itemClass(), fmt.Sprintf(`{"batch":%q,"n":%d%s}`, batch, i+1, members))
			}
			client, err := isoaudit.NewClient(w.url, w.options(parse.WithHTTPClient(&http.Client{Transport: smallPages{}}))...)
			require.NoError(t, err)
			var seen []int
			for row, err := range parse.NewCollection[item](client, w.itemClass()).Query().Where(f.Batch.Eq(batch)).OrderBy(c.order()).All(t.Context()) {
				require.NoError(t, err)
				seen = append(seen, row.N)
				require.LessOrEqual(t, len(seen), len(c.values), "a row came twice: %v", seen)
			}
			slices.Sort(seen)
			want := make([]int, len(c.values))
			for i := range want {
				want[i] = i + 1
			}
			require.Equal(t, want, seen)
		}})
	}
	return all
}

// smallPages asks for two rows where a walk asks for a page, as a server with a
// small limit of its own would answer.
type smallPages struct{}

func (smallPages) RoundTrip(r *http.Request) (*http.Response, error) {
	if q := r.URL.Query(); q.Get("limit") == "1000" {
		r = r.Clone(r.Context())
		q.Set("limit", "2")
		r.URL.RawQuery = q.Encode()
	}
	return suiteClient.Transport.RoundTrip(r)
}
