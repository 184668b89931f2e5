package parse

import (
	"net/http"
	"net/url"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// hint says what a server's terse answer is likely to mean, from what the
// client knows about the call.
func hint(f *transport.Failure) string {
	code, asMaster, inSession := Code(f.Code), f.AsMaster, f.InSession
	switch {
	case f.Status >= 300 && f.Status < 400:
		return redirectHint(f.Location)
	case f.Status == http.StatusForbidden && asMaster:
		return "the master key may be wrong, or this address is not in the server's masterKeyIps (by default only loopback is)"
	case f.Status == http.StatusForbidden:
		return "check the application id and the keys; a master-only call needs NewAdmin"
	case code == ErrObjectNotFound && f.Call.NoSession:
		return "wrong user name or password"
	case code == ErrObjectNotFound && asMaster:
		return "the object does not exist"
	case code == ErrObjectNotFound && inSession:
		return "the object does not exist, or this session may not see or change it"
	case code == ErrObjectNotFound:
		return "the object does not exist, or the call needs a log-in: no session was sent"
	case code == ErrSessionMissing && !inSession:
		return "no session was sent; a user is changed through a client made with As"
	case code == ErrForbidden && !inSession && !asMaster:
		return "the class permissions refuse this without a log-in, or the database does not support it"
	case code == ErrForbidden:
		return "the class permissions refuse this to this identity, or the database does not support it"
	case code == ErrInvalidSession:
		return "the session has ended; log in again, or use WithSessionSource"
	case code == ErrDuplicateRequest:
		return "the server had received this request before and does not tell how it ended"
	case code == ErrInvalidJSON && f.Call.Path != nil && f.Call.Path[0] == "batch":
		return "the path of the server URL may not be the server's own mount path, or the batch has more items than the server allows (WithBatchLimits)"
	case code == ErrInternal && f.Call.Transaction:
		return "the transaction was rolled back; the server does not tell which item failed"
	}
	return ""
}

// redirectHint names the address of a redirect, without anything secret in it.
func redirectHint(location string) string {
	target, err := url.Parse(location)
	if err != nil || target.Host == "" {
		return "the server redirects; check the server URL and its mount path"
	}
	return "the server redirects to " + target.Scheme + "://" + target.Host + ", where credentials are not sent; use that address"
}
