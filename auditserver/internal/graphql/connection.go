package graphql

import (
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// find reads many objects of a class as a connection; also is what they have to
// match besides the argument where.
func (x *execution) find(c *class, args map[string]any, sets []ast.SelectionSet, also map[string]any) (any, error) {
	w, err := readWindow(args)
	if err != nil {
		return nil, err
	}
	where, err := x.schema.where(c, "where", args["where"])
	if err != nil {
		return nil, err
	}
	for operator, v := range also {
		where[operator] = v
	}
	name := c.name + "Connection"
	edges, wantsEdges := x.under(name, sets, "edges")
	page, wantsPage := x.under(name, sets, "pageInfo")
	_, wantsCount := x.under(name, sets, "count")
	_, wantsBefore := x.under("PageInfo", page, "hasPreviousPage")
	_, wantsAfter := x.under("PageInfo", page, "hasNextPage")
	wantsCount = wantsCount || wantsBefore || wantsAfter

	total := -1
	if w.fromEnd {
		if _, total, err = x.rows(c, map[string]any{"where": where, "limit": 0, "count": true}); err != nil {
			return nil, err
		}
		w.skip = max(w.skip, total-w.limit)
		wantsCount = false
	}
	params := map[string]any{"where": where}
	if wantsEdges || wantsPage {
		nodes, _ := x.under(c.name+"Edge", edges, "node")
		for key, v := range x.columnsOf(c, nodes).params() {
			params[key] = v
		}
		if w.limit >= 0 {
			params["limit"] = w.limit
		}
		if w.skip > 0 {
			params["skip"] = w.skip
		}
		if order := orderOf(args["order"]); order != "" {
			params["order"] = order
		}
	} else {
		params["limit"] = 0
	}
	if wantsCount {
		params["count"] = true
	}
	var rows []row
	if wantsCount || params["limit"] != 0 {
		var n int
		if rows, n, err = x.rows(c, params); err != nil {
			return nil, err
		}
		if wantsCount {
			total = n
		}
	}
	return connection(c, rows, w.skip, total), nil
}

// rows makes a find. n is -1 where it was not asked to count.
func (x *execution) rows(c *class, params map[string]any) (rows []row, n int, err error) {
	raw, err := x.do(document.Call{Method: http.MethodGet, Path: classPath(c), Params: params})
	if err != nil {
		return nil, 0, err
	}
	answer, err := rawjson.Split(raw)
	if err != nil {
		return nil, 0, err
	}
	results, _ := answer.Get("results")
	for each := range rawjson.Elements(results) {
		r, err := newRow(c, each)
		if err != nil {
			return nil, 0, err
		}
		rows = append(rows, r)
	}
	n = -1
	return rows, n, answer.Decode("count", &n, "a number")
}

// connection is the page of rows that begins after skip of total ones; -1: they were
// not counted.
func connection(c *class, rows []row, skip, total int) record {
	edges := make([]any, len(rows))
	for i, r := range rows {
		edges[i] = record{c.name + "Edge", map[string]any{"node": r, "cursor": cursor(skip + i)}}
	}
	fields := map[string]any{
		"edges": edges,
		"pageInfo": record{"PageInfo", map[string]any{
			"hasPreviousPage": total > 0 && skip > 0,
			"hasNextPage":     total > skip+len(rows),
			"startCursor":     cursor(skip),
			"endCursor":       cursor(skip + max(len(rows), 1) - 1),
		}},
	}
	if total >= 0 {
		fields["count"] = number(total)
	}
	return record{c.name + "Connection", fields}
}

// related reads the objects of a relation.
func (x *execution) related(r row, f *ast.Field, sets []ast.SelectionSet) (any, error) {
	column := r.class.fields[f.Name]
	target := x.schema.classes[column.TargetClass]
	if target == nil {
		return map[string]any{"__type": "Relation", "className": column.TargetClass}, nil
	}
	return x.find(target, x.args[f], sets, map[string]any{"$relatedTo": map[string]any{"object": pointer(r.class.def.Name, r.id()), "key": f.Name}})
}

// window is the part of the objects that a query asks for.
type window struct {
	skip, limit int // -1: no limit
	fromEnd     bool
}

// readWindow reads skip, first, after, last and before.
func readWindow(args map[string]any) (window, error) {
	w := window{limit: -1}
	counts := map[string]int{}
	for _, name := range []string{"skip", "first", "last"} {
		n, given := args[name].(int)
		if !given {
			n = -1
		} else if n < 0 {
			return w, fault.New(wire.CodeInvalidQuery, "%s should be a positive number", typeName(name))
		}
		counts[name] = n
	}
	cursors := map[string]int{}
	for _, name := range []string{"after", "before"} {
		text, _ := args[name].(string)
		if text == "" {
			continue
		}
		offset, ok := cursorOffset(text)
		if !ok {
			return w, fault.New(wire.CodeInvalidQuery, "%s is not a valid cursor", typeName(name))
		}
		cursors[name] = offset
	}
	w.skip = max(counts["skip"], 0)
	if after, ok := cursors["after"]; ok {
		w.skip += after + 1
	}
	w.limit = counts["first"]
	if before, ok := cursors["before"]; ok {
		if room := max(before-w.skip, 0); w.limit < 0 || w.limit > room {
			w.limit = room
		}
	}
	switch last := counts["last"]; {
	case last < 0:
	case w.limit >= 0:
		if last < w.limit {
			w.skip += w.limit - last
			w.limit = last
		}
	default:
		w.limit, w.fromEnd = last, last > 0
	}
	return w, nil
}

// orderOf makes the parameter order of the values of an enum such as title_DESC.
func orderOf(v any) string {
	list, _ := v.([]any)
	var order []string
	for _, each := range list {
		text, _ := each.(string)
		column, descends := strings.CutSuffix(text, "_DESC")
		if column = strings.TrimSuffix(column, "_ASC"); column == "id" {
			column = "objectId"
		}
		if descends {
			column = "-" + column
		}
		order = append(order, column)
	}
	return strings.Join(order, ",")
}

func pointer(class, id string) map[string]any {
	return map[string]any{"__type": "Pointer", "className": class, "objectId": id}
}

func quoted(text string) jsontext.Value { return rawjson.Quoted(text) }
