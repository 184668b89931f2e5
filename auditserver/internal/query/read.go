package query

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/classes"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Run runs a query with the caller's permissions and gives the rows.
func (q *Queries) Run(ctx context.Context, c *access.Caller, f *Find) ([]store.Row, int, error) {
	f.Query.Class = q.Store.SearchedClass(f.Query.Class, f.Redirect)
	ok, err := q.authorizeQuery(ctx, c, f)
	if err != nil || !ok {
		return nil, 0, err
	}
	var rows []store.Row
	if f.Query.Limit != 0 {
		if rows, err = q.Store.Find(ctx, f.Query); err != nil {
			return nil, 0, err
		}
	}
	n := 0
	if f.Count && !f.estimate {
		counted := f.Query
		counted.Where = f.counted
		if n, err = q.Store.Count(ctx, counted); err != nil {
			return nil, 0, err
		}
	}
	return rows, n, nil
}

// readableClass finds a class for reading. A class that does not exist has no
// objects, unless the caller could not have made it either.
func (q *Queries) readableClass(c *access.Caller, name string) (class schema.Class, exists bool, err error) {
	if class, exists = q.Store.Class(name); !exists {
		switch {
		case strings.HasPrefix(name, "_Join:") && c.Master:
			return class, false, fault.New(wire.CodeInvalidQuery, "the rows of a relation are no class here: ask for its objects with $relatedTo")
		case !classes.ValidName(name) && !strings.HasPrefix(name, "_Join:"):
			return class, false, classes.InvalidName(name)
		}
		if !c.Master && !q.OpenClasses && !slices.Contains(classes.System, name) {
			return class, false, fault.ErrPermission
		}
	}
	return class, exists, access.Touchable(c, name)
}

// findableClass is readableClass for queries: of the installations a client may
// read only one whose id it knows.
func (q *Queries) findableClass(c *access.Caller, name string) (class schema.Class, exists bool, err error) {
	if err := access.Findable(c, name); err != nil {
		return class, false, err
	}
	return q.readableClass(c, name)
}

// Get gives an object if the class permissions and its ACL let the caller read it.
// The error is ErrNotFound, or what Permit returned.
func (q *Queries) Get(ctx context.Context, c *access.Caller, className, id string) (store.Row, error) {
	class, exists, err := q.readableClass(c, className)
	if err != nil {
		return store.Row{}, err
	}
	fields, err := access.Permit(class.Permissions, c, access.OpGet)
	if err != nil {
		return store.Row{}, err
	}
	if className == "_Session" && !c.Master && c.UserID == "" {
		return store.Row{}, fault.ErrSession
	}
	if !exists {
		return store.Row{}, fault.ErrNotFound
	}
	row, err := q.Store.Get(ctx, className, id)
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

// mayRead tells whether the caller may read one object.
func (q *Queries) mayRead(ctx context.Context, c *access.Caller, class, id string) bool {
	if c.Master {
		return true
	}
	_, err := q.Get(ctx, c, class, id)
	return err == nil
}
