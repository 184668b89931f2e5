package auditserver

import (
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

func (s *Server) hashPassword(password string) ([]byte, error) {
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
func (s *Server) passwordMatches(user store.Row, password string) (bool, error) {
	known, err := readSecrets(user.Hidden())
	if err != nil {
		return false, err
	}
	if known.Password == "" {
		_, err := s.hashPassword(password)
		return false, err
	}
	return hashMatches(known.Password, password)
}

func hashMatches(hash, password string) (bool, error) {
	if hash == "" {
		return false, nil
	}
	err := bcrypt.CompareHashAndPassword([]byte(hash), bcryptInput(password))
	if errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		return false, nil
	}
	return err == nil, err
}
