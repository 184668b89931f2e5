package auditserver

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/classes"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/render"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// readableClass finds a class for reading. A class that does not exist has no
// objects, unless the caller could not have made it either.
func (s *Server) readableClass(c *access.Caller, name string) (class schema.Class, exists bool, err error) {
	if class, exists = s.store.Class(name); !exists {
		if !classes.ValidName(name) && !strings.HasPrefix(name, "_Join:") {
			return class, false, classes.InvalidName(name)
		}
		if !c.Master && !s.cfg.AllowClientClassCreation && !slices.Contains(classes.System, name) {
			return class, false, fault.ErrPermission
		}
	}
	return class, exists, access.Touchable(c, name)
}

// findableClass is readableClass for queries: of the installations a client may
// read only one whose id it knows.
func (s *Server) findableClass(c *access.Caller, name string) (class schema.Class, exists bool, err error) {
	if err := access.Findable(c, name); err != nil {
		return class, false, err
	}
	return s.readableClass(c, name)
}

// findObjects answers GET /classes/C.
func (s *Server) findObjects(ctx context.Context, req *request, class string) (*response, error) {
	f, err := s.parseFind(req, class)
	if err != nil {
		return nil, err
	}
	if err := s.cloud.beforeFind(ctx, s, req, class); err != nil {
		return nil, err
	}
	rows, n, err := s.find(ctx, req.caller, f)
	if err != nil {
		return nil, err
	}
	out := s.render.NewRenderer(req.caller, req.baseURL)
	if err := out.Include(ctx, f.query.Class, rows, f.shape); err != nil {
		return nil, err
	}
	out.ClassNames = f.redirect != ""
	b := append(make([]byte, 0, out.SizeHint(rows)), `{"results":[`...)
	for i, row := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = out.Append(b, row, f.shape)
	}
	b = append(b, ']')
	if f.count {
		b = strconv.AppendInt(append(b, `,"count":`...), int64(n), 10)
	}
	if b, err = out.Whole(append(b, '}')); err != nil {
		return nil, err
	}
	return &response{body: b}, nil
}

// getObject answers GET /classes/C/id.
func (s *Server) getObject(ctx context.Context, req *request, class string) (*response, error) {
	sh, err := s.getShape(req)
	if err != nil {
		return nil, err
	}
	if err := s.cloud.beforeFind(ctx, s, req, class); err != nil {
		return nil, err
	}
	row, err := s.readObject(ctx, req.caller, class, req.path[len(req.path)-1], access.OpGet)
	if err != nil {
		return nil, err
	}
	return s.renderOne(ctx, req, row, sh, class == "_User" && row.ID() == req.caller.UserID)
}

// renderOne renders one object as an answer; withToken adds the caller's
// session token, as Parse Server does when a user reads himself.
func (s *Server) renderOne(ctx context.Context, req *request, row store.Row, sh *render.Shape, withToken bool) (*response, error) {
	out := s.render.NewRenderer(req.caller, req.baseURL)
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
	return &response{body: b}, nil
}

// readObject gives an object if class permissions and its ACL let the caller
// read it, else 101 or the class's denial.
func (s *Server) readObject(ctx context.Context, c *access.Caller, className, id string, op access.Op) (store.Row, error) {
	class, exists, err := s.readableClass(c, className)
	if err != nil {
		return store.Row{}, err
	}
	fields, err := access.Permit(class.Permissions, c, op)
	if err != nil {
		return store.Row{}, err
	}
	if className == "_Session" && !c.Master && c.UserID == "" {
		return store.Row{}, fault.ErrSession
	}
	if !exists {
		return store.Row{}, fault.ErrNotFound
	}
	row, err := s.store.Get(ctx, className, id)
	if errors.Is(err, store.ErrNotFound) {
		return store.Row{}, fault.ErrNotFound
	}
	if err != nil {
		return store.Row{}, err
	}
	if !c.MayRead(row, row.ACL(), fields) {
		return store.Row{}, fault.ErrNotFound
	}
	return row, nil
}

// getShape reads the shape of one object got by its id, which knows fewer
// parameters than a query.
func (s *Server) getShape(req *request) (*render.Shape, error) {
	for _, name := range req.ParamNames() {
		if !slices.Contains(getParams, name) {
			return nil, fault.New(wire.CodeInvalidQuery, "Improper encode of parameter")
		}
	}
	return s.shape(req)
}

// shape reads which fields of an object are asked for.
func (s *Server) shape(req *request) (*render.Shape, error) {
	return render.ParseShape(&req.Params, render.ShapeLimits{Paths: s.cfg.Limits.IncludePaths, Depth: s.cfg.Limits.IncludeDepth})
}
