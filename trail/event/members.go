package event

import (
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// eachMember yields the members of a JSON object as text, without looking into their
// values. It reads only compact JSON whose names have no escapes, as servers and this
// package write it, and returns false for anything else: then ask the general reader.
// What it yields need not be valid JSON.
func eachMember[Text ~string | ~[]byte](object Text, yield func(name, value Text) bool) bool {
	if len(object) < 2 || object[0] != '{' {
		return false
	}
	if object[1] == '}' {
		return len(object) == 2
	}
	for at := 0; object[at] != '}'; {
		start := at + 1
		at = endOfValue(object, start)
		if at < 0 || object[start] != '"' || at >= len(object) || object[at] != ':' {
			return false
		}
		name := object[start+1 : at-1]
		start = at + 1
		if at = endOfValue(object, start); at <= start || at >= len(object) || object[at] != ',' && object[at] != '}' {
			return false
		}
		if hasEscape(name) || !yield(name, object[start:at]) {
			return false
		}
		if object[at] == '}' {
			return at == len(object)-1
		}
	}
	return false
}

// TextOf returns a member of a row whose value is a string; empty if there is none. Of
// members with one name the last one counts.
func TextOf(row jsontext.Value, member string) (text string) {
	if eachMember(row, func(name, value jsontext.Value) bool {
		return string(name) != member || readText(&text, value)
	}) {
		return text
	}
	var members map[string]jsontext.Value
	text = ""
	_ = json.Unmarshal(row, &members, wire.Tolerant())          // what is no object has no members
	_ = json.Unmarshal(members[member], &text, wire.Tolerant()) // nor a text what is none
	return text
}

// endOfValue returns where the value that begins at start ends; negative if it does
// not. White space between tokens is taken for a value that does not end well.
func endOfValue[Text ~string | ~[]byte](text Text, start int) int {
	depth := 0
	for i := start; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return min(i+1, len(text))
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
			if depth < 0 {
				return i // of a number or a literal
			}
		case ',':
			if depth == 0 {
				return i
			}
		case ' ', '\t', '\r', '\n':
			return -1
		}
	}
	return -1
}

func hasEscape[Text ~string | ~[]byte](text Text) bool {
	for i := range len(text) {
		if text[i] == '\\' {
			return true
		}
	}
	return false
}

// plainString returns the content of a JSON string without escapes.
func plainString(value string) (string, bool) {
	if len(value) < 2 || value[0] != '"' || strings.IndexByte(value, '\\') >= 0 {
		return "", false
	}
	return value[1 : len(value)-1], true
}
