package isoaudit

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/isoaudit/isoaudit-go/internal/transport"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// policyLookup reads over REST what the workflow rules ask for.
type policyLookup struct {
	client *Client
	roles  map[string]map[string]bool // names by user, read when first asked for
}

// Get implements policy.Lookup.
func (l *policyLookup) Get(ctx context.Context, class, objectID string) (map[string]any, error) {
	var row map[string]any
	err := l.client.do(ctx, transport.Call{
		Op: class + ".Get", Method: http.MethodGet, Path: append(classPath(class), objectID),
		Class: class, ObjectID: objectID, Safety: transport.SafeRead, Needs: []string{"objectId"},
	}, &row)
	if errors.Is(err, ErrObjectNotFound) {
		return nil, nil
	}
	return row, err
}

// Find implements policy.Lookup.
func (l *policyLookup) Find(ctx context.Context, class string, where map[string]any) ([]map[string]any, error) {
	return findAll(ctx, l.client, class, where, func(row map[string]any) string {
		id, _ := row["objectId"].(string)
		return id
	})
}

// HasRole implements policy.Lookup. A member of a role is a member of every role
// that lists it (protocol section 4.1).
func (l *policyLookup) HasRole(ctx context.Context, user, role string) (bool, error) {
	if names, ok := l.roles[user]; ok {
		return names[role], nil
	}
	names := map[string]bool{}
	level, err := l.client.roleRows(ctx, map[string]any{"users": pointerJSON(userClass, user)})
	for err == nil && len(level) > 0 {
		var next []roleRow
		for _, row := range level {
			if names[row.Name] {
				continue
			}
			names[row.Name] = true
			var parents []roleRow
			if parents, err = l.client.roleRows(ctx, map[string]any{"roles": pointerJSON(roleClass, row.ObjectID)}); err != nil {
				return false, err
			}
			next = append(next, parents...)
		}
		level = next
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

// roleRow is a row of _Role.
type roleRow struct {
	ObjectID string `json:"objectId"`
	Name     string `json:"name"`
	ACL      ACL    `json:"ACL"`
}

func (c *Client) roleRows(ctx context.Context, where map[string]any) ([]roleRow, error) {
	return findAll(ctx, c, roleClass, where, func(row roleRow) string { return row.ObjectID })
}

// findAll reads all rows that a where document without an order of its own
// matches, page by page in the order of their ids.
func findAll[R any](ctx context.Context, c *Client, class string, where map[string]any, id func(R) string) ([]R, error) {
	const limit = 500
	var rows []R
	for after := ""; ; {
		page := map[string]any{}
		maps.Copy(page, where)
		if after != "" { // PostgreSQL knows no comparison with an empty text
			page["objectId"] = map[string]any{"$gt": after}
		}
		document, err := json.Marshal(page, json.Deterministic(true))
		if err != nil {
			return nil, badInput(class+".Find", class, "where", "%v", wire.BareCause(err))
		}
		var found struct {
			Results []R `json:"results"`
		}
		if err := c.do(ctx, transport.Call{
			Op: class + ".Find", Method: http.MethodGet, Path: classPath(class), Class: class, Safety: transport.SafeRead, Needs: []string{"results"},
			Query: url.Values{"where": {string(document)}, "order": {"objectId"}, "limit": {strconv.Itoa(limit)}},
		}, &found); err != nil {
			return nil, err
		}
		// A server may cap the limit without a word: only an empty page is the last.
		if len(found.Results) == 0 {
			return rows, nil
		}
		rows = append(rows, found.Results...)
		before := after
		if after = id(rows[len(rows)-1]); after == "" || after == before {
			return nil, &Error{Op: class + ".Find", Class: class, HTTPStatus: http.StatusOK, Attempts: 1, Message: "the answer has rows without ids, or the same page twice"}
		}
	}
}

// classPath is where the objects of a class are. Roles have a route of their own
// too, on which a server does not heed request ids (protocol section 6).
func classPath(class string) []string {
	if class == userClass {
		return []string{"users"}
	}
	return []string{"classes", class}
}

func pointerJSON(class, id string) map[string]any {
	return map[string]any{"__type": "Pointer", "className": class, "objectId": id}
}
