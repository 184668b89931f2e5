package auditserver

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// masterClasses are classes no client may touch without the master key
// (protocol section 1.3).
var masterClasses = []string{"_JobStatus", "_PushStatus", "_Hooks", "_GlobalConfig", "_GraphQLConfig", "_JobSchedule", "_Audience", "_Idempotency"}

// systemClasses are the classes whose name may begin with an underscore.
var systemClasses = append([]string{"_User", "_Installation", "_Role", "_Session", "_Product"}, masterClasses...)

// maxName is how long the store takes the name of a class or field.
const maxName = 128

// plainName tells whether name may be that of a class or field: a letter, then
// letters, digits and underscores.
func plainName(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != "" && len(name) <= maxName
}

func validClassName(name string) bool {
	return plainName(name) || slices.Contains(systemClasses, name)
}

// readableClass finds a class for reading. A class that does not exist has no
// objects, unless the caller could not have made it either.
func (s *Server) readableClass(c *caller, name string) (class schema.Class, exists bool, err error) {
	if class, exists = s.store.Class(name); !exists {
		if !validClassName(name) && !strings.HasPrefix(name, "_Join:") {
			return class, false, fault.New(wire.CodeInvalidClassName, "Invalid classname: %s, classnames can only have alphanumeric characters and _, and must start with an alpha character ", name)
		}
		if !c.master && !s.cfg.AllowClientClassCreation && !slices.Contains(systemClasses, name) {
			return class, false, fault.ErrPermission
		}
	}
	return class, exists, touchable(c, name)
}

func touchable(c *caller, class string) error {
	if !c.master && (slices.Contains(masterClasses, class) || strings.HasPrefix(class, "_Join:")) {
		return fault.ErrPermission
	}
	return nil
}

// findableClass is readableClass for queries: of the installations a client may
// read only one whose id it knows.
func (s *Server) findableClass(c *caller, name string) (class schema.Class, exists bool, err error) {
	if err := findable(c, name); err != nil {
		return class, false, err
	}
	return s.readableClass(c, name)
}

func findable(c *caller, class string) error {
	if class == "_Installation" && !c.master {
		return fault.ErrPermission
	}
	return touchable(c, class)
}

// protection is what the class hides from the caller, the data of other users'
// accounts included.
func (s *Server) protection(class string, p *schema.Permissions, c *caller) *protection {
	hides := protectedFor(p, class, s.cfg.ProtectedFields, c)
	if class == "_User" && !c.master {
		if hides == nil {
			hides = &protection{userID: c.userID, own: true}
		}
		hides.always = []string{"authData"}
	}
	return hides
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
	out, err := s.newRenderer(ctx, req, f.query.Class, rows, f.shape)
	if err != nil {
		return nil, err
	}
	out.classNames = f.redirect != ""
	b := append(make([]byte, 0, out.sizeHint(rows)), `{"results":[`...)
	for i, row := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = out.append(b, row, f.shape, false)
	}
	b = append(b, ']')
	if f.count {
		b = strconv.AppendInt(append(b, `,"count":`...), int64(n), 10)
	}
	if b, err = out.whole(append(b, '}')); err != nil {
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
	row, err := s.readObject(ctx, req.caller, class, req.path[len(req.path)-1], opGet)
	if err != nil {
		return nil, err
	}
	return s.renderOne(ctx, req, row, sh, class == "_User" && row.ID() == req.caller.userID)
}

// renderOne renders one object as an answer; withToken adds the caller's
// session token, as Parse Server does when a user reads himself.
func (s *Server) renderOne(ctx context.Context, req *request, row store.Row, sh *shape, withToken bool) (*response, error) {
	out, err := s.newRenderer(ctx, req, row.Class(), []store.Row{row}, sh)
	if err != nil {
		return nil, err
	}
	b, err := out.whole(out.append(nil, row, sh, false))
	if err != nil {
		return nil, err
	}
	if withToken && req.caller.sessionToken != "" {
		b = appendMember(b, "sessionToken", req.caller.sessionToken)
	}
	return &response{body: b}, nil
}

// readObject gives an object if class permissions and its ACL let the caller
// read it, else 101 or the class's denial.
func (s *Server) readObject(ctx context.Context, c *caller, className, id string, op operation) (store.Row, error) {
	class, exists, err := s.readableClass(c, className)
	if err != nil {
		return store.Row{}, err
	}
	fields, err := permit(class.Permissions, c, op)
	if err != nil {
		return store.Row{}, err
	}
	if className == "_Session" && !c.master && c.userID == "" {
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
	if !c.reads(row.ACL()) || len(fields) > 0 && !rowNamesUser(row, fields, c.userID) {
		return store.Row{}, fault.ErrNotFound
	}
	if className == "_Session" && !c.master {
		if owner, _ := row.Pointer("user"); owner != c.userID {
			return store.Row{}, fault.ErrNotFound
		}
	}
	return row, nil
}
