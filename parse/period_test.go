package parse_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse"
)

// Chile and Paraguay put their clocks forward at midnight: that day begins at one o'clock.
func TestPeriodOfADayWithoutMidnight(t *testing.T) {
	for _, c := range []struct {
		zone, noon string
		unit       parse.PeriodUnit
		want       string
		begin, end string
	}{
		{"America/Santiago", "2024-09-08T12:00:00-03:00", parse.Day, "2024-09-08", "2024-09-08T01:00:00-03:00", "2024-09-09T00:00:00-03:00"},
		{"America/Santiago", "2024-09-07T12:00:00-04:00", parse.Day, "2024-09-07", "2024-09-07T00:00:00-04:00", "2024-09-08T01:00:00-03:00"},
		{"Asia/Beirut", "2024-03-31T12:00:00+03:00", parse.Day, "2024-03-31", "2024-03-31T01:00:00+03:00", "2024-04-01T00:00:00+03:00"},
		{"America/Asuncion", "2023-10-31T12:00:00-03:00", parse.Month, "2023-10", "2023-10-01T01:00:00-03:00", "2023-11-01T00:00:00-03:00"},
		{"America/Asuncion", "2023-12-31T12:00:00-03:00", parse.Quarter, "2023-Q4", "2023-10-01T01:00:00-03:00", "2024-01-01T00:00:00-03:00"},
		{"Asia/Amman", "2021-10-29T12:00:00+02:00", parse.Day, "2021-10-29", "2021-10-29T00:00:00+03:00", "2021-10-30T00:00:00+02:00"},
	} {
		zone, err := time.LoadLocation(c.zone)
		require.NoError(t, err)
		noon, err := time.Parse(time.RFC3339, c.noon)
		require.NoError(t, err)
		p := parse.PeriodOf(noon, c.unit, zone)
		require.Equal(t, []string{c.want, c.begin, c.end}, []string{p.String(), p.Start.Format(time.RFC3339), p.End().Format(time.RFC3339)})
		require.Equal(t, p, parse.PeriodOf(p.Start, c.unit, zone))
		require.Equal(t, p, parse.PeriodOf(p.End().Add(-1), c.unit, zone))
	}
	require.Equal(t, "2026-11-28", parse.PeriodOf(time.Date(2026, 11, 28, 23, 0, 0, 0, time.UTC), parse.Day, nil).String(), "no zone is UTC")
}
