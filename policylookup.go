package isoaudit

import (
	"context"
	"errors"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
)

// RulesLookup reads over REST what [policy.Rules.Check] asks for besides the save, with the
// rights of a client: rows and roles it may not read count as missing. Use it for one
// round of checks: it remembers roles.
func RulesLookup(c *parse.Client) policy.Lookup { return &policyLookup{client: c} }

// policyLookup reads over REST what the workflow rules ask for.
type policyLookup struct {
	client *parse.Client
	roles  map[string]map[string]bool // names by user, read when first asked for
}

// Get implements policy.Lookup.
func (l *policyLookup) Get(ctx context.Context, class, objectID string) (map[string]any, error) {
	row, err := parse.GetJSON(ctx, l.client, class, objectID)
	if errors.Is(err, parse.ErrObjectNotFound) {
		return nil, nil
	}
	return row, err
}

// Find implements policy.Lookup.
func (l *policyLookup) Find(ctx context.Context, class string, where map[string]any) ([]map[string]any, error) {
	return parse.FindJSON(ctx, l.client, class, where)
}

// HasRole implements policy.Lookup. A member of a role is a member of every role
// that lists it (protocol section 4.1).
func (l *policyLookup) HasRole(ctx context.Context, user, role string) (bool, error) {
	if names, ok := l.roles[user]; ok {
		return names[role], nil
	}
	names := map[string]bool{}
	level, err := l.rolesWith(ctx, "users", userClass.Name(), user)
	for err == nil && len(level) > 0 {
		var above []map[string]any
		for _, row := range level {
			name, _ := row["name"].(string)
			if names[name] {
				continue
			}
			names[name] = true
			id, _ := row["objectId"].(string)
			parents, err := l.rolesWith(ctx, "roles", roleClass.Name(), id)
			if err != nil {
				return false, err
			}
			above = append(above, parents...)
		}
		level = above
	}
	if err != nil {
		return false, err
	}
	if l.roles == nil {
		l.roles = map[string]map[string]bool{}
	}
	l.roles[user] = names
	return names[role], nil
}

// rolesWith finds the roles whose relation, users or roles, has a member.
func (l *policyLookup) rolesWith(ctx context.Context, relation, class, id string) ([]map[string]any, error) {
	return l.Find(ctx, roleClass.Name(), map[string]any{
		relation: map[string]any{"__type": "Pointer", "className": class, "objectId": id},
	})
}
