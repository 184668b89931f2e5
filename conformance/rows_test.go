package conformance_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// rowCount is how many rows the queries have to choose from.
const rowCount = 24

// rows are known rows in a class of their own. What a query has to find is
// computed from them here, never by a server.
type rows struct {
	items   *isoaudit.Collection[item]
	all     []*item // row n is all[n-1]
	authors []member
	file    parse.File
}

// row gives a pointer to row n.
func (r *rows) row(n int) isoaudit.Pointer[item] { return r.items.PointerTo(r.all[n-1].ObjectID) }

// day gives different moments, with a part below the second.
func day(n int) time.Time {
	return time.Date(2026, 1, n, 8, 30, 0, int(125*time.Millisecond), time.UTC)
}

// queryRows makes the rows when the first behaviour asks for them.
func (w *world) queryRows(t *testing.T) *rows {
	t.Helper()
	w.rowsOnce.Do(func() { w.rows = w.makeRows(t) })
	require.NotNil(t, w.rows, "the rows could not be made")
	return w.rows
}

func (w *world) makeRows(t *testing.T) *rows {
	class := w.name("CheckRow")
	w.makeClass(t, class, fmt.Sprintf(itemColumns, class), openCLP)
	polygons := w.storesPolygons(t, class)
	r := &rows{items: parse.NewCollection[item](w.client, class)}
	for _, name := range []string{"row-a", "row-b", "row-c"} {
		author := w.signUp(t, name)
		w.must(t, master, "PUT", "/users/"+author.id, `{"ACL":{"*":{"read":true}}}`) // for conditions on the authors themselves
		r.authors = append(r.authors, author)
	}
	var err error
	r.file, err = r.authors[0].Upload(t.Context(), parse.Upload{Name: "row.txt", Content: strings.NewReader("row")})
	require.NoError(t, err)
	for n := 1; n <= rowCount; n++ {
		row := r.makeRow(n)
		if !polygons {
			row.Area = nil
		}
		require.NoError(t, r.items.Create(t.Context(), row))
		r.all = append(r.all, row)
	}
	f := itemFields()
	for n := 1; n <= 3; n++ { // row 1 has one member, row 2 two, row 3 three
		var members []isoaudit.Pointer[isoaudit.Auditor]
		for _, a := range r.authors[:n] {
			members = append(members, isoaudit.PointerTo[isoaudit.Auditor](a.id))
		}
		require.NoError(t, r.items.Update(t.Context(), r.all[n-1].ObjectID, f.Members.Add(members...)))
	}
	return r
}

// storesPolygons says what the table of differences says, and holds the server to it.
func (w *world) storesPolygons(t *testing.T, class string) bool {
	a := w.send(t, nobody, "POST", "/classes/"+class, `{"area":{"__type":"Polygon","coordinates":[[0,0],[0,1],[1,1]]}}`)
	w.expects(t, "a polygon", "status 201, code 0", codes(a))
	if a.status != http.StatusCreated {
		return false
	}
	w.must(t, nobody, "DELETE", "/classes/"+class+"/"+a.text("objectId"), "")
	return true
}

// makeRow decides what row n holds; every column is missing somewhere.
func (r *rows) makeRow(n int) *item {
	row := &item{N: n, Done: n%2 == 0}
	switch n {
	case 11, 23:
	case 13:
		row.Name = `a.c (x) [y] 100% \E ^$ 13`
	case 14:
		row.Name = "Ünïcode 日本 14"
	case 15:
		row.Name = "two\nlines 15"
	default:
		row.Name = fmt.Sprintf("%s %d", []string{"alpha", "beta", "Gamma", "delta", "ende"}[n%5], n)
	}
	if n%6 != 0 {
		level := float64(n%4) + 0.5
		row.Level = &level
	}
	if n%8 != 0 {
		row.Day = day(n)
	}
	switch n {
	case 7:
	case 9:
		row.Tags = []string{}
	default:
		row.Tags = slices.Compact([]string{fmt.Sprint("t", n%3), fmt.Sprint("t", n%5)})
	}
	if n != 12 {
		row.Meta = &itemMeta{Level: n % 4, Label: fmt.Sprint("L", n), Even: n%2 == 0}
	}
	if n != 20 {
		row.Spot = &parse.GeoPoint{Latitude: 50 + float64(n)/10, Longitude: 8 + float64(n)/10}
	}
	if n <= 6 {
		v := float64(n * 2)
		row.Area = parse.Polygon{{Latitude: v, Longitude: v}, {Latitude: v, Longitude: v + 3}, {Latitude: v + 3, Longitude: v + 3}, {Latitude: v + 3, Longitude: v}}
	}
	if n%2 == 0 {
		row.Parent = r.items.PointerTo(r.all[n/2-1].ObjectID)
	}
	if n%4 != 3 {
		row.Author = isoaudit.PointerTo[isoaudit.Auditor](r.authors[n%3].id)
	}
	if n%4 == 0 {
		row.Batch = r.all[n-2].Name
	}
	if n%3 == 0 {
		row.Raw = []byte{byte(n)}
	}
	if n == 2 || n == 21 {
		row.File = r.file
	}
	if n > 3 && n%5 == 0 {
		row.Crew = []isoaudit.Pointer[item]{r.items.PointerTo(r.all[n-2].ObjectID), r.items.PointerTo(r.all[0].ObjectID)}
	}
	return row
}

// holding lists the numbers of the rows for which the predicate holds.
func (r *rows) holding(predicate func(*item) bool) []int {
	var ns []int
	for _, row := range r.all {
		if predicate(row) {
			ns = append(ns, row.N)
		}
	}
	return ns
}

// numbers lists the numbers of found rows as they came.
func numbers(found []*item) []int {
	var ns []int
	for _, row := range found {
		ns = append(ns, row.N)
	}
	return ns
}

// found runs a query and lists the numbers of its rows, in order.
func found(ctx context.Context, q isoaudit.Query[item]) ([]int, error) {
	list, err := q.Limit(rowCount * 2).Find(ctx)
	ns := numbers(list)
	slices.Sort(ns)
	return ns, err
}
