package query

import (
	"errors"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// errPostgres is the answer to what PostgreSQL can't run: 500 and code 1.
var errPostgres = errors.New("quirk: not possible on PostgreSQL")

// misbehave makes a query misbehave as on PostgreSQL (protocol sections 3.1, 3.3,
// 12.12 and 12.13): an empty $in finds missing values, dates and scalars in
// the wrong place are faults, and the master key's plain count is an estimate.
func misbehave(class schema.Class, f *Find) error {
	f.estimate = f.Query.Where == nil && f.Query.Readers == nil
	var err error
	f.Query.Where, err = quirkyWhere(class, f.Query.Where)
	return err
}

func quirkyWhere(class schema.Class, n *where.Node) (*where.Node, error) {
	if n == nil {
		return nil, nil
	}
	switch n.Op {
	case where.Or, where.And, where.Nor:
		if len(n.Children) == 0 && n.Op == where.Or {
			return nil, errPostgres
		}
		copied := *n
		copied.Children = make([]*where.Node, len(n.Children))
		for i, child := range n.Children {
			var err error
			if copied.Children[i], err = quirkyWhere(class, child); err != nil {
				return nil, err
			}
		}
		return &copied, nil
	case where.In, where.Nin:
		list, _ := n.Value.([]any)
		for _, v := range list {
			if v == nil || isDate(v) {
				return nil, errPostgres
			}
		}
		if len(list) == 0 && n.Op == where.In {
			return &where.Node{Op: where.Exists, Path: n.Path, Value: false}, nil
		}
	case where.Ne:
		if isDate(n.Value) {
			return nil, errPostgres
		}
	case where.Eq:
		if _, isObject := n.Value.(map[string]any); n.Value != nil && !isObject && class.Fields[n.Path].Type == schema.Array {
			return nil, errPostgres
		}
	}
	return n, nil
}

func isDate(v any) bool {
	m, _ := v.(map[string]any)
	return m["__type"] == "Date"
}
