package session

import (
	"context"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/internal/where"
)

// Finder is the store or a transaction.
type Finder interface {
	Find(ctx context.Context, q store.Query) ([]store.Row, error)
}

// RolesOf gives the roles of a user as "role:X". Roles listed in a role's roles
// are its children: their members have it too.
func RolesOf(ctx context.Context, f Finder, userID string) ([]string, error) {
	var names []string
	seen := map[string]bool{}
	match := where.Equal("users", values.UserPointer(userID))
	for match != nil {
		rows, err := f.Find(ctx, store.Query{Class: "_Role", Where: match, Limit: -1, Quick: true})
		if err != nil {
			return nil, err
		}
		var children []any
		for _, row := range rows {
			if seen[row.ID()] {
				continue
			}
			seen[row.ID()] = true
			if name, ok := row.Value("name").(string); ok {
				names = append(names, "role:"+name)
			}
			children = append(children, values.PointerTo("_Role", row.ID()))
		}
		match = nil
		if len(children) > 0 {
			match = where.OneOf("roles", children...)
		}
	}
	return names, nil
}
