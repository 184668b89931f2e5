package graphql

import (
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// description is a class as the schema API describes it.
type description struct {
	Name   string                  `json:"className"`
	Fields map[string]schema.Field `json:"fields"`
}

// record is the description as GraphQL has it.
func (d description) record() record {
	columns := []any{}
	for _, name := range sortedKeys(d.Fields) {
		f := d.Fields[name]
		fields := map[string]any{"name": name}
		if f.TargetClass != "" {
			fields["targetClassName"] = f.TargetClass
		}
		columns = append(columns, record{"Schema" + string(f.Type) + "Field", fields})
	}
	return record{"Class", map[string]any{"name": d.Name, "schemaFields": columns}}
}

func readDescription(raw jsontext.Value) (d description, err error) {
	return d, json.Unmarshal(raw, &d, rawjson.Options)
}

func describedClass(x *execution, f *ast.Field, _ []ast.SelectionSet) (any, error) {
	name, _ := x.args[f]["name"].(string)
	d, err := x.describe(name)
	return d.record(), err
}

func (x *execution) describe(name string) (d description, err error) {
	if err := x.masterOnly(); err != nil {
		return d, err
	}
	if name == "" {
		return d, fault.New(wire.CodeInvalidClassName, "Class %s does not exist.", name)
	}
	raw, err := x.do(document.Call{Method: http.MethodGet, Path: []string{"schemas", name}})
	if err != nil {
		return d, err
	}
	return readDescription(raw)
}

func describedClasses(x *execution, _ *ast.Field, _ []ast.SelectionSet) (any, error) {
	if err := x.masterOnly(); err != nil {
		return nil, err
	}
	raw, err := x.do(document.Call{Method: http.MethodGet, Path: []string{"schemas"}})
	if err != nil {
		return nil, err
	}
	var answer struct {
		Results []description `json:"results"`
	}
	if err := json.Unmarshal(raw, &answer, rawjson.Options); err != nil {
		return nil, err
	}
	list := []any{}
	for _, d := range answer.Results {
		list = append(list, d.record())
	}
	return list, nil
}

func createClass(x *execution, m *mutation) (any, error) {
	return x.putClass(http.MethodPost, m, description{})
}

func updateClass(x *execution, m *mutation) (any, error) {
	name, _ := m.input["name"].(string)
	present, err := x.describe(name)
	if err != nil {
		return nil, err
	}
	return x.putClass(http.MethodPut, m, present)
}

// putClass creates or changes a class.
func (x *execution) putClass(method string, m *mutation, present description) (any, error) {
	if err := x.masterOnly(); err != nil {
		return nil, err
	}
	name, _ := m.input["name"].(string)
	changes, _ := m.input["schemaFields"].(map[string]any)
	fields, err := columnChanges(changes, present)
	if err != nil {
		return nil, err
	}
	raw, err := x.do(document.Call{Method: method, Path: []string{"schemas", name}, Params: map[string]any{"className": name, "fields": fields}})
	if err != nil {
		return nil, err
	}
	d, err := readDescription(raw)
	return d.record(), err
}

// columnChanges are the changes of a SchemaFieldsInput as the schema API has them.
func columnChanges(in map[string]any, present description) (map[string]any, error) {
	out, removed := map[string]any{}, map[string]bool{}
	for _, each := range listOf(in["remove"]) {
		removed[columnName(each)] = true
	}
	for _, kind := range columnKinds {
		list := listOf(in[kind.add])
		if one, ok := in[kind.add].(map[string]any); ok {
			list = []any{one}
		}
		for _, each := range list {
			name := columnName(each)
			if removed[name] {
				continue
			}
			if _, exists := present.Fields[name]; exists || out[name] != nil {
				return nil, fault.New(wire.CodeInvalidKeyName, "Duplicated field name: %s", name)
			}
			column := map[string]any{"type": string(kind.kind)}
			if described, _ := each.(map[string]any); described["targetClassName"] != nil {
				column["targetClass"] = described["targetClassName"]
			}
			out[name] = column
		}
	}
	for name := range removed {
		if _, exists := present.Fields[name]; exists {
			out[name] = map[string]any{"__op": "Delete"}
		}
	}
	return out, nil
}

func columnName(v any) string {
	described, _ := v.(map[string]any)
	name, _ := described["name"].(string)
	return name
}

func deleteClass(x *execution, m *mutation) (any, error) {
	name, _ := m.input["name"].(string)
	present, err := x.describe(name)
	if err != nil {
		return nil, err
	}
	_, err = x.do(document.Call{Method: http.MethodDelete, Path: []string{"schemas", name}})
	return present.record(), err
}
