package parse

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// check finds the mistakes in rows.
func (u *upsert[T]) check(ctx context.Context, key Key[T]) error {
	call := u.c.call(opUpsert, "", "any")
	switch {
	case call.Err != nil:
		return call.Err
	case ctx == nil:
		return nilContext(call.Op, call.Class)
	case key == nil:
		return badInput(call.Op, call.Class, "key", "is nil: give a field of the class")
	}
	path := key.keyOf(nil)
	if path.mistake != "" || !validColumn(path.dotted) || alwaysFilled(path.dotted) {
		return badInput(call.Op, call.Class, "key", "%q is no column of your own that names a row", path.dotted)
	}
	u.key, u.byKey = path.dotted, make(map[string]int, len(u.rows))
	u.states = make([]state, len(u.rows))
	kinds := map[string]seenKind{}
	var mistakes []error
	refuse := func(i int, field, format string, args ...any) {
		mistakes = append(mistakes, badInput(call.Op, call.Class, field, fmt.Sprintf("row %d: ", i)+format, args...))
	}
	for i, row := range u.rows {
		if row == nil {
			refuse(i, "", "is nil")
			continue
		}
		columns, err := u.c.codec().stateOf(row)
		if err != nil {
			refuse(i, wire.FieldOf(err), "%v", wire.BareCause(err))
			continue
		}
		u.states[i] = columns
		for _, name := range slices.Sorted(maps.Keys(columns)) {
			kind := wire.Describe(columns[name])
			if first, seen := kinds[name]; !seen {
				kinds[name] = seenKind{kind, i}
			} else if first.kind != kind {
				refuse(i, name, "%s, and %s in row %d: a column holds values of one type", kind, first.kind, first.row)
			}
		}
		value := columns[u.key]
		if kind := value.Kind(); len(value) == 0 || kind != '"' && kind != '0' || string(value) == `""` {
			refuse(i, u.key, "has no key: it must be a text or a number")
			continue
		}
		text := canonical(value)
		if first, twice := u.byKey[text]; twice {
			refuse(i, u.key, "%s is also the key of row %d: leave one of them out", value, first)
		} else {
			u.byKey[text] = i
		}
	}
	return errors.Join(mistakes...)
}

// seenKind is what the first row that has a column holds in it.
type seenKind struct {
	kind string // as wire.Describe names it
	row  int
}
