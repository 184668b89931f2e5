package auditserver

import (
	"context"
	"net/http"
	"regexp"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

var emailForm = regexp.MustCompile(`^.+@.+$`)

// longestEmail is more than an address of RFC 5321 has.
const longestEmail = 320

// account is what a sign-up or an update of a user asks for, with its password
// hashed: hashing is slow and must not happen inside a transaction.
type account struct {
	fields   map[string]any
	hidden   []byte            // new password, hashed
	authData map[string]any    // nil: not given
	authKeys map[string]string // provider to key in authBucket, of providers to link
	verify   bool              // the e-mail address is to be verified
	taken    error             // its name or e-mail address was taken before the password was hashed
}

// account reads the body of a sign-up or update.
func (s *Server) account(req *request) (*account, error) {
	fields, err := req.fields()
	if err != nil {
		return nil, err
	}
	for name := range fields {
		switch root, _, dotted := strings.Cut(name, "."); {
		case root == "sessionToken": // shown with a user, but not a column
			delete(fields, name)
		case root == "authData" && dotted: // a part of it would never be looked at
			return nil, fault.InvalidName(name)
		}
	}
	a := &account{fields: fields}
	if _, ok := fields["emailVerified"]; ok && !req.caller.Master {
		return nil, fault.ErrPermission
	}
	if v, ok := fields["authData"]; ok {
		delete(fields, "authData")
		if err := a.readAuthData(v); err != nil {
			return nil, err
		}
	}
	if text, isText := fields["email"].(string); isText {
		if len(text) > longestEmail || !emailForm.MatchString(text) {
			return nil, fault.New(wire.CodeInvalidEmail, "Email address format is invalid.")
		}
		if s.cfg.VerifyUserEmails && req.restoring().isZero() { // whoever gives it, and also the same again, as Parse Server has it
			fields["emailVerified"] = false
			a.verify = true
		}
	}
	return a, nil
}

// hashAhead hashes the password of a sign-up or update before the transaction it
// is part of: every other writer would have to wait for the hashing.
func (s *Server) hashAhead(ctx context.Context, req *request) error {
	if !req.at(0, "users") && (!req.at(0, "classes") || len(req.path) < 2 || req.path[1] != "_User") {
		return nil
	}
	fields, err := req.fields()
	password, _ := fields["password"].(string)
	if err != nil || password == "" {
		return nil // reported when the entry's turn comes
	}
	id := ""
	if req.method == http.MethodPut {
		id = req.path[len(req.path)-1]
	}
	username, _ := fields["username"].(string)
	if err := s.admitPassword(ctx, req, password, username, id); err != nil {
		return nil //nolint:nilerr // reported when the entry's turn comes
	}
	if id != "" && s.mayChangeUser(ctx, req, id) != nil {
		return nil // as above
	}
	req.hashed, err = s.hashPassword(ctx, password)
	return err
}

// setPassword takes the password out of the fields, holds it to the policy and
// hashes it. userID is "" in a sign-up.
func (s *Server) setPassword(ctx context.Context, req *request, a *account, userID string) error {
	v, ok := a.fields["password"]
	if !ok {
		return nil
	}
	delete(a.fields, "password")
	password, isText := v.(string)
	if !isText || password == "" {
		return fault.New(wire.CodePasswordMissing, "password is required")
	}
	if a.hidden = req.hashed; a.hidden != nil {
		return nil
	}
	if a.taken != nil {
		a.hidden = []byte("{}") // never stored
		return nil
	}
	username, _ := a.fields["username"].(string)
	err := s.admitPassword(ctx, req, password, username, userID)
	if err != nil {
		return err
	}
	a.hidden, err = s.hashPassword(ctx, password)
	return err
}
