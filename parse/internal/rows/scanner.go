package rows

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Scanner reads the JSON that Parse Server usually writes: compact, without nulls.
// Each method reports false for anything else, and the caller then uses the JSON
// package, which also reports the errors. So the scanner never decides that an
// answer is wrong. FuzzPage checks that both read the same.
type Scanner struct {
	data     []byte
	pos      int
	seen     [128]string // short texts by a cheap hash: sites and statuses repeat on a page
	included included
}

// NewScanner reads data from its beginning.
func NewScanner(data []byte) *Scanner { return &Scanner{data: data} }

// Pos is where the scanner stands; Back returns to such a place.
func (s *Scanner) Pos() int { return s.pos }

// Back continues at a place where the scanner was before.
func (s *Scanner) Back(pos int) { s.pos = pos }

// Since is what was consumed from pos on.
func (s *Scanner) Since(pos int) []byte { return s.data[pos:s.pos] }

// AtEnd reports whether everything was consumed.
func (s *Scanner) AtEnd() bool { return s.pos == len(s.data) }

// Take consumes text if it comes next.
func (s *Scanner) Take(text string) bool {
	if len(s.data)-s.pos < len(text) || string(s.data[s.pos:s.pos+len(text)]) != text {
		return false
	}
	s.pos += len(text)
	return true
}

// Is consumes one byte if it comes next.
func (s *Scanner) Is(c byte) bool {
	if s.pos >= len(s.data) || s.data[s.pos] != c {
		return false
	}
	s.pos++
	return true
}

// Plain consumes a string without escapes and gives its bytes, which are valid.
func (s *Scanner) Plain() ([]byte, bool) {
	if !s.Is('"') {
		return nil, false
	}
	start, ascii := s.pos, true
	for i := s.skipEasy(start); i < len(s.data); i++ {
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

// Every byte of a word is one of these.
const (
	ones = 0x0101010101010101
	tops = 0x8080808080808080
)

// skipEasy gives the offset of the first byte from i on that is a quote, a backslash,
// a control character or not ASCII, or one of the last seven. It looks at eight bytes
// at a time, which makes a page a tenth faster.
func (s *Scanner) skipEasy(i int) int {
	for ; i+8 <= len(s.data); i += 8 {
		word := binary.LittleEndian.Uint64(s.data[i:])
		quote, slash := word^ones*'"', word^ones*'\\'
		// The lowest top bit that is set is right; those above it may come from a borrow.
		if found := ((quote-ones)&^quote | (slash-ones)&^slash | (word-ones*' ')&^word | word) & tops; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	return i
}

// Text consumes any string.
func (s *Scanner) Text() (string, bool) {
	before := s.pos
	if plain, ok := s.Plain(); ok {
		return s.intern(plain), true
	}
	s.pos = before
	raw, ok := s.Value()
	if !ok || raw.Kind() != '"' {
		return "", false
	}
	text, err := jsontext.AppendUnquote(nil, raw)
	return string(text), err == nil
}

func (s *Scanner) intern(text []byte) string {
	if len(text) == 0 || len(text) > 24 {
		return string(text)
	}
	slot := &s.seen[hash(text)%uint64(len(s.seen))]
	if *slot != string(text) {
		*slot = string(text)
	}
	return *slot
}

// hash is a cheap one, in which every byte counts.
func hash(data []byte) uint64 {
	const odd = 0x9e3779b97f4a7c15 // 2^64 by the golden ratio
	sum, last := uint64(len(data)), uint64(0)
	for ; len(data) >= 8; data = data[8:] {
		sum = (sum ^ binary.LittleEndian.Uint64(data)) * odd
		sum ^= sum >> 32
	}
	for _, c := range data {
		last = last<<8 | uint64(c)
	}
	sum = (sum ^ last) * odd
	return sum ^ sum>>32
}

// Value consumes the next value without looking into it: the caller has to
// find out whether it is valid.
func (s *Scanner) Value() (jsontext.Value, bool) {
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

// Date consumes a date.
func (s *Scanner) Date() (time.Time, bool) {
	t, size, ok := wire.LeadingDate(s.data[s.pos:])
	s.pos += size
	return t, ok
}

func (s *Scanner) skipString() bool {
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

// Pointer consumes a Pointer and gives its class and id.
func (s *Scanner) Pointer() (class, id []byte, ok bool) {
	if !s.Take(wire.PointerPrefix) {
		return nil, nil, false
	}
	s.pos-- // the class's quote
	class, ok = s.Plain()
	if !ok || !s.Take(`,"objectId":`) {
		return nil, nil, false
	}
	id, ok = s.Plain()
	return class, id, ok && s.Is('}')
}
