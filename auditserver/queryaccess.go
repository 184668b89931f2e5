package auditserver

import (
	"context"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// authorizeQuery checks class permissions and adds what they demand to the
// query; ok is false if nothing can match.
func (s *Server) authorizeQuery(ctx context.Context, c *access.Caller, f *find) (ok bool, err error) {
	class, exists, err := s.findableClass(c, f.query.Class)
	if err != nil {
		return false, err
	}
	f.query.Readers = c.ACLNames()
	if class.Name == "_Session" {
		if f.query.Where, err = s.sessions.ByToken(ctx, f.query.Where); err != nil {
			return false, err
		}
	}
	if s.cfg.Quirks {
		if err := s.quirks(class, f); err != nil {
			return false, err
		}
	}
	if c.Master {
		return exists, s.pathsEndHere(class, f)
	}
	ops := []access.Op{access.OpFind}
	if f.count {
		if f.query.Limit == 0 {
			ops = ops[:0]
		}
		ops = append(ops, access.OpCount)
	}
	for _, op := range ops {
		fields, err := access.Permit(class.Permissions, c, op)
		if err != nil {
			return false, err
		}
		if len(fields) > 0 {
			if c.UserID == "" {
				return false, nil
			}
			f.query.Where = where.AllOf(f.query.Where, ownedBy(fields, c.UserID))
		}
	}
	hides := s.protected.Of(class.Name, class.Permissions, c)
	for _, o := range f.query.Order {
		if hides.Forbids(o.Field) {
			return false, fault.ErrPermission
		}
	}
	if class.Name == "_Session" {
		if c.UserID == "" {
			return false, fault.ErrSession
		}
		f.query.Where = where.AllOf(f.query.Where, where.Equal("user", values.UserPointer(c.UserID)))
	}
	if f.query.Where, err = s.authorizeWhere(ctx, c, f.query.Where, hides, s.cfg.Limits.SubqueryDepth); err != nil {
		return false, err
	}
	return exists, s.pathsEndHere(class, f)
}

// ownedBy is the condition that one of the columns names the user.
func ownedBy(fields []string, userID string) *where.Node {
	var owners []*where.Node
	for _, f := range fields {
		owners = append(owners, where.Equal(f, values.UserPointer(userID)))
	}
	return where.AnyOf(owners...)
}

// authorizeWhere refuses conditions on protected fields, and gives sub-queries
// the permissions of their own class. The given tree is not changed.
func (s *Server) authorizeWhere(ctx context.Context, c *access.Caller, n *where.Node, hides *access.Hidden, depth int) (*where.Node, error) {
	if n == nil || hides == nil && n.External() == nil {
		return n, nil
	}
	if hides.Forbids(n.Path) {
		return nil, fault.ErrPermission
	}
	out := n
	switch n.Op {
	case where.And, where.Or, where.Nor:
		copied := *n
		copied.Children = make([]*where.Node, len(n.Children))
		for i, child := range n.Children {
			var err error
			if copied.Children[i], err = s.authorizeWhere(ctx, c, child, hides, depth); err != nil {
				return nil, err
			}
		}
		out = &copied
	case where.InQuery, where.NotInQuery, where.Select, where.DontSelect:
		if depth <= 0 {
			return nil, fault.New(wire.CodeInvalidQuery, "the query nests more than %d sub-queries", s.cfg.Limits.SubqueryDepth)
		}
		sub, err := s.authorizeSubquery(ctx, c, n.Query, depth-1)
		if err != nil {
			return nil, err
		}
		copied := *n
		copied.Query = sub
		out = &copied
	case where.RelatedTo:
		owner, _ := s.store.Class(n.Related.Class)
		if s.protected.Of(owner.Name, owner.Permissions, c).Forbids(n.Related.Key) {
			return nil, fault.ErrPermission
		}
		if !s.mayRead(ctx, c, n.Related.Class, n.Related.ObjectID) {
			return where.AnyOf(), nil
		}
	}
	return out, nil
}

func (s *Server) authorizeSubquery(ctx context.Context, c *access.Caller, q *where.Subquery, depth int) (*where.Subquery, error) {
	className := s.searchedClass(q)
	class, _, err := s.findableClass(c, className)
	if err != nil {
		return nil, err
	}
	fields, err := access.Permit(class.Permissions, c, access.OpFind)
	if err != nil {
		return nil, err
	}
	hides := s.protected.Of(className, class.Permissions, c)
	if q.Key != "" && hides.Forbids(q.Key) {
		return nil, fault.ErrPermission
	}
	copied := *q
	if copied.Where, err = s.authorizeWhere(ctx, c, q.Where, hides, depth); err != nil {
		return nil, err
	}
	if len(fields) > 0 {
		copied.Where = where.AllOf(copied.Where, ownedBy(fields, c.UserID))
	}
	if className == "_Session" && !c.Master {
		copied.Where = where.AllOf(copied.Where, where.Equal("user", values.UserPointer(c.UserID)))
	}
	return &copied, nil
}

// searchedClass is the class whose objects a sub-query finds.
func (s *Server) searchedClass(q *where.Subquery) string {
	if class, ok := s.store.Class(q.Class); ok && q.RedirectKey != "" && class.Fields[q.RedirectKey].TargetClass != "" {
		return class.Fields[q.RedirectKey].TargetClass
	}
	return q.Class
}

// pathsEndHere refuses a query that filters or sorts by a column of the object
// a pointer points to: Parse Server can't run it, and to run it as if the
// column had no value would be a wrong answer.
func (s *Server) pathsEndHere(class schema.Class, f *find) error {
	for _, o := range f.query.Order {
		if target := behindPointer(class, o.Field); target != "" {
			return s.pathError("can't order by %s, a field of the class %s: include the pointer and sort the results", o.Field, target)
		}
	}
	return s.conditionsEndHere(class, f.query.Where)
}

func (s *Server) conditionsEndHere(class schema.Class, node *where.Node) error {
	const text = "can't compare %s behind a pointer: use $inQuery with a query of the class %s"
	for n := range node.Walk() {
		if target := behindPointer(class, n.Path); target != "" {
			return s.pathError(text, n.Path, target)
		}
		if n.Query == nil {
			continue
		}
		sub, _ := s.store.Class(s.searchedClass(n.Query))
		if target := behindPointer(sub, n.Query.Key); target != "" {
			return s.pathError(text, n.Query.Key, target)
		}
		if err := s.conditionsEndHere(sub, n.Query.Where); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) pathError(format, path, target string) error {
	if s.cfg.Quirks {
		return errPostgres
	}
	return fault.New(wire.CodeInvalidQuery, format, path, target)
}

// behindPointer gives the class that path reaches into; "" for a path that
// stays in its own object.
func behindPointer(class schema.Class, path string) string {
	root, _, dotted := strings.Cut(path, ".")
	if f := class.Fields[root]; dotted && (f.Type == schema.Pointer || f.Type == schema.Relation) {
		return f.TargetClass
	}
	return ""
}

// access.MayRead tells whether the caller may read one object.
func (s *Server) mayRead(ctx context.Context, c *access.Caller, class, id string) bool {
	if c.Master {
		return true
	}
	_, err := s.readObject(ctx, c, class, id, access.OpGet)
	return err == nil
}
