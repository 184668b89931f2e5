package parse_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
)

// Auditors see their own sessions and nobody else's, without tokens; deleting
// one logs that device out and leaves the others alone.
func TestSessionRecords(t *testing.T) {
	server := audittest.NewServer(t)
	ctx := t.Context()
	lena, amal := server.As(isoaudit.RoleCoordinator), server.As(isoaudit.RoleAuditor)
	phone, err := server.Client.LogIn(ctx, lena.Auditor.Username, audittest.SamplePassword)
	require.NoError(t, err)

	own, err := lena.Sessions.Query().Find(ctx)
	require.NoError(t, err)
	require.Len(t, own, 2)
	for _, record := range own {
		require.Equal(t, lena.Auditor.ObjectID, record.Auditor.ID)
		require.Greater(t, record.ExpiresAt, time.Now())
		require.Equal(t, time.UTC, record.ExpiresAt.Location())
		for form, text := range shown(t, record) {
			require.NotContains(t, text, phone.Token(), form)
		}
	}
	onPhone, err := lena.Sessions.Query().OrderBy(isoaudit.SessionFields.CreatedAt.Desc()).First(ctx)
	require.NoError(t, err)
	require.Equal(t, isoaudit.SessionOrigin{Action: "login", AuthProvider: "password"}, onPhone.CreatedWith)

	_, err = amal.Sessions.Get(ctx, onPhone.ObjectID)
	require.ErrorIs(t, err, parse.ErrObjectNotFound)
	_, err = server.Client.Sessions.Query().Find(ctx)
	require.ErrorIs(t, err, parse.ErrInvalidSession, "sessions of nobody")
	require.ErrorIs(t, amal.Sessions.Delete(ctx, onPhone.ObjectID), parse.ErrObjectNotFound)

	require.NoError(t, lena.Sessions.Delete(ctx, onPhone.ObjectID))
	_, err = server.Client.As(phone).CurrentAuditor(ctx)
	require.ErrorIs(t, err, parse.ErrInvalidSession)
	_, err = lena.CurrentAuditor(ctx)
	require.NoError(t, err)

	all, err := server.Admin.Sessions.Query().Where(isoaudit.SessionFields.Auditor.Eq(amal.Auditor.Pointer())).Find(ctx)
	require.NoError(t, err)
	require.Len(t, all, 1)
}
