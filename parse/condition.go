package parse

import (
	"slices"

	"github.com/isoaudit/isoaudit-go/internal/where"
)

// Condition restricts a query to some objects of T's class. Conditions are made
// by fields and joined with And, Or and Nor; they cannot be converted between
// classes. The zero Condition is refused by the query that gets it.
type Condition[T any] struct {
	_    [0]*T
	node *where.Clause // nil in the zero Condition
}

// And holds where all conditions hold. Where does the same; And is for use
// inside Or and Nor.
func And[T any](conditions ...Condition[T]) Condition[T] { return joined(where.And, conditions) }

// Or holds where at least one condition holds.
func Or[T any](conditions ...Condition[T]) Condition[T] { return joined(where.Or, conditions) }

// Nor holds where none of the conditions holds.
func Nor[T any](conditions ...Condition[T]) Condition[T] { return joined(where.Nor, conditions) }

func joined[T any](logic where.Op, conditions []Condition[T]) Condition[T] {
	n := &where.Clause{Logic: logic, Children: withNodes(nil, conditions)}
	if len(conditions) == 0 {
		n.Mistake = string(logic) + " of no conditions: give at least one"
	}
	return Condition[T]{node: n}
}

// withNodes gives nodes with those of the conditions.
func withNodes[T any](nodes []where.Clause, conditions []Condition[T]) []where.Clause {
	nodes = slices.Grow(nodes, len(conditions))
	for _, c := range conditions {
		if c.node == nil {
			nodes = append(nodes, where.Clause{})
		} else {
			nodes = append(nodes, *c.node)
		}
	}
	return nodes
}
