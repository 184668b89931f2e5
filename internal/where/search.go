package where

import (
	"iter"
	"strings"
	"unicode"
)

// parseSearch reads {"$search": {"$term": ...}}.
func parseSearch(path string, v any) (*Search, *Error) {
	outer, _ := v.(map[string]any)
	m, ok := outer["$search"].(map[string]any)
	if !ok {
		return nil, errorf(codeInvalidJSON, "bad $text of %s: $search must be an object", path)
	}
	s := &Search{DiacriticSensitive: true}
	for _, key := range sortedKeys(m) {
		switch key {
		case "$term":
			s.Term, ok = m[key].(string)
		case "$language":
			s.Language, ok = m[key].(string)
		case "$caseSensitive":
			s.CaseSensitive, ok = m[key].(bool)
		case "$diacriticSensitive":
			s.DiacriticSensitive, ok = m[key].(bool)
			if ok && !s.DiacriticSensitive {
				return nil, errorf(codeInvalidQuery, "bad $text of %s: $diacriticSensitive false is not supported; accents always count", path)
			}
		default:
			return nil, errorf(codeInvalidJSON, "bad $text of %s: unknown key %q", path, key)
		}
		if !ok {
			return nil, errorf(codeInvalidJSON, "bad $text of %s: %s is %s", path, key, kindName(m[key]))
		}
	}
	s.words = map[string]int{}
	for word := range s.split(s.Term) {
		s.words[word]++
	}
	if len(s.words) == 0 {
		return nil, errorf(codeInvalidJSON, "bad $text of %s: $term has no word", path)
	}
	return s, nil
}

// split cuts a text into words of letters and digits.
func (s *Search) split(text string) iter.Seq[string] {
	if !s.CaseSensitive {
		text = strings.ToLower(text)
	}
	return strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
}

// score is the share of text's words that the search asks for, 0 if one of
// them is missing.
func (s *Search) score(text string) float64 {
	if len(s.words) > len(text) {
		return 0
	}
	found := make(map[string]struct{}, len(s.words))
	hits, all := 0, 0
	for word := range s.split(text) {
		all++
		if times := s.words[word]; times > 0 {
			hits += times
			found[word] = struct{}{}
		}
	}
	if len(found) < len(s.words) {
		return 0
	}
	return float64(hits) / float64(all)
}

// Score returns how well a text fits the search: above 0 and at most about 1
// where it matches, and 0 where it does not. An array has the score of its best
// element.
func (s *Search) Score(v any) float64 {
	switch v := v.(type) {
	case string:
		return s.score(v)
	case []any:
		best := 0.0
		for _, e := range v {
			best = max(best, s.Score(e))
		}
		return best
	}
	return 0
}
