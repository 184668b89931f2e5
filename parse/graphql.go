package parse

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// GraphQL sends one GraphQL document with its variables and decodes the
// answer's data into out, which may be nil. The variables are a struct or a map
// whose JSON is an object, or nil.
//
// If the answer has errors, each becomes an *Error, and they are joined; Code is
// Parse's if the server gives one. Data that comes with errors is decoded first.
// What the server calls id is not an objectId (protocol section 10).
//
// A document with a mutation is a write and is never sent twice.
func (c *Client) GraphQL(ctx context.Context, document string, variables, out any) error {
	call := c.graphQLCall(document, variables)
	mutation := call.Safety == transport.SafeNever
	var answer struct {
		Data   jsontext.Value           `json:"data"`
		Errors []transport.GraphQLError `json:"errors"`
	}
	if err := c.do(ctx, call, &answer); err != nil {
		return err
	}
	if len(answer.Errors) == 0 && (len(answer.Data) == 0 || answer.Data.Kind() == 'n') {
		return &Error{Op: call.Op, HTTPStatus: http.StatusOK, Attempts: 1, Message: "the answer has neither data nor errors", unknown: mutation}
	}
	var errs []error
	if out != nil && len(answer.Data) > 0 && answer.Data.Kind() != 'n' {
		if err := c.cfg.codec.decode(answer.Data, out); err != nil {
			err = c.cfg.codec.explainAnswer(err, answer.Data, &call)
			errs = append(errs, &Error{Op: call.Op, HTTPStatus: http.StatusOK, Attempts: 1, cause: err})
		}
	}
	for _, e := range answer.Errors {
		code := Code(e.Code())
		errs = append(errs, &Error{
			Op: call.Op, Code: code, HTTPStatus: http.StatusOK, Attempts: 1,
			Message: wire.Clip(c.cfg.Credentials.Scrub(e.Message), transport.MaxMessage),
			unknown: mutation && (code == 0 || code == ErrInternal),
		})
	}
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

func (c *Client) graphQLCall(document string, variables any) transport.Call {
	call := transport.Call{Op: "GraphQL", Method: http.MethodPost, Safety: transport.SafeRead}
	if mutates(document) {
		call.Safety = transport.SafeNever
	}
	if c == nil || c.cfg == nil {
		return call
	}
	call.Address = c.cfg.graphQL
	encoded, err := c.cfg.codec.encode(orEmpty(variables))
	switch {
	case document == "":
		call.Err = badInput(call.Op, "", "document", "is empty")
	case err != nil:
		call.Err = badInput(call.Op, "", strings.TrimSuffix("variables."+wire.FieldOf(err), "."), "cannot be encoded: %v", wire.BareCause(err))
	case encoded.Kind() != '{':
		call.Err = badInput(call.Op, "", "variables", transport.NotAnObject, wire.KindName(encoded.Kind()))
	}
	call.Body = graphQLRequest{document, encoded}
	return call
}

type graphQLRequest struct {
	Query     string         `json:"query"`
	Variables jsontext.Value `json:"variables"`
}

// graphQLNoise are the comments and strings, in which the word mutation means
// nothing.
var graphQLNoise = regexp.MustCompile(`(?s)"""(?:\\"""|.)*?"""|"(?:\\.|[^"\\\n])*"|#[^\n\r]*`)

var graphQLMutation = regexp.MustCompile(`\bmutation\b`)

// mutates reports whether a document may write. A query with a field named mutation
// counts too; it is then just not repeated.
func mutates(document string) bool {
	return graphQLMutation.MatchString(graphQLNoise.ReplaceAllString(document, " "))
}
