package isoaudit

// Condition restricts a query to some objects of T's class. Conditions are made
// by fields and joined with And, Or and Nor; they cannot be converted between
// classes. The zero Condition is refused by the query that gets it.
type Condition[T any] struct {
	_    [0]*T
	node node
}

// And holds where all conditions hold. Where does the same; And is for use
// inside Or and Nor.
func And[T any](conditions ...Condition[T]) Condition[T] { return joined("$and", conditions) }

// Or holds where at least one condition holds.
func Or[T any](conditions ...Condition[T]) Condition[T] { return joined("$or", conditions) }

// Nor holds where none of the conditions holds.
func Nor[T any](conditions ...Condition[T]) Condition[T] { return joined("$nor", conditions) }

func joined[T any](logic string, conditions []Condition[T]) Condition[T] {
	n := node{logic: logic, children: nodesOf(conditions)}
	if len(conditions) == 0 {
		n.mistake = logic + " of no conditions: give at least one"
	}
	return Condition[T]{node: n}
}

func nodesOf[T any](conditions []Condition[T]) []node {
	nodes := make([]node, len(conditions))
	for i, c := range conditions {
		nodes[i] = c.node
	}
	return nodes
}

// node is a condition without its class. Nodes are never changed once made.
type node struct {
	logic    string // $and, $or, $nor; "" for a condition on one field
	children []node

	field string
	terms []term

	notLive string // why a live query cannot evaluate the condition, where its JSON does not show it
	mistake string // what is wrong with the condition; reported before anything is sent
}

// term is one operator of a field's constraint with its operand, which is
// encoded when the query is sent. Plain equality has no operator.
type term struct {
	op    string
	value any
}

func (n node) isZero() bool {
	return n.logic == "" && n.field == "" && n.mistake == ""
}

// Everything and nothing, spelt so that every server agrees.
var (
	always = node{field: "objectId", terms: []term{{"$exists", true}}}
	never  = node{field: "objectId", terms: []term{{"$in", []string{"-"}}}} // no id holds a dash
)

func anyOf(nodes ...node) node { return node{logic: "$or", children: nodes} }
func allOf(nodes ...node) node { return node{logic: "$and", children: nodes} }
