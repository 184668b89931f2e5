package auditserver

import (
	"context"
	"net/http"
	"strings"
	"sync"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/classes"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/graphql"
)

// graphQLRoute is the first element of the path of a GraphQL request, as if it were
// below the mount.
const graphQLRoute = "graphql"

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
	document, err := s.readDocument(req)
	if err != nil {
		return nil, err
	}
	schema, err := s.graphQL.of(s)
	if err != nil {
		return nil, err
	}
	limits := s.cfg.Limits
	calls := &graphQLCalls{s: s, outer: req}
	document.QueryOnly = req.method == http.MethodGet
	document.Master, document.Introspection = req.caller.Master, req.caller.Master || s.cfg.GraphQLPublicIntrospection
	document.Token, document.UserID = req.caller.SessionToken, req.caller.UserID
	answer := schema.Answer(ctx, calls, document, graphql.Limits{Depth: limits.GraphQLDepth, Fields: limits.GraphQLFields,
		Tokens: limits.Values, Calls: limits.Batch, AnswerSize: limits.AnswerSize})
	if err := req.answer.Spend(len(answer.Body)); err != nil {
		return nil, err
	}
	return &response{status: answer.Status, body: answer.Body, secret: calls.secret}, nil
}

// graphQLSchema is the schema of the present classes and functions, made when it is
// first asked for.
type graphQLSchema struct {
	mu     sync.Mutex
	made   *graphql.Schema
	from   any // the state of the classes
	naming string
}

func (g *graphQLSchema) of(s *Server) (*graphql.Schema, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	state, functions := s.store.ClassesState(), s.functionNames()
	naming := strings.Join(functions, " ")
	if g.made != nil && g.from == state && g.naming == naming {
		return g.made, nil
	}
	list := s.store.Classes()
	for i := range list {
		list[i].Fields = classes.Fields(list[i])
	}
	made, err := graphql.Generate(list, functions)
	if err != nil {
		return nil, err
	}
	g.made, g.from, g.naming = made, state, naming
	return made, nil
}
