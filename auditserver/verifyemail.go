package auditserver

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/session"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

const (
	verifyBucket     = "verify-email"       // token digest to verifyEntry
	verifyLastBucket = "verify-email-last"  // user to digest of the last token
	verifyMailBucket = "verify-email-pause" // user to nothing, while no further mail is sent
	resetMailBucket  = "password-reset-pause"
)

// verifyEntry is what is stored for a token: the user, and a digest of the address
// that it verifies.
func verifyEntry(userID, email string) string { return userID + " " + session.Digest(email) }

// sendVerification makes a token for the user's address and leaves the mail with it
// to the time after the commit.
func (s *Server) sendVerification(tx *store.Tx, req *request, user store.Row) error {
	email, _ := user.Text("email")
	if s.cfg.Mail == nil || email == "" {
		return nil
	}
	ttl := max(s.cfg.EmailVerifyTokenValidity, 0) // 0: no end
	token := session.NewToken()
	err := errors.Join(
		replaceToken(tx, verifyBucket, verifyLastBucket, user.ID(), session.Digest(token), verifyEntry(user.ID(), email), ttl),
		tx.PutValue(verifyMailBucket, user.ID(), nil, mailPause))
	if err != nil {
		return err
	}
	link := s.pageURL("verify_email", token)
	req.later(func() {
		s.post(user.ID(), Mail{To: email, Subject: "Please verify your e-mail for " + s.cfg.AppName,
			Text: "Hello,\n\nplease confirm that " + email + " is your e-mail address with " + s.cfg.AppName + ":\n\n" + link +
				"\n\nIf you did not sign up there, ignore this message.\n"})
	})
	return nil
}

// pageURL is the link to a page with a token.
func (s *Server) pageURL(page, token string) string {
	return s.cfg.PublicURL + "/apps/" + url.PathEscape(s.cfg.AppID) + "/" + page + "?token=" + url.QueryEscape(token)
}

// verifyEmail notes that the address of a token's user is verified.
func (s *Server) verifyEmail(ctx context.Context, token string) error {
	req := &request{caller: &access.Caller{Master: true}, method: http.MethodPut}
	digest := session.Digest(token)
	_, err := s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		entry, _, err := tx.GetValue(verifyBucket, digest)
		if err != nil {
			return nil, err
		}
		id, _, _ := strings.Cut(string(entry), " ")
		user, err := tx.Get(ctx, "_User", id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if email, _ := user.Text("email"); err != nil || verifyEntry(id, email) != string(entry) {
			return nil, errVerifyToken
		}
		sv, err := s.newSave(ctx, tx, req, "_User")
		if err != nil {
			return nil, err
		}
		if _, err := sv.update(id, map[string]any{"emailVerified": true}); err != nil {
			return nil, err
		}
		return nil, tx.DeleteValue(verifyBucket, digest)
	})
	return err
}

// verifiable tells whether a token would verify an address now; errVerifyToken if not.
func (s *Server) verifiable(ctx context.Context, token string) error {
	_, known, err := s.store.GetValue(ctx, verifyBucket, session.Digest(token))
	if err == nil && !known {
		err = errVerifyToken
	}
	return err
}

var errVerifyToken = fault.New(wire.CodeObjectNotFound, "the token is unknown, used, expired, or of another e-mail address")

// requestVerification answers /verificationEmailRequest: another mail with a link.
// The answer does not tell whether the address is known, unless the configuration
// says so.
func (s *Server) requestVerification(ctx context.Context, req *request) (*response, error) {
	if s.cfg.Mail == nil || !s.cfg.VerifyUserEmails {
		return nil, errNoMail
	}
	email, err := requestedEmail(req)
	if err != nil {
		return nil, err
	}
	verified, known, err := s.verifyAgain(ctx, req, where.Equal("email", email))
	switch {
	case err != nil:
		return nil, err
	case !s.cfg.VerifyUnknownEmailRefuse:
	case !known:
		return nil, fault.New(wire.CodeEmailNotFound, "No user found with that email.")
	case verified:
		return nil, fault.New(wire.CodeOther, "The email is already verified.")
	}
	return emptyResponse, nil
}

// verifyAgain sends a further mail to the user that matches, if the address is not
// verified and no mail was sent a moment ago.
func (s *Server) verifyAgain(ctx context.Context, req *request, match *where.Node) (verified, known bool, err error) {
	rows, err := s.store.Find(ctx, store.Query{Class: "_User", Where: match, Limit: 1})
	if err != nil || len(rows) == 0 {
		return false, false, err
	}
	if rows[0].Value("emailVerified") == true {
		return true, true, nil
	}
	_, err = s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		if _, waits, err := tx.GetValue(verifyMailBucket, rows[0].ID()); err != nil || waits {
			return nil, err
		}
		return nil, s.sendVerification(tx, req, rows[0])
	})
	return false, true, err
}
