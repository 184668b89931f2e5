package follow

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Matcher evaluates a query on the objects of live events again: Parse Server's
// live query matcher lets objects through whose field is missing, and ends at
// the first geo condition (protocol section 8.5).
type Matcher struct {
	node  *where.Node // nil: everything matches
	names []string    // of the columns the query looks at
}

// NewMatcher refuses queries for which the server's matcher never finds anything,
// because they could not be distinguished from queries without events.
func NewMatcher(doc jsontext.Value) (Matcher, error) {
	if bytes.Contains(doc, []byte(`"$relativeTime"`)) {
		return Matcher{}, errors.New("live queries cannot compare with a relative time: time passing sends no events")
	}
	node, err := where.Parse(doc, where.Limits{})
	if err != nil {
		return Matcher{}, fmt.Errorf("the condition cannot be evaluated: %w", err)
	}
	for n := range node.Walk() {
		if reason := neverLive(n); reason != "" {
			return Matcher{}, wire.BadField(n.Path, reason)
		}
	}
	if node.Op == where.And && len(node.Children) == 0 {
		node = nil
	}
	m := Matcher{node: node}
	for n := range node.Walk() {
		if n.Path != "" {
			m.names = appendNew(m.names, rootOf(n.Path))
		}
	}
	return m, nil
}

// neverLive returns why a condition cannot be part of a live query, "" if it can.
func neverLive(n *where.Node) string {
	const advice = "; subscribe to a wider query and look at the objects yourself"
	switch n.Op {
	case where.InQuery, where.NotInQuery, where.Select, where.DontSelect, where.RelatedTo:
		return "live queries cannot look at other objects (" + string(n.Op) + ")" + advice
	case where.Text:
		return "live queries cannot search text" + advice
	case where.NearSphere:
		return "live queries have no order: use WithinKilometers"
	case where.Eq:
		switch v := n.Value.(type) {
		case nil: // InnerField sends Missing and Exists so
			return "live queries cannot tell whether there is a value inside an object" + advice
		case []any:
			return "live queries cannot compare whole arrays" + advice
		case map[string]any:
			if v["__type"] == nil {
				return "live queries cannot compare whole objects" + advice
			}
		}
	case where.In:
		for _, v := range listOf(n.Value) {
			if _, date := where.DateOf(v); date {
				return "live queries cannot find dates in a list: join equalities with Or"
			}
		}
	case where.All:
		for _, v := range listOf(n.Value) {
			if _, pointer := where.PointerOf(v); pointer {
				return "live queries cannot find all pointers of a list: join conditions on each with And"
			}
		}
	}
	return ""
}

func listOf(v any) []any {
	list, _ := v.([]any)
	return list
}

// matches evaluates the query on one object.
func (m Matcher) matches(object jsontext.Value) (bool, error) {
	if m.node == nil {
		return true, nil
	}
	var columns map[string]jsontext.Value
	if err := json.Unmarshal(object, &columns, wire.Tolerant()); err != nil {
		return false, err
	}
	decoded := make(map[string]any, len(m.names))
	for _, name := range m.names { // the others may hold anything
		raw, ok := columns[name]
		if !ok {
			continue
		}
		var value any
		if err := json.Unmarshal(raw, &value, wire.Tolerant()); err != nil {
			return false, err
		}
		decoded[name] = value
	}
	return m.node.Match(decoded)
}

// Keys are the columns to ask the server for if a query selects some: these and the
// ones that the matcher needs. Keep is nil if the consumer gets all of them.
func (m Matcher) Keys(selected []string) (wanted, keep []string) {
	for _, key := range selected {
		wanted = appendNew(wanted, rootOf(key))
	}
	if wanted == nil {
		return nil, nil
	}
	for _, name := range m.names { // needed to match again
		if !slices.Contains(wanted, name) {
			keep = slices.Clone(wanted)
		}
	}
	for _, name := range m.names {
		wanted = appendNew(wanted, name)
	}
	return wanted, keep
}

func rootOf(path string) string {
	root, _, _ := strings.Cut(path, ".")
	return root
}

func appendNew(list []string, name string) []string {
	if slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}
