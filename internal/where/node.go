// Package where reads Parse `where` documents (protocol section 3.1) into a
// tree, and reports whether an object in memory satisfies one. It does what the
// documentation of Parse promises, even where a Parse Server on PostgreSQL or
// its live query matcher does something else. The client writes where documents
// with it too.
//
// A new operator is named among the constants in node.go, read from a document in
// constraint.go and matched in match.go; an operand that is not in Value also goes
// into canonical.go. It then works in queries of auditserver and in live queries on
// both sides; compilefield.go of auditserver's store has those that SQL can do
// faster. The client gives it to the kinds of fields that have it (parse/field_*.go);
// write.go says which operators may share a field, and neverLive in
// parse/internal/follow/matcher.go which ones a Parse Server's live queries don't know.
package where

import (
	"iter"
	"regexp"
)

// Op is the operator of a Node, spelt as in a where document.
type Op string

// The operators. A bare value (`{"f": v}`) is read as Eq.
const (
	And Op = "$and"
	Or  Op = "$or"
	Nor Op = "$nor"

	Eq            Op = "$eq"
	Ne            Op = "$ne"
	Lt            Op = "$lt"
	Lte           Op = "$lte"
	Gt            Op = "$gt"
	Gte           Op = "$gte"
	In            Op = "$in"
	Nin           Op = "$nin"
	Exists        Op = "$exists"
	All           Op = "$all"
	ContainedBy   Op = "$containedBy"
	Regex         Op = "$regex"
	Text          Op = "$text"
	NearSphere    Op = "$nearSphere"
	Within        Op = "$within"
	GeoWithin     Op = "$geoWithin"
	GeoIntersects Op = "$geoIntersects"

	InQuery    Op = "$inQuery"
	NotInQuery Op = "$notInQuery"
	Select     Op = "$select"
	DontSelect Op = "$dontSelect"
	RelatedTo  Op = "$relatedTo"
)

// Node is one condition, or several joined by And, Or or Nor. A Node is not
// changed after it was built and may be shared between goroutines.
type Node struct {
	Op   Op
	Path string // the field, dotted for a key inside an Object; empty for And, Or, Nor, RelatedTo

	Children []*Node // of And, Or, Nor; an And without children matches everything

	// Value is the operand in Parse's JSON encoding, as decoded by a JSON
	// package (nil, bool, float64, string, []any, map[string]any): any value
	// for Eq and Ne; a number, string, bool or Date for the comparisons (a
	// $relativeTime has become a Date); []any for In, Nin, All and
	// ContainedBy; a bool for Exists.
	Value any

	Plain    bool // of Eq: written as a bare value, without $eq
	Relative bool // of a comparison: Value was written as a $relativeTime

	Pattern *Pattern      // of Regex
	Search  *Search       // of Text
	Area    *Area         // of NearSphere, Within, GeoWithin, GeoIntersects
	Query   *Subquery     // of InQuery, NotInQuery, Select, DontSelect
	Related *RelatedOwner // of RelatedTo

	all []*Pattern // of All with patterns
	set *set       // of In and Nin with a long list
}

// Pattern is a compiled regular expression. RE2 is used, so no pattern can
// take exponential time; what RE2 lacks (lookaround, back-references) is
// refused with code 102.
type Pattern struct {
	Source  string // as in the document
	Options string // sorted, without repeats
	Regexp  *regexp.Regexp

	size int // steps of its program
}

// Subquery is the query inside $inQuery, $notInQuery, $select or $dontSelect.
// Its limit, order, skip and keys have no meaning and are ignored, as Parse
// Server does.
type Subquery struct {
	Class       string
	Where       *Node
	Key         string // of Select, DontSelect: the field of Class to compare with
	RedirectKey string // redirectClassNameForKey: search the target class of this field instead of Class
}

// RelatedOwner is the object whose relation $relatedTo reads.
type RelatedOwner struct {
	Class, ObjectID string
	Key             string // the relation field of Class
}

// Search is the operand of $text. A text matches when it contains every word
// of Term (letters and digits; compared as whole words).
type Search struct {
	Term               string
	Language           string // only carried; no stemming is done
	CaseSensitive      bool
	DiacriticSensitive bool

	words map[string]int // how often each stands in Term
}

// Match reports whether object satisfies n. Values are in Parse's JSON encoding,
// as decoded by a JSON package; objectId, createdAt and updatedAt count as
// fields. A missing key and null are the same. The error is an *Error with
// code 102 if n holds a condition that needs other objects (see External).
func (n *Node) Match(object map[string]any) (bool, error) { return n.match(object) }

// External returns the first condition of n that Match can't evaluate because
// it needs other objects: a sub-query or $relatedTo. It returns nil if there
// is none.
func (n *Node) External() *Node {
	for c := range n.Walk() {
		switch c.Op {
		case InQuery, NotInQuery, Select, DontSelect, RelatedTo:
			return c
		}
	}
	return nil
}

// ObjectID gives the id if n is nothing but {"objectId": id}: Parse Server takes
// such a find for a get, but none with an operator or a second condition.
func (n *Node) ObjectID() (id string, ok bool) {
	if n == nil || n.Op != Eq || !n.Plain || n.Path != "objectId" {
		return "", false
	}
	id, ok = n.Value.(string)
	return id, ok
}

// Subqueries yields the sub-queries of n and theirs. A nil Node has none.
func (n *Node) Subqueries() iter.Seq[*Subquery] {
	return func(yield func(*Subquery) bool) { n.subqueries(yield) }
}

func (n *Node) subqueries(yield func(*Subquery) bool) bool {
	if n == nil {
		return true
	}
	for c := range n.Walk() {
		if c.Query != nil && (!yield(c.Query) || !c.Query.Where.subqueries(yield)) {
			return false
		}
	}
	return true
}

// Walk yields n and every node below it, parents first. It does not enter the
// where of a Subquery.
func (n *Node) Walk() iter.Seq[*Node] {
	return func(yield func(*Node) bool) { n.walk(yield) }
}

func (n *Node) walk(yield func(*Node) bool) bool {
	if n == nil {
		return true
	}
	if !yield(n) {
		return false
	}
	for _, c := range n.Children {
		if !c.walk(yield) {
			return false
		}
	}
	return true
}

// AllOf joins conditions: each must hold. Nil conditions are left out.
func AllOf(nodes ...*Node) *Node { return join(And, nodes) }

// AnyOf joins conditions: at least one must hold. Nil conditions are left out;
// without any condition nothing matches.
func AnyOf(nodes ...*Node) *Node { return join(Or, nodes) }

// Equal is the condition that the field at path equals (or, for an array,
// contains) value, given in Parse's JSON encoding.
func Equal(path string, value any) *Node { return &Node{Op: Eq, Path: path, Value: value} }

// OneOf is the condition that the field at path equals one of values.
func OneOf(path string, values ...any) *Node { return &Node{Op: In, Path: path, Value: values} }

func join(op Op, nodes []*Node) *Node {
	n := &Node{Op: op}
	for _, c := range nodes {
		if c != nil {
			n.Children = append(n.Children, c)
		}
	}
	if len(n.Children) == 1 {
		return n.Children[0]
	}
	return n
}
