package ops_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/ops"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

type object = map[string]any

var task = schema.Class{Name: "Task", Fields: map[string]schema.Field{
	"n": {Type: schema.Number}, "l": {Type: schema.Array}, "o": {Type: schema.Object}, "t": {Type: schema.String},
}}

func TestWorkOut(t *testing.T) {
	present := object{"n": 2.0, "l": []any{1.0, 2.0}, "o": object{"k": object{"a": 1.0}}, "t": "x"}
	for name, test := range map[string]struct {
		body, set, results object
	}{
		"a value": {object{"t": "y"}, object{"t": "y"}, nil},
		"Delete":  {object{"t": object{"__op": "Delete"}}, object{"t": nil}, nil},
		"Increment": {object{"n": object{"__op": "Increment", "amount": 3.0}},
			object{"n": 5.0}, object{"n": 5.0}},
		"Increment of nothing": {object{"m": object{"__op": "Increment", "amount": 3.0}},
			object{"m": 3.0}, object{"m": 3.0}},
		"Add": {object{"l": object{"__op": "Add", "objects": []any{2.0}}},
			object{"l": []any{1.0, 2.0, 2.0}}, object{"l": []any{1.0, 2.0, 2.0}}},
		"AddUnique": {object{"l": object{"__op": "AddUnique", "objects": []any{2.0, 3.0, 3.0}}},
			object{"l": []any{1.0, 2.0, 3.0}}, object{"l": []any{1.0, 2.0, 3.0}}},
		"Remove": {object{"l": object{"__op": "Remove", "objects": []any{1.0, 2.0}}},
			object{"l": []any{}}, object{"l": []any{}}},
		"a dotted name": {object{"o.k.b": true}, object{"o": object{"k": object{"a": 1.0, "b": true}}}, nil},
		"a dotted operation": {object{"o.k.a": object{"__op": "Increment", "amount": 1.0}},
			object{"o": object{"k": object{"a": 2.0}}}, object{"o": object{"k": object{"a": 2.0}}}},
		"dotted names after the whole": {object{"o.z": 1.0, "o": object{"y": 2.0}}, object{"o": object{"y": 2.0, "z": 1.0}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			changes, err := ops.WorkOut(task, present, test.body, false)
			require.NoError(t, err)
			require.Equal(t, test.set, changes.Set)
			require.Equal(t, test.results, changes.Results)
		})
	}
	require.Equal(t, object{"k": object{"a": 1.0}}, present["o"], "the present value was changed")
}

func TestWorkOutRelations(t *testing.T) {
	pointers := []any{object{"__type": "Pointer", "className": "Tag", "objectId": "a"}, object{"__type": "Pointer", "className": "Tag", "objectId": "b"}}
	changes, err := ops.WorkOut(task, nil, object{"tags": object{"__op": "Batch", "ops": []any{
		object{"__op": "AddRelation", "objects": pointers}, object{"__op": "RemoveRelation", "objects": pointers[:1]},
	}}}, false)
	require.NoError(t, err)
	require.Equal(t, []ops.RelationChange{
		{Field: "tags", Class: "Tag", IDs: []string{"a", "b"}},
		{Field: "tags", Class: "Tag", IDs: []string{"a"}, Remove: true},
	}, changes.Relations)
	require.Empty(t, changes.Set)
}

func TestWorkOutRefuses(t *testing.T) {
	present := object{"n": "text", "l": 1.0}
	for name, test := range map[string]struct {
		body object
		code int
	}{
		"an unknown operation":        {object{"n": object{"__op": "Halve"}}, wire.CodeInvalidJSON},
		"an amount that is no number": {object{"m": object{"__op": "Increment", "amount": "1"}}, wire.CodeInvalidJSON},
		"incrementing a text":         {object{"n": object{"__op": "Increment", "amount": 1.0}}, wire.CodeIncorrectType},
		"adding to a number":          {object{"l": object{"__op": "Add", "objects": []any{}}}, wire.CodeIncorrectType},
		"objects that are no list":    {object{"l": object{"__op": "Add", "objects": 1.0}}, wire.CodeInvalidJSON},
		"a bad name":                  {object{"a b": 1.0}, wire.CodeInvalidKeyName},
		"a key of a text":             {object{"t.k": 1.0}, wire.CodeIncorrectType},
		"a relation to two classes": {object{"r": object{"__op": "AddRelation", "objects": []any{
			object{"className": "A", "objectId": "a"}, object{"className": "B", "objectId": "b"}}}}, wire.CodeIncorrectType},
		"a Batch of other operations": {object{"r": object{"__op": "Batch", "ops": []any{object{"__op": "Add"}}}}, wire.CodeForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ops.WorkOut(task, present, test.body, false)
			var e *fault.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, test.code, e.Code, e.Message)
		})
	}
}
