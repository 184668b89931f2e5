package trail_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/trail"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

func export(t *testing.T, s *server, log *trail.Log, kept trail.Checkpoint) []byte {
	t.Helper()
	var out bytes.Buffer
	_, err := trail.Export(&out, log, source{s}.Events(t.Context(), time.Time{}), kept)
	require.NoError(t, err)
	return out.Bytes()
}

func openBundle(t *testing.T, data []byte, k seals) *trail.Bundle {
	t.Helper()
	bundle, err := trail.OpenBundle(bytes.NewReader(data), int64(len(data)), k.public)
	require.NoError(t, err)
	return bundle
}

func TestBundleOfATrail(t *testing.T) {
	s := newServer(1)
	s.work(t, 60)
	log, k := sealed(t, s)
	kept := log.Checkpoint()
	s.work(t, 30)
	s.save(t, "AuditPlan", "", map[string]any{"note": "late"})
	s.trail[90].created = s.trail[3].created.Add(time.Millisecond)
	k.seal(t, log, s)
	s.work(t, 2)

	bundle := openBundle(t, export(t, s, log, kept), k)
	report, err := bundle.Verify(kept)
	require.NoError(t, err)
	require.Empty(t, report.Findings)
	require.EqualValues(t, 91, report.Events)
	require.EqualValues(t, 91, bundle.Checkpoint().Size)
	n := 0
	for e, err := range bundle.Events() {
		require.NoError(t, err)
		require.NoError(t, e.Check())
		n++
	}
	require.Equal(t, 91, n)
}

// A save that came to its end after its event was sealed, as happens on a Parse Server, is
// in the bundle as it was sealed: so it can be proven.
func TestBundleOfSavesThatEndedLate(t *testing.T) {
	s := newServer(1)
	s.work(t, 5)
	var rows []*trailRow
	for op, record := range map[event.Op]string{event.Create: "", event.Update: "r3c0rd0001"} {
		e := s.event(t, event.Write{Op: op, Class: "AuditPlan", Record: record, Changes: []event.Change{{Column: "note", After: quoted("n")}}})
		rows = append(rows, s.store(&e))
	}
	log, k := sealed(t, s)
	for _, row := range rows {
		fields := strings.Replace(string(row.fields), `"confirmed":false`, `"confirmed":true`, 1)
		*row = *row.with(jsontext.Value(strings.Replace(fields, `"record":"","values"`, `"record":"n3w0000001","values"`, 1)))
	}
	report, err := trail.Verify(t.Context(), source{s}, log)
	require.NoError(t, err)
	require.EqualValues(t, 2, report.Counts[trail.LateUpdate])
	bundle := openBundle(t, export(t, s, log, trail.Checkpoint{}), k)
	report, err = bundle.Verify()
	require.NoError(t, err)
	require.Empty(t, report.Findings)
	require.EqualValues(t, 7, report.Events)
	unconfirmed := 0
	for e, err := range bundle.Events() {
		require.NoError(t, err)
		if !e.Confirmed {
			unconfirmed++
		}
	}
	require.Equal(t, 2, unconfirmed)
}

func TestBundleOfOneRecord(t *testing.T) {
	s := newServer(1)
	s.work(t, 60)
	id := s.save(t, "AuditPlan", "", map[string]any{"note": "1"})
	s.work(t, 20)
	s.save(t, "AuditPlan", id, map[string]any{"note": "2"})
	log, k := sealed(t, s)
	var out bytes.Buffer
	done, err := trail.Export(&out, log, s.history("AuditPlan", id), trail.Checkpoint{})
	require.NoError(t, err)
	require.GreaterOrEqual(t, done.Events, int64(2))
	bundle := openBundle(t, out.Bytes(), k)
	report, err := bundle.Verify()
	require.NoError(t, err)
	require.Empty(t, report.Findings)
	state, err := trail.AsOf(bundle.Events(), s.now)
	require.NoError(t, err)
	require.Equal(t, `"2"`, string(state.Columns["note"]))
}

// A bundle comes from whoever made it: what its events say is printed as what they say.
func TestFindingsAreOneLineWhateverEventsSay(t *testing.T) {
	s := newServer(1)
	s.work(t, 3)
	log, k := sealed(t, s)
	forged := rezip(t, export(t, s, log, trail.Checkpoint{}), "events.jsonl", `\"class\":\"`, `\"class\":\"x\\nEverything agrees.\\u001b[2J`)
	report, err := openBundle(t, forged, k).Verify()
	require.NoError(t, err)
	require.NotEmpty(t, report.Findings)
	for _, f := range report.Findings {
		require.NotContains(t, f.String(), "\n")
		require.NotContains(t, f.String(), "\x1b")
	}
	require.Contains(t, report.Findings[0].String(), `x\nEverything agrees.\x1b[2J`)
	require.NotContains(t, (&event.Damage{Row: "r\n", Event: "e\n", Column: "c\n", What: "w\n"}).Error(), "\n")
}

// A byte that is changed anywhere in a bundle is found, or is in what nobody checks:
// the README and the archive's own times.
func TestBundleSaysWhatIsDamaged(t *testing.T) {
	s := newServer(1)
	s.work(t, 30)
	log, k := sealed(t, s)
	kept := log.Checkpoint()
	s.work(t, 10)
	k.seal(t, log, s)
	whole := export(t, s, log, kept)
	for name, damage := range map[string]struct {
		file, old, now, want string
	}{
		"a value":          {"events.jsonl", `\"Open\"`, `\"Opem\"`, "the value is not the one that was hashed"},
		"an actor":         {"events.jsonl", `"objectId":"k7RtXw2nQp"`, `"objectId":"somebody00"`, "column actor of the row is not what the entry says"},
		"a proof":          {"events.jsonl", `"proof":["`, `"proof":["AAAA`, "its proof is damaged"},
		"a place":          {"events.jsonl", `{"index":3,`, `{"index":4,`, "the checkpoint does not cover the event"},
		"a line":           {"events.jsonl", `{"index":3,`, `{"index":3,,`, "line 4 of file events.jsonl"},
		"the order":        {"events.jsonl", `"row":{"createdAt":"2026-03-01T08:00:0`, `"row":{"createdAt":"2027-03-01T08:00:0`, "the event is not in the order"},
		"the checkpoint":   {"checkpoint", "\n40\n", "\n41\n", "its signature by audit.example.com/trail does not fit its text"},
		"no events":        {"events.jsonl", "", "", "file events.jsonl is missing"},
		"no checkpoint":    {"checkpoint", "", "", "file checkpoint is missing"},
		"no growth":        {"consistency", "", "", "export it with the checkpoint that was kept"},
		"growth of others": {"consistency", "=\n", "=\n" + strings.Repeat("A", 43) + "=\n", "it does not prove that the log only grew"},
		"growth is text":   {"consistency", "=\n", "\n", "is damaged: file consistency"},
	} {
		t.Run(name, func(t *testing.T) {
			data := rezip(t, whole, damage.file, damage.old, damage.now)
			bundle, err := trail.OpenBundle(bytes.NewReader(data), int64(len(data)), k.public)
			var report trail.Report
			if err == nil {
				report, err = bundle.Verify(kept)
			}
			if err != nil {
				require.ErrorIs(t, err, trail.ErrDamaged)
				require.ErrorContains(t, err, damage.want)
				return
			}
			require.False(t, report.OK())
			var said strings.Builder
			for _, f := range report.Findings {
				said.WriteString(f.String() + "\n")
			}
			require.Contains(t, said.String(), damage.want)
		})
	}
	_, err := trail.OpenBundle(bytes.NewReader(whole[:len(whole)/2]), int64(len(whole)/2), k.public)
	require.ErrorIs(t, err, trail.ErrDamaged)
}

func TestBundleOfAnotherLogOrTime(t *testing.T) {
	s := newServer(1)
	s.work(t, 30)
	log, k := sealed(t, s)
	early := export(t, s, log, trail.Checkpoint{})
	s.work(t, 10)
	later := k.seal(t, log, s).Checkpoint
	_, err := openBundle(t, early, k).Verify(later)
	require.ErrorIs(t, err, trail.ErrOlder)
	require.ErrorContains(t, err, "its checkpoint covers 30 events, the one that was kept 40")

	other, _ := sealed(t, s)
	var out bytes.Buffer
	_, err = trail.Export(&out, log, source{s}.Events(t.Context(), time.Time{}), other.Checkpoint())
	require.NoError(t, err, "the same events have the same root, whoever signed it")
	forged := s.clone()
	forged.trail = forged.trail[5:]
	rewritten, err := trail.OpenLog(t.TempDir(), k.public)
	require.NoError(t, err)
	k.seal(t, rewritten, forged)
	_, err = trail.Export(io.Discard, log, source{s}.Events(t.Context(), time.Time{}), rewritten.Checkpoint())
	require.ErrorIs(t, err, trail.ErrDamaged)

	_, err = trail.OpenBundle(bytes.NewReader(early), int64(len(early)), mustKey(t))
	require.ErrorIs(t, err, trail.ErrOtherOrigin)
}

func mustKey(t *testing.T) (key interface {
	Name() string
	KeyHash() uint32
	Verify(msg, sig []byte) bool
}) {
	t.Helper()
	_, public, err := trail.NewKey("other.example.com")
	require.NoError(t, err)
	key, err = trail.ParsePublicKey(public)
	require.NoError(t, err)
	return key
}

// inBundle is the content of one file of a bundle.
func inBundle(t *testing.T, bundle []byte, file string) string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	require.NoError(t, err)
	data, err := fs.ReadFile(r, file)
	require.NoError(t, err)
	return string(data)
}

// rezip replaces text in one file of a bundle, or takes the file out if old is empty.
func rezip(t *testing.T, bundle []byte, file, old, now string) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	require.NoError(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range r.File {
		content, err := f.Open()
		require.NoError(t, err)
		data, err := io.ReadAll(content)
		require.NoError(t, errors.Join(err, content.Close()))
		if f.Name == file {
			if old == "" {
				continue
			}
			require.Contains(t, string(data), old)
			data = bytes.Replace(data, []byte(old), []byte(now), 1)
		}
		to, err := w.Create(f.Name)
		require.NoError(t, err)
		_, err = to.Write(data)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}
