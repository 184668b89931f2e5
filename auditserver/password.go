package auditserver

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"

	"github.com/go-json-experiment/json"
	"golang.org/x/crypto/bcrypt"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// secrets is stored with a user and never shown.
type secrets struct {
	Password string `json:"password,omitempty"` // bcrypt
}

// hashPassword hashes a password in its turn: hashing takes a processor for a long
// time, and must not take all of them.
func (s *Server) hashPassword(ctx context.Context, password string) ([]byte, error) {
	done, err := s.budgets.hashing.Wait(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	cost := s.cfg.PasswordCost
	if cost == 0 {
		cost = bcrypt.DefaultCost
	}
	hash, err := bcrypt.GenerateFromPassword(bcryptInput(password), cost)
	if err != nil {
		return nil, err
	}
	return json.Marshal(secrets{Password: string(hash)})
}

// bcryptInput is the password itself, or a digest of one that is longer than
// the 72 bytes bcrypt can take.
func bcryptInput(password string) []byte {
	if len(password) <= 72 {
		return []byte(password)
	}
	sum := sha256.Sum256([]byte(password))
	return base64.StdEncoding.AppendEncode(nil, sum[:])
}

// readSecrets reads the hidden part of a user.
func readSecrets(hidden []byte) (known secrets, err error) {
	if len(hidden) > 0 {
		err = json.Unmarshal(hidden, &known)
	}
	return known, err
}

// passwordMatches compares a password with a user's. For a user
// without one it takes as long as for a wrong password, so that the time does not
// tell whether a user exists.
func (s *Server) passwordMatches(ctx context.Context, user store.Row, password string) (bool, error) {
	known, err := readSecrets(user.Hidden())
	if err != nil {
		return false, err
	}
	if known.Password == "" {
		_, err := s.hashPassword(ctx, password)
		return false, err
	}
	return s.hashMatches(ctx, known.Password, password)
}

// hashMatches compares a password with a hash, in its turn as hashPassword does.
func (s *Server) hashMatches(ctx context.Context, hash, password string) (bool, error) {
	if hash == "" {
		return false, nil
	}
	done, err := s.budgets.hashing.Wait(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	err = bcrypt.CompareHashAndPassword([]byte(hash), bcryptInput(password))
	if errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		return false, nil
	}
	return err == nil, err
}
