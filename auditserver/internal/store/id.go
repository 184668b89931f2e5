package store

import (
	"crypto/rand"
	"time"
)

// idAlphabet are the characters of an objectId, in the order SQLite sorts them.
const idAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// An objectId begins with the time in tenths of a second, which begins again at
// zero every 17 days. What is written together then stands together in the index of
// ids, instead of touching a page of it for every object.
const (
	idStep      = 100 * time.Millisecond
	idTimeChars = 4
)

// How long an objectId is, and may be.
const (
	IDSize    = 10
	MaxIDSize = 64
)

// NewID returns a new objectId of so many letters and digits, all but the first four
// random.
func NewID(size int) string { return newID(time.Now(), size) }

func newID(now time.Time, size int) string {
	b := make([]byte, size)
	for i, n := idTimeChars-1, now.UnixMilli()/idStep.Milliseconds(); i >= 0; i-- {
		b[i] = idAlphabet[n%int64(len(idAlphabet))]
		n /= int64(len(idAlphabet))
	}
	for i := idTimeChars; i < len(b); {
		var random [16]byte
		_, _ = rand.Read(random[:]) // never fails
		for _, r := range random {
			if int(r) < 4*len(idAlphabet) && i < len(b) { // without bias
				b[i] = idAlphabet[int(r)%len(idAlphabet)]
				i++
			}
		}
	}
	return string(b[:])
}
