package schema_test

import (
	"encoding/json"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/schema"
)

type place struct{}

func (place) ParseColumn() schema.Field { return schema.Field{Type: schema.GeoPoint} }

type owner struct{}

func (owner) ParseColumn() schema.Field {
	return schema.Field{Type: schema.Pointer, TargetClass: "_User"}
}

type lost struct{}

func (lost) ParseColumn() schema.Field { return schema.Field{Type: schema.Pointer} }

type colour string

// base stands for parse.Object.
type base struct {
	ObjectID  string            `json:"objectId"`
	CreatedAt time.Time         `json:"createdAt"`
	UpdatedAt time.Time         `json:"updatedAt"`
	ACL       map[string]string `json:"ACL"`
}

type machine struct {
	base
	Name    string          `json:"name" parse:"required"`
	Colour  colour          `json:"colour,omitzero"`
	Weight  *float32        `json:"weight"`
	Built   time.Time       `json:"built"`
	Works   bool            `json:"works" parse:"required"`
	Photo   []byte          `json:"photo"`
	Parts   []string        `json:"parts"`
	Sizes   struct{ A int } `json:"sizes"`
	Labels  map[string]any  `json:"labels"`
	Place   place           `json:"place"`
	Owner   owner           `json:"owner" parse:"required"`
	Untaged uint8
	Not     chan int                   `json:"-"`
	hidden  chan int                   //nolint:unused // not a column
	Rest    map[string]json.RawMessage `json:",embed"`
}

func TestClassOfAStruct(t *testing.T) {
	class := schema.ClassOf[machine]("Machine")
	require.NoError(t, schema.Schema{Classes: []schema.Class{class}}.Err())
	require.Equal(t, schema.Class{Name: "Machine", Fields: map[string]schema.Field{
		"name":    {Type: schema.String, Required: true},
		"colour":  {Type: schema.String},
		"weight":  {Type: schema.Number},
		"built":   {Type: schema.Date},
		"works":   {Type: schema.Boolean, Required: true},
		"photo":   {Type: schema.Bytes},
		"parts":   {Type: schema.Array},
		"sizes":   {Type: schema.Object},
		"labels":  {Type: schema.Object},
		"place":   {Type: schema.GeoPoint},
		"owner":   {Type: schema.Pointer, TargetClass: "_User", Required: true},
		"Untaged": {Type: schema.Number},
	}}, class)
}

// A struct that embeds another and has a field of the same name has the outer one.
func TestClassOfTakesTheOuterField(t *testing.T) {
	type outer struct {
		machine
		Name int `json:"name"`
	}
	require.Equal(t, schema.Field{Type: schema.Number}, schema.ClassOf[outer]("Machine").Fields["name"])
}

func TestClassOfTellsAllThatIsWrong(t *testing.T) {
	type bad struct {
		Any   any     `json:"any"`
		Loose lost    `json:"loose"`
		Big   big.Int `json:"big"`
		Tag   string  `json:"tag" parse:"requird"`
		Good  string  `json:"good"`
	}
	want := schema.ISO9001().With(schema.ClassOf[bad]("Bad"), schema.ClassOf[int]("Number"), schema.ClassOf[machine](""))
	err := want.Err()
	for _, text := range []string{
		`class "Bad": the field Any of schema_test.bad: which column keeps a interface {} is not known: give the type the method ParseColumn`,
		`class "Bad": the field Loose of schema_test.bad: the class that a schema_test.lost refers to is not known: give its Go type the method ParseClass`,
		`class "Bad": the field Big of schema_test.bad: which column keeps a big.Int is not known`,
		`class "Bad": the field Tag of schema_test.bad: the tag parse:"requird": want parse:"required"`,
		`class "Number": a class is kept in a struct, not in a int`,
		`class "": schema_test.machine: the name of the class is empty`,
	} {
		require.ErrorContains(t, err, text)
	}
	require.NotContains(t, err.Error(), "Good")
	_, err = json.Marshal(want)
	require.ErrorContains(t, err, "requird", "a class that is none is not written either")
}

func TestWithAddsClassesAndColumns(t *testing.T) {
	type finding struct {
		Severity colour `json:"severity"`
		Supplier string `json:"supplier"`
	}
	before := schema.ISO9001()
	more := schema.ClassOf[finding]("AuditFinding")
	more.Indexes = map[string]schema.Index{"findingSupplier": {{Field: "supplier"}}}
	want := before.With(more, schema.ClassOf[machine]("Machine"))
	require.NoError(t, want.Err())

	grown, _ := want.Class("AuditFinding")
	old, _ := schema.ISO9001().Class("AuditFinding")
	require.Len(t, grown.Fields, len(old.Fields)+1)
	require.Equal(t, schema.Field{Type: schema.String}, grown.Fields["supplier"])
	require.Equal(t, old.Fields["severity"], grown.Fields["severity"], "still required")
	require.Len(t, grown.Indexes, len(old.Indexes)+1)
	require.Equal(t, old.Permissions, grown.Permissions)
	_, ok := want.Class("Machine")
	require.True(t, ok)
	require.Equal(t, schema.ISO9001(), before, "the schema itself is not changed")
	require.Len(t, more.Fields, 2)
}

func TestWithRefusesAnotherType(t *testing.T) {
	type finding struct {
		AuditPlan place `json:"auditPlan"`
	}
	want := schema.ISO9001().With(schema.ClassOf[finding]("AuditFinding"))
	require.ErrorContains(t, want.Err(), `class "AuditFinding": the column auditPlan is a Pointer to AuditPlan already and cannot be a GeoPoint too`)
}

// A program that uses a class of others asks whether its struct fits.
func TestOnlyColumnsComparesNothingElse(t *testing.T) {
	type finding struct {
		Severity colour    `json:"severity"`
		Clause   time.Time `json:"clause"`
		Extra    string    `json:"extra"`
	}
	have := schema.ISO9001()
	fits := schema.Schema{Classes: []schema.Class{{Name: "AuditFinding", Fields: map[string]schema.Field{"severity": {Type: schema.String}}}}}
	plan := schema.Diff(fits, have, schema.OnlyColumns())
	require.NoError(t, plan.Drift())
	require.Empty(t, plan.Steps)
	require.Empty(t, plan.Warnings)

	want := schema.Schema{Classes: []schema.Class{schema.ClassOf[finding]("AuditFinding"), schema.ClassOf[machine]("Machine")}}
	plan = schema.Diff(want, have, schema.OnlyColumns())
	require.Equal(t, []string{"AuditFinding.extra", "Machine"}, []string{plan.Changes[0].Path(), plan.Changes[1].Path()})
	require.Len(t, plan.Changes, 2)
	require.Len(t, plan.Conflicts, 1)
	require.Equal(t, "AuditFinding.clause", plan.Conflicts[0].Path())
	require.Contains(t, plan.String(), "Machine: everyone, without a session, may find")
	for _, step := range plan.Steps {
		require.Nil(t, step.Role.ACL)
		if step.Delta.Class == "AuditFinding" {
			require.Nil(t, step.Delta.Permissions)
			require.Len(t, step.Delta.Fields, 1)
		}
	}
}
