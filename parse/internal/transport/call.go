// Package transport makes one call on a Parse Server over an http.Client, and
// sends it as often as is safe. It knows no class and no Go type of a user: a
// codec writes bodies and reads answers.
//
// These are the words for the trip of a call, in the order in which it passes
// through the files of this package:
//
//   - A [Call] is what is asked of the server (call.go).
//   - A [Request] is a call made ready: checked, addressed and encoded once, the
//     same for every attempt ([Client.Prepare], request.go).
//   - A trip is a request under way until it has an outcome ([Client.Send],
//     trip.go). It consists of attempts and the pauses between them.
//   - An attempt sends the request once and reads the answer (attempt.go,
//     answer.go). It ends with a verdict on what the server did (verdict.go).
//   - A [Failure] is an attempt that did not bring the wanted answer. The last one
//     of a trip is the error of the call. It says how often the request was sent,
//     and whether it may have been carried out nevertheless ([Failure.Unknown]).
package transport

import (
	"net/http"
	"net/url"
)

// Safety says when a call may be sent again although the server may already have
// carried it out.
type Safety int

const (
	// SafeNever is a write that may be sent again only if the earlier attempt was
	// certainly not carried out. It is the zero value, so that a call for which it
	// was forgotten is never carried out twice.
	SafeNever Safety = iota
	// SafeRead changes nothing and may be sent again at will.
	SafeRead
	// SafeDelete has the same result however often it is carried out.
	SafeDelete
	// SafeWithID carries a request id, the same for all attempts. It is sent
	// again where [Client.TrustIDs] says that the server honours ids (protocol
	// section 6: POST and PUT of classes and users, functions, jobs).
	SafeWithID
)

// Call is what is asked of the server.
type Call struct {
	Op      string     // "AuditPlan.Find", for errors and logs
	Method  string     // as the protocol has it; sent as POST with _method where the query is long
	Path    []string   // elements below the mount, each escaped by Endpoint
	Address *url.URL   // another endpoint than the mount; nil: Path
	Query   url.Values // of reads; also accepted by the server in a body
	Body    any        // written by the codec; nil: none
	Safety  Safety

	Class, ObjectID string // for errors and logs

	Header      http.Header          // more headers, of files
	Told        map[string]any       // members of the cloud context of this call alone
	Content     *Content             // a streamed body in the place of Body
	Stream      func(*http.Response) // takes over the body of a success, in the place of the codec
	NoRetry     bool                 // not sent again whatever happens
	Secrets     []string             // values in the body that no error may repeat
	Needs       []string             // members that an answer to this call must have
	EmptyOK     bool                 // a success may have an empty body
	CloudCode   bool                 // runs the application's own code, which may use any error code for itself
	NoSession   bool                 // sent without a session: log-in, sign-up, password reset
	Master      bool                 // needs the master key
	Maintenance bool                 // the maintenance key goes with it, if there is one
	Transaction bool                 // an internal error means rolled back

	Err error // a mistake found while the call was built; Prepare returns it and nothing is sent
}
