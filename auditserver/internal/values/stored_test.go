package values_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

type object = map[string]any

func TestTypesAndStoredForms(t *testing.T) {
	for _, test := range []struct {
		given  any
		field  schema.Field
		stored any
	}{
		{true, schema.Field{Type: schema.Boolean}, true},
		{"x", schema.Field{Type: schema.String}, "x"},
		{1.5, schema.Field{Type: schema.Number}, 1.5},
		{[]any{1.0}, schema.Field{Type: schema.Array}, []any{1.0}},
		{object{"k": nil}, schema.Field{Type: schema.Object}, object{"k": nil}},
		{object{"__type": "Date", "iso": "2026-03-01T01:00:00+01:00"}, schema.Field{Type: schema.Date},
			object{"__type": "Date", "iso": "2026-03-01T00:00:00.000Z"}},
		{object{"__type": "Pointer", "className": "Plan", "objectId": "p", "more": 1.0}, schema.Field{Type: schema.Pointer, TargetClass: "Plan"},
			values.PointerTo("Plan", "p")},
		{object{"__type": "File", "name": "a.txt", "url": "http://x"}, schema.Field{Type: schema.File},
			object{"__type": "File", "name": "a.txt"}},
		{object{"__type": "Polygon", "coordinates": []any{[]any{0.0, 0.0}, []any{0.0, 1.0}, []any{1.0, 1.0}}}, schema.Field{Type: schema.Polygon},
			object{"__type": "Polygon", "coordinates": []any{[]any{0.0, 0.0}, []any{0.0, 1.0}, []any{1.0, 1.0}, []any{0.0, 0.0}}}},
		{object{"__type": "Bytes", "base64": "aGk="}, schema.Field{Type: schema.Bytes}, object{"__type": "Bytes", "base64": "aGk="}},
	} {
		got, err := values.TypeOf(test.given)
		require.NoError(t, err)
		require.Equal(t, test.field, got)
		kept, err := values.Stored("f", test.given, got)
		require.NoError(t, err)
		require.Equal(t, test.stored, kept)
	}
}

func TestRefusedValues(t *testing.T) {
	for _, bad := range []object{
		{"__type": "Comet"}, {"__type": 1.0}, {"__type": "Pointer", "className": "Plan"}, {"__type": "Date"}, {"__type": "GeoPoint", "latitude": 1.0},
		{"__type": "Date", "iso": "tomorrow"}, {"__type": "Bytes", "base64": "?"}, {"__type": "Polygon", "coordinates": []any{[]any{0.0}}},
	} {
		field, err := values.TypeOf(bad)
		if err == nil {
			_, err = values.Stored("f", bad, field)
		}
		var e *fault.Error
		require.ErrorAs(t, err, &e, "%v", bad)
		require.Equal(t, wire.CodeIncorrectType, e.Code, "%v", bad)
	}
	_, err := values.Stored("f", object{"__type": "Polygon", "coordinates": []any{[]any{0.0, 0.0}}}, schema.Field{Type: schema.Polygon})
	var few *fault.Error
	require.ErrorAs(t, err, &few)
	require.Equal(t, wire.CodeInvalidJSON, few.Code)
	_, err = values.Stored("f", object{"a": []any{object{"b.c": 1.0}}}, schema.Field{Type: schema.Object})
	require.ErrorContains(t, err, "Nested keys")
	require.ErrorContains(t, values.DefaultDenylist().Check(object{"a": []any{object{"__proto__": 1.0}}}), "Prohibited keyword")
}
