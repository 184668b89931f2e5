package parse

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Relation is a column that refers to any number of objects of the class that T
// stands for. It carries no data: its members are found with
// RelationField.MembersOf and changed with RelationField.Add and Remove.
type Relation[T any] struct{}

// ParseColumn implements [schema.Columned].
func (Relation[T]) ParseColumn() schema.Field {
	class, _ := classOf[T]()
	return schema.Field{Type: schema.Relation, TargetClass: class}
}

type relationValue interface{ isRelation() }

type relationTarget interface {
	readRelation(dec *jsontext.Decoder) error
}

func (Relation[T]) isRelation() {}

func (*Relation[T]) readRelation(dec *jsontext.Decoder) error {
	var marker wire.Relation
	return marker.UnmarshalJSONFrom(dec)
}
