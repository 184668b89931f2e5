package parse

import (
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// ArrayField is an Array column whose elements have the Go type E.
//
// A server on PostgreSQL sorts and de-duplicates an array that Add or AddUnique
// touch (protocol section 12.11): where the order matters, Set the whole
// array.
type ArrayField[T, E any] struct{ array[T, E] }

// NewArrayField names an Array column of a class of your own. Use
// NewPointersField for arrays of pointers.
func NewArrayField[T, E any](name string) ArrayField[T, E] {
	return ArrayField[T, E]{array[T, E]{newField[T](name, schema.Array)}}
}

// array is what arrays of values and of pointers share.
type array[T, E any] struct{ field[T] }

func (f array[T, E]) holds(*T, []E) {}

// Contains holds where value is an element. It is sent as $in, because
// PostgreSQL fails on an array that is compared with a single value.
func (f array[T, E]) Contains(value E) Condition[T] {
	return Condition[T]{node: elementsAre(f.column, where.In, []E{value})}
}

// ContainsAny holds where one of values is an element. Without values it holds
// nowhere.
func (f array[T, E]) ContainsAny(values ...E) Condition[T] {
	if len(values) == 0 {
		return Condition[T]{node: f.column.never()}
	}
	return Condition[T]{node: elementsAre(f.column, where.In, values)}
}

// ContainsNone holds where there is an array and none of values is an element.
// Without values it holds everywhere.
func (f array[T, E]) ContainsNone(values ...E) Condition[T] {
	if len(values) == 0 {
		return Condition[T]{node: f.column.always()}
	}
	return Condition[T]{node: allOf(*elementsAre(f.column, where.Nin, values), *f.column.exists())}
}

// ContainsAll holds where all values are elements. Each is asked for on its own:
// on PostgreSQL $all misses arrays that hold a value twice (protocol section
// 12.13). Without values it holds everywhere.
func (f array[T, E]) ContainsAll(values ...E) Condition[T] {
	if len(values) == 0 {
		return Condition[T]{node: f.column.always()}
	}
	each := make([]where.Clause, len(values))
	for i, v := range values {
		each[i] = *elementsAre(f.column, where.In, []E{v})
	}
	return Condition[T]{node: allOf(each...)}
}

// ContainedBy holds where there is an array and all its elements are among values.
func (f array[T, E]) ContainedBy(values ...E) Condition[T] {
	return Condition[T]{node: allOf(*elementsAre(f.column, where.ContainedBy, values), *f.column.exists())} // on MongoDB rows without an array are contained, too
}

func elementsAre[E any](c column, op where.Op, values []E) *where.Clause {
	if mistake := badElements(values); mistake != "" {
		return c.refused(mistake)
	}
	return c.clause(where.Is(op, elements(values)))
}

// Set replaces the array; a nil one clears the column.
//
// An array of pointers that was read with Include is refused: the server leaves
// deleted and unreadable objects out of it, so writing it back would lose them
// (protocol section 12.15). Use Add and Remove, or read it without Include.
func (f array[T, E]) Set(values []E) Change[T] {
	if values == nil {
		return f.Unset()
	}
	return Change[T]{change: changeElements(f.column, opSet, values)}
}

// Unset clears the column.
func (f array[T, E]) Unset() Change[T] { return Change[T]{change: f.column.change(opUnset, nil)} }

// Add appends values.
func (f array[T, E]) Add(values ...E) Change[T] {
	return Change[T]{change: changeElements(f.column, opAdd, values)}
}

// AddUnique appends the values that are not elements yet.
func (f array[T, E]) AddUnique(values ...E) Change[T] {
	return Change[T]{change: changeElements(f.column, opAddUnique, values)}
}

// Remove takes all elements out that equal one of values.
func (f array[T, E]) Remove(values ...E) Change[T] {
	return Change[T]{change: changeElements(f.column, opRemove, values)}
}

func changeElements[E any](c column, op changeOp, values []E) change {
	if mistake := badElements(values); mistake != "" {
		return c.refuseChange(mistake)
	}
	if op == opSet {
		for _, v := range values {
			if p, ok := any(v).(pointerValue); ok && p.wasIncluded() {
				return c.refuseChange("array was read with Include and may lack objects: use Add and Remove, or read it without Include")
			}
		}
	} else if len(values) == 0 {
		return c.refuseChange(string(op) + " without values")
	}
	return c.change(op, elements(values))
}

func badElements[E any](values []E) string {
	for _, v := range values {
		if p, ok := any(v).(pointerValue); ok {
			if err := p.check(); err != nil {
				return err.Error()
			}
		}
	}
	return ""
}

// elements makes a JSON array also of an empty list and of a list of bytes.
func elements[E any](values []E) []any {
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	return list
}

// PointersField is an Array column of pointers to the class that P stands for.
type PointersField[T, P any] struct{ array[T, Pointer[P]] }

// NewPointersField names an Array column of pointers of a class of your own.
func NewPointersField[T, P any](name string) PointersField[T, P] {
	return PointersField[T, P]{array[T, Pointer[P]]{newField[T](name, schema.Array)}}
}

// Then names a pointer of the objects in the array, for Include.
func (f PointersField[T, P]) Then(next Includable[P]) Path[T] { return then[T](f.column, next) }

func (f PointersField[T, P]) includePath(*T) columnPath { return f.column.path() }
