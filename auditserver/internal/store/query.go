package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Order is one sort key of a Query. Objects without a value come last in
// ascending and first in descending order, as on PostgreSQL. Texts compare by
// their code points.
type Order struct {
	Field      string // may be dotted; a field the class does not have is ignored; "$score": how well a $text fits, best first
	Descending bool
}

// Query selects objects of one class.
type Query struct {
	Class string
	Where *where.Node // nil: all

	// Readers are the principals the caller has: "*", its user id, and
	// "role:..." of each of its roles. Only objects whose ACL lets one of
	// them read are found, here and in sub-queries. Nil: everything (master).
	Readers []string

	// Order of the results. A $nearSphere condition without an Order sorts by
	// distance; else the order is stable but not defined.
	Order []Order
	Skip  int
	Limit int // 0 means none at all; negative: no limit

	// Hidden loads Row.Hidden too.
	Hidden bool

	// Quick says that an index finds the few rows: it need not wait for other queries.
	Quick bool

	// Spend, if set, is told how many bytes of memory Find needs for what it has
	// found so far. An error ends the query.
	Spend func(bytes int) error
}

// reader runs queries on one connection against one catalog.
type reader struct {
	s   *Store
	c   *conn
	cat *catalog
	tx  bool // sees uncommitted changes, so nothing cached
}

// limited holds a query of a client to Bounds.Work.
func (r reader) limited(q *Query) reader {
	if q.Readers != nil {
		r.c.mostWork, r.c.tooMuch = r.s.cfg.Bounds.Work, r.s.cfg.Bounds.TooMuch
	}
	return r
}

func (r reader) compiler(ctx context.Context, readers []string) (*compiler, error) {
	k := &compiler{ctx: ctx, sql: r.sqlContext(ctx), cat: r.cat, c: r.c, readers: readers}
	if readers == nil {
		return k, nil
	}
	var acls readableACLs
	var err error
	if r.tx {
		acls, err = readACLs(r.sqlContext(ctx), r.c, readers)
	} else {
		acls, err = r.s.acls.lookup(ctx, r.c, readers)
	}
	k.acls, k.few = acls.ids, acls.few
	return k, err
}

// sqlContext is the context SQLite is watched with. Within a transaction it
// never ends: interrupting SQLite there could undo the writes of others. Go
// functions and loops over rows still see the caller's.
func (r reader) sqlContext(ctx context.Context) context.Context {
	if r.tx {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// get reads one object by id.
func (r reader) get(class, id string, hidden bool) (Row, error) {
	c := r.cat.classes[class]
	if c == nil {
		return Row{}, fmt.Errorf("%w: %s", ErrNotFound, class)
	}
	columns := colDoc
	if hidden {
		columns += "," + colHidden
	}
	v, err := r.c.queryRow("SELECT "+columns+" FROM "+c.table+" WHERE "+colID+"=?", id)
	if err != nil {
		return Row{}, err
	}
	if v == nil {
		return Row{}, fmt.Errorf("%w: %s", ErrNotFound, class)
	}
	return c.row(v), nil
}

// row makes a Row of the columns doc and, if there, hidden.
func (c *classInfo) row(v []driver.Value) Row {
	row := c.withRelations(blobOf(v[0]))
	if len(v) > 1 {
		row.hidden = blobOf(v[1])
	}
	return row
}

// withRelations makes a Row of a document, adding the markers of relations.
func (c *classInfo) withRelations(doc []byte) Row {
	if len(c.relation) != 0 {
		whole := make([]byte, 0, len(doc)+len(c.relation))
		whole = append(append(whole, doc[:len(doc)-1]...), c.relation...)
		doc = append(whole, '}')
	}
	return Row{class: c.def.Name, doc: doc}
}

func (r reader) each(ctx context.Context, q Query, visit func(Row) bool) error {
	c := r.cat.classes[q.Class]
	if c == nil || q.Limit == 0 {
		return nil
	}
	k, err := r.compiler(ctx, q.Readers)
	if err != nil {
		return err
	}
	defer k.done()
	columns := []string{colDoc}
	if q.Hidden {
		columns = append(columns, colHidden)
	}
	sql, err := k.selectRows(c, columns, q)
	if err != nil {
		return err
	}
	return r.c.query(r.sqlContext(ctx), sql, k.args, func(v []driver.Value) (bool, error) { return visit(c.row(v)), ctx.Err() })
}

func (r reader) find(ctx context.Context, q Query) ([]Row, error) {
	var rows []Row
	if q.Limit > 0 {
		rows = make([]Row, 0, min(q.Limit, 1000))
	}
	bill := meter{spend: q.Spend}
	err := r.each(ctx, q, func(row Row) bool {
		rows = append(rows, row)
		return bill.add(row)
	})
	if err == nil {
		err = bill.settle()
	}
	return rows, err
}

// meter tells Query.Spend of rows, many at a time.
type meter struct {
	spend func(int) error
	owed  int
	err   error
}

const (
	rowSize   = 64       // about what a Row takes beside its document
	meterStep = 16 << 10 // bytes that are told together
)

// add counts a row and tells whether there is room for more.
func (m *meter) add(row Row) bool {
	if m.owed += len(row.doc) + rowSize; m.owed > meterStep {
		m.err = m.settle()
	}
	return m.err == nil
}

// settle tells what has not been told yet, or the error of an earlier time.
func (m *meter) settle() error {
	if m.err == nil && m.spend != nil && m.owed > 0 {
		m.err = m.spend(m.owed)
	}
	m.owed = 0
	return m.err
}

func (r reader) count(ctx context.Context, q Query) (int, error) {
	c := r.cat.classes[q.Class]
	if c == nil {
		return 0, nil
	}
	k, err := r.compiler(ctx, q.Readers)
	if err != nil {
		return 0, err
	}
	defer k.done()
	s := k.scope(c)
	cond, err := k.filter(s, q.Where)
	if err != nil {
		return 0, err
	}
	n := 0
	err = r.c.query(r.sqlContext(ctx), "SELECT count(*) FROM "+c.table+" "+s.alias+" WHERE "+cond, k.args, func(v []driver.Value) (bool, error) {
		n = int(v[0].(int64))
		return true, nil
	})
	return n, err
}

// getMany reads objects by their ids, a bounded number at a time.
func (r reader) getMany(ctx context.Context, class string, ids []string, readers []string, spend func(int) error) (map[string]Row, error) {
	found := make(map[string]Row, len(ids))
	bill := meter{spend: spend}
	for part := range slices.Chunk(ids, maxPlaceholders) {
		values := make([]any, len(part))
		for i, id := range part {
			values[i] = id
		}
		q := Query{Class: class, Where: where.OneOf("objectId", values...), Readers: readers, Limit: -1}
		if err := r.each(ctx, q, func(row Row) bool { found[row.ID()] = row; return bill.add(row) }); err != nil {
			return nil, err
		}
	}
	return found, bill.settle()
}

// selectRows compiles a whole query.
func (k *compiler) selectRows(c *classInfo, columns []string, q Query) (string, error) {
	s := k.scope(c)
	cond, err := k.filter(s, q.Where)
	if err != nil {
		return "", err
	}
	sql := strings.Builder{}
	sql.WriteString("SELECT ")
	for i, col := range columns {
		if i > 0 {
			sql.WriteString(", ")
		}
		sql.WriteString(s.alias + "." + col)
	}
	sql.WriteString(" FROM " + c.table + " " + s.alias + " WHERE " + cond)
	if order := k.orderBy(s, q); order != "" {
		sql.WriteString(" ORDER BY " + order)
	}
	if q.Limit >= 0 || q.Skip > 0 {
		sql.WriteString(" LIMIT ? OFFSET ?")
		k.arg(int64(q.Limit), int64(q.Skip))
	}
	return sql.String(), nil
}

func (k *compiler) orderBy(s scope, q Query) string {
	var keys []string
	for _, o := range q.Order {
		if key := k.orderKey(s, q.Where, o); key != "" {
			keys = append(keys, key)
		}
	}
	if len(q.Order) == 0 {
		if near := topLevel(q.Where, where.NearSphere); near != nil && s.class.columns[near.Field()] != nil {
			k.operand(operand{node: near, field: near.Field()})
			keys = append(keys, fnDistance+"(?, "+s.alias+"."+colDoc+")")
		}
	}
	return strings.Join(keys, ", ")
}

func (k *compiler) orderKey(s scope, n *where.Node, o Order) string {
	direction := ""
	if o.Descending {
		direction = " DESC"
	}
	if o.Field == "$score" {
		text := topLevel(n, where.Text)
		if text == nil {
			return ""
		}
		k.operand(operand{node: text, field: text.Field()})
		return fnScore + "(?, " + s.alias + "." + colDoc + ") DESC"
	}
	field, path, _ := strings.Cut(o.Field, ".")
	col := s.class.columns[field]
	switch {
	case col == nil || col.typ == schema.Relation || col.typ == schema.ACL:
		return ""
	case col.notNil && path == "":
		return s.alias + "." + col.sql + direction
	}
	key := s.alias + "." + col.sql
	if col.sql == "" || path != "" {
		k.operand(operand{field: field, path: path})
		key = fnSortKey + "(?, " + s.alias + "." + colDoc + ")"
	}
	if o.Descending {
		return key + " DESC NULLS FIRST"
	}
	return key + " NULLS LAST"
}

// topLevel returns the condition with operator op that must hold for n to hold.
func topLevel(n *where.Node, op where.Op) *where.Node {
	if n == nil || n.Op == op {
		return n
	}
	if n.Op == where.And {
		for _, c := range n.Children {
			if found := topLevel(c, op); found != nil {
				return found
			}
		}
	}
	return nil
}
