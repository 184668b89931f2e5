package auditserver

import (
	"context"
	"slices"
	"strconv"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/query"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/render"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// findObjects answers GET /classes/C.
func (s *Server) findObjects(ctx context.Context, req *request, class string) (*response, error) {
	f, err := s.queries.ParseFind(&req.Params, req.caller, class)
	if err != nil {
		return nil, err
	}
	for _, searched := range s.searchedClasses(class, f) {
		if err := s.beforeFind(ctx, req, searched); err != nil {
			return nil, err
		}
	}
	f.Query.Spend = s.spendRows(req)
	rows, n, err := s.queries.Run(ctx, req.caller, f)
	if err != nil {
		return nil, err
	}
	out := s.render.NewRenderer(req.caller, req.baseURL)
	out.Spend = req.answer.Spend
	if err := out.Include(ctx, f.Query.Class, rows, f.Shape); err != nil {
		return nil, err
	}
	out.ClassNames = f.Redirect != ""
	b := append(make([]byte, 0, out.SizeHint(rows)), `{"results":[`...)
	for i, row := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = out.Append(b, row, f.Shape)
	}
	b = append(b, ']')
	if f.Count {
		b = strconv.AppendInt(append(b, `,"count":`...), int64(n), 10)
	}
	if b, err = out.Whole(append(b, '}')); err != nil {
		return nil, err
	}
	return &response{body: b, secret: out.ShowsToken, page: true}, nil
}

// searchedClasses are the classes that a find reads: the one that it names, the one
// to which redirectClassNameForKey leads, and those of its sub-queries.
func (s *Server) searchedClasses(class string, f *query.Find) []string {
	found := []string{class}
	add := func(class, redirect string) {
		if searched := s.store.SearchedClass(class, redirect); !slices.Contains(found, searched) {
			found = append(found, searched)
		}
	}
	add(class, f.Redirect)
	for sub := range f.Query.Where.Subqueries() {
		add(sub.Class, sub.RedirectKey)
	}
	return found
}

// spendRows counts the rows of one find in the budget of answers. They may be larger
// than the answer, which need not show all their fields.
func (s *Server) spendRows(req *request) func(bytes int) error {
	total, most := 0, s.cfg.Limits.Answers/2
	return func(n int) error {
		if total += n; int64(total) > most {
			return fault.New(wire.CodeInvalidQuery, "the objects of the query have more than %d bytes (half of option limits.answers): ask for fewer of them", most)
		}
		return req.answer.Spend(n)
	}
}

// getObject answers GET /classes/C/id.
func (s *Server) getObject(ctx context.Context, req *request, class string) (*response, error) {
	sh, err := s.queries.ParseGet(&req.Params)
	if err != nil {
		return nil, err
	}
	if err := s.beforeFind(ctx, req, class); err != nil {
		return nil, err
	}
	row, err := s.queries.Get(ctx, req.caller, class, req.path[len(req.path)-1])
	if err != nil {
		return nil, err
	}
	return s.renderOne(ctx, req, row, sh, class == "_User" && row.ID() == req.caller.UserID)
}

// renderOne renders one object as an answer; withToken adds the caller's
// session token, as Parse Server does when a user reads himself.
func (s *Server) renderOne(ctx context.Context, req *request, row store.Row, sh *render.Shape, withToken bool) (*response, error) {
	out := s.render.NewRenderer(req.caller, req.baseURL)
	out.Spend = req.answer.Spend
	if err := out.Include(ctx, row.Class(), []store.Row{row}, sh); err != nil {
		return nil, err
	}
	b, err := out.Whole(out.Append(nil, row, sh))
	if err != nil {
		return nil, err
	}
	if withToken && req.caller.SessionToken != "" {
		b = render.AppendMember(b, "sessionToken", req.caller.SessionToken)
	}
	secret := req.caller.SessionToken != "" && (withToken || row.Class() == "_Session")
	return &response{body: b, secret: secret}, nil
}
