package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"runtime"
	"strings"

	"github.com/go-json-experiment/json"
	"modernc.org/sqlite"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Names of the Go functions that compiled queries call. The first argument of
// each but fnFold is the number of an operand (see conn.bind), so that nothing
// of a condition becomes part of the SQL text.
const (
	fnMatch    = "isoaudit_match"    // (operand, doc or text): does the condition hold?
	fnDistance = "isoaudit_distance" // (operand, doc): radians to the centre of a $nearSphere
	fnScore    = "isoaudit_score"    // (operand, doc): how well a $text fits
	fnSortKey  = "isoaudit_sortkey"  // (operand, doc): a value inside the document to sort by
	fnWithout  = "isoaudit_without"  // (field name, doc): the document without a field
	fnFold     = "isoaudit_fold"     // (text): the text without case, for unique indexes
)

// operand is what a function needs besides the row.
type operand struct {
	ctx   context.Context
	node  *where.Node
	path  string         // of fnSortKey
	check func(any) bool // replaces node: tests the field's value
	field string         // top-level field of the document
	plain bool           // the argument is the text itself, not a document
}

// bind makes an operand known to the functions and returns its number.
func (c *conn) bind(op operand) int64 {
	c.lastOp++
	c.operands[c.lastOp] = op
	return c.lastOp
}

func (c *conn) unbind(ids []int64) {
	for _, id := range ids {
		delete(c.operands, id)
	}
}

func (c *conn) registerFunctions(drv *sqlite.Driver) error {
	scalar := func(name string, args int32, fn func(args []driver.Value) (driver.Value, error)) error {
		return drv.RegisterFunction(name, &sqlite.FunctionImpl{
			NArgs: args, Deterministic: true, VolatileArgs: true,
			Scalar: func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) { return fn(args) },
		})
	}
	return errors.Join(
		scalar(fnMatch, 2, c.match),
		scalar(fnDistance, 2, c.distance),
		scalar(fnScore, 2, c.score),
		scalar(fnSortKey, 2, c.sortKey),
		scalar(fnWithout, 2, without),
		scalar(fnFold, 1, fold),
	)
}

func fold(args []driver.Value) (driver.Value, error) {
	if text, ok := args[0].(string); ok {
		return strings.ToLower(strings.ToUpper(text)), nil
	}
	return nil, nil
}

func without(args []driver.Value) (driver.Value, error) {
	name, _ := args[0].(string)
	doc := blobOf(args[1])
	return cutField(doc, name), nil
}

// value returns the operand and the field's decoded value.
func (c *conn) value(args []driver.Value) (operand, any, error) {
	id, _ := args[0].(int64)
	op, ok := c.operands[id]
	if !ok {
		return op, nil, errors.New("store: unknown operand")
	}
	if err := op.ctx.Err(); err != nil {
		return op, nil, err
	}
	if op.plain {
		return op, args[1], c.worked(&op, args[1])
	}
	doc := blobOf(args[1])
	raw, ok := findField(doc, op.field)
	if !ok {
		return op, nil, c.worked(&op, nil)
	}
	var v any
	if err := json.Unmarshal(raw, &v, wire.Tolerant()); err != nil {
		return op, nil, err
	}
	return op, v, c.worked(&op, v)
}

// politeWork is after how much work a query lets the requests go first that wait for
// a processor: they are shorter than the ten milliseconds it could keep one.
const politeWork = 500

// worked counts what a function is about to do with a value.
func (c *conn) worked(op *operand, v any) error {
	if c.mostWork <= 0 {
		return nil
	}
	before := c.work
	if op.node != nil {
		c.work += op.node.Weight(v)
	} else {
		c.work++
	}
	if c.work/politeWork != before/politeWork {
		runtime.Gosched()
	}
	if c.work > c.mostWork {
		return c.tooMuch
	}
	return nil
}

func (c *conn) match(args []driver.Value) (driver.Value, error) {
	op, v, err := c.value(args)
	if err != nil {
		return nil, err
	}
	var ok bool
	if op.check != nil {
		ok = op.check(v)
	} else if ok, err = op.node.MatchField(v); err != nil {
		return nil, err
	}
	if ok {
		return int64(1), nil
	}
	return int64(0), nil
}

func (c *conn) distance(args []driver.Value) (driver.Value, error) {
	op, v, err := c.value(args)
	if err != nil {
		return nil, err
	}
	if p, ok := where.PointOf(v); ok {
		return op.node.Area.Center.Radians(p), nil
	}
	return nil, nil
}

func (c *conn) score(args []driver.Value) (driver.Value, error) {
	op, v, err := c.value(args)
	if err != nil {
		return nil, err
	}
	return op.node.Search.Score(v), nil
}

// sortKey gives numbers, texts and dates as they are, and other values as their JSON.
func (c *conn) sortKey(args []driver.Value) (driver.Value, error) {
	op, v, err := c.value(args)
	if err != nil {
		return nil, err
	}
	switch v := where.Lookup(v, op.path).(type) {
	case nil:
		return nil, nil
	case float64:
		return v, nil
	case bool:
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case string:
		return strings.Clone(v), nil
	default:
		if t, ok := where.DateOf(v); ok {
			return t.UnixMilli(), nil
		}
		text, err := json.Marshal(v, json.Deterministic(true))
		return string(text), err
	}
}
