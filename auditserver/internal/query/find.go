package query

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/render"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/session"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

const maxOrder = 100 // fields to order by

// findParams are the parameters of a find; getParams those of a get by id
// (protocol section 3.2). Those for MongoDB alone are accepted and ignored.
var (
	findParams = []string{"where", "limit", "skip", "order", "count", "keys", "excludeKeys", "include", "includeAll",
		"redirectClassNameForKey", "readPreference", "includeReadPreference", "subqueryReadPreference", "hint", "comment", "explain"}
	getParams = []string{"keys", "include", "excludeKeys", "readPreference", "includeReadPreference", "subqueryReadPreference"}
	fieldPath = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_.]*|\$score|_created_at|_updated_at)$`)
)

// Queries finds and gets objects as their caller may see them.
type Queries struct {
	Store       *store.Store
	Sessions    *session.Sessions
	Protected   access.Protected
	Limits      Limits
	Quirks      bool // misbehave like PostgreSQL
	OpenClasses bool // any client may ask for a class that does not exist
}

// Limits bound what one query may ask for.
type Limits struct {
	JSONDepth     int  // nesting of the where document
	JSONValues    int  // values of it, at all depths
	PageSize      int  // larger limits are cut silently
	DefaultSize   int  // rows of a find that names no limit
	Conditions    int  // of a query
	QueryDepth    int  // nesting of $or, $and, $nor
	SubqueryDepth int  // nesting of $inQuery and $select
	IncludeDepth  int  // length of an include path
	IncludePaths  int  // of a query
	NoRegex       bool // clients without the master key may not use $regex
}

// Find is a query as a client asked for it.
type Find struct {
	Query    store.Query
	Count    bool
	Shape    *render.Shape
	Redirect string // redirectClassNameForKey
	counted  *where.Node
	estimate bool // quirk: the count is PostgreSQL's estimate, 0 for a table never analysed
}

// ParseFind reads the parameters of a find on class.
func (q *Queries) ParseFind(p *rawjson.Params, c *access.Caller, class string) (*Find, error) {
	if err := onlyParams(p, findParams); err != nil {
		return nil, err
	}
	f := &Find{Query: store.Query{Class: class, Limit: q.Limits.DefaultSize}}
	if v, ok := p.Param("where"); ok {
		node, err := q.ParseWhere(v, c)
		if err != nil {
			return nil, err
		}
		f.Query.Where = node
	}
	var err error
	if f.Query.Limit, err = intParam(p, "limit", q.Limits.DefaultSize, q.Quirks); err != nil {
		return nil, err
	}
	if _, set := p.Param("limit"); set {
		f.Query.Limit = min(f.Query.Limit, q.Limits.PageSize)
	}
	if f.Query.Skip, err = intParam(p, "skip", 0, q.Quirks); err != nil {
		return nil, err
	}
	f.Count = p.FlagParam("count")
	if p.FlagParam("explain") {
		if !c.Master {
			return nil, fault.New(wire.CodeInvalidQuery, "Using the explain query parameter is not allowed without the master key")
		}
		return nil, fault.New(wire.CodeInvalidQuery, "explain is not supported by this server")
	}
	if f.Query.Order, err = parseOrder(p); err != nil {
		return nil, err
	}
	if f.Redirect, err = p.NameParam("redirectClassNameForKey"); err != nil {
		return nil, err
	}
	f.Shape, err = q.shape(p)
	return f, err
}

func onlyParams(p *rawjson.Params, allowed []string) error {
	for name := range p.Query {
		if !slices.Contains(allowed, name) {
			return fault.New(wire.CodeInvalidQuery, "Invalid parameter for query: %s", name)
		}
	}
	for _, m := range p.Body {
		if !slices.Contains(allowed, m.Name) && m.Name != "_method" {
			return fault.New(wire.CodeInvalidQuery, "Invalid parameter for query: %s", m.Name)
		}
	}
	return nil
}

// intParam reads a whole number, also as text or as the one element of a list.
// What JavaScript takes for false is no number given.
func intParam(p *rawjson.Params, name string, def int, quirks bool) (int, error) {
	v, ok := p.Param(name)
	if n, err := strconv.ParseUint(string(v), 10, 31); err == nil { // as it is sent nearly always
		return int(n), nil
	}
	if !ok || rawjson.Falsy(v) && v.Kind() != '0' {
		return def, nil
	}
	items, _, err := p.ListParam(name)
	var n float64
	if err != nil || len(items) != 1 || v.Kind() != 't' && json.Unmarshal([]byte(items[0]), &n) != nil {
		return 0, fault.New(wire.CodeInvalidQuery, "%s is %s, want a whole number", name, rawjson.KindOf(v))
	}
	if v.Kind() == 't' {
		n = 1
	}
	if n < 0 && quirks {
		return 0, errPostgres
	}
	if n < 0 || n != math.Trunc(n) {
		return 0, fault.New(wire.CodeInvalidQuery, "%s is %v, want a whole number from 0", name, n)
	}
	return int(min(n, math.MaxInt32)), nil
}

func parseOrder(p *rawjson.Params) ([]store.Order, error) {
	if v, ok := p.Param("order"); ok && rawjson.Falsy(v) {
		return nil, nil
	}
	names, _, err := p.ListParam("order")
	if err != nil {
		return nil, err
	}
	if len(names) > maxOrder {
		return nil, fault.New(wire.CodeInvalidQuery, "order has more than %d fields", maxOrder)
	}
	var out []store.Order
	for _, name := range names {
		key, descending := strings.CutPrefix(strings.TrimSpace(name), "-")
		if !fieldPath.MatchString(key) {
			return nil, fault.InvalidName(key)
		}
		if key == "_created_at" || key == "_updated_at" {
			key = map[string]string{"_created_at": "createdAt", "_updated_at": "updatedAt"}[key]
		}
		// Named again, a field keeps its place and takes the new direction.
		if i := slices.IndexFunc(out, func(o store.Order) bool { return o.Field == key }); i >= 0 {
			out[i].Descending = descending
			continue
		}
		out = append(out, store.Order{Field: key, Descending: descending})
	}
	return out, nil
}

// ParseGet reads the shape of one object got by its id, which knows fewer
// parameters than a query.
func (q *Queries) ParseGet(p *rawjson.Params) (*render.Shape, error) {
	for _, name := range p.ParamNames() {
		if !slices.Contains(getParams, name) {
			return nil, fault.New(wire.CodeInvalidQuery, "Improper encode of parameter")
		}
	}
	return q.shape(p)
}

// shape reads which fields of an object are asked for.
func (q *Queries) shape(p *rawjson.Params) (*render.Shape, error) {
	return render.ParseShape(p, render.ShapeLimits{Paths: q.Limits.IncludePaths, Depth: q.Limits.IncludeDepth})
}
