package auditserver

import (
	"bytes"
	"context"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// accountBucket holds, by the id of a user, what is known of the account besides
// its columns. It is kept only where lock-out or password policy ask for it.
const accountBucket = "account"

type accountState struct {
	Failed        int       `json:"failed,omitzero"`      // log-ins in a row
	LockedUntil   time.Time `json:"lockedUntil,omitzero"` // if Failed has reached the threshold
	PasswordSince time.Time `json:"passwordSince,omitzero"`
	History       []string  `json:"history,omitzero"` // hashes of former passwords
}

// accountState reads the state of an account, as a request sees it.
func (s *Server) accountState(ctx context.Context, req *request, userID string) (accountState, error) {
	if req.tx != nil {
		raw, _, err := req.tx.GetValue(accountBucket, userID)
		return decodeAccount(raw, err)
	}
	raw, _, err := s.store.GetValue(ctx, accountBucket, userID)
	return decodeAccount(raw, err)
}

func decodeAccount(raw []byte, err error) (state accountState, _ error) {
	if err == nil && len(raw) > 0 {
		err = json.Unmarshal(raw, &state)
	}
	return state, err
}

// changeAccount changes the state of an account.
func changeAccount(tx *store.Tx, userID string, change func(*accountState)) error {
	before, _, err := tx.GetValue(accountBucket, userID)
	state, err := decodeAccount(before, err)
	if err != nil {
		return err
	}
	change(&state)
	after, err := json.Marshal(state)
	if err != nil || bytes.Equal(before, after) {
		return err
	}
	return tx.PutValue(accountBucket, userID, after, 0)
}
