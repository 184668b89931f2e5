// Package pattern reads the regular expressions of a configuration written for
// JavaScript. Go's have no look-ahead; patterns for passwords live on it.
package pattern

import (
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Pattern is a regular expression that may begin with look-aheads, such as
// ^(?=.*[a-z])(?=.*[0-9]).{8,}$.
type Pattern struct {
	aheads   []ahead
	rest     *regexp.Regexp // with look-aheads it is tried at one place only
	anchored bool
}

type ahead struct {
	pattern *regexp.Regexp
	refuses bool // (?!...)
}

// maxStarts bounds at how many places of a text a pattern with look-aheads and
// without ^ is tried.
const maxStarts = 1000

// errPlace is the error of a look-ahead that is not understood.
var errPlace = errors.New("look-ahead is understood only at the beginning of a pattern without alternatives, as in ^(?=.*[a-z])(?=.*[0-9]).{8,}$")

// Compile reads a pattern.
func Compile(text string) (*Pattern, error) {
	if !looks(text) {
		whole, err := regexp.Compile(text)
		return &Pattern{rest: whole}, err
	}
	p := &Pattern{}
	text, p.anchored = strings.CutPrefix(text, "^")
	for strings.HasPrefix(text, "(?=") || strings.HasPrefix(text, "(?!") {
		end := closing(text)
		if end < 0 || looks(text[3:end]) {
			return nil, errPlace
		}
		inner, err := regexp.Compile(`\A(?:` + text[3:end] + `)`)
		if err != nil {
			return nil, err
		}
		p.aheads = append(p.aheads, ahead{inner, text[2] == '!'})
		text = text[end+1:]
	}
	if looks(text) || alternatives(text) {
		return nil, errPlace
	}
	var err error
	p.rest, err = regexp.Compile(`\A(?:` + text + `)`)
	return p, err
}

func looks(text string) bool {
	return strings.Contains(text, "(?=") || strings.Contains(text, "(?!") || strings.Contains(text, "(?<=") || strings.Contains(text, "(?<!")
}

// closing finds the bracket that closes the one at the beginning; -1 if none does.
func closing(text string) int {
	depth := 0
	for i, c := range structure(text) {
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// alternatives tells whether a pattern has a | outside of brackets.
func alternatives(text string) bool {
	depth := 0
	for _, c := range structure(text) {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == '|' && depth == 0:
			return true
		}
	}
	return false
}

// structure gives the bytes of a pattern that are neither escaped nor in a class of
// characters.
func structure(text string) func(yield func(int, byte) bool) {
	return func(yield func(int, byte) bool) {
		class := false
		for i := 0; i < len(text); i++ {
			switch c := text[i]; {
			case c == '\\':
				i++
			case class:
				class = c != ']'
			case c == '[':
				class = true
			case !yield(i, c):
				return
			}
		}
	}
}

// Match tells whether the pattern matches somewhere in a text.
func (p *Pattern) Match(text string) bool {
	if len(p.aheads) == 0 {
		return p.rest.MatchString(text)
	}
	for range maxStarts {
		if p.matchHere(text) {
			return true
		}
		if p.anchored || text == "" {
			return false
		}
		_, size := utf8.DecodeRuneInString(text)
		text = text[size:]
	}
	return false
}

func (p *Pattern) matchHere(text string) bool {
	for _, a := range p.aheads {
		if a.pattern.MatchString(text) == a.refuses {
			return false
		}
	}
	return p.rest.MatchString(text)
}
