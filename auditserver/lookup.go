package auditserver

import (
	"context"
	"errors"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/session"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
)

// finder is what both the store and a transaction can do.
type finder interface {
	Get(ctx context.Context, class, id string) (store.Row, error)
	Find(ctx context.Context, q store.Query) ([]store.Row, error)
}

// reader is what a request reads from: the transaction it belongs to, or the store.
func (s *Server) reader(req *request) finder {
	if req.tx != nil {
		return req.tx
	}
	return s.store
}

// lookup is the Lookup of triggers and functions on a transaction or the store.
type lookup struct {
	ctx  context.Context
	from finder
}

// Get implements Lookup.
func (l lookup) Get(class, id string) (map[string]any, error) {
	row, err := l.from.Get(l.ctx, class, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, published(fault.ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	return row.Map(), nil
}

// Find implements Lookup.
func (l lookup) Find(class string, doc map[string]any, limit int) ([]map[string]any, error) {
	return lookupFind(l.ctx, l.from, class, doc, limit)
}

// Roles implements Lookup.
func (l lookup) Roles(userID string) ([]string, error) {
	roles, err := session.RolesOf(l.ctx, l.from, userID)
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = r[len("role:"):]
	}
	return names, err
}

func lookupFind(ctx context.Context, from finder, class string, doc map[string]any, limit int) ([]map[string]any, error) {
	node, err := where.ParseValue(doc, where.Limits{})
	if err != nil {
		return nil, err
	}
	rows, err := from.Find(ctx, store.Query{Class: class, Where: node, Limit: limit})
	if err != nil {
		return nil, err
	}
	out := make([]map[string]any, len(rows))
	for i, row := range rows {
		out[i] = row.Map()
	}
	return out, nil
}
