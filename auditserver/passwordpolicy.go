package auditserver

import (
	"context"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// admitPassword holds a new password to the policy. username is the new one, "" if
// it stays as it is; userID is "" in a sign-up.
func (s *Server) admitPassword(ctx context.Context, req *request, password, username, userID string) error {
	p := &s.cfg.PasswordPolicy
	if p.validator != nil && !p.validator.Match(password) || p.Validator != nil && !p.Validator(password) {
		text := p.ValidationError
		if text == "" {
			text = "Password does not meet the Password Policy requirements."
		}
		return &fault.Error{Code: wire.CodeValidation, Message: text}
	}
	if !p.DoNotAllowUsername && p.MaxPasswordHistory == 0 {
		return nil
	}
	var user store.Row
	if userID != "" {
		rows, err := s.reader(req).Find(ctx, store.Query{Class: "_User", Where: where.Equal("objectId", userID), Limit: 1, Hidden: true})
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			user = rows[0]
		}
	}
	if p.DoNotAllowUsername {
		if username == "" {
			username, _ = user.Text("username")
		}
		if username != "" && strings.Contains(password, username) {
			return fault.New(wire.CodeValidation, "Password cannot contain your username.")
		}
	}
	return s.newPassword(ctx, req, password, user)
}

// newPassword refuses a password that the user has or had lately.
func (s *Server) newPassword(ctx context.Context, req *request, password string, user store.Row) error {
	most := s.cfg.PasswordPolicy.MaxPasswordHistory
	if most == 0 || user.ID() == "" {
		return nil
	}
	state, err := s.accountState(ctx, req, user.ID())
	if err != nil {
		return err
	}
	known, err := readSecrets(user.Hidden())
	if err != nil {
		return err
	}
	for _, hash := range append(state.History[:min(len(state.History), most-1)], known.Password) {
		if same, err := s.hashMatches(ctx, hash, password); err != nil {
			return err
		} else if same {
			return fault.New(wire.CodeValidation, "New password should not be the same as last %d passwords.", most)
		}
	}
	return nil
}

// passwordChanged notes that a user has a new password. before is the hidden part of
// the user with the former one, nil in a sign-up.
func (s *Server) passwordChanged(tx *store.Tx, userID string, before []byte) error {
	p := &s.cfg.PasswordPolicy
	if p.MaxPasswordAge == 0 && p.MaxPasswordHistory == 0 {
		return nil
	}
	former, err := readSecrets(before)
	if err != nil {
		return err
	}
	return changeAccount(tx, userID, func(state *accountState) {
		if p.MaxPasswordAge > 0 {
			state.PasswordSince = time.Now()
		}
		if p.MaxPasswordHistory > 0 && former.Password != "" {
			kept := state.History // the oldest first
			if most := max(0, p.MaxPasswordHistory-2); len(kept) > most {
				kept = kept[len(kept)-most:]
			}
			state.History = append(kept, former.Password)
		}
	})
}

// passwordFresh refuses a log-in with a password that is older than the policy
// allows. The age of one from before the policy counts from now on.
func (s *Server) passwordFresh(tx *store.Tx, userID string) error {
	age := s.cfg.PasswordPolicy.MaxPasswordAge
	if age == 0 {
		return nil
	}
	now, expired := time.Now(), false
	err := changeAccount(tx, userID, func(state *accountState) {
		if state.PasswordSince.IsZero() {
			state.PasswordSince = now
		}
		expired = state.PasswordSince.Add(age).Before(now)
	})
	if err == nil && expired {
		err = fault.New(wire.CodeObjectNotFound, "Your password has expired. Please reset your password.")
	}
	return err
}
