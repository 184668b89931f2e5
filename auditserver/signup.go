package auditserver

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// SignUp says who may sign up. The master key creates users whatever it says.
type SignUp string

// The values of [Config].SignUp.
const (
	SignUpOpen    SignUp = "open"    // everybody; what "" is
	SignUpInvited SignUp = "invited" // who gives an e-mail address that Config.Invited lists
	SignUpClosed  SignUp = "closed"  // nobody
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

// invites tells whether an address is listed, or its domain is.
func (c *Config) invites(email string) bool {
	at := strings.LastIndexByte(email, '@')
	return at > 0 && slices.ContainsFunc(c.Invited, func(listed string) bool {
		return strings.EqualFold(listed, email) || listed[0] == '@' && strings.EqualFold(listed, email[at:])
	})
}

func (c *Config) prepareSignUp() error {
	var errs []error
	if !slices.Contains([]SignUp{"", SignUpOpen, SignUpInvited, SignUpClosed}, c.SignUp) {
		errs = append(errs, fmt.Errorf("auditserver: Config.SignUp (signUp) is %q: want open, invited or closed", string(c.SignUp)))
	}
	for i, listed := range c.Invited {
		if at := strings.LastIndexByte(listed, '@'); at < 0 || at == len(listed)-1 || strings.ContainsAny(listed, " \r\n\t,<>") {
			errs = append(errs, fmt.Errorf("auditserver: Config.Invited[%d] (invited) is no address such as mary@audits.example, nor a domain such as @audits.example", i))
		}
	}
	if (c.SignUp == SignUpInvited) != (len(c.Invited) > 0) {
		errs = append(errs, errors.New("auditserver: Config.Invited (invited) lists who may sign up with Config.SignUp (signUp) invited: want both, or neither"))
	}
	return errors.Join(errs...)
}
