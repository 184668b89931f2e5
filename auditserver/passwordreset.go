package auditserver

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/session"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// errNoMail is the answer of a server that can't send mail.
var errNoMail = &fault.Error{Code: wire.CodeInternal, Message: "An appName, publicServerURL, and emailAdapter are required for password reset and email verification functionality."}

const (
	resetBucket     = "password-reset"      // token digest to resetEntry
	lastResetBucket = "password-reset-last" // user to digest of the last token
)

// resetEntry is what is stored for a token: the user, and a digest of the password's
// hash and the e-mail address. It makes the token invalid once one of them has changed.
func resetEntry(user store.Row) string {
	email, _ := user.Text("email")
	return user.ID() + " " + session.Digest(string(user.Hidden())+"\n"+email)
}

// requestPasswordReset answers /requestPasswordReset: it hands a token to the
// program's PasswordReset. The answer does not tell whether the address
// is known.
func (s *Server) requestPasswordReset(ctx context.Context, req *request) (*response, error) {
	if s.cfg.PasswordReset == nil && s.cfg.Mail == nil {
		return nil, errNoMail
	}
	email, err := requestedEmail(req)
	if err != nil {
		return nil, err
	}
	nameless := where.AllOf(where.Equal("username", email), &where.Node{Op: where.Exists, Path: "email", Value: false})
	rows, err := s.store.Find(ctx, store.Query{Class: "_User", Where: where.AnyOf(where.Equal("email", email), nameless), Limit: 1, Hidden: true})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		if s.cfg.PasswordPolicy.ResetUnknownEmailRefuse {
			return nil, fault.New(wire.CodeObjectNotFound, "A user with that email does not exist.")
		}
		return emptyResponse, nil
	}
	token := session.NewToken()
	username, _ := rows[0].Value("username").(string)
	if _, err := s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		if s.cfg.PasswordReset == nil {
			if _, waits, err := tx.GetValue(resetMailBucket, rows[0].ID()); err != nil || waits {
				return nil, err
			}
			if err := tx.PutValue(resetMailBucket, rows[0].ID(), nil, mailPause); err != nil {
				return nil, err
			}
			req.later(func() { s.post(rows[0].ID(), s.resetMail(email, token)) })
		}
		return nil, s.keepResetToken(tx, rows[0], session.Digest(token))
	}); err != nil {
		return nil, err
	}
	if s.cfg.PasswordReset == nil {
		return emptyResponse, nil
	}
	if err := s.cfg.PasswordReset(email, username, token); err != nil {
		s.cfg.Logger.ErrorContext(ctx, "password reset was not delivered", "user", rows[0].ID(), "error", err)
		return nil, &fault.Error{Code: wire.CodeInternal, Message: "The password reset could not be delivered."}
	}
	return emptyResponse, nil
}

// resetMail is the message with the link to the page that sets a password. It does not
// name the user: whoever signs up with somebody's address chooses that name.
func (s *Server) resetMail(email, token string) Mail {
	return Mail{To: email, Subject: "Password reset for " + s.cfg.AppName,
		Text: "Hello,\n\nsomebody asked for a new password of your account with " + s.cfg.AppName + ". To choose one, follow this link:\n\n" +
			s.pageURL("request_password_reset", token) + "\n\nIf it was not you, ignore this message: the password stays as it is.\n"}
}

// keepResetToken stores the digest of a new token, in the place of the last one
// unless the policy lets that go on.
func (s *Server) keepResetToken(tx *store.Tx, user store.Row, digest string) error {
	ttl := max(s.cfg.PasswordPolicy.ResetTokenValidity, 0) // 0: no end
	if s.cfg.PasswordPolicy.ResetTokenReuse {
		return tx.PutValue(resetBucket, digest, []byte(resetEntry(user)), ttl)
	}
	return replaceToken(tx, resetBucket, lastResetBucket, user.ID(), digest, resetEntry(user), ttl)
}

// ResetPassword sets a user's password with a token that Config.PasswordReset
// was given, and ends the user's sessions, as the configuration has it. A token that
// is unknown, used or older than the password or the e-mail address is code 101, a
// password that Config.PasswordPolicy refuses code 142.
func (s *Server) ResetPassword(ctx context.Context, token, password string) error {
	return published(s.resetPassword(ctx, token, password))
}

func (s *Server) resetPassword(ctx context.Context, token, password string) error {
	if password == "" {
		return fault.New(wire.CodePasswordMissing, "password is required")
	}
	req := &request{caller: &access.Caller{Master: true}, method: http.MethodPut}
	// Whose token it is counts in the transaction; the policy needs to know before.
	entry, _, err := s.store.GetValue(ctx, resetBucket, session.Digest(token))
	if err != nil {
		return err
	}
	id, _, known := strings.Cut(string(entry), " ")
	if !known {
		return errResetToken
	}
	if err := s.admitPassword(ctx, req, password, "", id); err != nil {
		return err
	}
	hidden, err := s.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	_, err = s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		entry, _, err := tx.GetValue(resetBucket, session.Digest(token))
		if err != nil {
			return nil, err
		}
		id, _, _ := strings.Cut(string(entry), " ")
		user, err := tx.Get(ctx, "_User", id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if err != nil || resetEntry(user) != string(entry) {
			return nil, errResetToken
		}
		if err := tx.DeleteValue(resetBucket, session.Digest(token)); err != nil {
			return nil, err
		}
		sv, err := s.newSave(ctx, tx, req, "_User")
		if err != nil {
			return nil, err
		}
		sv.hidden = hidden
		if _, err := sv.update(id, map[string]any{}); err != nil {
			return nil, err
		}
		if err := errors.Join(s.passwordChanged(tx, id, user.Hidden()), s.unlock(tx, id)); err != nil {
			return nil, err
		}
		return nil, s.endSessions(ctx, tx, req, id)
	})
	return err
}

var errResetToken = fault.New(wire.CodeObjectNotFound, "the password reset token is unknown, used, expired or older than the password or the e-mail address")
