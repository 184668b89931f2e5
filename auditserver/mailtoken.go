package auditserver

import (
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// replaceToken stores the digest of a token that a mail carries, with what it is good
// for, in the place of the user's last one. A ttl of 0 is no end.
func replaceToken(tx *store.Tx, bucket, lastBucket, userID, digest, entry string, ttl time.Duration) error {
	last, known, err := tx.GetValue(lastBucket, userID)
	if err != nil {
		return err
	}
	if known {
		if err := tx.DeleteValue(bucket, string(last)); err != nil {
			return err
		}
	}
	if err := tx.PutValue(lastBucket, userID, []byte(digest), ttl); err != nil {
		return err
	}
	return tx.PutValue(bucket, digest, []byte(entry), ttl)
}

// requestedEmail is the address to which a request asks for a mail.
func requestedEmail(req *request) (string, error) {
	address := detailOf(req.Body.Get("email"))
	switch {
	case !address.given:
		return "", fault.New(wire.CodeEmailMissing, "you must provide an email")
	case !address.isText:
		return "", fault.New(wire.CodeInvalidEmail, "you must provide a valid email string")
	}
	return address.text, nil
}
