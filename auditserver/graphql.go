package auditserver

import (
	"context"
	"net/http"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
)

// isGraphQL reports whether a path is that of GraphQL, which stands beside the mount.
func (s *Server) isGraphQL(path string) bool {
	return s.cfg.GraphQL && strings.TrimSuffix(path, "/") == s.cfg.GraphQLPath
}

// serveGraphQL answers a request to the address of GraphQL (protocol section 10).
func (s *Server) serveGraphQL(w *exchange, r *http.Request) {
	w.route = s.cfg.GraphQLPath
	if r.Method != http.MethodPost && r.Method != http.MethodGet {
		notFoundPage(w, r)
		return
	}
	req := s.newRequest(r, []string{graphQLRoute})
	w.req = req
	defer req.release()
	if err := s.readRequest(w, r, req); err != nil {
		s.writeError(w, r, err)
		return
	}
	res, err := s.answerGraphQL(r.Context(), req)
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	s.writeResponse(w, r, res)
}

func (s *Server) answerGraphQL(ctx context.Context, req *request) (*response, error) {
	doc, err := s.readDocument(req)
	if err != nil {
		return nil, err
	}
	schema, err := s.graphQL.of(s.cfg.GraphQLEngine, s.store, s.functionNames())
	if err != nil {
		return nil, err
	}
	limits := s.cfg.Limits
	calls := &graphQLCalls{s: s, outer: req}
	doc.QueryOnly = req.method == http.MethodGet
	doc.Master, doc.Introspection = req.caller.Master, req.caller.Master || s.cfg.GraphQLPublicIntrospection
	doc.Token, doc.UserID = req.caller.SessionToken, req.caller.UserID
	answer := schema.Answer(ctx, calls, doc, document.Limits{Depth: limits.GraphQLDepth, Fields: limits.GraphQLFields,
		Tokens: limits.Values, Calls: limits.Batch, AnswerSize: limits.AnswerSize})
	if err := req.answer.Spend(len(answer.Body)); err != nil {
		return nil, err
	}
	return &response{status: answer.Status, body: answer.Body, secret: calls.secret}, nil
}
