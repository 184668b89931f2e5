package trail_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/isoaudit/isoaudit-go/trail"
)

// seals are the two halves of a key.
type seals struct {
	private note.Signer
	public  note.Verifier
}

func newSeals(t testing.TB, private, public string) seals {
	t.Helper()
	signer, err := note.NewSigner(private)
	require.NoError(t, err)
	verifier, err := trail.ParsePublicKey(public)
	require.NoError(t, err)
	return seals{signer, verifier}
}

func (k seals) seal(t testing.TB, log *trail.Log, s *server) trail.Sealed {
	t.Helper()
	done, err := log.Seal(t.Context(), source{s}, k.private, trail.SealOptions{Now: s.now.Add(time.Hour)})
	require.NoError(t, err)
	return done
}

func TestVerifyFindsNothingInAnOrdinaryTrail(t *testing.T) {
	s := newServer(1)
	s.work(t, 300)
	log, k := sealed(t, s)
	first := log.Checkpoint()
	require.EqualValues(t, 300, first.Size)
	s.work(t, 100)
	second := k.seal(t, log, s).Checkpoint
	s.work(t, 20)
	s.purge(t, "AuditPlan")
	report, err := trail.Verify(t.Context(), source{s}, log, first, second)
	require.NoError(t, err)
	require.Empty(t, report.Findings)
	require.True(t, report.OK())
	require.EqualValues(t, 421, report.Events)
	require.EqualValues(t, 21, report.Waiting)
	require.Greater(t, report.Records, int64(50))
}
