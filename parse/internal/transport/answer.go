package transport

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// How many bytes of a text from the server an error holds.
const (
	MaxMessage = 16 << 10 // of an error's text: rule violations come as one long text
	MaxExcerpt = 500      // of a body that is not Parse's, and of a message in Error()
)

// firstBuffer is how much memory a Content-Length alone can reserve.
const firstBuffer = 1 << 20

// ErrTooLarge is an answer of more than [Client.MaxAnswer] bytes.
var ErrTooLarge = errors.New("the answer is larger than the limit; see WithBodyLimits")

// readBody reads an answer to its end, unpacked, up to limit bytes.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	var body io.Reader = resp.Body
	if strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") { // net/http unpacks only what it asked for itself
		unpacked, err := gzip.NewReader(resp.Body)
		if err != nil {
			return nil, fmt.Errorf("unpacking the answer: %w", err)
		}
		body = unpacked
	}
	data := make([]byte, 0, min(max(resp.ContentLength, 0)+512, limit+1, firstBuffer))
	for {
		n, err := body.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case int64(len(data)) > limit:
			return nil, ErrTooLarge
		case err == io.EOF:
			return data, nil
		case err != nil:
			return nil, err
		case len(data) == cap(data):
			data = append(data, 0)[:len(data)]
		}
	}
}

// readRefusal reads the body of an answer that is not a success: Parse's own
// forms (protocol section 7) or whatever a proxy wrote. scrub hides secrets, before a
// text is clipped.
func readRefusal(body []byte, scrub func(string) string) (int, string) {
	var answer struct {
		Code    jsontext.Value `json:"code"`
		Error   jsontext.Value `json:"error"`
		Message jsontext.Value `json:"message"`
		Errors  []GraphQLError `json:"errors"`
	}
	if len(body) == 0 || json.Unmarshal(body, &answer, wire.Tolerant()) != nil {
		return 0, wire.Clip(scrub(string(body)), MaxExcerpt)
	}
	text := PlainText(answer.Error)
	if text == "" {
		text = PlainText(answer.Message)
	}
	if text == "" && len(answer.Errors) > 0 {
		return answer.Errors[0].Code(), wire.Clip(scrub(answer.Errors[0].Message), MaxMessage)
	}
	if text == "" && len(answer.Code) == 0 {
		text = wire.Clip(scrub(string(body)), MaxExcerpt)
	}
	return ParseCode(answer.Code), wire.Clip(scrub(text), MaxMessage)
}

// ParseCode reads an error code; anything but a whole number is 0, no code.
func ParseCode(value jsontext.Value) int {
	code, err := strconv.ParseInt(string(value), 10, 32)
	if err != nil {
		return 0
	}
	return int(code)
}

// PlainText gives the text of a JSON string, and anything else unchanged: webhooks
// answer with objects instead of a text.
func PlainText(value jsontext.Value) string {
	if value.Kind() == '"' {
		text, err := jsontext.AppendUnquote(nil, value)
		if err == nil || len(text) > 0 {
			return string(text)
		}
	}
	if value.Kind() == 'n' {
		return ""
	}
	return string(value)
}

// GraphQLError is one entry of the errors of a GraphQL answer.
type GraphQLError struct {
	Message    string `json:"message"`
	Extensions struct {
		Code jsontext.Value `json:"code"` // Parse's number, or a word of the GraphQL server
	} `json:"extensions"`
}

// Code is Parse's error code, 0 for none.
func (e *GraphQLError) Code() int { return ParseCode(e.Extensions.Code) }

// UnfitError is a whole JSON answer that does not fit what was asked for.
type UnfitError struct {
	Err  error
	Done bool // it is the answer to the call all the same; only a value in it does not fit its field
}

// Error implements error.
func (e *UnfitError) Error() string { return e.Err.Error() }

// Unwrap gives the error of the decoder.
func (e *UnfitError) Unwrap() error { return e.Err }
