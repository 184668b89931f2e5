package parse_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// inspection is a class of the user's own, with columns of every sortable kind
// that may be empty.
type inspection struct {
	parse.Object
	Site  string  `json:"site,omitzero"`
	Score float64 `json:"score,omitzero"`
	Done  bool    `json:"done,omitzero"`
}

var (
	inspectionFields = parse.ObjectFieldsOf[inspection]()
	siteField        = parse.NewTextField[inspection, string]("site")
	scoreField       = parse.NewNumberField[inspection, float64]("score")
	doneField        = parse.NewBoolField[inspection]("done")
	dueField         = parse.NewAnyField[inspection]("due") // not in the struct: paging needs no Go field
)

func idsOf[T any](t testing.TB, query isoaudit.Query[T], id func(*T) string) []string {
	t.Helper()
	var ids []string
	for row, err := range query.All(context.Background()) {
		require.NoError(t, err)
		ids = append(ids, id(row))
	}
	return ids
}

func inspectionID(i *inspection) string { return i.ObjectID }

func rowsOf(n int) []map[string]any {
	rows := make([]map[string]any, n)
	for i := range rows {
		rows[i] = map[string]any{"objectId": fmt.Sprintf("id%04d", (i*7919)%n), "createdAt": fmt.Sprintf("2026-01-01T00:00:00.%03dZ", i%7), "site": fmt.Sprintf("S%d", i%3)}
	}
	return rows
}

func TestAllRangedTwiceGivesTheSameRows(t *testing.T) {
	m := &memory{rows: rowsOf(130), limitCap: 50}
	all := parse.NewCollection[inspection](m.client(t), "Inspection").Query().All(t.Context())
	var passes [2][]string
	for i := range passes {
		for row, err := range all {
			require.NoError(t, err)
			passes[i] = append(passes[i], row.ObjectID)
		}
	}
	require.Len(t, passes[0], 130)
	require.Equal(t, passes[0], passes[1])
}

// Protocol section 3.2: maxLimit clips silently. Four pages of 50, one empty page.
func TestAllWithCappedLimitGivesEveryRow(t *testing.T) {
	m := &memory{rows: rowsOf(200), limitCap: 50}
	got := idsOf(t, parse.NewCollection[inspection](m.client(t), "Inspection").Query(), inspectionID)
	slices.Sort(got)
	require.Len(t, slices.Compact(got), 200)
	require.Equal(t, 5, m.pages)
}

func TestAllHeedsLimitAndSkip(t *testing.T) {
	m := &memory{rows: rowsOf(40), limitCap: 7}
	query := parse.NewCollection[inspection](m.client(t), "Inspection").Query().Skip(5).Limit(20)
	got := idsOf(t, query, inspectionID)
	require.Len(t, got, 20)
	require.Equal(t, "id0005", got[0])
	require.Equal(t, "id0024", got[19])
	require.Empty(t, idsOf(t, query.Limit(0), inspectionID))
}

// Protocol section 12.10: skip paging repeats and misses rows when others
// change; here half of the rows change between any two pages.
func TestAllNeitherSkipsNorRepeatsUnchangedRows(t *testing.T) {
	m := &memory{rows: rowsOf(300), limitCap: 20}
	touched := func(row map[string]any) bool { return strings.HasSuffix(row["objectId"].(string), "5") }
	m.between = func(m *memory, page int) {
		for _, row := range m.rows {
			if touched(row) {
				row["site"] = fmt.Sprintf("S%d", page%3)
			}
		}
	}
	query := parse.NewCollection[inspection](m.client(t), "Inspection").Query().OrderBy(siteField.Asc())
	times := map[string]int{}
	for _, id := range idsOf(t, query, inspectionID) {
		times[id]++
	}
	for _, row := range m.rows {
		if !touched(row) {
			require.Equal(t, 1, times[row["objectId"].(string)], "row %s", row["objectId"])
		}
	}
}

// Databases disagree where empty columns sort; whatever they do, and whatever is
// sorted by, every row comes once.
func TestAllOnAnyOrderGivesEveryRowOnce(t *testing.T) {
	orders := []parse.Order[inspection]{
		siteField.Asc(), siteField.Desc(), scoreField.Asc(), scoreField.Desc(), doneField.Asc(), doneField.Desc(),
		dueField.Asc(), dueField.Desc(), inspectionFields.CreatedAt.Asc(), inspectionFields.CreatedAt.Desc(), inspectionFields.ObjectID.Desc(),
	}
	rapid.Check(t, func(r *rapid.T) {
		m := &memory{limitCap: rapid.IntRange(1, 9).Draw(r, "cap"), nullsFirst: rapid.Bool().Draw(r, "nullsFirst")}
		for i := range rapid.IntRange(0, 25).Draw(r, "rows") {
			row := map[string]any{"objectId": fmt.Sprintf("id%04d", i), "createdAt": fmt.Sprintf("2026-01-01T00:00:00.%03dZ", i%4), "updatedAt": "2026-01-01T00:00:00.000Z"}
			if site := rapid.SampledFrom([]any{nil, "", "a", "b"}).Draw(r, "site"); site != nil {
				row["site"] = site
			}
			if score := rapid.SampledFrom([]any{nil, -1.5, 0.0, 1e21}).Draw(r, "score"); score != nil {
				row["score"] = score
			}
			if done := rapid.SampledFrom([]any{nil, true, false}).Draw(r, "done"); done != nil {
				row["done"] = done
			}
			if day := rapid.IntRange(0, 3).Draw(r, "due"); day > 0 {
				row["due"] = wireDate(day)
			}
			m.rows = append(m.rows, row)
		}
		var by []parse.Order[inspection]
		for range rapid.IntRange(0, 3).Draw(r, "orders") {
			by = append(by, rapid.SampledFrom(orders).Draw(r, "order"))
		}
		query := parse.NewCollection[inspection](m.client(t), "Inspection").Query().OrderBy(by...)
		if rapid.Bool().Draw(r, "select") {
			query = query.Select(siteField)
		}
		query = query.Skip(rapid.IntRange(0, 3).Draw(r, "skip"))
		got := []string{}
		for row, err := range query.All(context.Background()) {
			require.NoError(r, err) // of rapid's: idsOf would end the test before it is shrunk
			got = append(got, row.ObjectID)
		}

		reference := m.queries[0] // the order that All asked for, in one unbounded page
		reference.Set("limit", "1000")
		m.limitCap = 0
		want, err := m.find(reference)
		require.NoError(r, err)
		wanted := []string{}
		for _, row := range want {
			wanted = append(wanted, row["objectId"].(string))
		}
		require.Equal(r, wanted, got)
	})
}

func TestAllEndsWithTheContext(t *testing.T) {
	m := &memory{rows: rowsOf(30)}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	rows, last := 0, error(nil)
	for _, err := range parse.NewCollection[inspection](m.client(t), "Inspection").Query().All(ctx) {
		if last = err; err == nil {
			rows++
			cancel()
		}
	}
	require.Equal(t, 1, rows)
	require.ErrorIs(t, last, context.Canceled)
}

func TestAllRefusesWhatHasNoPages(t *testing.T) {
	place := parse.NewGeoField[parse.Row]("place")
	query := parse.Rows((&memory{}).client(t), "Inspection").Query().
		Where(place.Near(parse.GeoPoint{Latitude: 48, Longitude: 11}))
	for _, err := range query.All(t.Context()) {
		require.ErrorContains(t, err, "sorted by distance")
	}
}

// A server that ignores the conditions would send its first page for ever.
func TestAllNoticesAServerThatDoesNotMove(t *testing.T) {
	page := `{"results":[{"objectId":"a"},{"objectId":"b"}]}`
	client, _ := scriptedClient(t, nil, reply(200, page), reply(200, page))
	var last error
	for _, err := range client.AuditPlans.Query().All(t.Context()) {
		last = err
	}
	require.ErrorContains(t, last, "same page twice")
}

var lastID = regexp.MustCompile(`"id(\d+)"`)

// endless answers every page of a long table without holding it.
type endless struct{ rows int }

func (e endless) RoundTrip(req *http.Request) (*http.Response, error) {
	from := 0
	if document := req.URL.Query().Get("where"); document != "" {
		id := lastID.FindStringSubmatch(document)
		if id == nil {
			return nil, fmt.Errorf("unexpected where %s", document)
		}
		last, err := strconv.Atoi(id[1])
		if err != nil {
			return nil, err
		}
		from = last + 1
	}
	to := min(from+1000, e.rows)
	pipe, out := io.Pipe()
	go func() {
		var b strings.Builder
		b.WriteString(`{"results":[`)
		for i := from; i < to; i++ {
			if i > from {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"objectId":"id%09d","site":"PLANT-07"}`, i)
		}
		b.WriteString(`]}`)
		_, err := io.WriteString(out, b.String())
		_ = out.CloseWithError(err)
	}()
	resp, err := reply(200, "")(req)
	resp.Body, resp.ContentLength = pipe, -1
	return resp, err
}

// BenchmarkAllMemory reports the bytes that are live in the middle of ranging
// over all rows; they do not grow with the table.
func BenchmarkAllMemory(b *testing.B) {
	for _, rows := range []int{1_000, 10_000, 100_000, 1_000_000} {
		b.Run(strconv.Itoa(rows), func(b *testing.B) {
			client, err := isoaudit.NewClient(serverURL, parse.WithApplicationID("app"), parse.WithTransport(endless{rows}))
			require.NoError(b, err)
			inspections := parse.NewCollection[inspection](client, "Inspection")
			var live uint64
			for b.Loop() {
				live = max(live, rangeAndMeasure(b, inspections.Query(), rows))
			}
			b.ReportMetric(float64(live), "live-B")
		})
	}
}

func rangeAndMeasure(tb testing.TB, query isoaudit.Query[inspection], rows int) (live uint64) {
	measure := func() uint64 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	before, n := measure(), 0
	for _, err := range query.All(context.Background()) {
		require.NoError(tb, err)
		if n++; n == rows*3/4 {
			live = measure()
			live -= min(live, before)
		}
	}
	require.Equal(tb, rows, n)
	return live
}

// The measure of the benchmark, as a check: a hundred times the rows may not
// need twice the memory.
func TestAllMemoryIsFlat(t *testing.T) {
	var live [2]uint64
	for i, rows := range []int{2_000, 200_000} {
		client, err := isoaudit.NewClient(serverURL, parse.WithApplicationID("app"), parse.WithTransport(endless{rows}))
		require.NoError(t, err)
		live[i] = rangeAndMeasure(t, parse.NewCollection[inspection](client, "Inspection").Query(), rows)
	}
	require.Less(t, live[1], 2*live[0]+1<<20)
}

// A row that is changed between pages may end the next page too, at its new place.
func TestAllMeetsAChangedRowAtTheEndOfTwoPages(t *testing.T) {
	one := func(scope string) step {
		return reply(200, `{"results":[{"objectId":"p1","createdAt":"2025-01-01T00:00:00.000Z","updatedAt":"2025-01-01T00:00:00.000Z","scope":"`+scope+`"}]}`)
	}
	client, _ := scriptedClient(t, nil, one("a"), one("b"), reply(200, `{"results":[]}`))
	var scopes []string
	for plan, err := range client.AuditPlans.Query().OrderBy(isoaudit.AuditPlanFields.Scope.Asc()).All(t.Context()) {
		require.NoError(t, err)
		scopes = append(scopes, plan.Scope)
	}
	require.Equal(t, []string{"a", "b"}, scopes)
}
