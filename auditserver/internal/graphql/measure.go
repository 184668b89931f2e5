package graphql

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
)

// extent is how large a document is: its deepest level of fields, and the fields of
// all its operations, those of a fragment counted wherever it is spread.
type extent struct{ depth, fields int }

func (e extent) excess(limits document.Limits) string {
	switch {
	case e.depth > limits.Depth:
		return fmt.Sprintf("GraphQL query depth of %d exceeds maximum allowed depth of %d (option requestComplexity.graphQLDepth)", e.depth, limits.Depth)
	case e.fields > limits.Fields:
		return fmt.Sprintf("Number of GraphQL fields (%d) exceeds maximum allowed (%d) (option requestComplexity.graphQLFields)", e.fields, limits.Fields)
	}
	return ""
}

// measure takes the extent of a document that need not be valid: fragments may be
// missing, and may spread each other.
func measure(doc *ast.QueryDocument) extent {
	m := measuring{doc: doc, known: map[string]extent{}, open: map[string]bool{}}
	var all extent
	for _, op := range doc.Operations {
		all.add(m.set(op.SelectionSet))
	}
	for _, f := range doc.Fragments {
		if _, spread := m.known[f.Name]; !spread {
			all.add(m.fragment(f.Name))
		}
	}
	return all
}

func (e *extent) add(part extent) {
	e.depth = max(e.depth, part.depth)
	e.fields = min(e.fields+part.fields, maxFields)
}

// maxFields is more than any limit: fragments that spread each other twice double
// with each step.
const maxFields = 1 << 30

type measuring struct {
	doc   *ast.QueryDocument
	known map[string]extent // of fragments
	open  map[string]bool   // fragments that are being measured
}

func (m *measuring) set(set ast.SelectionSet) (e extent) {
	for _, selection := range set {
		switch sel := selection.(type) {
		case *ast.Field:
			below := m.set(sel.SelectionSet)
			e.add(extent{depth: below.depth + 1, fields: below.fields + 1})
		case *ast.InlineFragment:
			e.add(m.set(sel.SelectionSet))
		case *ast.FragmentSpread:
			e.add(m.fragment(sel.Name))
		}
	}
	return e
}

func (m *measuring) fragment(name string) extent {
	if e, ok := m.known[name]; ok || m.open[name] {
		return e
	}
	m.open[name] = true
	defer delete(m.open, name)
	var e extent
	if f := m.doc.Fragments.ForName(name); f != nil {
		e = m.set(f.SelectionSet)
	}
	m.known[name] = e
	return e
}
