package parse

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/where"
)

// subquery is the operand of a condition that contains another query.
type subquery interface {
	encodeSubquery(c *codec) (jsontext.Value, error)
}

// encodeWhere writes the where document of conditions that all have to hold.
func (c *codec) encodeWhere(conditions []where.Clause) (jsontext.Value, error) {
	return where.Write(conditions, c.encodeOperand)
}

func (c *codec) encodeOperand(value any) (jsontext.Value, error) {
	if inner, ok := value.(subquery); ok {
		return inner.encodeSubquery(c)
	}
	raw, err := c.encode(value)
	if err != nil {
		return nil, where.CannotEncode(value, err)
	}
	return raw, nil
}
