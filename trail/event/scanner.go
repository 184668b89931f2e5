package event

import (
	"bytes"
	"unicode/utf8"
)

const (
	maxPlainDepth  = 32 // deeper values take the general path
	maxPlainDigits = 15 // every integer of so many digits is a double
)

// canonicalScanner reads a JSON value that is surely canonical: no white space, no
// escapes, ASCII names in order, small integers.
type canonicalScanner struct {
	text []byte
	at   int
}

func (s *canonicalScanner) value(depth int) bool {
	if s.at >= len(s.text) || depth == 0 {
		return false
	}
	switch c := s.text[s.at]; {
	case c == '"':
		_, ok := s.quoted()
		return ok
	case c == '{':
		return s.object(depth)
	case c == '[':
		return s.array(depth)
	case c == '-' || c >= '0' && c <= '9':
		return s.integer()
	}
	return s.skip("true") || s.skip("false") || s.skip("null")
}

func (s *canonicalScanner) skip(literal string) bool {
	if !bytes.HasPrefix(s.text[s.at:], []byte(literal)) {
		return false
	}
	s.at += len(literal)
	return true
}

func (s *canonicalScanner) object(depth int) bool {
	s.at++
	if s.skip("}") {
		return true
	}
	var last []byte
	for first := true; ; first = false {
		name, ok := s.quoted()
		if !ok || !isASCII(name) || !first && bytes.Compare(last, name) >= 0 || !s.skip(":") || !s.value(depth-1) {
			return false
		}
		last = name
		if !s.skip(",") {
			return s.skip("}")
		}
	}
}

func (s *canonicalScanner) array(depth int) bool {
	s.at++
	if s.skip("]") {
		return true
	}
	for s.value(depth - 1) {
		if !s.skip(",") {
			return s.skip("]")
		}
	}
	return false
}

// quoted reads a text without escapes, of readable Unicode.
func (s *canonicalScanner) quoted() ([]byte, bool) {
	if !s.skip(`"`) {
		return nil, false
	}
	text, ascii := s.text[s.at:], true
	for i, c := range text {
		switch {
		case c == '"':
			s.at += i + 1
			return text[:i], ascii || utf8.Valid(text[:i])
		case c == '\\' || c < ' ':
			return nil, false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, false
}

func (s *canonicalScanner) integer() bool {
	negative := s.skip("-")
	start := s.at
	for s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' {
		s.at++
	}
	digits := s.text[start:s.at]
	if len(digits) == 0 || len(digits) > maxPlainDigits || digits[0] == '0' && (len(digits) > 1 || negative) {
		return false
	}
	return s.at == len(s.text) || s.text[s.at] == ',' || s.text[s.at] == '}' || s.text[s.at] == ']'
}

func isASCII(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
