package graphql

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
)

// Answer carries out a document.
func (s *Schema) Answer(ctx context.Context, server document.Server, r *document.Request, limits document.Limits) *document.Answer {
	x, refused := s.prepare(ctx, server, r, limits)
	if refused != nil {
		return refused
	}
	return x.run()
}

// prepare reads a document and its variables, and refuses what can't be carried out.
func (s *Schema) prepare(ctx context.Context, server document.Server, r *document.Request, limits document.Limits) (*execution, *document.Answer) {
	if r.Document == "" {
		return nil, refuse(http.StatusBadRequest, codeRequest, "GraphQL operations must contain a non-empty `query`.")
	}
	// What stands in the document is measured before anything that takes long reads it.
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: r.Document}, limits.Tokens)
	var syntax *gqlerror.Error
	if errors.As(err, &syntax) {
		if strings.HasPrefix(syntax.Message, "exceeded token limit") {
			syntax.Message = fmt.Sprintf("the document has more than %d words and signs (option limits.values)", limits.Tokens)
		} else {
			syntax.Message = "Syntax Error: " + syntax.Message
		}
		return nil, refuseAll(codeSyntax, gqlerror.List{syntax})
	}
	if err != nil {
		return nil, refuse(http.StatusBadRequest, codeSyntax, "Syntax Error.")
	}
	if len(doc.Operations)+len(doc.Fragments) == 0 {
		end := &ast.Position{Line: strings.Count(r.Document, "\n") + 1, Column: len(r.Document) - strings.LastIndex(r.Document, "\n")}
		return nil, refuse(http.StatusBadRequest, codeSyntax, "Syntax Error: Unexpected <EOF>.", end)
	}
	if !r.Master {
		if excess := measure(doc).excess(limits); excess != "" {
			return nil, refuse(http.StatusBadRequest, codeInvalid, excess)
		}
	}
	if errs := validator.ValidateWithRules(s.ast, doc, nil); len(errs) > 0 {
		if !r.Introspection {
			s.hideNames(errs, r.Document)
		}
		return nil, refuseAll(codeInvalid, errs)
	}
	op, refused := operation(doc, r)
	if refused != nil {
		return nil, refused
	}
	x := &execution{ctx: ctx, schema: s, server: server, request: r, limits: limits, op: op, args: map[*ast.Field]map[string]any{}}
	if !r.Introspection && asksForSchema(op.SelectionSet) {
		return nil, refuse(http.StatusForbidden, codeInternal, "Introspection is not allowed")
	}
	if x.variables, err = validator.VariableValues(s.ast, op, r.Variables); err != nil {
		return nil, refuseVariable(op, err)
	}
	if bad := x.readArguments(op.SelectionSet, map[string]bool{}); bad != nil {
		return nil, bad.refuse(op)
	}
	return x, nil
}

// operation is the one of the document that is to be carried out.
func operation(doc *ast.QueryDocument, r *document.Request) (*ast.OperationDefinition, *document.Answer) {
	op := doc.Operations.ForName(r.OperationName)
	switch {
	case op == nil && r.OperationName == "" && len(doc.Operations) > 1:
		return nil, refuse(http.StatusBadRequest, codeOperation, "Must provide operation name if query contains multiple operations.")
	case op == nil:
		return nil, refuse(http.StatusBadRequest, codeOperation, fmt.Sprintf("Unknown operation named %q.", r.OperationName))
	case op.Operation == ast.Mutation && r.QueryOnly:
		return nil, refuse(http.StatusMethodNotAllowed, codeRequest, "GET requests only support query operations, not mutation operations.")
	}
	return op, nil
}

// asksForSchema tells whether fields ask for types by introspection.
func asksForSchema(set ast.SelectionSet) bool {
	for _, selection := range set {
		switch sel := selection.(type) {
		case *ast.Field:
			if sel.Name == "__schema" || sel.Name == "__type" || asksForSchema(sel.SelectionSet) {
				return true
			}
		case *ast.InlineFragment:
			if asksForSchema(sel.SelectionSet) {
				return true
			}
		case *ast.FragmentSpread: // none of a valid document spreads itself
			if sel.Definition != nil && asksForSchema(sel.Definition.SelectionSet) {
				return true
			}
		}
	}
	return false
}

// refuseVariable says which variable does not fit its type.
func refuseVariable(op *ast.OperationDefinition, err error) *document.Answer {
	var e *gqlerror.Error
	if !errors.As(err, &e) || len(e.Path) < 2 {
		return refuse(http.StatusBadRequest, codeVariables, "the variables do not fit the operation")
	}
	var at *ast.Position
	if name, ok := e.Path[1].(ast.PathName); ok {
		at = op.VariableDefinitions.ForName(string(name)).Position
	}
	return refuse(http.StatusBadRequest, codeVariables, fmt.Sprintf("Variable \"$%s\": %s", e.Path[1:].String(), e.Message), at)
}
