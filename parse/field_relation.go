package parse

import "github.com/isoaudit/isoaudit-go/internal/where"

// RelationField is a Relation column to the class that P stands for.
type RelationField[T, P any] struct {
	_      [0]*T
	column column
}

// NewRelationField names a Relation column of a class of your own.
func NewRelationField[T, P any](name string) RelationField[T, P] {
	return RelationField[T, P]{column: newColumn(name)}
}

// Name is the column's name on the server.
func (f RelationField[T, P]) Name() string { return f.column.name }

func (f RelationField[T, P]) keyOf(*T) columnPath { return f.column.path() }

// MembersOf is a condition for a query on P's class: it holds for the members of
// the owner's relation. The caller must be able to read the owner.
func (f RelationField[T, P]) MembersOf(owner Pointer[T]) Condition[P] {
	mistake := f.column.whatIsWrong()
	if err := owner.check(); err != nil && mistake == "" {
		mistake = err.Error()
	}
	type relatedTo struct {
		Object Pointer[T] `json:"object"`
		Key    string     `json:"key"`
	}
	return Condition[P]{node: &where.Clause{
		Field: string(where.RelatedTo), Terms: []where.Term{where.Is("", relatedTo{owner, f.column.name})}, Mistake: mistake,
	}}
}

// Has holds where the object is a member of the relation.
func (f RelationField[T, P]) Has(member Pointer[P]) Condition[T] {
	return f.notLive(pointersTo(f.column, "", member))
}

// HasAny holds where one of the objects is a member. Without objects it holds
// nowhere.
func (f RelationField[T, P]) HasAny(members ...Pointer[P]) Condition[T] {
	if len(members) == 0 {
		return Condition[T]{node: f.column.never()}
	}
	return f.notLive(pointersTo(f.column, where.In, members...))
}

func (f RelationField[T, P]) notLive(n *where.Clause) Condition[T] {
	n.NotLive = "live queries cannot look into relations"
	return Condition[T]{node: n}
}

// Matches holds where a member is found by the query; see PointerField.Matches.
func (f RelationField[T, P]) Matches(query Query[P]) Condition[T] {
	return Condition[T]{node: f.column.clause(where.Is(where.InQuery, inQuery[P]{query}))}
}

// Add makes the objects members. Several relations may be changed in one update,
// and one relation may gain and lose members.
func (f RelationField[T, P]) Add(members ...Pointer[P]) Change[T] {
	return f.members(opAddRelation, members)
}

// Remove ends the membership of the objects.
func (f RelationField[T, P]) Remove(members ...Pointer[P]) Change[T] {
	return f.members(opRemoveRelation, members)
}

func (f RelationField[T, P]) members(op changeOp, members []Pointer[P]) Change[T] {
	if len(members) == 0 {
		return Change[T]{change: f.column.refuseChange(string(op) + " without objects")}
	}
	if mistake := badElements(members); mistake != "" {
		return Change[T]{change: f.column.refuseChange(mistake)}
	}
	return Change[T]{change: f.column.change(op, members)}
}
