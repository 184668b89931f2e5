package store

import (
	"bytes"
	"iter"

	"github.com/go-json-experiment/json/jsontext"
)

// The functions here read documents the store has written itself: compact,
// valid JSON objects without spaces. They are what makes pages fast.

// member is one top-level member of a document.
type member struct {
	name, value []byte
	start, end  int // of the whole member, without commas
	nameEnd     int // after its name and the quotes of it
}

// membersOf yields the top-level members of doc in order. Names of columns
// need no unescaping.
func membersOf(doc []byte) iter.Seq[member] {
	return func(yield func(member) bool) {
		for i := 1; i < len(doc) && doc[i] == '"'; {
			nameEnd := skipString(doc, i)
			end := skipValue(doc, nameEnd+1)
			if !yield(member{doc[i+1 : nameEnd-1], doc[nameEnd+1 : end : end], i, end, nameEnd}) {
				return
			}
			i = end + 1 // the comma
		}
	}
}

// findField returns the raw value of a top-level field.
func findField(doc []byte, name string) (jsontext.Value, bool) {
	for m := range membersOf(doc) {
		if string(m.name) == name {
			return m.value, true
		}
	}
	return nil, false
}

// cutField returns a copy of doc without a top-level field. The first member
// is objectId, so a field that is cut has a comma before it.
func cutField(doc []byte, name string) []byte {
	for m := range membersOf(doc) {
		if string(m.name) == name {
			return append(bytes.Clone(doc[:m.start-1]), doc[m.end:]...)
		}
	}
	return bytes.Clone(doc)
}

// skipString returns the index after the string that starts at i.
func skipString(doc []byte, i int) int {
	for i++; ; {
		n := bytes.IndexByte(doc[i:], '"')
		if n < 0 {
			return len(doc)
		}
		i += n + 1
		slashes := 0
		for doc[i-2-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return i
		}
	}
}

// skipValue returns the index after the value that starts at i.
func skipValue(doc []byte, i int) int {
	if i >= len(doc) {
		return len(doc)
	}
	if doc[i] == '"' {
		return skipString(doc, i)
	}
	for depth := 0; i < len(doc); i++ {
		switch doc[i] {
		case '"':
			i = skipString(doc, i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}
