package auditserver

import (
	"net/mail"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

var (
	errSignUpClosed = fault.New(wire.CodeForbidden, "Sign-up is closed: who runs the server creates the users (option signUp).")
	errNotInvited   = fault.New(wire.CodeForbidden, "Only invited e-mail addresses may sign up (options signUp and invited).")
)

// maySignUp refuses a sign-up that Config.SignUp does not admit. The log-in of a
// known user by authData is none.
func (s *Server) maySignUp(req *request, a *account) error {
	if req.caller.Master {
		return nil
	}
	switch s.cfg.SignUp {
	case SignUpClosed:
		return errSignUpClosed
	case SignUpInvited:
		if email, _ := a.fields["email"].(string); !s.cfg.invites(email) {
			return errNotInvited
		}
	}
	return nil
}

// invites tells whether an address is listed, or its domain is. It must be one plain
// address: of "eve@evil.example,x@plant7.example" a mail server takes the first, and
// the message that is to prove the second would reach eve.
func (c *Config) invites(email string) bool {
	if plain, err := mail.ParseAddress(email); err != nil || plain.Address != email {
		return false
	}
	at := strings.LastIndexByte(email, '@')
	return at > 0 && slices.ContainsFunc(c.Invited, func(listed string) bool {
		return strings.EqualFold(listed, email) || listed[0] == '@' && strings.EqualFold(listed, email[at:])
	})
}
