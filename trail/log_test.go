package trail_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/trail"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

func TestSealWaitsForTheGracePeriodAndMarksWhatCameLate(t *testing.T) {
	s := newServer(2)
	s.work(t, 10)
	private, public, err := trail.NewKey("audit.example.com/trail")
	require.NoError(t, err)
	k := newSeals(t, private, public)
	dir := t.TempDir()
	log, err := trail.OpenLog(dir, k.public)
	require.NoError(t, err)
	last := s.trail[9].created
	done, err := log.Seal(t.Context(), source{s}, k.private, trail.SealOptions{Now: last.Add(30 * time.Second), Grace: 30 * time.Second})
	require.NoError(t, err)
	require.EqualValues(t, 9, done.Added, "the newest is not older than the grace period")

	done, err = log.Seal(t.Context(), source{s}, k.private, trail.SealOptions{Now: last.Add(30 * time.Second), Grace: 30 * time.Second})
	require.NoError(t, err)
	require.Zero(t, done.Added)
	require.EqualValues(t, 9, done.Checkpoint.Size)

	// One that another node began earlier and stored later.
	id := s.save(t, "AuditPlan", "", map[string]any{"note": "late"})
	late := s.trail[10]
	late.created = s.trail[3].created.Add(time.Millisecond)
	done = k.seal(t, log, s)
	require.EqualValues(t, 2, done.Added)
	require.EqualValues(t, 1, done.Late)
	report, err := trail.Verify(t.Context(), source{s}, log)
	require.NoError(t, err)
	require.True(t, report.OK(), report.Findings)
	require.Equal(t, map[trail.Kind]int64{trail.Late: 1}, report.Counts)
	require.Equal(t, id, report.Findings[0].Record)

	lines, err := os.ReadFile(filepath.Join(dir, "log"))
	require.NoError(t, err)
	require.Equal(t, 11, strings.Count(string(lines), "\n"))
	require.Equal(t, 1, strings.Count(string(lines), " late\n"))
	for _, size := range []string{"9", "11"} {
		require.FileExists(t, filepath.Join(dir, "checkpoints", size))
	}
}

// A seal that was cut off anywhere before its checkpoint is as if it had not been.
func TestSealAfterOneThatWasCutOff(t *testing.T) {
	s := newServer(3)
	s.work(t, 10)
	private, public, err := trail.NewKey("audit.example.com/trail")
	require.NoError(t, err)
	k := newSeals(t, private, public)
	dir := t.TempDir()
	log, err := trail.OpenLog(dir, k.public)
	require.NoError(t, err)
	for _, name := range []string{"log", "hashes"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("0 2026-"), 0o600))
	}
	k.seal(t, log, s)
	for _, name := range []string{"log", "hashes"} {
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = f.WriteString("10 2026-11-27T10:00:00.000Z half")
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
	s.work(t, 5)
	log, err = trail.OpenLog(dir, k.public)
	require.NoError(t, err)
	require.EqualValues(t, 5, k.seal(t, log, s).Added)
	report, err := trail.Verify(t.Context(), source{s}, log)
	require.NoError(t, err)
	require.Empty(t, report.Findings)
	require.EqualValues(t, 15, report.Checkpoint.Size)
}

// The first seal may find nothing that is old enough yet, as on a new server.
func TestSealAfterOneThatFoundNothing(t *testing.T) {
	s := newServer(3)
	private, public, err := trail.NewKey("audit.example.com/trail")
	require.NoError(t, err)
	k := newSeals(t, private, public)
	dir := t.TempDir()
	for range 2 {
		log, err := trail.OpenLog(dir, k.public)
		require.NoError(t, err)
		require.Zero(t, k.seal(t, log, s).Checkpoint.Size)
	}
	s.work(t, 3)
	log, err := trail.OpenLog(dir, k.public)
	require.NoError(t, err)
	require.EqualValues(t, 3, k.seal(t, log, s).Checkpoint.Size)
}

// When two programs begin a log, the second one does not write it anew, because the
// checkpoint of the first may have been given away already.
func TestSealRefusesALogThatAnotherHasBegun(t *testing.T) {
	s := newServer(3)
	s.work(t, 3)
	private, public, err := trail.NewKey("audit.example.com/trail")
	require.NoError(t, err)
	k := newSeals(t, private, public)
	dir := t.TempDir()
	first, err := trail.OpenLog(dir, k.public)
	require.NoError(t, err)
	second, err := trail.OpenLog(dir, k.public)
	require.NoError(t, err)
	k.seal(t, first, s)
	_, err = second.Seal(t.Context(), source{s}, k.private, trail.SealOptions{Now: s.now.Add(time.Hour)})
	require.ErrorContains(t, err, "was sealed by another program meanwhile")
}

func TestSealRefusesAnotherKey(t *testing.T) {
	s := newServer(3)
	s.work(t, 3)
	log, _ := sealed(t, s)
	private, public, err := trail.NewKey("audit.example.com/trail")
	require.NoError(t, err)
	_, err = log.Seal(t.Context(), source{s}, newSeals(t, private, public).private, trail.SealOptions{})
	require.ErrorIs(t, err, trail.ErrOtherOrigin)
}

// Whoever can write the folder of a log, and even has its key, is found out by a
// checkpoint that was kept elsewhere.
func TestVerifyFindsALogThatWasRewritten(t *testing.T) {
	s := newServer(4)
	s.work(t, 20)
	log, k := sealed(t, s)
	kept := log.Checkpoint()
	s.save(t, "AuditPlan", "", map[string]any{"note": "one more"})
	k.seal(t, log, s)

	forged := s.clone()
	forged.trail = forged.trail[:len(forged.trail)-8]
	forged.work(t, 12)
	again, err := trail.OpenLog(t.TempDir(), k.public)
	require.NoError(t, err)
	k.seal(t, again, forged)
	report, err := trail.Verify(t.Context(), source{forged}, again, kept)
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Counts[trail.LogForged], report.Findings)
	require.False(t, report.OK())

	short, err := trail.OpenLog(t.TempDir(), k.public)
	require.NoError(t, err)
	few := s.clone()
	few.trail = few.trail[:10]
	k.seal(t, short, few)
	_, err = trail.Verify(t.Context(), source{s}, short, kept)
	require.ErrorIs(t, err, trail.ErrOlder)
	require.ErrorContains(t, err, "it has 10 events, the checkpoint that was kept covers 20")
}

func TestLogSaysWhatIsDamaged(t *testing.T) {
	s := newServer(5)
	s.work(t, 20)
	private, public, err := trail.NewKey("audit.example.com/trail")
	require.NoError(t, err)
	k := newSeals(t, private, public)
	for name, damage := range map[string]struct {
		file, want string
		change     func([]byte) []byte
	}{
		"a line is gone":          {"log", "line 6 of file log: want index 5", func(b []byte) []byte { return without(b, 5) }},
		"the end is gone":         {"log", "file log ends after 19 events, the checkpoint covers 20", func(b []byte) []byte { return without(b, 19) }},
		"a line is no line":       {"log", "line 3 of file log: want INDEX", func(b []byte) []byte { return bytes.Replace(b, []byte("\n2 "), []byte("\n2  "), 1) }},
		"the checkpoint is text":  {"checkpoint", "the checkpoint is damaged: it is not a signed note", func([]byte) []byte { return []byte("hello\n") }},
		"the checkpoint is empty": {"checkpoint", "the checkpoint is damaged", func([]byte) []byte { return nil }},
		"another size":            {"checkpoint", "its signature by audit.example.com/trail does not fit its text", func(b []byte) []byte { return bytes.Replace(b, []byte("\n20\n"), []byte("\n19\n"), 1) }},
		"a large checkpoint":      {"checkpoint", "it has more than 65536 bytes", func([]byte) []byte { return make([]byte, 70000) }},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			log, err := trail.OpenLog(dir, k.public)
			require.NoError(t, err)
			k.seal(t, log, s)
			file := filepath.Join(dir, damage.file)
			content, err := os.ReadFile(file)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(file, damage.change(content), 0o600))
			log, err = trail.OpenLog(dir, k.public)
			if err == nil {
				_, err = trail.Verify(t.Context(), source{s}, log)
			}
			require.ErrorIs(t, err, trail.ErrDamaged)
			require.ErrorContains(t, err, damage.want)
		})
	}
}

func without(lines []byte, n int) []byte {
	all := bytes.SplitAfter(lines, []byte("\n"))
	return bytes.Join(append(all[:n:n], all[n+1:]...), nil)
}

func TestCheckpointFromAnotherOrigin(t *testing.T) {
	s := newServer(6)
	s.work(t, 3)
	log, _ := sealed(t, s)
	for _, origin := range []string{"audit.example.com/trail", "other.example.com"} {
		_, public, err := trail.NewKey(origin)
		require.NoError(t, err)
		key, err := trail.ParsePublicKey(public)
		require.NoError(t, err)
		_, err = trail.OpenCheckpoint(log.Checkpoint().Note, key)
		require.ErrorIs(t, err, trail.ErrOtherOrigin)
		require.ErrorContains(t, err, "it is signed by audit.example.com/trail+")
	}
}

func TestKeyFiles(t *testing.T) {
	private, public, err := trail.NewKey("audit.example.com/trail")
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "key")
	require.NoError(t, trail.WriteKey(name, private))
	require.Error(t, trail.WriteKey(name, private), "no key is overwritten")
	signer, err := trail.ReadKey(name)
	require.NoError(t, err)
	require.Equal(t, "audit.example.com/trail", signer.Name())

	require.NoError(t, os.Chmod(name, 0o640))
	_, err = trail.ReadKey(name)
	require.ErrorContains(t, err, "others may read it (mode 0640): make it 0600")
	require.NoError(t, os.Chmod(name, 0o600))
	require.NoError(t, os.WriteFile(name, []byte(private[:len(private)-4]), 0o600))
	_, err = trail.ReadKey(name)
	require.ErrorIs(t, err, trail.ErrDamaged)
	require.NotContains(t, err.Error(), private[20:40])

	_, err = trail.ParsePublicKey(private)
	require.ErrorContains(t, err, "this is a private key")
	require.NotContains(t, err.Error(), private[20:40])
	_, err = trail.ParsePublicKey(public[1:])
	require.ErrorIs(t, err, trail.ErrDamaged)
	for _, origin := range []string{"", "a b", "a+b", "a\nb", "a\u00a0b", "a\x01b", "a\xff"} { // with the last three no key can be read, or no checkpoint
		_, _, err := trail.NewKey(origin)
		require.ErrorContains(t, err, "the name of a log")
	}
}

func TestRedactionSurvivesVerifying(t *testing.T) {
	s := newServer(8)
	s.work(t, 5)
	id := s.newID()
	s.write(t, event.Write{Op: event.Create, Class: "Auditor", Record: id, Reason: "Lena joins", Changes: []event.Change{{Column: "email", After: jsontext.Value(`"lena@example.com"`)}}})
	s.rows["Auditor"] = map[string]map[string]any{id: {"objectId": id, "email": "lena@example.com"}}
	log, _ := sealed(t, s)
	row := s.trail[5]
	e, err := row.event()
	require.NoError(t, err)
	redacted, err := e.Redacted("email", event.ReasonName)
	require.NoError(t, err)
	s.trail[5] = row.with(redacted.AppendFields(nil))

	report, err := trail.Verify(t.Context(), source{s}, log)
	require.NoError(t, err)
	require.Equal(t, map[trail.Kind]int64{trail.Erased: 1}, report.Counts)
	require.Equal(t, e.ID, report.Findings[0].Event)
	require.Equal(t, []string{event.ReasonName, "email"}, report.Findings[0].Columns)

	tell := event.Write{Op: event.Redact, Class: "Auditor", Record: id, Redacts: e.Hash(), Reason: "asked by the person", Changes: []event.Change{{Column: "email", Secret: true}}}
	s.write(t, tell)
	report, err = trail.Verify(t.Context(), source{s}, log)
	require.NoError(t, err)
	require.Len(t, report.Findings, 1)
	require.Equal(t, []string{event.ReasonName}, report.Findings[0].Columns, "no event tells that the reason went")
	tell.Changes[0].Column = event.ReasonName
	s.write(t, tell)
	report, err = trail.Verify(t.Context(), source{s}, log)
	require.NoError(t, err)
	require.Empty(t, report.Findings)
	for _, row := range s.trail {
		require.NotContains(t, string(row.fields), "lena@example.com")
		require.NotContains(t, string(row.fields), "Lena joins")
	}
}
