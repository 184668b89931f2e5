package parse

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Relation is a column that refers to any number of objects of the class that T
// stands for. It carries no data: its members are found with
// RelationField.MembersOf and changed with RelationField.Add and Remove.
type Relation[T any] struct{}

type relationValue interface{ isRelation() }

type relationTarget interface {
	readRelation(dec *jsontext.Decoder) error
}

func (Relation[T]) isRelation() {}

func (*Relation[T]) readRelation(dec *jsontext.Decoder) error {
	var marker wire.Relation
	return marker.UnmarshalJSONFrom(dec)
}
