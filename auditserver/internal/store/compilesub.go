package store

import (
	"database/sql/driver"
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// maxSubqueryValues bounds the sub-queries that can't be a part of the SQL
// statement: those on Array and Object fields.
const maxSubqueryValues = 100_000

// inQuery compiles $inQuery and $notInQuery.
func (k *compiler) inQuery(s scope, col *column, n *where.Node) (string, error) {
	in := n.Op == where.InQuery
	class := k.cat.searched(n.Query.Class, n.Query.RedirectKey)
	target := k.cat.classes[class]
	if target == nil {
		return constant(!in), nil
	}
	typed := col.typ == schema.Pointer || col.typ == schema.Relation
	switch {
	case n.Path != n.Field() || col.typ == schema.Array || col.typ == schema.Object:
		return k.inQueryGo(s, n, target)
	case !typed || col.target != class:
		return constant(!in), nil
	}
	sub, err := k.subSelect(target, colID, n.Query.Where)
	if err != nil {
		return "", err
	}
	name := s.col(col.sql)
	if col.typ == schema.Relation {
		name = s.col(colID)
		sub = "SELECT owner FROM " + col.sql + " WHERE related IN (" + sub + ")"
	}
	if in {
		return name + " IN (" + sub + ")", nil
	}
	return "(" + name + " IS NULL OR " + name + " NOT IN (" + sub + "))", nil
}

// subSelect compiles the values of one column of the objects that n matches.
func (k *compiler) subSelect(class *classInfo, col string, n *where.Node) (string, error) {
	s := k.scope(class)
	cond, err := k.filter(s, n)
	if err != nil {
		return "", err
	}
	return "SELECT " + s.alias + "." + col + " FROM " + class.table + " " + s.alias + " WHERE " + cond + " AND " + s.alias + "." + col + " IS NOT NULL", nil
}

// inQueryGo runs the sub-query first and tests each element of the field with
// its result.
func (k *compiler) inQueryGo(s scope, n *where.Node, target *classInfo) (string, error) {
	ids := map[string]bool{}
	err := k.values(target, colID, n.Query.Where, func(v driver.Value) error {
		ids[v.(string)] = true
		return nil
	})
	if err != nil {
		return "", err
	}
	in := n.Op == where.InQuery
	return k.inGo(s, operand{field: n.Field(), check: func(v any) bool {
		return anyOf(rest(n, v), func(e any) bool {
			p, ok := where.PointerOf(e)
			return ok && p.Class == target.def.Name && ids[p.ObjectID]
		}) == in
	}}), nil
}

// rest follows the part of the path inside the field.
func rest(n *where.Node, v any) any {
	if n.Path == n.Field() {
		return v
	}
	return where.Lookup(v, n.Path[len(n.Field())+1:])
}

func anyOf(v any, test func(any) bool) bool {
	if list, ok := v.([]any); ok {
		for _, e := range list {
			if test(e) {
				return true
			}
		}
		return false
	}
	return test(v)
}

// values runs a sub-query of its own on the same connection.
func (k *compiler) values(class *classInfo, col string, n *where.Node, visit func(driver.Value) error) error {
	sub := &compiler{ctx: k.ctx, sql: k.sql, cat: k.cat, c: k.c, readers: k.readers, acls: k.acls, few: k.few}
	defer sub.done()
	sql, err := sub.subSelect(class, col, n)
	if err != nil {
		return err
	}
	seen := 0
	return k.c.query(k.sql, sql, sub.args, func(row []driver.Value) (bool, error) {
		if err := k.ctx.Err(); err != nil {
			return false, err
		}
		if seen++; seen > maxSubqueryValues {
			return false, &where.Error{Code: 102, Message: fmt.Sprintf("a sub-query on an Array or Object field finds more than %d objects", maxSubqueryValues)}
		}
		return true, visit(row[0])
	})
}

// selectKey compiles $select and $dontSelect.
func (k *compiler) selectKey(s scope, col *column, n *where.Node) (string, error) {
	in := n.Op == where.Select
	target := k.cat.classes[k.cat.searched(n.Query.Class, n.Query.RedirectKey)]
	if target == nil {
		return constant(!in), nil
	}
	key := &where.Node{Op: where.Exists, Path: n.Query.Key, Value: true}
	from := target.columns[key.Field()]
	if from == nil {
		return constant(!in), nil
	}
	asked := *from
	if from.typ == schema.Pointer && key.Path == key.Field()+".objectId" {
		asked.typ, key = schema.String, &where.Node{Op: where.Exists, Path: key.Field(), Value: true}
	}
	switch {
	case n.Path != n.Field() || key.Path != key.Field() || col.sql == "" || from.sql == "":
		return k.selectKeyGo(s, n, target, &where.Node{Op: where.Exists, Path: n.Query.Key, Value: true})
	case !mayCompare(col, &asked):
		return constant(!in), nil
	}
	sub, err := k.subSelect(target, from.sql, n.Query.Where)
	if err != nil {
		return "", err
	}
	name := s.col(col.sql)
	if in {
		return name + " IN (" + sub + ")", nil
	}
	return "(" + name + " IS NULL OR " + name + " NOT IN (" + sub + "))", nil
}

// mayCompare tells whether a column and one whose values a $select gives may hold
// equal values. A pointer also equals the plain id of its object.
func mayCompare(col, from *column) bool {
	switch {
	case col.typ == schema.Relation || from.typ == schema.Relation:
		return false
	case col.typ == schema.Pointer && from.typ == schema.String:
		return true
	}
	return col.typ == from.typ && (col.typ != schema.Pointer || col.target == from.target)
}

// selectKeyGo runs the sub-query first, where one of the two fields has no
// column of its own.
func (k *compiler) selectKeyGo(s scope, n *where.Node, target *classInfo, key *where.Node) (string, error) {
	var values []any
	seen := map[string]bool{}
	add := func(v any) {
		if id := string(where.Equal("", v).AppendCanonical(nil)); v != nil && !seen[id] {
			seen[id] = true
			values = append(values, v)
		}
	}
	err := k.values(target, colDoc, n.Query.Where, func(doc driver.Value) error {
		raw, ok := findField(blobOf(doc), key.Field())
		if !ok {
			return nil
		}
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			return err
		}
		v = rest(key, v)
		if list, ok := v.([]any); ok {
			for _, e := range list {
				add(e)
			}
			return nil
		}
		add(v)
		return nil
	})
	if err != nil {
		return "", err
	}
	in := n.Op == where.Select
	return k.inGo(s, operand{field: n.Field(), check: func(v any) bool {
		return anyOf(rest(n, v), func(e any) bool { return e != nil && seen[string(where.Equal("", e).AppendCanonical(nil))] }) == in
	}}), nil
}

// relatedTo compiles $relatedTo: members of a relation whose owner the caller
// may read.
func (k *compiler) relatedTo(s scope, r *where.RelatedOwner) (string, error) {
	owner := k.cat.classes[r.Class]
	if owner == nil || owner.columns[r.Key] == nil {
		return sqlFalse, nil
	}
	col := owner.columns[r.Key]
	if col.typ != schema.Relation || col.target != s.class.def.Name {
		return sqlFalse, nil
	}
	k.arg(r.ObjectID, r.ObjectID)
	o := k.scope(owner)
	return "(" + s.col(colID) + " IN (SELECT related FROM " + col.sql + " WHERE owner = ?) AND EXISTS(SELECT 1 FROM " + owner.table + " " + o.alias +
		" WHERE " + o.alias + "." + colID + " = ? AND " + k.readable(o) + "))", nil
}

// relation compiles conditions on a relation field: owners of certain members.
func (k *compiler) relation(s scope, col *column, n *where.Node) (string, error) {
	var ids []any
	add := func(v any) {
		if p, ok := where.PointerOf(v); ok && p.Class == col.target {
			ids = append(ids, p.ObjectID)
		}
	}
	not := false
	switch n.Op {
	case where.Eq, where.Ne:
		add(n.Value)
		not = n.Op == where.Ne
	case where.In, where.Nin:
		list, _ := n.Value.([]any)
		for _, v := range list {
			add(v)
		}
		not = n.Op == where.Nin
	case where.Exists:
		return constant(n.Value == true), nil
	default:
		return "", &where.Error{Code: 102, Message: fmt.Sprintf("unsupported constraint %s of the relation %s", n.Op, n.Path)}
	}
	if len(ids) > maxPlaceholders {
		return "", &where.Error{Code: 102, Message: fmt.Sprintf("the list for the relation %s has more than %d pointers", n.Path, maxPlaceholders)}
	}
	if len(ids) == 0 {
		return constant(not), nil
	}
	in := "(SELECT owner FROM " + col.sql + " WHERE " + k.in("related", ids) + ")"
	if not {
		return s.col(colID) + " NOT IN " + in, nil
	}
	return s.col(colID) + " IN " + in, nil
}
