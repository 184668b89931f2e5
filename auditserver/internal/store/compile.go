package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// compiler turns one query into SQL. Only quoted names from the catalog and
// constant text go into the SQL; every value is an argument.
type compiler struct {
	ctx     context.Context
	sql     context.Context // what SQLite is watched with; see reader.sqlContext
	cat     *catalog
	c       *conn
	readers []string // of the query; nil: master
	acls    []any    // ids of the ACLs that readers may read, if they are few
	few     bool

	args     []any
	operands []int64
	tables   int // aliases given out
}

// scope is one table of the query, or of a sub-query.
type scope struct {
	class *classInfo
	alias string
	plain bool // keep the planner from using an index for these conditions
}

func (s scope) col(name string) string {
	if s.plain {
		return "+" + s.alias + "." + name
	}
	return s.alias + "." + name
}

func (k *compiler) scope(class *classInfo) scope {
	k.tables++
	return scope{class: class, alias: fmt.Sprintf("t%d", k.tables)}
}

func (k *compiler) arg(values ...any) { k.args = append(k.args, values...) }

func (k *compiler) operand(op operand) {
	op.ctx = k.ctx
	id := k.c.bind(op)
	k.operands = append(k.operands, id)
	k.arg(id)
}

// done frees what the query's functions needed.
func (k *compiler) done() { k.c.unbind(k.operands) }

const (
	sqlTrue  = "1"
	sqlFalse = "0"
)

// filter compiles a where and the ACL check.
func (k *compiler) filter(s scope, n *where.Node) (string, error) {
	acl := k.readable(s)
	if n == nil {
		return acl, nil
	}
	cond, err := k.node(s, n)
	if err != nil {
		return "", err
	}
	if len(k.args) > maxArguments {
		return "", invalid("the lists of the query have more than %d values together", maxArguments)
	}
	if acl == sqlTrue {
		return cond, nil
	}
	return acl + " AND " + cond, nil
}

// readable compiles the ACL check. An object without an ACL is public.
func (k *compiler) readable(s scope) string {
	if k.readers == nil {
		return sqlTrue
	}
	col := s.alias + "." + colACL
	if k.few {
		return "(" + col + " IS NULL OR " + k.in(col, k.acls) + ")"
	}
	principals := make([]any, len(k.readers))
	for i, r := range k.readers {
		principals[i] = r
	}
	return "(" + col + " IS NULL OR EXISTS(SELECT 1 FROM acl_readers r WHERE r.acl=" + col + " AND " + k.in("r.principal", principals) + "))"
}

// in compiles "expr is one of values". The number of placeholders is a power
// of two, so that lists of all lengths share few statements.
func (k *compiler) in(expr string, values []any) string {
	if len(values) == 0 {
		return sqlFalse
	}
	n := 1
	for n < len(values) {
		n *= 2
	}
	for i := range n {
		k.arg(values[min(i, len(values)-1)])
	}
	return expr + " IN (?" + strings.Repeat(",?", n-1) + ")"
}

func (k *compiler) node(s scope, n *where.Node) (string, error) {
	switch n.Op {
	case where.And:
		return k.join(s, n.Children, " AND ", sqlTrue)
	case where.Or:
		return k.or(s, n)
	case where.Nor:
		cond, err := k.join(s, n.Children, " OR ", sqlFalse)
		return "(" + cond + " IS NOT TRUE)", err
	case where.RelatedTo:
		return k.relatedTo(s, n.Related)
	}
	col := s.class.columns[n.Field()]
	if col == nil {
		return k.missing(n)
	}
	switch n.Op {
	case where.InQuery, where.NotInQuery:
		return k.inQuery(s, col, n)
	case where.Select, where.DontSelect:
		return k.selectKey(s, col, n)
	}
	switch {
	case col.typ == schema.Relation:
		return k.relation(s, col, n)
	case col.sql == "" || n.Path != n.Field():
		return k.inGo(s, operand{node: n, field: n.Field()}), nil
	}
	return k.scalar(s, col, n)
}

// join compiles children, those that call Go last: SQLite tests them in order.
func (k *compiler) join(s scope, children []*where.Node, op, empty string) (string, error) {
	if len(children) == 0 {
		return empty, nil
	}
	ordered := slices.Clone(children)
	slices.SortStableFunc(ordered, func(a, b *where.Node) int { return k.cost(s, a) - k.cost(s, b) })
	parts := make([]string, len(ordered))
	for i, c := range ordered {
		var err error
		if parts[i], err = k.node(s, c); err != nil {
			return "", err
		}
	}
	return nested(parts, op), nil
}

// maxChain is how many conditions stand in one row. SQLite takes a chain of
// conditions for an expression as deep as the chain is long, and allows 1,000.
const maxChain = 16

// nested joins parts, long lists as a tree.
func nested(parts []string, op string) string {
	if half := len(parts) / 2; len(parts) > maxChain {
		return "(" + nested(parts[:half], op) + op + nested(parts[half:], op) + ")"
	}
	return "(" + strings.Join(parts, op) + ")"
}

func (k *compiler) cost(s scope, n *where.Node) int {
	switch n.Op {
	case where.And, where.Or, where.Nor:
		most := 0
		for _, c := range n.Children {
			most = max(most, k.cost(s, c))
		}
		return most
	case where.Regex, where.Text:
		return 2
	}
	if col := s.class.columns[n.Field()]; col != nil && (col.sql == "" || n.Path != n.Field()) {
		return 3
	}
	return 1
}

// missing decides a condition on a field the class does not have.
func (k *compiler) missing(n *where.Node) (string, error) {
	switch n.Op {
	case where.InQuery, where.Select:
		return sqlFalse, nil
	case where.NotInQuery, where.DontSelect:
		return sqlTrue, nil
	}
	ok, err := n.MatchField(nil)
	return constant(ok), err
}

func constant(ok bool) string {
	if ok {
		return sqlTrue
	}
	return sqlFalse
}

// inGo compiles a condition that Go tests on the document.
func (k *compiler) inGo(s scope, op operand) string {
	k.operand(op)
	return fnMatch + "(?, " + s.alias + "." + colDoc + ")"
}

// or compiles $or. When every branch bounds the same column from one side, the
// widest bound is stated once more for the whole, and only that may use an
// index: then the conditions of keyset paging (`a > x or (a = x and b > y)`)
// read the index in order instead of collecting and sorting the branches.
func (k *compiler) or(s scope, n *where.Node) (string, error) {
	common := commonBound(s.class, n)
	if common == nil || s.plain {
		return k.join(s, n.Children, " OR ", sqlFalse)
	}
	first, err := k.node(s, &where.Node{Op: common.op, Path: common.path, Value: common.value})
	if err != nil {
		return "", err
	}
	s.plain = true
	rest, err := k.join(s, n.Children, " OR ", sqlFalse)
	return "(" + first + " AND " + rest + ")", err
}

// bound is a comparison with a column.
type bound struct {
	op     where.Op
	path   string
	value  any // as the query gives it
	stored any // as the column stores it: texts that stand for dates have another order
}

// commonBound returns the bound `path >= v` or `path <= v` that follows from
// every branch of an $or, or nil.
func commonBound(class *classInfo, n *where.Node) *bound {
	if len(n.Children) < 2 {
		return nil
	}
	for _, first := range bounds(class, n.Children[0]) {
		for _, op := range []where.Op{where.Gte, where.Lte} {
			widest := widen(op, nil, first)
			for _, c := range n.Children[1:] {
				var in *bound
				for _, b := range bounds(class, c) {
					if b.path == first.path && in == nil {
						in = widen(op, nil, b)
					}
				}
				if in == nil || widest == nil {
					widest = nil
					break
				}
				widest = widen(op, widest, *in)
			}
			if widest != nil && !allEqual(class, n, first.path) {
				return widest
			}
		}
	}
	return nil
}

// allEqual tells whether every branch asks for one value of path: then each
// can use the index for itself.
func allEqual(class *classInfo, n *where.Node, path string) bool {
	return !slices.ContainsFunc(n.Children, func(c *where.Node) bool {
		return !slices.ContainsFunc(bounds(class, c), func(b bound) bool { return b.path == path && b.op == where.Eq })
	})
}

// bounds returns the comparisons that must hold for n to hold, those with a
// value that the column can be compared with.
func bounds(class *classInfo, n *where.Node) []bound {
	switch n.Op {
	case where.And:
		var all []bound
		for _, c := range n.Children {
			all = append(all, bounds(class, c)...)
		}
		return all
	case where.Eq, where.Gt, where.Gte, where.Lt, where.Lte:
		col := class.columns[n.Path]
		if col == nil || col.sql == "" || !ordered[col.typ] {
			return nil
		}
		if stored, ok := operandValue(col, n.Value); ok {
			return []bound{{n.Op, n.Path, n.Value, stored}}
		}
	}
	return nil
}

// widen returns the bound `path op v` that both a (if not nil) and b imply.
func widen(op where.Op, a *bound, b bound) *bound {
	fits := b.op == where.Eq || b.op == op || op == where.Gte && b.op == where.Gt || op == where.Lte && b.op == where.Lt
	if !fits {
		return nil
	}
	b.op = op
	if a != nil && (op == where.Gte) == (compareStored(a.stored, b.stored) <= 0) {
		return a
	}
	return &b
}

// compareStored compares two values of one column.
func compareStored(a, b any) int {
	switch a := a.(type) {
	case float64:
		return cmp.Compare(a, b.(float64))
	case int64:
		return cmp.Compare(a, b.(int64))
	}
	return cmp.Compare(a.(string), b.(string))
}
