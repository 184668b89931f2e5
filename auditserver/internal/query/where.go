package query

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// ParseWhere reads a where document, within the limits of the caller.
func (q *Queries) ParseWhere(v jsontext.Value, c *access.Caller) (*where.Node, error) {
	l := q.Limits
	inText := v.Kind() == '"'
	if inText { // a where that is text, as some clients double-encode it
		var text string
		if json.Unmarshal(v, &text, rawjson.Options) == nil {
			v = jsontext.Value(text)
		}
	}
	if rawjson.TooDeep(v, l.JSONDepth) {
		return nil, fault.New(wire.CodeInvalidQuery, "the query is nested deeper than %d levels (option limits.depth)", l.JSONDepth)
	}
	if rawjson.NewMeter(l.JSONDepth, l.JSONValues).See(v) != nil { // what was text, or a frame, was not measured before
		return nil, fault.New(wire.CodeInvalidQuery, "the query has more than %d values (option limits.values)", l.JSONValues)
	}
	if inText && !v.IsValid(rawjson.Options) { // an empty text too, which is not an empty where
		return nil, fault.New(wire.CodeInvalidJSON, "where parameter is not valid JSON")
	}
	return where.Parse(v, q.WhereLimits(c))
}

// WhereLimits are the limits of a where document of the caller.
func (q *Queries) WhereLimits(c *access.Caller) where.Limits {
	l := q.Limits
	return where.Limits{Depth: l.QueryDepth, Conditions: l.Conditions, NoRegex: l.NoRegex && !c.Master}
}
