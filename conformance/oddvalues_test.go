package conformance_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/conformance"
	"github.com/isoaudit/isoaudit-go/parse"
)

// oddValues are values that servers hold and few programs expect: times at the end
// of all years, texts that were cut in the middle of a character, numbers without
// an end.
func oddValues() []behaviour {
	return []behaviour{
		{"odd values: times at the end of all years", walkOverNever},
		{"odd values: half a character", readHalves},
		{"odd values: a number without an end", walkOverInfinity},
	}
}

// odd is a row with odd values.
type odd struct {
	parse.Object
	Name string    `json:"name"`
	Due  time.Time `json:"due,omitzero"`
	N    *float64  `json:"n,omitzero"`
}

// oddRows makes a class with rows and gives it in small pages.
func (w *world) oddRows(t *testing.T, prefix string) (class string, rows *parse.Collection[odd]) {
	t.Helper()
	class = w.name(prefix)
	w.makeClass(t, class, `"name":{"type":"String"},"due":{"type":"Date"},"n":{"type":"Number"}`, openCLP)
	client, err := isoaudit.NewClient(w.url, w.options(parse.WithHTTPClient(&http.Client{Transport: smallPages{}}))...)
	require.NoError(t, err)
	return class, parse.NewCollection[odd](client, class)
}

func names(t *testing.T, q parse.Query[odd]) (all []string) {
	t.Helper()
	for row, err := range q.All(t.Context()) {
		require.NoError(t, err)
		require.Less(t, len(all), 100, "no row comes twice")
		all = append(all, row.Name)
	}
	return all
}

// Field case 4. A server on MongoDB keeps a later year as JavaScript writes it, one
// on PostgreSQL as PostgreSQL does, and auditserver refuses both.
func walkOverNever(t *testing.T, w *world) {
	prefix := "Never" // without live queries, for which JavaScript would make it no date
	if w.server == conformance.ParseServerMongoDB {
		prefix = "CheckNever" // there both forms are kept where no JavaScript looks at them
	}
	class, rows := w.oddRows(t, prefix)
	due := parse.NewTimeField[odd]("due")
	never := time.Date(9999, 12, 31, 23, 59, 59, 999_000_000, time.UTC)
	want := []string{"soon", "never 1", "never 2", "never 3"}
	require.NoError(t, rows.Create(t.Context(), &odd{Name: "soon", Due: day(3)}))
	for n := 1; n <= 3; n++ {
		require.NoError(t, rows.Create(t.Context(), &odd{Name: fmt.Sprint("never ", n), Due: never}))
	}
	kept := "refused"
	for _, form := range []struct{ name, year, row string }{{"as JavaScript writes it", "+010000", "later"}, {"as PostgreSQL writes it", "10000", "later still"}} {
		later := func(n int) answer {
			return w.send(t, nobody, "POST", "/classes/"+class, fmt.Sprintf(`{"name":"%s %d","due":{"__type":"Date","iso":"%s-01-01T01:59:59.00%dZ"}}`, form.row, n, form.year, n))
		}
		first := later(1)
		read, err := rows.Query().Where(parse.NewTextField[odd, string]("name").Eq(form.row + " 1")).First(t.Context())
		if errors.Is(err, parse.ErrObjectNotFound) {
			require.NotEqual(t, http.StatusCreated, first.status)
			continue
		}
		require.NoError(t, err)
		if read.Due.Year() != 10000 { // JavaScript takes the other form for no date, and fails after it was stored where it looks
			require.NoError(t, rows.Delete(t.Context(), read.ObjectID))
			continue
		}
		kept = form.name
		require.Equal(t, time.Date(10000, 1, 1, 1, 59, 59, int(time.Millisecond), time.UTC), read.Due)
		want = append(want, form.row+" 1")
		for n := 2; n <= 5; n++ {
			require.Equal(t, http.StatusCreated, later(n).status)
			want = append(want, fmt.Sprint(form.row, " ", n))
		}
	}
	w.expects(t, "a time in the year 10000", "refused", kept)

	got := names(t, rows.Query().OrderBy(due.Asc()))
	require.ElementsMatch(t, want, got)
	require.Equal(t, "soon", got[0])
	require.Equal(t, want[4:], got[4:], "the later ones differ in their milliseconds")
	got = names(t, rows.Query().OrderBy(due.Desc()))
	require.ElementsMatch(t, want, got)
	require.Equal(t, "soon", got[len(got)-1])

	require.ElementsMatch(t, want[1:4], names(t, rows.Query().Where(due.Eq(never))), "Eq finds what Set wrote")
	require.ElementsMatch(t, want[1:4], names(t, rows.Query().Where(due.In(day(4), never))))
	require.ElementsMatch(t, append(want[:1:1], want[4:]...), names(t, rows.Query().Where(due.Ne(never))))
	require.ElementsMatch(t, want[:4], names(t, rows.Query().Where(due.Lte(never))))
	require.ElementsMatch(t, want[4:], names(t, rows.Query().Where(due.Gt(never))))
	require.ElementsMatch(t, want[1:], names(t, rows.Query().Where(due.Gte(never))))
}

// Field case 2. What was cut in the middle of a character is found by what is read
// of it.
func readHalves(t *testing.T, w *world) {
	class, rows := w.oddRows(t, "CheckHalf")
	name := parse.NewTextField[odd, string]("name")
	for _, text := range []string{`a \ud83d`, `b \udc00 b`, ``, `\ud83d\ude00 whole`} {
		a := w.send(t, nobody, "POST", "/classes/"+class, `{"name":"`+text+`"}`)
		require.Equal(t, http.StatusCreated, a.status, "%s", a.body)
	}
	got := names(t, rows.Query().OrderBy(name.Asc()))
	require.ElementsMatch(t, []string{"", "a \ufffd", "b \ufffd b", "😀 whole"}, got)
	require.ElementsMatch(t, got, names(t, rows.Query().OrderBy(name.Desc())))
	for _, text := range got {
		require.Equal(t, []string{text}, names(t, rows.Query().Where(name.Eq(text))))
	}
	asked := w.must(t, nobody, "GET", "/classes/"+class+"?where="+url.QueryEscape(`{"name":"a \ud83d","name":"b \udc00 b"}`), "")
	require.Len(t, asked.list(), 1, "of a repeated name the last one counts")
}

// A number beyond all numbers is infinite to a server that keeps it, and is sent as
// null.
func walkOverInfinity(t *testing.T, w *world) {
	class, rows := w.oddRows(t, "CheckEndless")
	want := []string{"1", "2", "none 1", "none 2", "none 3"}
	for i, n := range []string{`"n":1`, `"n":2`, `"name":"none 1"`, `"name":"none 2"`, `"name":"none 3"`} {
		w.must(t, nobody, "POST", "/classes/"+class, fmt.Sprintf(`{"name":%q,%s}`, want[i], n))
	}
	for n := range 3 {
		a := w.send(t, nobody, "POST", "/classes/"+class, fmt.Sprintf(`{"name":"endless %d","n":1e400}`, n))
		if n == 0 {
			w.expects(t, "a number that is too large", "status 201, code 0", codes(a))
		}
		if a.status == http.StatusCreated {
			want = append(want, fmt.Sprint("endless ", n))
		}
	}
	n := parse.NewNumberField[odd, float64]("n")
	require.ElementsMatch(t, want, names(t, rows.Query().OrderBy(n.Asc())))
	require.ElementsMatch(t, want, names(t, rows.Query().OrderBy(n.Desc())))
}
