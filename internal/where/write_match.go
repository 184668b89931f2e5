package where

import (
	"fmt"
	"reflect"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// WriteMatch writes clauses for the $match of an aggregation, whose dates are
// plain ISO strings. It takes only what PostgreSQL and MongoDB both do there:
// comparisons with texts, numbers, booleans and times.
func WriteMatch(clauses []Clause, encode Operand) (jsontext.Value, error) {
	var doc document
	for _, c := range flatten(nil, clauses) {
		if c.Mistake != "" || c.isZero() {
			_, err := Write([]Clause{c}, encode)
			return nil, err
		}
		plain := c
		plain.Terms = nil
		for _, t := range c.Terms {
			switch op := t.Op; {
			case op == Exists, op == Ne, op == In, op == Nin, op != "" && !joins(op):
				return nil, wire.BadField(c.Field, fmt.Sprintf("an aggregation cannot heed the condition %s", t.Op))
			}
			switch v := t.Value.(type) {
			case time.Time:
				t.Value = wire.FormatISO(v)
			default:
				if kind := reflect.ValueOf(v).Kind(); kind == reflect.Struct || kind == reflect.Slice || !reflect.ValueOf(v).IsValid() {
					return nil, wire.BadField(c.Field, fmt.Sprintf("an aggregation cannot compare with %T", v))
				}
			}
			plain.Terms = append(plain.Terms, t)
		}
		if c.Logic != "" {
			return nil, wire.BadField("", "an aggregation cannot heed "+string(c.Logic))
		}
		members, err := writeTerms(plain, encode)
		if err != nil {
			return nil, wire.BadField(c.Field, err.Error())
		}
		if !doc.add(c.Field, members) {
			return nil, wire.BadField(c.Field, "an aggregation cannot join these conditions on one field")
		}
	}
	return doc.append(nil, nil), nil
}
