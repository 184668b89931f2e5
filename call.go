package isoaudit

import (
	"net/http"
	"net/url"
)

// safety says whether a call may be sent again when nobody knows whether the
// server has already carried it out.
type safety int

const (
	// safeNever: a write that may be sent again only when the earlier attempt
	// surely was not carried out. The zero value, so that forgetting is harmless.
	safeNever safety = iota
	// safeRead changes nothing and may be sent again at will.
	safeRead
	// safeDelete leaves the same state however often it is carried out.
	safeDelete
	// safeWithID carries a request id, the same for all attempts; it is sent
	// again where WithServerIdempotency says that the server honours ids
	// (protocol section 6: POST and PUT of classes and users, functions, jobs).
	safeWithID
)

// call is one request to the server: built by collections, queries, sessions
// and the other services, sent only by (*Client).do.
type call struct {
	op      string     // "AuditPlan.Find", for errors and logs
	method  string     // as the protocol has it; sent as POST with _method where the query is long
	path    []string   // elements below the mount, each escaped by endpoint
	address *url.URL   // another endpoint than the mount; nil: path
	query   url.Values // of reads; also accepted by the server in a body
	body    any        // encoded with the wire options; nil: none
	safety  safety

	class, objectID string // for errors and logs

	header      http.Header  // more headers, of files
	content     *content     // a streamed body in the place of body
	opens       *FileContent // receives the body of a success as a stream
	once        bool         // not sent again whatever happens
	secrets     []string     // values in the body that no error may repeat
	needs       []string     // members without which an answer is none to this call
	emptyOK     bool         // a success may have an empty body
	cloudCode   bool         // runs the application's own code, which may use any error code for itself
	noSession   bool         // sent without a session: log-in, sign-up, password reset
	master      bool         // needs the master key
	transaction bool         // an internal error means rolled back

	err error // a mistake found while the call was built; do returns it and sends nothing
}
