package isoaudit

import (
	"bytes"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// scanner reads the JSON that Parse Server usually writes: compact, without
// nulls. Each method reports false for anything else, and the caller then turns
// to the JSON package, which also finds the words for an error. So the scanner
// never decides that an answer is wrong; FuzzPage holds both ways together.
type scanner struct {
	data []byte
	pos  int
	seen [128]string // short texts by a cheap hash: sites and statuses repeat on a page
}

// take consumes text if it comes next.
func (s *scanner) take(text string) bool {
	if len(s.data)-s.pos < len(text) || string(s.data[s.pos:s.pos+len(text)]) != text {
		return false
	}
	s.pos += len(text)
	return true
}

// is consumes one byte if it comes next.
func (s *scanner) is(c byte) bool {
	if s.pos >= len(s.data) || s.data[s.pos] != c {
		return false
	}
	s.pos++
	return true
}

// plain consumes a string without escapes and gives its bytes, which are valid.
func (s *scanner) plain() ([]byte, bool) {
	if !s.is('"') {
		return nil, false
	}
	start, ascii := s.pos, true
	for i := start; i < len(s.data); i++ {
		switch c := s.data[i]; {
		case c == '"':
			s.pos = i + 1
			return s.data[start:i], ascii || utf8.Valid(s.data[start:i])
		case c == '\\' || c < ' ':
			return nil, false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, false
}

// text consumes any string.
func (s *scanner) text() (string, bool) {
	before := s.pos
	if plain, ok := s.plain(); ok {
		return s.intern(plain), true
	}
	s.pos = before
	raw, ok := s.value()
	if !ok || raw.Kind() != '"' {
		return "", false
	}
	text, err := jsontext.AppendUnquote(nil, raw)
	return string(text), err == nil
}

func (s *scanner) intern(text []byte) string {
	if len(text) == 0 || len(text) > 24 {
		return string(text)
	}
	hash := uint(len(text))
	for _, c := range text {
		hash = hash*31 + uint(c)
	}
	slot := &s.seen[hash%uint(len(s.seen))]
	if *slot != string(text) {
		*slot = string(text)
	}
	return *slot
}

// value consumes the next value without looking into it: whoever uses it has to
// find out whether it is valid.
func (s *scanner) value() (jsontext.Value, bool) {
	start, depth := s.pos, 0
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case '"':
			if !s.skipString() {
				return nil, false
			}
		case '{', '[':
			depth++
			s.pos++
			continue
		case '}', ']':
			depth--
			s.pos++
		case ',', ':':
			if depth == 0 {
				return nil, false
			}
			s.pos++
			continue
		default:
			length := bytes.IndexAny(s.data[s.pos:], ",:]}\"")
			if length <= 0 {
				return nil, false
			}
			s.pos += length
		}
		if depth <= 0 {
			return s.data[start:s.pos], depth == 0
		}
	}
	return nil, false
}

func (s *scanner) skipString() bool {
	s.pos = stringEnd(s.data, s.pos)
	return s.pos <= len(s.data)
}

// stringEnd gives the offset behind the JSON string that begins at start, and
// one behind data if the string does not end.
func stringEnd(data []byte, start int) int {
	for i := start + 1; i < len(data); i++ {
		switch data[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(data) + 1
}

// pointer consumes a Pointer and gives its class and id.
func (s *scanner) pointer() (class, id []byte, ok bool) {
	if !s.take(wire.PointerPrefix) {
		return nil, nil, false
	}
	s.pos-- // the class's quote
	class, ok = s.plain()
	if !ok || !s.take(`,"objectId":`) {
		return nil, nil, false
	}
	id, ok = s.plain()
	return class, id, ok && s.is('}')
}
