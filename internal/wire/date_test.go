package wire_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// The quick spelling of a date is that of package time.
func TestAppendISOIsTheLayouts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-70_000_000_000, 260_000_000_000).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).
			In(time.FixedZone("", rapid.IntRange(-50000, 50000).Draw(t, "zone")))
		if got, want := string(wire.AppendISO(nil, at)), at.UTC().Format("2006-01-02T15:04:05.000Z"); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	})
}

// What is read the quick way is what package time reads, and nothing besides.
func TestParseISOIsThatOfPackageTime(t *testing.T) {
	check := func(text string) {
		got, err := wire.ParseISO(text)
		want, wantErr := time.Parse(time.RFC3339Nano, text)
		if (err == nil) != (wantErr == nil) || got != want.UTC() && err == nil {
			t.Fatalf("%q: %v, %v, want %v, %v", text, got, err, want, wantErr)
		}
	}
	for day := time.Date(1, 1, 1, 23, 59, 58, 999_000_000, time.UTC); day.Year() <= 9999; day = day.AddDate(0, 0, 1+day.Year()%7) {
		check(wire.FormatISO(day))
	}
	for year := range 10_000 {
		for _, day := range []string{"02-28", "02-29", "02-30", "04-31", "12-31", "12-32", "00-10", "13-01", "01-00"} {
			check(fmt.Sprintf("%04d-%sT00:00:00.000Z", year, day))
		}
	}
	const usual = "2026-11-28T16:35:59.123Z"
	for at := range usual {
		for c := range 128 {
			check(usual[:at] + string(rune(c)) + usual[at+1:])
		}
	}
}
