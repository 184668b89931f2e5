package graphql

import (
	"context"
	"errors"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// execution is one operation that is carried out.
type execution struct {
	ctx       context.Context //nolint:containedctx // it lives as long as the call of Answer
	schema    *Schema
	server    document.Server
	request   *document.Request
	limits    document.Limits
	op        *ast.OperationDefinition
	variables map[string]any
	args      map[*ast.Field]map[string]any

	path     []any // of the field that is being resolved
	failures []failure
	calls    int
	full     bool // the answer is as long as it may be
}

// resolver makes the value of a field. f is the field, sets are the selections of all
// that are merged with it.
type resolver func(x *execution, f *ast.Field, sets []ast.SelectionSet) (any, error)

// object is a value with fields.
type object interface {
	typeName() string
	field(x *execution, f *ast.Field, sets []ast.SelectionSet) (any, error)
}

// root is the object of the operation.
type root struct {
	name   string
	fields map[string]resolver
}

func (r root) typeName() string { return r.name }

func (r root) field(x *execution, f *ast.Field, sets []ast.SelectionSet) (any, error) {
	return r.fields[f.Name](x, f, sets)
}

func (x *execution) run() *document.Answer {
	from := root{"Query", x.schema.queries}
	if x.op.Operation == ast.Mutation {
		from = root{"Mutation", x.schema.mutations}
	}
	data, ok := x.appendObject(nil, from, []ast.SelectionSet{x.op.SelectionSet})
	if !ok {
		data = []byte("null")
	}
	return respond(http.StatusOK, x.failures, data)
}

// do makes a call.
func (x *execution) do(call document.Call) (jsontext.Value, error) { return x.doOn(x.server, call) }

func (x *execution) doOn(server document.Server, call document.Call) (jsontext.Value, error) {
	if x.calls++; x.calls > x.limits.Calls && !x.request.Master {
		return nil, fault.New(wire.CodeInvalidJSON, "the document makes more than %d requests (option requestComplexity.batchRequestLimit)", x.limits.Calls)
	}
	if err := x.ctx.Err(); err != nil {
		return nil, err
	}
	return server.Do(x.ctx, call)
}

// selected is a field of an answer, with the fields of the document that are merged
// in it.
type selected struct {
	key    string
	fields []*ast.Field
}

func (g *selected) sets() []ast.SelectionSet {
	sets := make([]ast.SelectionSet, len(g.fields))
	for i, f := range g.fields {
		sets[i] = f.SelectionSet
	}
	return sets
}

// collect lists the fields that the selections ask of an object of a type.
func (x *execution) collect(typeName string, sets []ast.SelectionSet) []*selected {
	var list []*selected
	byKey := map[string]*selected{}
	var add func(ast.SelectionSet)
	add = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch sel := selection.(type) {
			case *ast.Field:
				if !x.wanted(sel.Directives) {
					continue
				}
				g := byKey[sel.Alias]
				if g == nil {
					g = &selected{key: sel.Alias}
					byKey[sel.Alias], list = g, append(list, g)
				}
				g.fields = append(g.fields, sel)
			case *ast.InlineFragment:
				if x.wanted(sel.Directives) && x.schema.isOf(typeName, sel.TypeCondition) {
					add(sel.SelectionSet)
				}
			case *ast.FragmentSpread:
				if x.wanted(sel.Directives) && x.schema.isOf(typeName, sel.Definition.TypeCondition) {
					add(sel.Definition.SelectionSet)
				}
			}
		}
	}
	for _, set := range sets {
		add(set)
	}
	return list
}

// wanted reports whether @skip and @include leave a selection in.
func (x *execution) wanted(directives ast.DirectiveList) bool {
	for _, d := range directives {
		if given, _ := d.ArgumentMap(x.variables)["if"].(bool); d.Name == "skip" && given || d.Name == "include" && !given {
			return false
		}
	}
	return true
}

// isOf reports whether an object type meets the condition of a fragment.
func (s *Schema) isOf(typeName, condition string) bool {
	if condition == "" || condition == typeName {
		return true
	}
	for _, possible := range s.ast.PossibleTypes[condition] {
		if possible.Name == typeName {
			return true
		}
	}
	return false
}

// under gives the selections of the fields called name that the selections ask of an
// object of a type, and whether there is one.
func (x *execution) under(typeName string, sets []ast.SelectionSet, name string) (below []ast.SelectionSet, asked bool) {
	for _, g := range x.collect(typeName, sets) {
		if g.fields[0].Name == name {
			below, asked = append(below, g.sets()...), true
		}
	}
	return below, asked
}

// errFull ends an answer that is as long as it may be.
var errFull = errors.New("the answer is full")
