package where

import "slices"

// longList is how many values a list has before it gets a set.
const longList = 8

// set finds the values of a long list that are texts, numbers, dates and pointers
// without going through it.
type set struct {
	texts    map[string]struct{}
	numbers  map[float64]struct{}
	dates    map[int64]struct{} // in nanoseconds; a stored Date also equals its ISO text
	pointers map[Pointer]struct{}
	others   []any // what the set does not find
}

// newSet makes the set of a list; nil for a short one.
func newSet(list []any) *set {
	if len(list) <= longList {
		return nil
	}
	s := &set{texts: map[string]struct{}{}, numbers: map[float64]struct{}{}, dates: map[int64]struct{}{}, pointers: map[Pointer]struct{}{}}
	for _, v := range list {
		if p, ok := PointerOf(v); ok {
			s.pointers[p] = struct{}{}
			continue
		}
		switch of := scalarOf(v); of.kind {
		case kindText:
			s.texts[of.text] = struct{}{}
			if t, ok := ParseDate(of.text); ok {
				s.dates[t.UnixNano()] = struct{}{}
			}
		case kindNumber:
			s.numbers[of.number] = struct{}{}
		case kindDate:
			s.dates[of.date.UnixNano()] = struct{}{}
		default:
			s.others = append(s.others, v)
		}
	}
	return s
}

// has tells whether a stored value equals one of the list.
func (s *set) has(v any) bool {
	if p, ok := PointerOf(v); ok {
		_, found := s.pointers[p]
		return found
	}
	found := false
	switch of := scalarOf(v); of.kind {
	case kindText:
		_, found = s.texts[of.text]
	case kindNumber:
		_, found = s.numbers[of.number]
	case kindDate:
		_, found = s.dates[of.date.UnixNano()]
	default:
		found = slices.ContainsFunc(s.others, func(w any) bool { return equal(v, w) })
	}
	return found
}

// hasOrContains is equalOrContains for one of the list.
func (s *set) hasOrContains(v any) bool {
	list, ok := v.([]any)
	return s.has(v) || ok && slices.ContainsFunc(list, s.has)
}

// Weight is about how many values [Node.MatchField] looks at to test v, the value of
// the condition's field; v nil gives the least. A regular expression counts ten, more
// if its program is large, and more on a long text.
func (n *Node) Weight(v any) int {
	each := 1
	list, _ := n.Value.([]any)
	switch n.Op {
	case In, Nin:
		if each = len(list); n.set != nil {
			each = len(n.set.others)
		}
	case All, ContainedBy:
		each = len(list)
		if n.all != nil {
			each = 0
		}
		for _, p := range n.all {
			each += p.weight()
		}
	case Regex:
		each = n.Pattern.weight()
	case Text:
		each = patternWeight
	case GeoWithin:
		if n.Area != nil {
			each = 1 + len(n.Area.Polygon)/cornerUnit
		}
	}
	values := 1
	text := 0
	switch v := v.(type) {
	case []any:
		values = len(v)
		for _, e := range v {
			s, _ := e.(string)
			text += len(s)
		}
		text /= max(values, 1)
	case map[string]any:
		corners, _ := v["coordinates"].([]any)
		values = 1 + len(corners)/cornerUnit
	case string:
		text = len(v)
	}
	return max(each, 1) * max(values, 1) * (1 + text/textUnit)
}

const (
	patternWeight = 10
	textUnit      = 256 // bytes of text that count as one value
	stepUnit      = 100 // steps of a pattern that count as one pattern
	cornerUnit    = 10  // corners of an area that count as one value
)

// weight is about how many values the pattern counts for.
func (p *Pattern) weight() int {
	if p == nil {
		return patternWeight
	}
	return patternWeight * (1 + p.size/stepUnit)
}
