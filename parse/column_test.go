package parse_test

import (
	"errors"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// shelf has a column of each kind.
type shelf struct {
	parse.Object
	Label  string                 `json:"label" parse:"required"`
	Cost   float64                `json:"cost"`
	Full   bool                   `json:"full"`
	Bought time.Time              `json:"bought"`
	Boxes  []string               `json:"boxes"`
	Size   map[string]int         `json:"size"`
	Above  parse.Pointer[shelf]   `json:"above"`
	Near   []parse.Pointer[shelf] `json:"near"`
	Place  parse.GeoPoint         `json:"place"`
	Area   parse.Polygon          `json:"area"`
	Plan   parse.File             `json:"plan"`
	Seal   []byte                 `json:"seal"`
	Users  parse.Relation[shelf]  `json:"users"`
	Key    parse.Password         `json:"key"`
	Odd    jsontext.Value         `json:"odd"`
}

func (*shelf) ParseClass() parse.Class { return parse.ClassOf[shelf]("Shelf") }

// A struct of the types of this package is a declaration of its class.
func TestClassOfAStructWithTypesOfParse(t *testing.T) {
	class := schema.ClassOf[shelf]("Shelf")
	require.ErrorContains(t, schema.Schema{Classes: []schema.Class{class}}.Err(), "the field Odd of parse_test.shelf")
	require.Equal(t, map[string]schema.Field{
		"label":  {Type: schema.String, Required: true},
		"cost":   {Type: schema.Number},
		"full":   {Type: schema.Boolean},
		"bought": {Type: schema.Date},
		"boxes":  {Type: schema.Array},
		"size":   {Type: schema.Object},
		"above":  {Type: schema.Pointer, TargetClass: "Shelf"},
		"near":   {Type: schema.Array},
		"place":  {Type: schema.GeoPoint},
		"area":   {Type: schema.Polygon},
		"plan":   {Type: schema.File},
		"seal":   {Type: schema.Bytes},
		"users":  {Type: schema.Relation, TargetClass: "Shelf"},
		"key":    {Type: schema.String},
	}, class.Fields)
}

func TestAMisspeltColumnIsRefused(t *testing.T) {
	client, err := parse.NewClient("http://127.0.0.1:1/parse", parse.WithApplicationID("app"))
	require.NoError(t, err)
	shelves := parse.NewCollection[shelf](client, "Shelf")
	costs, labels := parse.NewNumberField[shelf, float64]("costs"), parse.NewTextField[shelf, string]("Label")

	_, counting := shelves.Query().Where(costs.Gt(10)).Count(t.Context())
	_, finding := shelves.Query().OrderBy(costs.Desc()).Find(t.Context())
	_, selecting := shelves.Query().Select(costs).First(t.Context())
	updating := shelves.Update(t.Context(), "id", costs.Set(3))
	for _, err := range []error{counting, finding, selecting, updating} {
		var mistake *parse.InputError
		require.ErrorAs(t, err, &mistake)
		require.Equal(t, "Shelf", mistake.Class)
		require.Equal(t, "costs", mistake.Field)
		require.Contains(t, mistake.Reason, "no field of parse_test.shelf has this JSON name")
	}
	_, err = shelves.Query().Where(labels.Eq("A")).Count(t.Context())
	require.ErrorContains(t, err, "Label", "columns are told apart by capitals")
}

func TestAFieldOfAnotherKindIsRefused(t *testing.T) {
	client, err := parse.NewClient("http://127.0.0.1:1/parse", parse.WithApplicationID("app"))
	require.NoError(t, err)
	query := parse.NewCollection[shelf](client, "Shelf").Query()
	_, err = query.Where(parse.NewNumberField[shelf, int]("label").Gt(3)).Count(t.Context())
	require.ErrorContains(t, err, "the field of parse_test.shelf is for a column of type String, and this one for Number")
	_, err = query.Where(parse.NewArrayField[shelf, string]("size").Contains("a")).Count(t.Context())
	require.ErrorContains(t, err, "is for a column of type Object, and this one for Array")
}

// Columns that exist are never refused, and of some a struct says nothing.
func TestFieldsThatAreNotRefused(t *testing.T) {
	client, err := parse.NewClient("http://127.0.0.1:1/parse", parse.WithApplicationID("app"), parse.WithRetryPolicy(parse.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)
	for name, key := range map[string]parse.Key[shelf]{
		"text": parse.NewTextField[shelf, string]("label"), "number": parse.NewNumberField[shelf, int]("cost"), "bool": parse.NewBoolField[shelf]("full"),
		"time": parse.NewTimeField[shelf]("bought"), "array": parse.NewArrayField[shelf, string]("boxes"), "object": parse.NewObjectField[shelf, map[string]int]("size"),
		"pointer": parse.NewPointerField[shelf, shelf]("above"), "pointers": parse.NewPointersField[shelf, shelf]("near"), "geo": parse.NewGeoField[shelf]("place"),
		"polygon": parse.NewPolygonField[shelf]("area"), "file": parse.NewFileField[shelf]("plan"), "bytes": parse.NewBytesField[shelf]("seal"),
		"a type that writes itself": parse.NewTextField[shelf, string]("odd"),
		"a relation":                parse.NewRelationField[shelf, shelf]("elsewhere"),
		"a column of any kind":      parse.NewAnyField[shelf]("elsewhere"),
		"a column of Object":        parse.ObjectFieldsOf[shelf]().CreatedAt,
	} {
		_, err := parse.NewCollection[shelf](client, "Shelf").Query().Select(key).Find(t.Context())
		require.False(t, errors.As(err, new(*parse.InputError)), "%s: %v", name, err)
	}
	_, err = parse.Rows(client, "Shelf").Query().Where(parse.NewNumberField[parse.Row, int]("anything").Gt(3)).Find(t.Context())
	require.False(t, errors.As(err, new(*parse.InputError)), "a row has any column: %v", err)
}
