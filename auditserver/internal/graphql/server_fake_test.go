package graphql_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/graphql"
	"github.com/isoaudit/isoaudit-go/schema"
)

// fakeServer notes the calls of a document and gives what is prepared for them, by
// method and path.
type fakeServer struct {
	answers  map[string]string
	said     []string // method, path and parameters, and where a transaction begins and ends
	undo     bool     // the transaction failed
	password string
}

func (s *fakeServer) Do(_ context.Context, call document.Call) (jsontext.Value, error) {
	route := call.Method + " " + strings.Join(call.Path, "/")
	params, err := json.Marshal(call.Params, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	if len(call.Params) == 0 {
		params = nil
	}
	s.said = append(s.said, strings.TrimSpace(route+" "+string(params)))
	answer, ok := s.answers[route]
	if !ok {
		return nil, fault.ErrNotFound
	}
	return jsontext.Value(answer), nil
}

func (s *fakeServer) ResetPassword(_ context.Context, token, password string) error {
	s.password = token + " " + password
	return nil
}

func (s *fakeServer) Together(_ context.Context, fn func(document.Server) error) error {
	s.said = append(s.said, "begin")
	err := fn(s)
	s.undo = err != nil
	s.said = append(s.said, "end")
	return err
}

// brokenServer fails to read, and lets nobody write.
type brokenServer struct{ fakeServer }

func (*brokenServer) Do(_ context.Context, call document.Call) (jsontext.Value, error) {
	if call.Method == http.MethodGet {
		return nil, errors.New("the disk is full")
	}
	return nil, fault.ErrMasterOnly
}

// roomy are limits that no test reaches by accident.
var roomy = document.Limits{Depth: 10, Fields: 50, Tokens: 200, Calls: 10, AnswerSize: 10_000}

// classes are a class with a column of every kind, users, and one whose name is taken.
func classes() []schema.Class {
	own := func(name string, columns map[string]schema.Field) schema.Class {
		fields := map[string]schema.Field{"objectId": {Type: schema.String}, "createdAt": {Type: schema.Date}, "updatedAt": {Type: schema.Date}, "ACL": {Type: schema.ACL}}
		for column, f := range columns {
			fields[column] = f
		}
		return schema.Class{Name: name, Fields: fields}
	}
	return []schema.Class{
		own("_User", map[string]schema.Field{"username": {Type: schema.String}, "password": {Type: schema.String}}),
		own("Plan", map[string]schema.Field{
			"ref": {Type: schema.String, Required: true}, "size": {Type: schema.Number}, "open": {Type: schema.Boolean}, "start": {Type: schema.Date},
			"tags": {Type: schema.Array}, "meta": {Type: schema.Object}, "raw": {Type: schema.Bytes}, "sheet": {Type: schema.File}, "spot": {Type: schema.GeoPoint},
			"area": {Type: schema.Polygon}, "lead": {Type: schema.Pointer, TargetClass: "_User"}, "before": {Type: schema.Pointer, TargetClass: "Plan"},
			"crew": {Type: schema.Relation, TargetClass: "_User"},
		}),
		own("PlanEdge", nil),
	}
}

// asked is a document with what it is sent to.
type asked struct {
	document.Request
	limits document.Limits
	server *fakeServer
}

func newAsked(text string) *asked {
	return &asked{Request: document.Request{Document: text, Introspection: true}, limits: roomy, server: &fakeServer{}}
}

// answer gives the answer in the form "status: JSON".
func (a *asked) answer(t *testing.T) string {
	t.Helper()
	made, err := graphql.Engine{}.Schema(classes(), []string{"double", "no name"})
	require.NoError(t, err)
	answer := made.Answer(t.Context(), a.server, &a.Request, a.limits)
	return fmt.Sprintf("%d: %s", answer.Status, answer.Body)
}
