package where

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// pattern compiles the operand of $regex. PCRE's x option, which RE2 lacks, is
// carried out here; u needs nothing, since RE2 always reads UTF-8.
func (p *parser) pattern(path string, source, options any) (*Pattern, *Error) {
	text, ok := source.(string)
	switch {
	case p.lim.NoRegex:
		return nil, LimitRegex.exceeds("$regex is not allowed on this server")
	case !ok:
		return nil, errorf(codeInvalidQuery, "$regex value of %s is %s; it must be a string", path, kindName(source))
	case len(text) > p.lim.RegexLength:
		return nil, errorf(codeInvalidQuery, "$regex of %s is longer than %d bytes", path, p.lim.RegexLength)
	}
	flags, ok := options.(string)
	if options != nil && (!ok || flags == "" || strings.Trim(flags, "imxsu") != "") {
		return nil, errorf(codeInvalidQuery, "Bad $options value of %s: use letters of imxsu, or leave it out", path)
	}
	letters := slices.Compact(slices.Sorted(strings.SplitSeq(flags, "")))
	pattern := &Pattern{Source: text, Options: strings.Join(letters, "")}

	expr := text
	if strings.Contains(flags, "x") {
		expr = stripFreeSpacing(expr)
	}
	if native := strings.NewReplacer("x", "", "u", "").Replace(pattern.Options); native != "" {
		expr = "(?" + native + ")" + expr
	}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, errorf(codeInvalidQuery, "$regex of %s: %v", path, err)
	}
	pattern.size = programSize(tree)
	if p.regexSize += pattern.size; p.regexSize > p.lim.RegexSize {
		return nil, errorf(codeInvalidQuery, "the regular expressions of the query have more than %d steps: repeat less, and less large classes of characters", p.lim.RegexSize)
	}
	if pattern.Regexp, err = regexp.Compile(expr); err != nil {
		return nil, errorf(codeInvalidQuery, "$regex of %s: %v", path, err)
	}
	return pattern, nil
}

// programSize is about how many steps the program of an expression has, and ranges of
// characters in them. A thousand bytes of an expression can stand for millions, of 40
// bytes each.
func programSize(re *syntax.Regexp) int {
	size := 1 + len(re.Rune)/2
	if re.Op == syntax.OpLiteral {
		size = len(re.Rune)
	}
	for _, sub := range re.Sub {
		size += programSize(sub)
	}
	if re.Op == syntax.OpRepeat {
		size *= max(re.Min, re.Max, 1)
	}
	return size
}

// stripFreeSpacing removes white space and comments where PCRE's x option
// ignores them: outside character classes, escapes and \Q...\E.
func stripFreeSpacing(expr string) string {
	var b strings.Builder
	inClass := false
	for i := 0; i < len(expr); i++ {
		c := expr[i]
		switch {
		case c == '\\' && strings.HasPrefix(expr[i:], `\Q`):
			end := strings.Index(expr[i:], `\E`)
			if end < 0 {
				b.WriteString(expr[i:])
				return b.String()
			}
			b.WriteString(expr[i : i+end+2])
			i += end + 1
		case c == '\\' && i+1 < len(expr):
			b.WriteString(expr[i : i+2])
			i++
		case inClass:
			inClass = c != ']'
			b.WriteByte(c)
		case c == '[':
			inClass = true
			b.WriteByte(c)
			if strings.HasPrefix(expr[i+1:], "^") {
				b.WriteByte('^')
				i++
			}
			if strings.HasPrefix(expr[i+1:], "]") { // a leading ] is a member
				b.WriteByte(']')
				i++
			}
		case c == '#':
			if end := strings.IndexByte(expr[i:], '\n'); end >= 0 {
				i += end
			} else {
				i = len(expr)
			}
		case strings.IndexByte(" \t\n\r\f\v", c) >= 0:
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
