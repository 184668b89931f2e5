package session

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// tokenBucket maps the digest of a session token to its session. Tokens
// themselves are stored nowhere.
const tokenBucket = "session"

// tokenEntry is what the bucket holds for a token.
type tokenEntry struct {
	Session string    `json:"session"`
	User    string    `json:"user"`
	Expires time.Time `json:"expires"` // zero: never
}

// NewToken makes a session token, or another secret of that kind.
func NewToken() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return "r:" + hex.EncodeToString(b[:])
}

// Digest is what is stored of a token.
func Digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
