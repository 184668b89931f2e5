package wire_test

import (
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
