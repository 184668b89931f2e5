package auditserver

import (
	"io"
	"net/http"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/budget"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/capture"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/session"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// request is one call, from a client or from a batch, with its credentials
// checked and its method override resolved.
type request struct {
	method string
	path   []string // below the mount path
	rawjson.Params
	caller *access.Caller
	token  string // of the session, as it was sent

	installationID string
	contentType    string       // _ContentType: of a file that a body in JSON holds
	masterSent     bool         // a master key came with it, right or wrong
	grant          access.Grant // of its keys
	requestID      string       // X-Parse-Request-Id
	remote         string
	baseURL        string // this server's URL as the client knows it
	location       string // the same in Location: only a path without PublicURL, because clients may know this server by other names
	header         http.Header
	context        map[string]any // X-Parse-Cloud-Context

	stream  io.ReadCloser  // the body of a raw upload, not read yet
	uploads map[string]any // files of a multipart call of a function
	print   string         // fingerprint of a request with an id
	stored  bool           // its answer is kept

	held   *budget.Account // of the bodies: what this one takes
	answer *budget.Account // of the answers
	turn   func()          // ends the turn of one with a large body; nil without one

	denied  values.Denylist
	limits  *Limits
	decoded *decodedFields // of the body, once fields has read them
	hashed  []byte         // its password, if hashAhead has hashed it

	light     bool // it is thought to change a small object; else errLargeObject
	rewritten *int // counts the bytes of the objects that a batch changes: each is written again, however small the change

	tx    *store.Tx // the batch's transaction, if it has one
	after *[]func() // what to do once that transaction is committed
}

// reason is why the request is made, as its X-Parse-Cloud-Context says.
func (r *request) reason() string {
	text, _ := r.context["reason"].(string)
	return text
}

// origin is what the audit trail says of the request.
func (r *request) origin() capture.Origin {
	from := capture.Origin{Actor: event.Actor{Kind: event.Anonymous}, Reason: r.reason(), Request: r.header.Get("X-Parse-Request-Id")}
	switch {
	case r.caller.Master:
		from.Actor.Kind = event.Master
	case r.caller.UserID != "":
		from.Actor = event.Actor{Kind: event.User, ID: r.caller.UserID}
	}
	return from
}

// inner is a request that belongs to this one, without parameters: its caller, its
// limits and what the trail says of it are the same.
func (r *request) inner(method string, path []string) *request {
	return &request{method: method, path: path, caller: r.caller, installationID: r.installationID, remote: r.remote, baseURL: r.baseURL,
		location: r.location, context: r.context, header: r.header, denied: r.denied, limits: r.limits, answer: r.answer}
}

// worked ends the turn of a request with a large body.
func (r *request) worked() {
	if r.turn != nil {
		r.turn()
	}
}

// release gives back what the request has taken out of the budgets.
func (r *request) release() {
	r.worked()
	r.held.Close()
	r.answer.Close()
}

// later runs f once the transaction of the request is committed.
func (r *request) later(f func()) { *r.after = append(*r.after, f) }

// opening is a session for a user, as the request asks for it.
func (r *request) opening(userID string, createdWith map[string]any) session.Opening {
	return session.Opening{UserID: userID, InstallationID: r.installationID, CreatedWith: createdWith}
}

// graphQLRoute is the first element of the path of a GraphQL request, as if it were
// below the mount.
const graphQLRoute = "graphql"

// at compares a path element, static ones in any case.
func (r *request) at(i int, name string) bool {
	return i < len(r.path) && strings.EqualFold(r.path[i], name)
}

// decodedFields is what request.fields has found.
type decodedFields struct {
	fields map[string]any
	times  restored // zero unless the maintenance key restores an object
	err    error
}
