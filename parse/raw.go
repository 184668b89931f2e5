package parse

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// GetJSON reads one object of any class as decoded JSON in Parse's own encodings,
// for programs that do not know its columns. ErrObjectNotFound: there is none, or
// this caller may not read it.
func GetJSON(ctx context.Context, c Caller, class, id string) (map[string]any, error) {
	call := transport.Call{
		Op: class + ".Get", Method: http.MethodGet, Path: append(classPath(class), id),
		Class: class, ObjectID: id, Safety: transport.SafeRead, Needs: []string{"objectId"},
	}
	if id == "" {
		call.Err = badInput(call.Op, class, "objectId", "is empty: give the id of a saved object")
	}
	var row map[string]any
	err := clientOf(c).do(ctx, call, &row)
	return row, err
}

// FindJSON reads all rows of any class that a where document matches, as decoded
// JSON in Parse's own encodings, in the order of their ids.
func FindJSON(ctx context.Context, c Caller, class string, where map[string]any) ([]map[string]any, error) {
	return findAll(ctx, clientOf(c), class, where, func(row map[string]any) string {
		id, _ := row["objectId"].(string)
		return id
	})
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
// too, on which a server ignores request ids (protocol section 6).
func classPath(class string) []string {
	if class == userClass {
		return []string{"users"}
	}
	return []string{"classes", class}
}

func pointerJSON(class, id string) map[string]any {
	return map[string]any{"__type": "Pointer", "className": class, "objectId": id}
}
