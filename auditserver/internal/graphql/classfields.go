package graphql

import (
	"net/http"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// classFields registers the queries and mutations of a class.
func (s *Schema) classFields(c *class) {
	s.queries[c.find] = func(x *execution, f *ast.Field, sets []ast.SelectionSet) (any, error) {
		return x.find(c, x.args[f], sets, nil)
	}
	s.queries[c.get] = func(x *execution, f *ast.Field, sets []ast.SelectionSet) (any, error) {
		id, _ := x.args[f]["id"].(string)
		return x.get(c, plainID(c.def.Name, id), sets)
	}
	s.mutation("create"+c.name, func(x *execution, m *mutation) (any, error) { return x.create(c, m) }, c.get)
	s.mutation("update"+c.name, func(x *execution, m *mutation) (any, error) { return x.update(c, m) }, c.get)
	s.mutation("delete"+c.name, func(x *execution, m *mutation) (any, error) { return x.delete(c, m) }, c.get)
}

// mutation is one field of a mutation as its resolver sees it.
type mutation struct {
	input   map[string]any
	payload string             // name of the type
	sets    []ast.SelectionSet // what is asked of the payload
}

// mutation registers a mutation whose payload has one field of its own.
func (s *Schema) mutation(name string, resolve func(*execution, *mutation) (any, error), output string) {
	payload := typeName(name) + "Payload"
	s.mutations[name] = func(x *execution, f *ast.Field, sets []ast.SelectionSet) (any, error) {
		input, _ := x.args[f]["input"].(map[string]any)
		v, err := resolve(x, &mutation{input, payload, sets})
		if err != nil {
			return nil, err
		}
		return record{payload, map[string]any{output: v, "clientMutationId": input["clientMutationId"]}}, nil
	}
}

func classPath(c *class, id ...string) []string {
	return append([]string{"classes", c.def.Name}, id...)
}

// get reads one object.
func (x *execution) get(c *class, id string, sets []ast.SelectionSet) (any, error) {
	if id == "" {
		return nil, fault.ErrNotFound // the path would be that of a find
	}
	raw, err := x.do(document.Call{Method: http.MethodGet, Path: classPath(c, id), Params: x.columnsOf(c, sets).params()})
	if err != nil {
		return nil, err
	}
	return newRow(c, raw)
}

// create makes an object, and reads of it what the answer to that does not tell.
func (x *execution) create(c *class, m *mutation) (any, error) {
	fields, _ := m.input["fields"].(map[string]any)
	var id string
	made, err := x.save(c, fields, func(server document.Server, body map[string]any) (row, error) {
		raw, err := x.doOn(server, document.Call{Method: http.MethodPost, Path: classPath(c), Params: body})
		if err != nil {
			return row{}, err
		}
		made, err := newRow(c, raw)
		id = made.id()
		return made, err
	})
	if err != nil {
		return nil, err
	}
	if at, ok := made.fields.Get("createdAt"); ok {
		made.fields.Set("updatedAt", at)
	}
	return x.saved(c, m, made, id, "createdAt", "updatedAt")
}

// update changes an object.
func (x *execution) update(c *class, m *mutation) (any, error) {
	fields, _ := m.input["fields"].(map[string]any)
	id, err := mutatedID(c, m)
	if err != nil {
		return nil, err
	}
	made, err := x.save(c, fields, func(server document.Server, body map[string]any) (row, error) {
		raw, err := x.doOn(server, document.Call{Method: http.MethodPut, Path: classPath(c, id), Params: body})
		if err != nil {
			return row{}, err
		}
		made, err := newRow(c, raw)
		made.fields.Set("objectId", quoted(id))
		return made, err
	})
	if err != nil {
		return nil, err
	}
	return x.saved(c, m, made, id, "updatedAt")
}

// saved is the object of a create or update. known are the columns that made has.
func (x *execution) saved(c *class, m *mutation, made row, id string, known ...string) (any, error) {
	sets, _ := x.under(m.payload, m.sets, c.get)
	if x.tells(c, sets, known) {
		return made, nil
	}
	return x.get(c, id, sets)
}

// tells reports whether the selections ask only for the ids and the known columns.
func (x *execution) tells(c *class, sets []ast.SelectionSet, known []string) bool {
	names := map[string]bool{"id": true, "objectId": true, "__typename": true}
	for _, name := range known {
		names[name] = true
	}
	for _, g := range x.collect(c.name, sets) {
		if !names[g.fields[0].Name] {
			return false
		}
	}
	return true
}

// delete removes an object. What is asked of it is read before.
func (x *execution) delete(c *class, m *mutation) (any, error) {
	id, err := mutatedID(c, m)
	if err != nil {
		return nil, err
	}
	var gone any
	if sets, _ := x.under(m.payload, m.sets, c.get); x.tells(c, sets, nil) {
		r := row{class: c}
		r.fields.Set("objectId", quoted(id))
		gone = r
	} else if gone, err = x.get(c, id, sets); err != nil {
		return nil, err
	}
	_, err = x.do(document.Call{Method: http.MethodDelete, Path: classPath(c, id)})
	return gone, err
}

func mutatedID(c *class, m *mutation) (string, error) {
	id, _ := m.input["id"].(string)
	if id = plainID(c.def.Name, id); id == "" {
		return "", fault.ErrNotFound
	}
	return id, nil
}

// node reads the object of a global id.
func node(x *execution, f *ast.Field, sets []ast.SelectionSet) (any, error) {
	id, _ := x.args[f]["id"].(string)
	of, objectID := splitGlobalID(id)
	c := x.schema.classes[of]
	if c == nil {
		return nil, fault.New(wire.CodeObjectNotFound, "Object not found.")
	}
	return x.get(c, objectID, sets)
}
