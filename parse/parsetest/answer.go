// Package parsetest makes the answers of a Parse Server from values, for tests that look
// at the requests of a program and run without a server. An [Answer] is given to whatever
// stands for the network: its Respond method is a responder of
// github.com/jarcoal/httpmock, and the body of any http.RoundTripper.
//
//	httpmock.RegisterResponder("GET", url+"/classes/Task", parsetest.Results(tasks...).Respond)
//
// Behaviour that needs a server (permissions, rules, live queries) is tested quicker
// with package audittest.
package parsetest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse"
)

// Answer is what a server answers to a request. The zero Answer is one without content,
// as after a delete.
type Answer struct {
	status  int
	body    func(asked) (any, error) // nil: {}
	failed  bool
	options []parse.Option // how objects are sent
}

// asked is a request, and how the answer to it writes objects.
type asked struct {
	*http.Request
	options []parse.Option
}

func (a asked) sent(obj parse.Stored) (jsontext.Value, error) { return parse.AsSent(obj, a.options...) }

// WithUserClass is the answer of a server whose users are of that class, for a client
// with the option [parse.WithUserClass]: pointers to users name the class.
func (a Answer) WithUserClass(class string) Answer {
	a.options = []parse.Option{parse.WithUserClass(class)}
	return a
}

// Respond answers one request. Its error is a mistake in the values of the answer or in
// the request, and none that a server would make.
func (a Answer) Respond(r *http.Request) (*http.Response, error) {
	content, err := a.content(asked{r, a.options})
	if err != nil {
		return nil, fmt.Errorf("parsetest: %s %s: %w", r.Method, r.URL.Path, err)
	}
	status := a.status
	if status == 0 {
		status = http.StatusOK
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		Body:   io.NopCloser(bytes.NewReader(content)), ContentLength: int64(len(content)), Request: r,
	}, nil
}

func (a Answer) content(r asked) (jsontext.Value, error) {
	if a.body == nil {
		return jsontext.Value("{}"), nil
	}
	body, err := a.body(r)
	if err != nil {
		return nil, err
	}
	return json.Marshal(body, json.Deterministic(true), wire.Tolerant())
}

// Object answers with one object, as to Get and to a question for the present user.
func Object(obj parse.Stored) Answer {
	return Answer{body: func(r asked) (any, error) { return r.sent(obj) }}
}

// LoggedIn answers a log-in or a sign-up: the user, and the token of his new session.
func LoggedIn(user parse.Stored, token string) Answer {
	return Answer{body: func(r asked) (any, error) {
		raw, err := r.sent(user)
		if err != nil {
			return nil, err
		}
		members := map[string]any{}
		if err := json.Unmarshal(raw, &members, wire.Tolerant()); err != nil {
			return nil, err
		}
		members["sessionToken"] = token
		return members, nil
	}}
}

// Created answers a create that gave the object this id at this time.
func Created(id string, at time.Time) Answer {
	return Answer{status: http.StatusCreated, body: func(asked) (any, error) {
		return map[string]any{"objectId": id, "createdAt": wire.FormatISO(at)}, nil
	}}
}

// Updated answers an update that was made at this time.
func Updated(at time.Time) Answer {
	return Answer{body: func(asked) (any, error) {
		return map[string]any{"updatedAt": wire.FormatISO(at)}, nil
	}}
}

// Deleted answers a delete.
func Deleted() Answer { return Answer{} }

// Called answers a call of a cloud function with its result, which may hold what JSON
// holds.
func Called(result any) Answer {
	return Answer{body: func(asked) (any, error) { return map[string]any{"result": result}, nil }}
}

// Failed refuses a request with a code and a message, and the HTTP status that a server
// has for the code (protocol section 7).
func Failed(code parse.Code, message string) Answer {
	status := http.StatusBadRequest
	switch code {
	case parse.ErrInternal:
		status = http.StatusInternalServerError
	case parse.ErrObjectNotFound:
		status = http.StatusNotFound
	case parse.ErrRateLimited:
		status = http.StatusTooManyRequests
	}
	return Answer{status: status, failed: true, body: func(asked) (any, error) {
		return map[string]any{"code": int(code), "error": message}, nil
	}}
}

// Batch answers a batch: the answers to its items, in their order (protocol section 6).
func Batch(items ...Answer) Answer {
	return Answer{body: func(r asked) (any, error) {
		all := make([]any, len(items))
		for i, item := range items {
			if item.options == nil {
				item.options = r.options
			}
			content, err := item.content(asked{r.Request, item.options})
			if err != nil {
				return nil, fmt.Errorf("item %d: %w", i, err)
			}
			name := "success"
			if item.failed {
				name = "error"
			}
			all[i] = map[string]any{name: content}
		}
		return all, nil
	}}
}
