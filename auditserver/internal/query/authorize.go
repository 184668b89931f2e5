package query

import (
	"context"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// authorizeQuery checks class permissions and adds what they demand to the
// query; ok is false if nothing can match.
func (q *Queries) authorizeQuery(ctx context.Context, c *access.Caller, f *Find) (ok bool, err error) {
	class, exists, err := q.findableClass(c, f.Query.Class)
	if err != nil {
		return false, err
	}
	f.Query.Readers = c.ACLNames()
	if class.Name == "_Session" {
		if f.Query.Where, err = q.Sessions.ByToken(ctx, f.Query.Where); err != nil {
			return false, err
		}
	}
	if q.Quirks {
		if err := misbehave(class, f); err != nil {
			return false, err
		}
	}
	if c.Master {
		f.counted = f.Query.Where
		return exists, q.pathsEndHere(class, f)
	}
	asked := f.Query.Where
	if !f.Count || f.Query.Limit != 0 {
		if f.Query.Where, err = permitted(class, c, OpOf(class, asked), asked); err != nil {
			return false, err
		}
	}
	if f.Count {
		if f.counted, err = permitted(class, c, access.OpCount, asked); err != nil {
			return false, err
		}
	}
	hides := q.Protected.Of(class.Name, class.Permissions, c)
	for _, o := range f.Query.Order {
		if hides.Forbids(o.Field) {
			return false, fault.ErrPermission
		}
	}
	if class.Name == "_Session" {
		if c.UserID == "" {
			return false, fault.ErrSession
		}
		own := where.Equal("user", values.UserPointer(c.UserID))
		f.Query.Where, f.counted = where.AllOf(f.Query.Where, own), where.AllOf(f.counted, own)
	}
	for _, n := range []**where.Node{&f.Query.Where, &f.counted} {
		if *n, err = q.authorizeWhere(ctx, c, *n, hides, q.Limits.SubqueryDepth); err != nil {
			return false, err
		}
	}
	return exists, q.pathsEndHere(class, f)
}

// permitted gives the condition under which the class grants an operation on the
// objects of n. Finding and counting are two operations, each with its own.
func permitted(class schema.Class, c *access.Caller, op access.Op, n *where.Node) (*where.Node, error) {
	fields, err := access.Permit(class.Permissions, c, op)
	switch {
	case err != nil || len(fields) == 0:
		return n, err
	case c.UserID != "":
		return where.AllOf(n, ownedBy(fields, c.UserID)), nil
	case op == access.OpGet:
		return nil, fault.ErrNotFound
	}
	return where.AnyOf(), nil // nothing
}

// OpOf is what a find needs the permission for: one that is nothing but
// {"objectId": id} is a get. A find of sessions always has a second condition.
func OpOf(class schema.Class, n *where.Node) access.Op {
	if _, ok := n.ObjectID(); ok && class.Name != "_Session" {
		return access.OpGet
	}
	return access.OpFind
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
func (q *Queries) authorizeWhere(ctx context.Context, c *access.Caller, n *where.Node, hides *access.Hidden, depth int) (*where.Node, error) {
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
			if copied.Children[i], err = q.authorizeWhere(ctx, c, child, hides, depth); err != nil {
				return nil, err
			}
		}
		out = &copied
	case where.InQuery, where.NotInQuery, where.Select, where.DontSelect:
		if depth <= 0 {
			return nil, fault.New(wire.CodeInvalidQuery, "the query nests more than %d sub-queries (option requestComplexity.subqueryDepth)", q.Limits.SubqueryDepth)
		}
		sub, err := q.authorizeSubquery(ctx, c, n.Query, depth-1)
		if err != nil {
			return nil, err
		}
		copied := *n
		copied.Query = sub
		out = &copied
	case where.RelatedTo:
		owner, _ := q.Store.Class(n.Related.Class)
		if q.Protected.Of(owner.Name, owner.Permissions, c).Forbids(n.Related.Key) {
			return nil, fault.ErrPermission
		}
		if !q.mayRead(ctx, c, n.Related.Class, n.Related.ObjectID) {
			return where.AnyOf(), nil
		}
	}
	return out, nil
}

func (q *Queries) authorizeSubquery(ctx context.Context, c *access.Caller, sub *where.Subquery, depth int) (*where.Subquery, error) {
	className := q.Store.SearchedClass(sub.Class, sub.RedirectKey)
	class, _, err := q.findableClass(c, className)
	if err != nil {
		return nil, err
	}
	owned, err := permitted(class, c, OpOf(class, sub.Where), nil)
	if err != nil {
		return nil, err
	}
	hides := q.Protected.Of(className, class.Permissions, c)
	if sub.Key != "" && hides.Forbids(sub.Key) {
		return nil, fault.ErrPermission
	}
	copied := *sub
	if copied.Where, err = q.authorizeWhere(ctx, c, sub.Where, hides, depth); err != nil {
		return nil, err
	}
	copied.Where = where.AllOf(copied.Where, owned)
	if className == "_Session" && !c.Master {
		copied.Where = where.AllOf(copied.Where, where.Equal("user", values.UserPointer(c.UserID)))
	}
	return &copied, nil
}
