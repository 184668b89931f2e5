package dump

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// BenchmarkRows restores b.N rows on an auditserver and dumps them again, each cut
// three times and resumed, and compares the two dumps. It tells how much heap the most
// was, that of the server included:
//
//	go test ./dump -run '^$' -bench Rows -benchtime 1000000x
func BenchmarkRows(b *testing.B) {
	first, second := b.TempDir(), b.TempDir()
	want := madeUp(b, first, b.N)
	to := server(b)
	watch := &heap{}
	b.ResetTimer()

	for part := 1; part <= 4; part++ {
		ctx, options := watch.upTo(b, b.N*part/4)
		if _, err := Restore(ctx, to, first, options); err == nil {
			break
		} else if part < 4 {
			require.ErrorIs(b, err, context.Canceled)
		} else {
			require.NoError(b, err)
		}
	}
	restored := b.Elapsed()
	var have *Manifest
	for part := 1; part <= 4; part++ {
		ctx, options := watch.upTo(b, b.N*part/4)
		var err error
		have, err = Write(ctx, to, second, options)
		if err == nil {
			break
		}
		require.ErrorIs(b, err, context.Canceled)
	}
	b.StopTimer()
	require.NotNil(b, have)
	for _, class := range have.Classes {
		if class.Name == "Line" {
			require.Equal(b, want.Parts, class.Parts, "the same rows, to the byte")
		}
	}
	b.ReportMetric(float64(b.N)/restored.Seconds(), "restored/s")
	b.ReportMetric(float64(b.N)/(b.Elapsed()-restored).Seconds(), "dumped/s")
	b.ReportMetric(float64(watch.most)/(1<<20), "MiB")
}

// heap is the most that was in use whenever Progress was called.
type heap struct{ most uint64 }

// upTo gives options that end the context once so many rows are copied, unless these
// are all.
func (h *heap) upTo(b *testing.B, rows int) (context.Context, Options) {
	ctx, cancel := context.WithCancel(b.Context())
	b.Cleanup(cancel)
	return ctx, Options{Progress: func(p Progress) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		h.most = max(h.most, m.HeapAlloc)
		if p.Rows >= rows && rows < b.N {
			cancel()
		}
	}}
}

func server(b *testing.B) *parse.Admin {
	backend, err := auditserver.Open(b.Context(), auditserver.Config{
		AppID: "app", MasterKey: "master", MaintenanceKey: "upkeep", AllowCustomObjectID: true,
		Path: filepath.Join(b.TempDir(), "data"), Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(b, err)
	web := httptest.NewServer(backend)
	b.Cleanup(func() {
		web.Close()
		require.NoError(b, backend.Close(context.Background()))
	})
	admin, err := parse.NewAdmin(web.URL+backend.MountPath(), "master", parse.WithApplicationID("app"), parse.WithMaintenanceKey("upkeep"), parse.WithBatchLimits(batchRows, 1))
	require.NoError(b, err)
	return admin
}

// madeUp writes a dump of n rows.
func madeUp(b *testing.B, name string, n int) Class {
	in, err := openFolder(name)
	require.NoError(b, err)
	defer in.root.Close()
	class := Class{Name: "Line", Done: true}
	for row := 0; row < n; {
		p := Part{Name: fmt.Sprintf("rows/Line-%06d.jsonl.gz", len(class.Parts)+1)}
		out, err := in.newPart(p.Name)
		require.NoError(b, err)
		for ; p.Rows < partRows && row < n; p.Rows, row = p.Rows+1, row+1 {
			p.Last = fmt.Sprintf("%010d", row)
			at := time.Unix(1.7e9+int64(row), 0).UTC().Format("2006-01-02T15:04:05.000Z")
			require.NoError(b, out.write(&entry{Row: jsontext.Value(fmt.Sprintf(
				`{"ACL":{"*":{"read":true}},"createdAt":%q,"number":%d,"objectId":%q,"text":"line %d of a register","updatedAt":%q}`, at, row, p.Last, row, at))}))
		}
		p.SHA256, err = out.finish(p.Name)
		require.NoError(b, err)
		class.Parts = append(class.Parts, p)
	}
	m := &Manifest{Format: format, Began: time.Now().UTC(), Ended: time.Now().UTC(), Classes: []Class{class}, Schema: schema.Schema{Classes: []schema.Class{
		{Name: "Line", Fields: map[string]schema.Field{"number": {Type: schema.Number}, "text": {Type: schema.String}}}}}}
	require.NoError(b, in.writeManifest(m))
	return class
}
