// Package document is where a server and what answers its GraphQL documents meet. It
// knows neither of them, so that a server without GraphQL does without its parser.
package document

import (
	"context"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/schema"
)

// Engine makes the schema of classes, whose Fields are all that they have, and of
// functions.
type Engine interface {
	Schema(classes []schema.Class, functions []string) (Schema, error)
}

// Schema answers documents. It is safe for concurrent use.
type Schema interface {
	Answer(ctx context.Context, server Server, r *Request, limits Limits) *Answer
}

// Request is a document with what belongs to it.
type Request struct {
	Document      string
	OperationName string
	Variables     map[string]any // as JSON is decoded; an Upload stands for a file
	QueryOnly     bool           // it came in a GET
	Master        bool           // with the master key, which the limits of documents do not bind
	Introspection bool           // the schema may be asked for
	Token, UserID string         // of the session
}

// Limits bound what one document may ask for.
type Limits struct {
	Depth      int // levels of fields
	Fields     int // fields, those of a fragment wherever it is spread
	Tokens     int // words and signs
	Calls      int // REST calls
	AnswerSize int // bytes
}

// Answer is the answer to a document.
type Answer struct {
	Status int
	Body   []byte
}

// Server makes the calls of one document, as the one who sent it.
type Server interface {
	// Do gives the body of the answer. An error of package fault is shown to the
	// client, any other one is not.
	Do(ctx context.Context, call Call) (jsontext.Value, error)
	// ResetPassword gives a user the password for which a reset token was sent.
	ResetPassword(ctx context.Context, token, password string) error
	// Together makes the calls of fn all or none.
	Together(ctx context.Context, fn func(Server) error) error
}

// Call is one REST request by which a field is resolved.
type Call struct {
	Method string
	Path   []string       // below the mount path
	Params map[string]any // of the body, or of the query string of a GET; values are plain Go values or JSON text
	Token  string         // of the session that makes the call; "": that of the document
	File   *Upload        // the raw body of an upload
}

// Upload is a file that came with the document.
type Upload struct {
	Name, ContentType string
	Content           func() io.Reader
}
