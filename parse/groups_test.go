package parse_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/parse/parsetest"
)

// counted has 2,400 rows, three pages of them.
func counted(t *testing.T, options ...parse.Option) (*parse.Collection[checklist], *script) {
	t.Helper()
	rows := make([]*checklist, 2400)
	begin := time.Date(2025, 12, 31, 20, 0, 0, 0, time.UTC)
	for i := range rows {
		at := begin.Add(time.Duration(i) * 3 * time.Hour)
		rows[i] = &checklist{
			Object: parse.Object{ObjectID: fmt.Sprintf("%05d", i), CreatedAt: at, UpdatedAt: at},
			Title:  []string{"b", "a", ""}[i%3], Level: float64(10 - i%2*5), Due: at, Done: i%4 == 0,
		}
		if i%3 == 2 {
			rows[i].Due = time.Time{}
		} else {
			rows[i].Plan = isoaudit.PointerTo[isoaudit.AuditPlan](fmt.Sprint("plan", i%3))
		}
	}
	steps := make([]step, 8)
	for i := range steps {
		steps[i] = parsetest.Results(rows...).Respond
	}
	client, script := scriptedClient(t, options, steps...)
	return parse.NewCollection[checklist](client, "Checklist"), script
}

func TestCountByColumn(t *testing.T) {
	lists, script := counted(t)
	texts, err := parse.CountBy(t.Context(), lists.Query(), parse.By(title))
	require.NoError(t, err)
	require.Equal(t, []parse.Group[string]{{Key: "a", Count: 800}, {Key: "b", Count: 800}, {Missing: true, Count: 800}}, texts)
	require.Len(t, script.Sent, 4, "page by page, until one is empty")
	for _, sent := range script.Sent {
		require.Contains(t, sent.URL, "keys=title", "and with the one column")
	}

	numbers, err := parse.CountBy(t.Context(), lists.Query().Where(done.Eq(true)), parse.By(level))
	require.NoError(t, err)
	require.Equal(t, []parse.Group[float64]{{Key: 10, Count: 600}}, numbers)
}

func TestCountByPointerAndLimit(t *testing.T) {
	lists, _ := counted(t)
	plans, err := parse.CountBy(t.Context(), lists.Query().Limit(10).OrderBy(title.Asc()), parse.By(plan))
	require.NoError(t, err)
	require.Equal(t, []parse.Group[isoaudit.Pointer[isoaudit.AuditPlan]]{
		{Key: isoaudit.PointerTo[isoaudit.AuditPlan]("plan0"), Count: 4}, {Key: isoaudit.PointerTo[isoaudit.AuditPlan]("plan1"), Count: 3}, {Missing: true, Count: 3},
	}, plans)
}

// The first row is from the old year by one calendar and from the new one by another.
func TestCountByPeriodOfAZone(t *testing.T) {
	tokyo := time.FixedZone("Tokyo", 9*3600)
	for zone, want := range map[*time.Location][]string{
		time.UTC: {"2025-Q4 2", "2026-Q1 480", "2026-Q2 485", "2026-Q3 491", "2026-Q4 142"},
		tokyo:    {"2026-Q1 480", "2026-Q2 485", "2026-Q3 491", "2026-Q4 144"},
	} {
		lists, _ := counted(t)
		groups, err := parse.CountBy(t.Context(), lists.Query(), parse.ByQuarter(due, zone))
		require.NoError(t, err)
		var got []string
		total := 0
		for _, g := range groups {
			total += g.Count
			if !g.Missing {
				got = append(got, fmt.Sprint(g.Key, " ", g.Count))
			}
		}
		require.Equal(t, 2400, total)
		require.Equal(t, want, got)
	}
}

func TestCountByMonthAndDay(t *testing.T) {
	lists, _ := counted(t)
	created := parse.ObjectFieldsOf[checklist]().CreatedAt
	months, err := parse.CountBy(t.Context(), lists.Query(), parse.ByMonth(created, time.UTC))
	require.NoError(t, err)
	require.Equal(t, parse.Group[parse.Period]{Key: parse.PeriodOf(time.Date(2026, 1, 9, 0, 0, 0, 0, time.UTC), parse.Month, time.UTC), Count: 248}, months[1])
	require.Equal(t, "2026-01", months[1].Key.String())
	lists, _ = counted(t)
	days, err := parse.CountBy(t.Context(), lists.Query().Where(created.Lt(time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC))), parse.ByDay(created, time.UTC))
	require.NoError(t, err)
	require.Equal(t, "[{2025-12-31 false 2} {2026-01-01 false 8} {2026-01-02 false 8}]", fmt.Sprint(days))
}

func TestCountByRefusesWhatIsNone(t *testing.T) {
	lists, script := counted(t)
	ask := func(by parse.Grouping[checklist, parse.Period]) error {
		_, err := parse.CountBy(t.Context(), lists.Query(), by)
		return err
	}
	require.ErrorContains(t, ask(parse.Grouping[checklist, parse.Period]{}), "zero Grouping")
	require.ErrorContains(t, ask(parse.ByDay(due, nil)), "the time zone is nil")
	require.ErrorContains(t, ask(parse.ByDay[checklist](nil, time.UTC)), "nil field")
	require.ErrorContains(t, ask(parse.ByDay(parse.NewTimeField[checklist]("dueDate"), time.UTC)), "no field of parse_test.checklist")
	_, err := parse.CountBy(t.Context(), parse.Query[checklist]{}, parse.By(title))
	require.Error(t, err)
	require.Empty(t, script.Sent)
}

// A value that does not fit is told, beside the groups of the others.
func TestCountByTellsOddValues(t *testing.T) {
	page := `{"results":[{"objectId":"a","title":"x"},{"objectId":"b","title":7},{"objectId":"c","title":"x"},{"objectId":"d","title":null}]}`
	client, _ := scriptedClient(t, nil, reply(200, page), reply(200, `{"results":[]}`))
	groups, err := parse.CountBy(t.Context(), parse.NewCollection[checklist](client, "Checklist").Query(), parse.By(title))
	require.Equal(t, []parse.Group[string]{{Key: "x", Count: 2}, {Missing: true, Count: 1}}, groups)
	var unread parse.DecodeErrors
	require.ErrorAs(t, err, &unread)
	require.Len(t, unread, 1)
	require.Equal(t, "b", unread[0].ObjectID)
	require.Equal(t, "title", unread[0].Field)
}

func TestPeriodsFollowEachOther(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	at := time.Date(2026, 3, 29, 12, 0, 0, 0, zone) // the clocks are put forward that day
	for unit, hours := range map[parse.PeriodUnit]float64{parse.Day: 23, parse.Month: 31*24 - 1, parse.Quarter: 90*24 - 1} {
		period := parse.PeriodOf(at, unit, zone)
		require.InDelta(t, hours, period.End().Sub(period.Start).Hours(), 0)
		require.Equal(t, period, parse.PeriodOf(period.Start, unit, zone))
		require.Equal(t, period.End(), parse.PeriodOf(period.End(), unit, zone).Start)
	}
}
