package isoaudit

import (
	"net/http"
	"net/url"
)

// hint says what a server's terse answer is likely to mean, from what the
// client knows about the call.
func hint(e *Error, r *request, identity credentials, resp *http.Response) string {
	asMaster := !identity.masterKey.empty()
	switch {
	case e.HTTPStatus >= 300 && e.HTTPStatus < 400:
		return redirectHint(resp)
	case e.HTTPStatus == http.StatusForbidden && asMaster:
		return "the master key may be wrong, or this address is not in the server's masterKeyIps (by default only loopback is)"
	case e.HTTPStatus == http.StatusForbidden:
		return "check the application id and the keys; a master-only call needs NewAdmin"
	case e.Code == ErrObjectNotFound && r.noSession:
		return "wrong user name or password"
	case e.Code == ErrObjectNotFound && asMaster:
		return "the object does not exist"
	case e.Code == ErrObjectNotFound && !identity.session.empty():
		return "the object does not exist, or this session may not see or change it"
	case e.Code == ErrObjectNotFound:
		return "the object does not exist, or the call needs a log-in: no session was sent"
	case e.Code == ErrSessionMissing && identity.session.empty():
		return "no session was sent; an auditor is changed through a client made with As"
	case e.Code == ErrForbidden && identity.session.empty() && !asMaster:
		return "the class permissions refuse this without a log-in, or the database does not support it"
	case e.Code == ErrForbidden:
		return "the class permissions refuse this to this identity, or the database does not support it"
	case e.Code == ErrInvalidSession:
		return "the session has ended; log in again, or use WithSessionSource"
	case e.Code == ErrDuplicateRequest:
		return "the server had received this request before and does not tell how it ended"
	case e.Code == ErrInvalidJSON && r.path != nil && r.path[0] == "batch":
		return "the path of the server URL may not be the server's own mount path, or the batch has more items than the server allows (WithBatchLimits)"
	case e.Code == ErrInternal && r.transaction:
		return "the transaction was rolled back; the server does not tell which item failed"
	}
	return ""
}

// redirectHint names where the server pointed, without anything secret.
func redirectHint(resp *http.Response) string {
	target, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || target.Host == "" {
		return "the server redirects; check the server URL and its mount path"
	}
	return "the server redirects to " + target.Scheme + "://" + target.Host + ", where credentials are not sent; use that address"
}
