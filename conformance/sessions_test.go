package conformance_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// sessions are logging in and out, tokens, and their end.
func sessions() []behaviour {
	return []behaviour{
		{"session: logging in gives a token that works", func(t *testing.T, w *world) {
			m := w.signUp(t, "login")
			session, err := w.client.LogIn(t.Context(), m.name, m.password)
			require.NoError(t, err)
			require.NotEqual(t, m.session.Token(), session.Token())
			auditor, err := w.client.As(session).CurrentAuditor(t.Context())
			require.NoError(t, err)
			require.Equal(t, m.id, auditor.ObjectID)
		}},
		{"session: a wrong password and an unknown name look the same", func(t *testing.T, w *world) {
			m := w.signUp(t, "wrong")
			_, wrong := w.client.LogIn(t.Context(), m.name, "not it")
			_, unknown := w.client.LogIn(t.Context(), w.name("nobody"), "not it")
			require.ErrorIs(t, wrong, parse.ErrObjectNotFound)
			require.Equal(t, wrong.Error(), unknown.Error())
		}},
		{"session: logging out ends the token", func(t *testing.T, w *world) {
			m := w.signUp(t, "logout")
			require.NoError(t, m.LogOut(t.Context()))
			_, err := m.CurrentAuditor(t.Context())
			require.ErrorIs(t, err, parse.ErrInvalidSession)
			require.NoError(t, m.LogOut(t.Context()), "a session that has ended is no error")
		}},
		{"session: verifying a password starts none", func(t *testing.T, w *world) {
			m := w.signUp(t, "verify")
			auditor, err := w.client.VerifyPassword(t.Context(), m.name, m.password)
			w.expects(t, "verifying a password by POST", "answers", refusal(t, err, "answers"))
			if err != nil {
				return
			}
			require.Equal(t, m.id, auditor.ObjectID)
			_, err = w.client.VerifyPassword(t.Context(), m.name, "not it")
			require.ErrorIs(t, err, parse.ErrObjectNotFound)
			require.Len(t, w.must(t, user(m.session.Token()), "GET", "/sessions", "").list(), 1)
		}},
		{"session: the master key logs in as anybody", func(t *testing.T, w *world) {
			m := w.signUp(t, "anybody")
			session, err := w.admin.LoginAs(t.Context(), m.id)
			require.NoError(t, err)
			auditor, err := w.client.As(session).CurrentAuditor(t.Context())
			require.NoError(t, err)
			require.Equal(t, m.id, auditor.ObjectID)
			_, err = w.admin.LoginAs(t.Context(), "missing000")
			require.ErrorIs(t, err, parse.ErrObjectNotFound)
		}},
		{"session: one that has expired is 209", func(t *testing.T, w *world) {
			m := w.signUp(t, "expired")
			w.expireSession(t, m)
			_, err := w.client.As(m.session).CurrentAuditor(t.Context())
			require.ErrorIs(t, err, parse.ErrInvalidSession)
		}},
		{"session: a source logs in again when the token has ended", func(t *testing.T, w *world) {
			m := w.signUp(t, "again")
			var logins atomic.Int32
			client, err := isoaudit.NewClient(w.url, w.options(parse.WithSessionSource(
				func(ctx context.Context, c *parse.Client) (*parse.Session, error) {
					logins.Add(1)
					_, session, err := parse.LogIn[isoaudit.Auditor](ctx, c, m.name, m.password)
					return session, err
				}))...)
			require.NoError(t, err)
			_, err = client.CurrentAuditor(t.Context())
			require.NoError(t, err)
			for _, session := range w.must(t, user(m.session.Token()), "GET", "/sessions", "").list() {
				w.must(t, master, "DELETE", "/sessions/"+session["objectId"].(string), "")
			}
			auditor, err := client.CurrentAuditor(t.Context())
			require.NoError(t, err)
			require.Equal(t, m.id, auditor.ObjectID)
			require.EqualValues(t, 2, logins.Load())
		}},
		{"session: a client without one is told so", func(t *testing.T, w *world) {
			_, err := w.client.CurrentAuditor(t.Context())
			require.Error(t, err)
		}},
	}
}

// expireSession lets a session end in the past.
func (w *world) expireSession(t *testing.T, m member) {
	t.Helper()
	rows := w.must(t, master, "POST", "/sessions", fmt.Sprintf(`{"_method":"GET","where":{"user":{"__type":"Pointer","className":"_User","objectId":%q}}}`, m.id)).list()
	require.Len(t, rows, 1)
	w.must(t, master, "PUT", "/sessions/"+rows[0]["objectId"].(string), `{"expiresAt":{"__type":"Date","iso":"2020-01-01T00:00:00.000Z"}}`)
}
