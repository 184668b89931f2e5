package trail_test

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/trail"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// files is a source whose events and rows lie in files, so that memory is what
// verifying needs. peak is the largest heap that was seen.
type files struct {
	dir  string
	peak atomic.Uint64
}

const benchClass = "CorrectiveAction"

func newFiles(b *testing.B, events int) *files {
	b.Helper()
	s := newServer(1)
	for len(s.trail) < events {
		id := s.save(b, benchClass, "", map[string]any{
			"status": "Open", "capaRef": fmt.Sprint("CAPA-", len(s.trail)), "rootCause": "No reminder in the maintenance plan", "cost": 125,
			"owner": map[string]any{"__type": "Pointer", "className": "_User", "objectId": "k7RtXw2nQp"}, "ACL": map[string]any{"role:manager": map[string]any{"read": true}},
		})
		for _, status := range []string{"In progress", "Implemented", "Closed"} {
			s.save(b, benchClass, id, map[string]any{"status": status, "note": "by " + status})
		}
	}
	f := &files{dir: b.TempDir()}
	f.write(b, "events", len(s.trail), func(i int) []byte { return s.trail[i].json() })
	slices.SortStableFunc(s.trail, func(a, b *trailRow) int { return cmp.Compare(a.record, b.record) })
	f.write(b, "records", len(s.trail), func(i int) []byte { return s.trail[i].json() })
	ids := make([]string, 0, len(s.rows[benchClass]))
	for id := range s.rows[benchClass] {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	f.write(b, "rows", len(ids), func(i int) []byte { return s.row(benchClass, ids[i]) })
	return f
}

func (f *files) write(b *testing.B, name string, n int, line func(int) []byte) {
	b.Helper()
	file, err := os.Create(filepath.Join(f.dir, name))
	require.NoError(b, err)
	w := bufio.NewWriter(file)
	for i := range n {
		_, err := w.Write(append(line(i), '\n'))
		require.NoError(b, err)
	}
	require.NoError(b, w.Flush())
	require.NoError(b, file.Close())
}

func (f *files) lines(name string) iter.Seq2[jsontext.Value, error] {
	return func(yield func(jsontext.Value, error) bool) {
		file, err := os.Open(filepath.Join(f.dir, name))
		if err != nil {
			yield(nil, err)
			return
		}
		defer file.Close()
		scanner := bufio.NewScanner(file)
		for n := 0; scanner.Scan(); n++ {
			if n%10_000 == 0 {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				f.peak.Store(max(f.peak.Load(), m.HeapAlloc))
			}
			if !yield(slices.Clone(scanner.Bytes()), nil) {
				return
			}
		}
	}
}

func (f *files) events(name string) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		for line := range f.lines(name) {
			if !yield(event.Parse(line)) {
				return
			}
		}
	}
}

func (f *files) Events(context.Context, time.Time) iter.Seq2[event.Event, error] {
	return f.events("events")
}
func (f *files) Classes(context.Context) ([]string, error) { return []string{benchClass}, nil }
func (f *files) EventsByRecord(context.Context, string) iter.Seq2[event.Event, error] {
	return f.events("records")
}
func (f *files) Rows(context.Context, string) iter.Seq2[jsontext.Value, error] {
	return f.lines("rows")
}
func (f *files) Record(context.Context, string, string) (jsontext.Value, []event.Event, error) {
	return nil, nil, fmt.Errorf("no record is read twice")
}

func benchLog(b *testing.B, f *files) *trail.Log {
	b.Helper()
	private, public, err := trail.NewKey("audit.example.com/trail")
	require.NoError(b, err)
	k := newSeals(b, private, public)
	log, err := trail.OpenLog(b.TempDir(), k.public)
	require.NoError(b, err)
	_, err = log.Seal(b.Context(), f, k.private, trail.SealOptions{Now: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)})
	require.NoError(b, err)
	return log
}

// BenchmarkVerify verifies whole trails. Its peak is the largest heap in bytes, to
// compare between the sizes.
func BenchmarkVerify(b *testing.B) {
	for _, events := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(events), func(b *testing.B) {
			f := newFiles(b, events)
			log := benchLog(b, f)
			runtime.GC()
			f.peak.Store(0)
			for b.Loop() {
				report, err := trail.Verify(b.Context(), f, log, log.Checkpoint())
				require.NoError(b, err)
				require.Empty(b, report.Findings)
				require.EqualValues(b, events, report.Events)
			}
			b.ReportMetric(float64(f.peak.Load()), "peak-B")
		})
	}
}

func BenchmarkSeal(b *testing.B) {
	f := newFiles(b, 10_000)
	for b.Loop() {
		benchLog(b, f)
	}
}
