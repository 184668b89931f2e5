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

// HasRole implements policy.Lookup.
func (l *policyLookup) HasRole(ctx context.Context, user, role string) (bool, error) {
	if names, ok := l.roles[user]; ok {
		return names[role], nil
	}
	held, err := parse.RolesOf(ctx, l.client, user)
	if err != nil {
		return false, err
	}
	names := map[string]bool{}
	for _, name := range held {
		names[name] = true
	}
	if l.roles == nil {
		l.roles = map[string]map[string]bool{}
	}
	l.roles[user] = names
	return names[role], nil
}
