package isoaudit

import (
	"context"
	"errors"
	"net/http"
	"regexp"

	"github.com/go-json-experiment/json/jsontext"
)

// GraphQL sends one GraphQL document with its variables and decodes the
// answer's data into out, which may be nil. The variables are a struct or a map
// whose JSON is an object, or nil.
//
// An answer with errors is one *Error for each, joined; Code is Parse's where
// the server gives one. What data there is beside errors is decoded first. Ids
// that the server calls id are not objectIds (protocol section 10).
//
// A document with a mutation is a write and is never sent twice.
func (c *Client) GraphQL(ctx context.Context, document string, variables, out any) error {
	call := c.graphQLCall(document, variables)
	mutation := call.safety == safeNever
	var answer struct {
		Data   jsontext.Value `json:"data"`
		Errors []graphQLError `json:"errors"`
	}
	if err := c.do(ctx, call, &answer); err != nil {
		return err
	}
	if len(answer.Errors) == 0 && (len(answer.Data) == 0 || answer.Data.Kind() == 'n') {
		return &Error{Op: call.op, HTTPStatus: http.StatusOK, Attempts: 1, Message: "the answer has neither data nor errors", unknown: mutation}
	}
	var errs []error
	if out != nil && len(answer.Data) > 0 && answer.Data.Kind() != 'n' {
		if err := c.cfg.codec.decode(answer.Data, out); err != nil {
			errs = append(errs, &Error{Op: call.op, HTTPStatus: http.StatusOK, Attempts: 1, cause: err, unknown: mutation})
		}
	}
	for _, e := range answer.Errors {
		code := e.code()
		errs = append(errs, &Error{
			Op: call.op, Code: code, HTTPStatus: http.StatusOK, Attempts: 1,
			Message: c.cfg.credentials.scrub(clip(e.Message, maxMessage)),
			unknown: mutation && (code == 0 || code == ErrInternal),
		})
	}
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

func (c *Client) graphQLCall(document string, variables any) call {
	call := call{op: "GraphQL", method: http.MethodPost, safety: safeRead}
	if mutates(document) {
		call.safety = safeNever
	}
	if c == nil || c.cfg == nil {
		return call
	}
	call.address = c.cfg.graphQL
	encoded, err := c.cfg.codec.encode(orEmpty(variables))
	switch {
	case document == "":
		call.err = badInput(call.op, "", "document", "is empty")
	case err != nil:
		call.err = badInput(call.op, "", "variables", "cannot be encoded: %v", bareCause(err))
	case encoded.Kind() != '{':
		call.err = badInput(call.op, "", "variables", notAnObject, kindName(encoded.Kind()))
	}
	call.body = graphQLRequest{document, encoded}
	return call
}

type graphQLRequest struct {
	Query     string         `json:"query"`
	Variables jsontext.Value `json:"variables"`
}

// graphQLError is one entry of an answer's errors.
type graphQLError struct {
	Message    string `json:"message"`
	Extensions struct {
		Code jsontext.Value `json:"code"` // Parse's number, or a word of the GraphQL server
	} `json:"extensions"`
}

func (e *graphQLError) code() Code { return parseCode(e.Extensions.Code) }

// graphQLNoise is what may hold the word mutation without being one: comments
// and strings.
var graphQLNoise = regexp.MustCompile(`(?s)"""(?:\\"""|.)*?"""|"(?:\\.|[^"\\\n])*"|#[^\n\r]*`)

var graphQLMutation = regexp.MustCompile(`\bmutation\b`)

// mutates says whether a document may write. A query with a field of that name
// counts too, and is then only not repeated.
func mutates(document string) bool {
	return graphQLMutation.MatchString(graphQLNoise.ReplaceAllString(document, " "))
}
