package ratelimit

import (
	"errors"
	"regexp"
	"strings"
)

// CompilePath reads a path in the notation of Parse Server's rateLimit.requestPath:
// /functions/:name, /functions/*rest, /users{/:id}. Case does not matter, nor does a
// slash at the end.
func CompilePath(path string) (*regexp.Regexp, error) {
	var b strings.Builder
	b.WriteString("(?i)^")
	depth := 0
	for i := 0; i < len(path); i++ {
		switch c := path[i]; c {
		case ':', '*':
			end := i + 1
			for end < len(path) && isName(path[end]) {
				end++
			}
			if end == i+1 {
				return nil, errors.New("a : or * needs a name, as in /functions/*name")
			}
			b.WriteString(map[byte]string{':': `[^/]+?`, '*': `.+?`}[c])
			i = end - 1
		case '{':
			depth++
			b.WriteString("(?:")
		case '}':
			if depth--; depth < 0 {
				return nil, errors.New("a } closes nothing")
			}
			b.WriteString(")?")
		case '(', ')', '[', ']', '+', '?', '!':
			return nil, errors.New("the character " + string(c) + " needs a \\ before it")
		case '\\':
			if i++; i == len(path) {
				return nil, errors.New("a \\ stands at the end")
			}
			b.WriteString(regexp.QuoteMeta(path[i : i+1]))
		default:
			b.WriteString(regexp.QuoteMeta(path[i : i+1]))
		}
	}
	if depth > 0 {
		return nil, errors.New("a { is not closed")
	}
	if !strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "*") && !strings.HasPrefix(path, "{") {
		return nil, errors.New("it does not begin with /")
	}
	b.WriteString("/?$")
	return regexp.Compile(b.String())
}

func isName(c byte) bool {
	return c == '_' || c == '$' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
