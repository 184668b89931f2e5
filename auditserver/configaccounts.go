package auditserver

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/pattern"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// SignUp says who may sign up. The master key creates users whatever it says.
type SignUp string

// The values of [Config].SignUp.
const (
	SignUpOpen    SignUp = "open"    // everybody; what "" is
	SignUpInvited SignUp = "invited" // who gives an e-mail address that Config.Invited lists
	SignUpClosed  SignUp = "closed"  // nobody
)

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

// AccountLockout locks a user's account after failed log-ins, as Parse Server does:
// the passwords that come while it is locked are not looked at. The zero value
// locks nothing. verifyPassword counts like a log-in; the master key is counted too.
type AccountLockout struct {
	Threshold             int           // failed log-ins in a row that lock the account, 1 to 999
	Duration              time.Duration // how long it stays locked; less than 100,000 minutes
	UnlockOnPasswordReset bool          // ResetPassword unlocks it
}

// maxLockout bounds AccountLockout.Duration, as Parse Server does.
const maxLockout = 100_000 * time.Minute

func (l AccountLockout) check() error {
	if l == (AccountLockout{}) {
		return nil
	}
	var err error
	if l.Threshold < 1 || l.Threshold > 999 {
		err = fmt.Errorf("auditserver: Config.AccountLockout.Threshold (accountLockout.threshold) is %d: want a whole number from 1 to 999", l.Threshold)
	}
	if l.Duration <= 0 || l.Duration >= maxLockout {
		err = errors.Join(err, fmt.Errorf("auditserver: Config.AccountLockout.Duration (accountLockout.duration, in minutes) is %v: want more than nothing and less than 100,000 minutes", l.Duration))
	}
	return err
}

// PasswordPolicy says which passwords users may have, and for how long. The zero
// value admits every password. It holds for the master key too.
type PasswordPolicy struct {
	// ValidatorPattern is a regular expression that a password must match. Look-ahead
	// is understood at its beginning: ^(?=.*[a-z])(?=.*[0-9]).{8,}$
	ValidatorPattern   string
	Validator          func(password string) bool // nil: none; a password must pass both
	ValidationError    string                     // what the client is told; "": Parse Server's text
	DoNotAllowUsername bool                       // the password may not contain the username
	MaxPasswordAge     time.Duration              // an older password does not log in; 0: any age. It counts from the first log-in with this setting
	MaxPasswordHistory int                        // the last so many passwords may not come again; 0 to 20

	ResetTokenValidity      time.Duration // of the tokens given to Config.PasswordReset; 0: 24 hours; negative: no end, Parse Server's default
	ResetTokenReuse         bool          // resetTokenReuseIfValid: a new token does not make the former ones invalid
	ResetUnknownEmailRefuse bool          // a reset for an unknown address is code 101 (resetPasswordSuccessOnInvalidEmail: false)

	validator *pattern.Pattern
}

// defaultResetValidity is how long a token for a password reset holds.
const defaultResetValidity = 24 * time.Hour

// maxHistory bounds PasswordPolicy.MaxPasswordHistory, as Parse Server does: each
// former password costs a hash.
const maxHistory = 20

// prepared checks the policy and reads its pattern.
func (p PasswordPolicy) prepared() (PasswordPolicy, error) {
	var errs []error
	if p.ValidatorPattern != "" {
		var err error
		if p.validator, err = pattern.Compile(p.ValidatorPattern); err != nil {
			errs = append(errs, fmt.Errorf("auditserver: Config.PasswordPolicy.ValidatorPattern (passwordPolicy.validatorPattern): %w", err))
		}
	}
	if p.MaxPasswordAge < 0 {
		errs = append(errs, errors.New("auditserver: Config.PasswordPolicy.MaxPasswordAge (passwordPolicy.maxPasswordAge, in days) is negative"))
	}
	if p.MaxPasswordHistory < 0 || p.MaxPasswordHistory > maxHistory {
		errs = append(errs, fmt.Errorf("auditserver: Config.PasswordPolicy.MaxPasswordHistory (passwordPolicy.maxPasswordHistory) is %d: want a whole number from 0 to %d", p.MaxPasswordHistory, maxHistory))
	}
	if p.ResetTokenValidity == 0 {
		p.ResetTokenValidity = defaultResetValidity
	}
	return p, errors.Join(errs...)
}

func (c *Config) prepareAccounts() error {
	var errs []error
	if c.ObjectIDSize == 0 {
		c.ObjectIDSize = store.IDSize
	}
	if c.ObjectIDSize < store.IDSize || c.ObjectIDSize > store.MaxIDSize {
		errs = append(errs, fmt.Errorf("auditserver: Config.ObjectIDSize (objectIdSize) is %d: want %d to %d", c.ObjectIDSize, store.IDSize, store.MaxIDSize))
	}
	if c.ExtendSessionOnUse && c.SessionLength < 0 {
		errs = append(errs, errors.New("auditserver: Config.ExtendSessionOnUse (extendSessionOnUse) can't extend sessions that do not expire (expireInactiveSessions: false): leave one of them out"))
	}
	if c.PreventUnverifiedLogin && !c.VerifyUserEmails {
		errs = append(errs, errors.New("auditserver: Config.PreventUnverifiedLogin (preventLoginWithUnverifiedEmail) prevents nothing without VerifyUserEmails (verifyUserEmails): set both"))
	}
	errs = append(errs, c.AccountLockout.check())
	var err error
	c.PasswordPolicy, err = c.PasswordPolicy.prepared()
	return errors.Join(append(errs, err)...)
}
