package parse

import "github.com/isoaudit/isoaudit-go/internal/where"

// column is what all fields share: a name, checked when the field is made, and
// the class it belongs to.
//
// A kind of field is a struct around a column with the conditions and changes
// that the kind has; field_bool.go is the shortest. A Go type that is not written
// as ordinary JSON also has a marshaler and an unmarshaler in newCodec (codec.go).
type column[T any] struct {
	_       [0]*T
	name    string
	mistake string
}

func newColumn[T any](name string) column[T] {
	c := column[T]{name: name}
	if !validColumn(name) {
		c.mistake = "bad field name: a letter, then letters, digits and _"
	}
	return c
}

// validColumn is the server's own rule (protocol section 5), so that no text
// becomes a part of a query it should not be.
func validColumn(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != ""
}

// Name is the column's name on the server.
func (c column[T]) Name() string { return c.name }

// Exists holds where the column has a value. On MongoDB that includes a null that
// another client stored, which this SDK reads like a missing value.
func (c column[T]) Exists() Condition[T] { return c.where(where.Is(where.Exists, true)) }

// Missing holds where the column has no value. On MongoDB it does not hold for a
// null that another client stored (see Exists).
func (c column[T]) Missing() Condition[T] { return c.where(where.Is(where.Exists, false)) }

func (c column[T]) where(terms ...where.Term) Condition[T] {
	return Condition[T]{node: c.node(terms...)}
}

func (c column[T]) node(terms ...where.Term) where.Clause {
	return where.Clause{Field: c.name, Terms: terms, Mistake: c.whatIsWrong()}
}

// constant is a condition that holds always or where.Never, for a field that is sound.
func (c column[T]) constant(n where.Clause) Condition[T] {
	n.Mistake = c.whatIsWrong()
	return Condition[T]{node: n}
}

// in does not send an empty list, for which a server on PostgreSQL would return
// the rows without a value (protocol section 12.12).
func in[T, V any](c column[T], values []V) Condition[T] {
	if len(values) == 0 {
		return c.constant(where.Never)
	}
	return c.where(where.Is(where.In, values))
}

// notIn also requires that there is a value. Without that a server on MongoDB
// would return the rows without one, and a server on PostgreSQL would not
// (protocol section 3.1).
func notIn[T, V any](c column[T], values []V) Condition[T] {
	if len(values) == 0 {
		return c.constant(where.Always)
	}
	return c.where(where.Is(where.Nin, values), where.Is(where.Exists, true))
}

func (c column[T]) refuse(mistake string) Condition[T] {
	return Condition[T]{node: where.Clause{Field: c.name, Mistake: mistake}}
}

func (c column[T]) whatIsWrong() string {
	if c.name == "" && c.mistake == "" {
		return "zero field: use the fields of a class or the New...Field functions"
	}
	return c.mistake
}

func (c column[T]) change(op changeOp, value any) Change[T] {
	return Change[T]{change: change{field: c.name, op: op, value: value, mistake: c.whatIsWrong()}}
}

func (c column[T]) refuseChange(mistake string) Change[T] {
	return Change[T]{change: change{field: c.name, mistake: mistake}}
}

func (c column[T]) keyOf(*T) columnPath { return c.asPath() }

// Key is any field of T's class, for Select and Exclude.
type Key[T any] interface{ keyOf(*T) columnPath }

// Field is any field of T's class that holds a V.
type Field[T, V any] interface {
	Key[T]
	Name() string // of the column
	holds(*T, V)
}

// set replaces the value.
func (c column[T]) set(value any) Change[T] {
	if p, ok := value.(pointerValue); ok {
		if err := p.check(); err != nil {
			return c.refuseChange(err.Error())
		}
	}
	return c.change(opSet, value)
}

// Order sorts a query by one column.
type Order[T any] struct {
	_          [0]*T
	name       string
	descending bool
	mistake    string
}

func (c column[T]) order(descending bool) Order[T] {
	return Order[T]{name: c.name, descending: descending, mistake: c.whatIsWrong()}
}
