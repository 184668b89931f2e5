package auditserver

import (
	"context"
	"strconv"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// locked tells whether failed log-ins have locked an account.
func (s *Server) locked(state accountState, now time.Time) bool {
	return state.Failed >= s.cfg.AccountLockout.Threshold && state.LockedUntil.After(now)
}

func (s *Server) errLocked() error {
	minutes := strconv.FormatFloat(s.cfg.AccountLockout.Duration.Minutes(), 'f', -1, 64)
	return fault.New(wire.CodeObjectNotFound, "Your account is locked due to multiple failed login attempts. Please try again after %s minute(s)", minutes)
}

// mayTry refuses a log-in to a locked account before its password is looked at.
func (s *Server) mayTry(ctx context.Context, userID string) error {
	if s.cfg.AccountLockout.Threshold == 0 || userID == "" {
		return nil
	}
	state, err := s.accountState(ctx, &request{}, userID)
	if err == nil && s.locked(state, time.Now()) {
		err = s.errLocked()
	}
	return err
}

// countTry counts a log-in whose password was right or wrong. Of many that come at
// once, no more succeed or fail than the threshold lets: the others find the account
// locked.
func (s *Server) countTry(ctx context.Context, userID string, right bool) error {
	policy := s.cfg.AccountLockout
	if policy.Threshold == 0 || userID == "" {
		return nil
	}
	lockedOut := false
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		return changeAccount(tx, userID, func(state *accountState) {
			now := time.Now()
			lockedOut = s.locked(*state, now)
			switch {
			case lockedOut:
			case right:
				state.Failed, state.LockedUntil = 0, time.Time{}
			default:
				if state.Failed++; state.Failed >= policy.Threshold {
					state.LockedUntil = now.Add(policy.Duration)
				}
				lockedOut = state.Failed > policy.Threshold
			}
		})
	})
	if err == nil && lockedOut {
		err = s.errLocked()
	}
	return err
}

// unlock removes the lock of an account whose password was reset.
func (s *Server) unlock(tx *store.Tx, userID string) error {
	if !s.cfg.AccountLockout.UnlockOnPasswordReset {
		return nil
	}
	return changeAccount(tx, userID, func(state *accountState) { state.Failed, state.LockedUntil = 0, time.Time{} })
}
