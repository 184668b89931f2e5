package auditserver

import (
	"context"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/render"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
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
	shape    *render.Shape
	redirect string // redirectClassNameForKey
	estimate bool   // quirk: the count is PostgreSQL's estimate, 0 for a table never analysed
}

// parseFind reads the parameters of a find on class.
func (s *Server) parseFind(req *request, class string) (*find, error) {
	if err := onlyParams(req, findParams); err != nil {
		return nil, err
	}
	f := &find{query: store.Query{Class: class, Limit: defaultPageSize}}
	if v, ok := req.Param("where"); ok {
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
	if _, set := req.Param("limit"); set && f.query.Limit > s.cfg.Limits.PageSize {
		f.query.Limit = s.cfg.Limits.PageSize
	}
	if f.query.Skip, err = intParam(req, "skip", 0, s.cfg.Quirks); err != nil {
		return nil, err
	}
	f.count = req.FlagParam("count")
	if req.FlagParam("explain") {
		if !req.caller.Master {
			return nil, fault.New(wire.CodeInvalidQuery, "Using the explain query parameter is not allowed without the master key")
		}
		return nil, fault.New(wire.CodeInvalidQuery, "explain is not supported by this server")
	}
	if f.query.Order, err = parseOrder(req.TextParam("order")); err != nil {
		return nil, err
	}
	f.redirect = req.TextParam("redirectClassNameForKey")
	f.shape, err = s.shape(req)
	return f, err
}

func onlyParams(req *request, allowed []string) error {
	for name := range req.Query {
		if !slices.Contains(allowed, name) {
			return fault.New(wire.CodeInvalidQuery, "Invalid parameter for query: %s", name)
		}
	}
	for _, m := range req.Body {
		if !slices.Contains(allowed, m.Name) && m.Name != "_method" {
			return fault.New(wire.CodeInvalidQuery, "Invalid parameter for query: %s", m.Name)
		}
	}
	return nil
}

func (s *Server) parseWhere(v jsontext.Value, c *access.Caller) (*where.Node, error) {
	l := s.cfg.Limits
	if v.Kind() == '"' { // a where that is text, as some clients double-encode it
		var text string
		if json.Unmarshal(v, &text, rawjson.Options) == nil {
			v = jsontext.Value(text)
		}
	}
	if rawjson.TooDeep(v, l.Depth) {
		return nil, fault.New(wire.CodeInvalidQuery, "the query is nested deeper than %d levels", l.Depth)
	}
	return where.Parse(v, s.whereLimits(c))
}

func (s *Server) whereLimits(c *access.Caller) where.Limits {
	l := s.cfg.Limits
	return where.Limits{Depth: l.QueryDepth, Conditions: l.Conditions, NoRegex: l.NoRegex && !c.Master}
}

func intParam(req *request, name string, def int, quirks bool) (int, error) {
	v, ok := req.Param(name)
	if !ok {
		return def, nil
	}
	var n float64
	if v.Kind() == '"' {
		var text string
		if json.Unmarshal(v, &text) != nil || json.Unmarshal([]byte(text), &n) != nil {
			return 0, fault.New(wire.CodeInvalidQuery, "%s is text, want a whole number", name)
		}
	} else if json.Unmarshal(v, &n) != nil {
		return 0, fault.New(wire.CodeInvalidQuery, "%s is not a number, want a whole number", name)
	}
	if n < 0 && quirks {
		return 0, errPostgres
	}
	if n < 0 || n != math.Trunc(n) {
		return 0, fault.New(wire.CodeInvalidQuery, "%s is %v, want a whole number from 0", name, n)
	}
	return int(min(n, math.MaxInt32)), nil
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
			return nil, fault.InvalidName(key)
		}
		if key == "_created_at" || key == "_updated_at" {
			key = map[string]string{"_created_at": "createdAt", "_updated_at": "updatedAt"}[key]
		}
		if out = append(out, store.Order{Field: key, Descending: descending}); len(out) > maxOrder {
			return nil, fault.New(wire.CodeInvalidQuery, "order has more than %d fields", maxOrder)
		}
	}
	return out, nil
}

// find runs a query with the caller's permissions and gives the rows.
func (s *Server) find(ctx context.Context, c *access.Caller, f *find) ([]store.Row, int, error) {
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
