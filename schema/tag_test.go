package schema_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/schema"
)

func TestTagsSayWhatTypesDoNot(t *testing.T) {
	type ticket struct {
		Kind     string   `json:"kind" parse:"required,default=a, b"`
		Empty    string   `json:"empty" parse:"default="`
		Severity int      `json:"severity" parse:"default=3"`
		Open     bool     `json:"open" parse:"required,default=true"`
		Tags     []string `json:"tags" parse:"default=[\"new\"]"`
	}
	class := schema.ClassOf[ticket]("Ticket")
	require.NoError(t, schema.Schema{Classes: []schema.Class{class}}.Err())
	require.Equal(t, map[string]schema.Field{
		"kind":     {Type: schema.String, Required: true, Default: "a, b"},
		"empty":    {Type: schema.String, Default: ""},
		"severity": {Type: schema.Number, Default: 3.0},
		"open":     {Type: schema.Boolean, Required: true, Default: true},
		"tags":     {Type: schema.Array, Default: []any{"new"}},
	}, class.Fields)
	for i := range reflect.TypeFor[ticket]().NumField() {
		f := reflect.TypeFor[ticket]().Field(i)
		tag, err := class.Fields[f.Tag.Get("json")].Tag()
		require.NoError(t, err)
		require.Equal(t, f.Tag.Get("parse"), reflect.StructTag(tag).Get("parse"), f.Name)
	}
	none, err := schema.Field{Type: schema.String}.Tag()
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestTagsThatAreNone(t *testing.T) {
	type bad struct {
		Comma  string         `json:"comma" parse:"required,"`
		Order  string         `json:"order" parse:"default"`
		Number int            `json:"number" parse:"default=many"`
		Bool   bool           `json:"bool" parse:"default=1"`
		List   []int          `json:"list" parse:"default={}"`
		Map    map[string]any `json:"map" parse:"required,default=[]"`
	}
	err := schema.Schema{Classes: []schema.Class{schema.ClassOf[bad]("Bad")}}.Err()
	for _, text := range []string{
		`the field Comma of schema_test.bad: the tag parse:"required,": want parse:"required", parse:"default=VALUE"`,
		`the field Order of schema_test.bad: the tag parse:"default": want`,
		`the field Number of schema_test.bad: the tag parse:"default=many": the default value of a Number is written in JSON`,
		`the field Bool of schema_test.bad: the tag parse:"default=1": 1 is no default value of a Boolean`,
		`the field List of schema_test.bad: the tag parse:"default={}": {} is no default value of a Array`,
		`the field Map of schema_test.bad: the tag parse:"required,default=[]": [] is no default value of a Object`,
	} {
		require.ErrorContains(t, err, text)
	}
}

// A default value is the one of the server whatever type of Go it is written in.
func TestDefaultValuesAreComparedAsJSON(t *testing.T) {
	of := func(value any) schema.Schema {
		return schema.Schema{Classes: []schema.Class{{Name: "A", Fields: map[string]schema.Field{"b": {Type: schema.Number, Default: value}}}}}
	}
	require.NoError(t, schema.Diff(of(5), of(5.0)).Drift())
	for _, have := range []any{nil, 6.0, "5"} {
		require.ErrorContains(t, schema.Diff(of(5), of(have)).Drift(), "change column A.b")
		require.Error(t, schema.Diff(of(have), of(5)).Drift())
	}
}
