package graphql

import (
	"bytes"
	"errors"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Codes of errors that Parse's codes do not cover, in the words of Parse Server's
// GraphQL engine.
const (
	codeSyntax    = "GRAPHQL_PARSE_FAILED"
	codeInvalid   = "GRAPHQL_VALIDATION_FAILED"
	codeOperation = "OPERATION_RESOLUTION_FAILURE"
	codeVariables = "BAD_USER_INPUT"
	codeRequest   = "BAD_REQUEST"
	codeInternal  = "INTERNAL_SERVER_ERROR"
)

// failure is one of the errors of an answer.
type failure struct {
	Message    string     `json:"message"`
	Locations  []location `json:"locations,omitempty"`
	Path       []any      `json:"path,omitempty"`
	Extensions extensions `json:"extensions"`
}

type location struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

type extensions struct {
	Code any `json:"code"` // Parse's, or one of those above
}

// Response is the answer to a document.
type Response struct {
	Status int
	Body   []byte
}

// refuse answers a document of which nothing is carried out.
func refuse(status int, code, message string, at ...*ast.Position) *document.Answer {
	f := failure{Message: message, Extensions: extensions{code}}
	for _, p := range at {
		f.at(p)
	}
	return respond(status, []failure{f}, nil)
}

// refuseAll answers a document that is not valid. At most maxFailures errors are told.
func refuseAll(code string, errs gqlerror.List) *document.Answer {
	var all []failure
	for _, e := range errs[:min(len(errs), maxFailures)] {
		f := failure{Message: e.Message, Extensions: extensions{code}}
		for _, at := range e.Locations {
			f.Locations = append(f.Locations, location(at))
		}
		all = append(all, f)
	}
	return respond(http.StatusBadRequest, all, nil)
}

// maxFailures is how many errors an answer has at most.
const maxFailures = 100

func respond(status int, failures []failure, data []byte) *document.Answer {
	var b bytes.Buffer
	b.WriteByte('{')
	if len(failures) > 0 {
		text, err := json.Marshal(failures, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
		if err != nil {
			text = []byte(`[{"message":"Internal server error"}]`)
		}
		b.WriteString(`"errors":`)
		b.Write(text)
		if data != nil {
			b.WriteByte(',')
		}
	}
	if data != nil {
		b.WriteString(`"data":`)
		b.Write(data)
	}
	b.WriteByte('}')
	return &document.Answer{Status: status, Body: b.Bytes()}
}

func (f *failure) at(p *ast.Position) {
	if p != nil {
		f.Locations = append(f.Locations, location{p.Line, p.Column})
	}
}

// fail notes the error of a field at the present path.
func (x *execution) fail(field *ast.Field, err error) {
	f := failure{Path: slices.Clone(x.path), Extensions: extensions{codeInternal}}
	f.at(field.Position)
	var plain *fault.Plain
	var broken *brokenValue
	switch {
	case errors.As(err, &broken):
		f.Message = broken.message
	case errors.As(err, &plain):
		f.Message, f.Extensions.Code = plain.Message, wire.CodeForbidden
	default:
		shown, _ := fault.Shown(err)
		f.Message, f.Extensions.Code = shown.Message, shown.Code
	}
	if len(x.failures) < maxFailures {
		x.failures = append(x.failures, f)
	}
}

// brokenValue is an error in completing a value, which has no code of Parse.
type brokenValue struct{ message string }

func (e *brokenValue) Error() string { return e.message }
