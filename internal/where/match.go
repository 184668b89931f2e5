package where

import (
	"slices"
	"strings"
)

func (n *Node) match(object map[string]any) (bool, error) {
	switch n.Op {
	case And, Or, Nor:
		for _, c := range n.Children {
			ok, err := c.match(object)
			if err != nil {
				return false, err
			}
			if ok != (n.Op == And) {
				return n.Op == Or, nil
			}
		}
		return n.Op != Or, nil
	}
	return n.MatchField(object[n.Field()])
}

// Field returns the top-level field a condition is about: the first element of
// its Path.
func (n *Node) Field() string {
	field, _, _ := strings.Cut(n.Path, ".")
	return field
}

// MatchField is Match for one condition (not And, Or, Nor), given the value of
// its Field.
func (n *Node) MatchField(v any) (bool, error) {
	field, rest, dotted := strings.Cut(n.Path, ".")
	if dotted {
		v = Lookup(v, rest)
	} else if text, ok := v.(string); ok && (field == "createdAt" || field == "updatedAt") {
		v = map[string]any{"__type": "Date", "iso": text} // they come as bare strings
	}
	if p, ok := PointerOf(v); ok && !dotted {
		return n.matchPointer(v, p)
	}
	return n.matchValue(v)
}

// matchPointer is matchValue for a pointer. It also compares with the plain id of
// its object, as the columns of pointers do.
func (n *Node) matchPointer(v any, p Pointer) (bool, error) {
	switch operand := n.Value.(type) {
	case string:
		v = p.ObjectID
	case []any:
		if (n.Op == In || n.Op == Nin) && n.lists(operand, p.ObjectID) {
			v = p.ObjectID
		}
	}
	return n.matchValue(v)
}

func (n *Node) matchValue(v any) (bool, error) {
	switch n.Op {
	case Eq:
		return equalOrContains(v, n.Value), nil
	case Ne:
		return !equalOrContains(v, n.Value), nil
	case In:
		return n.in(v), nil
	case Nin:
		return !n.in(v), nil
	case Lt, Lte, Gt, Gte:
		return anyElement(v, n.ordered), nil
	case Exists:
		return (v != nil) == n.Value.(bool), nil
	case All:
		return n.containsAll(v), nil
	case ContainedBy:
		list, ok := v.([]any)
		allowed, _ := n.Value.([]any)
		return ok && !slices.ContainsFunc(list, func(e any) bool {
			return !slices.ContainsFunc(allowed, func(w any) bool { return equal(e, w) })
		}), nil
	case Regex:
		return anyElement(v, func(e any) bool {
			text, ok := e.(string)
			return ok && n.Pattern.Regexp.MatchString(text)
		}), nil
	case Text:
		return n.Search.Score(v) > 0, nil
	case NearSphere, Within, GeoWithin:
		return anyElement(v, func(e any) bool {
			p, ok := PointOf(e)
			return ok && n.Area.contains(p)
		}), nil
	case GeoIntersects:
		ring, ok := polygonOf(v)
		return ok && inPolygon(ring, *n.Area.Center), nil
	}
	return false, errorf(codeInvalidQuery, "%s can't be decided by looking at one object", n.Op)
}

// Lookup follows a dotted path into a value. A number is an index of an array; another key
// gathers the values of an array's elements, so that conditions hold if they
// hold for one of them.
func Lookup(v any, path string) any {
	for path != "" {
		var key string
		key, path, _ = strings.Cut(path, ".")
		switch c := v.(type) {
		case map[string]any:
			v = c[key]
		case []any:
			if i, ok := index(key); ok {
				if i >= len(c) {
					return nil
				}
				v = c[i]
				continue
			}
			var found []any
			rest := key
			if path != "" {
				rest += "." + path
			}
			for _, e := range c {
				if m, ok := e.(map[string]any); ok {
					if x := Lookup(m, rest); x != nil {
						found = append(found, x)
					}
				}
			}
			if found == nil {
				return nil
			}
			return found
		default:
			return nil
		}
	}
	return v
}

func index(key string) (int, bool) {
	if len(key) == 0 || len(key) > 6 {
		return 0, false
	}
	n := 0
	for _, c := range []byte(key) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// lists tells whether a text stands in the list of the condition.
func (n *Node) lists(list []any, text string) bool {
	if n.set == nil {
		return slices.Contains(list, any(text))
	}
	_, found := n.set.texts[text]
	return found
}

func (n *Node) in(v any) bool {
	if n.set != nil {
		return n.set.hasOrContains(v)
	}
	list, _ := n.Value.([]any)
	return slices.ContainsFunc(list, func(w any) bool { return equalOrContains(v, w) })
}

func (n *Node) containsAll(v any) bool {
	have, ok := v.([]any)
	want, _ := n.Value.([]any)
	if !ok || len(want) == 0 {
		return false
	}
	if n.all != nil {
		return !slices.ContainsFunc(n.all, func(p *Pattern) bool {
			return !slices.ContainsFunc(have, func(e any) bool {
				text, ok := e.(string)
				return ok && p.Regexp.MatchString(text)
			})
		})
	}
	return !slices.ContainsFunc(want, func(w any) bool {
		return !slices.ContainsFunc(have, func(e any) bool { return equal(e, w) })
	})
}

func (n *Node) ordered(v any) bool {
	c, ok := Compare(v, n.Value)
	if !ok {
		return false
	}
	switch n.Op {
	case Lt:
		return c < 0
	case Lte:
		return c <= 0
	case Gt:
		return c > 0
	}
	return c >= 0
}

// anyElement tests a value, or the elements of an array.
func anyElement(v any, test func(any) bool) bool {
	if list, ok := v.([]any); ok {
		return slices.ContainsFunc(list, test)
	}
	return test(v)
}

// equalOrContains is what `{"f": want}` asks: f is want, or is an array with
// want in it. A null want asks that there is no value, or a null in the array.
func equalOrContains(v, want any) bool {
	if equal(v, want) {
		return true
	}
	list, ok := v.([]any)
	return ok && slices.ContainsFunc(list, func(e any) bool { return equal(e, want) })
}
