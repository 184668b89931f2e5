package parse

import (
	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Matches reports whether the query would find obj if the server held it as it is:
// whether all its conditions hold. Nothing is sent, and only Where counts. It is for
// tests, and for objects that have come by another way, such as the events of a wider
// subscription.
//
// The columns that obj does not have are missing, as those that Select left out.
// Conditions on other objects (Matches and MatchesKey of fields, relations) are an
// *[InputError] that names the field.
func (q Query[T]) Matches(obj *T) (bool, error) {
	call := q.collection.call("Matches", "", "any")
	switch {
	case call.Err != nil:
		return false, call.Err
	case obj == nil:
		return false, badInput(call.Op, call.Class, "", "the object is nil")
	}
	codec := q.collection.codec()
	holds, err := q.asks.copied().matches(codec, obj)
	if err != nil {
		return false, mistakeIn(call.Op, call.Class, err)
	}
	return holds, nil
}

func (q *question) matches(c *codec, obj any) (bool, error) {
	doc, err := q.encodeWhere(c)
	if err != nil {
		return false, err
	}
	if field, relation := notLive(q.where); relation != "" {
		return false, wire.BadField(field, "the members of a relation are known to the server alone")
	}
	node, err := where.Parse(doc, where.Limits{})
	if err != nil {
		return false, err
	}
	if n := node.External(); n != nil {
		return false, wire.BadField(n.Path, "a condition on other objects ("+string(n.Op)+") can only be asked of a server")
	}
	raw, err := c.asSent(obj)
	if err != nil {
		return false, err
	}
	var columns map[string]any
	if err := json.Unmarshal(raw, &columns, wire.Tolerant()); err != nil {
		return false, err
	}
	return node.Match(columns)
}
