package auditserver

import (
	"context"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
)

const (
	defaultPageSize = 100
	maxOrder        = 100 // fields to order by
)

// findParams are the parameters of a find; getParams those of a get by id
// (protocol section 3.2). Those for MongoDB alone are accepted and ignored.
var (
	findParams = []string{"where", "limit", "skip", "order", "count", "keys", "excludeKeys", "include", "includeAll",
		"redirectClassNameForKey", "readPreference", "includeReadPreference", "subqueryReadPreference", "hint", "comment", "explain"}
	getParams = []string{"keys", "include", "excludeKeys", "readPreference", "includeReadPreference", "subqueryReadPreference"}
	fieldPath = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_.]*$`)
)

// find is a query as a client asked for it.
type find struct {
	query    store.Query
	count    bool
	shape    *shape
	redirect string // redirectClassNameForKey
	estimate bool   // quirk: the count is PostgreSQL's estimate, 0 for a table never analysed
}

// parseFind reads the parameters of a find on class.
func (s *Server) parseFind(req *request, class string) (*find, error) {
	if err := onlyParams(req, findParams); err != nil {
		return nil, err
	}
	f := &find{query: store.Query{Class: class, Limit: defaultPageSize}}
	if v, ok := req.param("where"); ok {
		node, err := s.parseWhere(v, req.caller)
		if err != nil {
			return nil, err
		}
		f.query.Where = node
	}
	var err error
	if f.query.Limit, err = intParam(req, "limit", defaultPageSize, s.cfg.Quirks); err != nil {
		return nil, err
	}
	if _, set := req.param("limit"); set && f.query.Limit > s.cfg.Limits.PageSize {
		f.query.Limit = s.cfg.Limits.PageSize
	}
	if f.query.Skip, err = intParam(req, "skip", 0, s.cfg.Quirks); err != nil {
		return nil, err
	}
	f.count = truthy(req, "count")
	if truthy(req, "explain") {
		if !req.caller.master {
			return nil, fail(codeInvalidQuery, "Using the explain query parameter is not allowed without the master key")
		}
		return nil, fail(codeInvalidQuery, "explain is not supported by this server")
	}
	if f.query.Order, err = parseOrder(req.textParam("order")); err != nil {
		return nil, err
	}
	f.redirect = req.textParam("redirectClassNameForKey")
	f.shape, err = s.parseShape(req)
	return f, err
}

func onlyParams(req *request, allowed []string) error {
	for name := range req.query {
		if !slices.Contains(allowed, name) {
			return fail(codeInvalidQuery, "Invalid parameter for query: %s", name)
		}
	}
	for _, m := range req.body {
		if !slices.Contains(allowed, m.name) && m.name != "_method" {
			return fail(codeInvalidQuery, "Invalid parameter for query: %s", m.name)
		}
	}
	return nil
}

func (s *Server) parseWhere(v jsontext.Value, c *caller) (*where.Node, error) {
	l := s.cfg.Limits
	if v.Kind() == '"' { // a where that is text, as some clients double-encode it
		var text string
		if json.Unmarshal(v, &text, decodeOptions) == nil {
			v = jsontext.Value(text)
		}
	}
	if tooDeep(v, l.Depth) {
		return nil, fail(codeInvalidQuery, "the query is nested deeper than %d levels", l.Depth)
	}
	return where.Parse(v, s.whereLimits(c))
}

func (s *Server) whereLimits(c *caller) where.Limits {
	l := s.cfg.Limits
	return where.Limits{Depth: l.QueryDepth, Conditions: l.Conditions, NoRegex: l.NoRegex && !c.master}
}

func intParam(req *request, name string, def int, quirks bool) (int, error) {
	v, ok := req.param(name)
	if !ok {
		return def, nil
	}
	var n float64
	if v.Kind() == '"' {
		var text string
		if json.Unmarshal(v, &text) != nil || json.Unmarshal([]byte(text), &n) != nil {
			return 0, fail(codeInvalidQuery, "%s is text, want a whole number", name)
		}
	} else if json.Unmarshal(v, &n) != nil {
		return 0, fail(codeInvalidQuery, "%s is not a number, want a whole number", name)
	}
	if n < 0 && quirks {
		return 0, errPostgres
	}
	if n < 0 || n != math.Trunc(n) {
		return 0, fail(codeInvalidQuery, "%s is %v, want a whole number from 0", name, n)
	}
	return int(min(n, math.MaxInt32)), nil
}

// truthy reads a flag: true or a number that is not zero.
func truthy(req *request, name string) bool {
	v, ok := req.param(name)
	return ok && string(v) != "false" && string(v) != "0" && string(v) != "null" && string(v) != `""`
}

func parseOrder(text string) ([]store.Order, error) {
	var out []store.Order
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		key, descending := strings.CutPrefix(name, "-")
		key = strings.TrimPrefix(key, "+")
		if !fieldPath.MatchString(key) {
			return nil, fail(codeInvalidKeyName, "Invalid field name: %s", key)
		}
		if key == "_created_at" || key == "_updated_at" {
			key = map[string]string{"_created_at": "createdAt", "_updated_at": "updatedAt"}[key]
		}
		if out = append(out, store.Order{Field: key, Descending: descending}); len(out) > maxOrder {
			return nil, fail(codeInvalidQuery, "order has more than %d fields", maxOrder)
		}
	}
	return out, nil
}

// find runs a query with the caller's permissions and gives the rows.
func (s *Server) find(ctx context.Context, c *caller, f *find) ([]store.Row, int, error) {
	if f.redirect != "" {
		if err := s.redirect(f); err != nil {
			return nil, 0, err
		}
	}
	ok, err := s.authorizeQuery(ctx, c, f)
	if err != nil || !ok {
		return nil, 0, err
	}
	var rows []store.Row
	if f.query.Limit != 0 {
		if rows, err = s.store.Find(ctx, f.query); err != nil {
			return nil, 0, err
		}
	}
	n := 0
	if f.count && !f.estimate {
		if n, err = s.store.Count(ctx, f.query); err != nil {
			return nil, 0, err
		}
	}
	return rows, n, nil
}

// redirect makes the query one on the class that a relation or pointer of its
// class holds.
func (s *Server) redirect(f *find) error {
	class, ok := s.store.Class(f.query.Class)
	target := class.Fields[f.redirect].TargetClass
	if !ok || target == "" {
		return nil
	}
	f.query.Class = target
	return nil
}

// authorizeQuery checks class permissions and adds what they demand to the
// query; ok is false if nothing can match.
func (s *Server) authorizeQuery(ctx context.Context, c *caller, f *find) (ok bool, err error) {
	class, exists, err := s.readableClass(c, f.query.Class)
	if err != nil {
		return false, err
	}
	f.query.Readers = c.acl()
	if class.Name == "_Session" {
		if f.query.Where, err = s.bySession(ctx, f.query.Where); err != nil {
			return false, err
		}
	}
	if s.cfg.Quirks {
		if err := s.quirks(class, f); err != nil {
			return false, err
		}
	}
	if c.master {
		return exists, nil
	}
	ops := []operation{opFind}
	if f.count {
		if f.query.Limit == 0 {
			ops = ops[:0]
		}
		ops = append(ops, opCount)
	}
	for _, op := range ops {
		fields, err := permit(class.Permissions, c, op)
		if err != nil {
			return false, err
		}
		if len(fields) > 0 {
			if c.userID == "" {
				return false, nil
			}
			f.query.Where = where.AllOf(f.query.Where, ownedBy(fields, c.userID))
		}
	}
	hides := s.protection(class.Name, class.Permissions, c)
	for _, o := range f.query.Order {
		if hides.forbids(o.Field) {
			return false, errPermission
		}
	}
	if class.Name == "_Session" {
		if c.userID == "" {
			return false, errSession
		}
		f.query.Where = where.AllOf(f.query.Where, where.Equal("user", userPointer(c.userID)))
	}
	f.query.Where, err = s.authorizeWhere(ctx, c, f.query.Where, hides, s.cfg.Limits.SubqueryDepth)
	return exists, err
}

// ownedBy is the condition that one of the columns names the user.
func ownedBy(fields []string, userID string) *where.Node {
	var owners []*where.Node
	for _, f := range fields {
		owners = append(owners, where.Equal(f, userPointer(userID)))
	}
	return where.AnyOf(owners...)
}

func userPointer(id string) map[string]any { return pointerTo("_User", id) }

func pointerTo(class, id string) map[string]any {
	return map[string]any{"__type": "Pointer", "className": class, "objectId": id}
}

// authorizeWhere refuses conditions on protected fields, and gives sub-queries
// the permissions of their own class. The given tree is not changed.
func (s *Server) authorizeWhere(ctx context.Context, c *caller, n *where.Node, hides *protection, depth int) (*where.Node, error) {
	if n == nil || hides == nil && n.External() == nil {
		return n, nil
	}
	if hides.forbids(n.Path) {
		return nil, errPermission
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
			return nil, fail(codeInvalidQuery, "the query nests more than %d sub-queries", s.cfg.Limits.SubqueryDepth)
		}
		sub, err := s.authorizeSubquery(ctx, c, n.Query, depth-1)
		if err != nil {
			return nil, err
		}
		copied := *n
		copied.Query = sub
		out = &copied
	case where.RelatedTo:
		if !s.mayRead(ctx, c, n.Related.Class, n.Related.ObjectID) {
			return where.AnyOf(), nil
		}
	}
	return out, nil
}

func (s *Server) authorizeSubquery(ctx context.Context, c *caller, q *where.Subquery, depth int) (*where.Subquery, error) {
	className := q.Class
	if q.RedirectKey != "" {
		if class, ok := s.store.Class(className); ok && class.Fields[q.RedirectKey].TargetClass != "" {
			className = class.Fields[q.RedirectKey].TargetClass
		}
	}
	class, _, err := s.readableClass(c, className)
	if err != nil {
		return nil, err
	}
	fields, err := permit(class.Permissions, c, opFind)
	if err != nil {
		return nil, err
	}
	hides := s.protection(className, class.Permissions, c)
	if q.Key != "" && hides.forbids(q.Key) {
		return nil, errPermission
	}
	copied := *q
	if copied.Where, err = s.authorizeWhere(ctx, c, q.Where, hides, depth); err != nil {
		return nil, err
	}
	if len(fields) > 0 {
		copied.Where = where.AllOf(copied.Where, ownedBy(fields, c.userID))
	}
	if className == "_Session" && !c.master {
		copied.Where = where.AllOf(copied.Where, where.Equal("user", userPointer(c.userID)))
	}
	return &copied, nil
}

// mayRead tells whether the caller may read one object.
func (s *Server) mayRead(ctx context.Context, c *caller, class, id string) bool {
	if c.master {
		return true
	}
	_, err := s.readObject(ctx, c, class, id, opGet)
	return err == nil
}
