package parse

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// TextField is a String column whose values have the Go type V.
type TextField[T any, V ~string] struct{ textual[T, V] }

// NewTextField names a String column of a class of your own.
func NewTextField[T any, V ~string](name string) TextField[T, V] {
	return TextField[T, V]{textual[T, V]{newField[T](name, schema.String)}}
}

// Set replaces the text.
func (f TextField[T, V]) Set(value V) Change[T] { return Change[T]{change: f.column.set(value)} }

// Unset clears the column.
func (f TextField[T, V]) Unset() Change[T] { return Change[T]{change: f.column.change(opUnset, nil)} }

// textual are the conditions and orderings of texts.
type textual[T any, V ~string] struct{ field[T] }

func (f textual[T, V]) holds(*T, V) {}

// Eq holds where the text is value.
func (f textual[T, V]) Eq(value V) Condition[T] { return Condition[T]{node: text(f.column, value, "")} }

// Ne holds where the text is not value, also where there is none.
func (f textual[T, V]) Ne(value V) Condition[T] {
	return Condition[T]{node: text(f.column, value, where.Ne)}
}

// In holds where the text is one of values. Without values it holds nowhere.
func (f textual[T, V]) In(values ...V) Condition[T] { return Condition[T]{node: in(f.column, values)} }

// NotIn holds where there is a text and it is none of values. Without values it
// holds everywhere.
func (f textual[T, V]) NotIn(values ...V) Condition[T] {
	return Condition[T]{node: notIn(f.column, values)}
}

// Lt holds where the text sorts before value, in the database's own order.
func (f textual[T, V]) Lt(value V) Condition[T] {
	return Condition[T]{node: f.column.textBefore(string(value))}
}

// Lte holds where the text sorts before value or is value.
func (f textual[T, V]) Lte(value V) Condition[T] {
	if value == "" {
		return f.Eq(value)
	}
	return Condition[T]{node: text(f.column, value, where.Lte)}
}

// Gt holds where the text sorts after value.
func (f textual[T, V]) Gt(value V) Condition[T] {
	return Condition[T]{node: f.column.textBehind(string(value))}
}

// Gte holds where the text sorts after value or is value.
func (f textual[T, V]) Gte(value V) Condition[T] {
	if value == "" {
		return f.Exists()
	}
	return Condition[T]{node: text(f.column, value, where.Gte)}
}

// HasPrefix holds where the text begins with prefix. No character of prefix has
// a special meaning.
func (f textual[T, V]) HasPrefix(prefix string) Condition[T] {
	return Condition[T]{node: f.column.pattern("^"+quoteRegexp(prefix), "")}
}

// HasSuffix holds where the text ends with suffix.
func (f textual[T, V]) HasSuffix(suffix string) Condition[T] {
	return Condition[T]{node: f.column.pattern(quoteRegexp(suffix)+"$", "")}
}

// Contains holds where part is in the text.
func (f textual[T, V]) Contains(part string) Condition[T] {
	return Condition[T]{node: f.column.pattern(quoteRegexp(part), "")}
}

// ContainsFold is Contains without regard to upper and lower case.
func (f textual[T, V]) ContainsFold(part string) Condition[T] {
	return Condition[T]{node: f.column.pattern(quoteRegexp(part), "i")}
}

// Match holds where the regular expression finds something. A pattern that Go
// cannot compile is refused here; servers differ in the rest of the syntax. Use
// HasPrefix, HasSuffix or Contains for text that comes from somebody else.
func (f textual[T, V]) Match(pattern string) Condition[T] {
	if _, err := regexp.Compile(pattern); err != nil {
		return Condition[T]{node: f.column.refused("bad regular expression: " + err.Error())}
	}
	return Condition[T]{node: f.column.pattern(pattern, "")}
}

// Search holds where the text contains all the words, by the full-text search
// of the database. Anything in words that is not a letter or digit separates.
// A Parse Server on MongoDB has one text index a class, of the column that was
// searched first, and takes one Search a query (protocol section 3.1).
func (f textual[T, V]) Search(words string) Condition[T] {
	parts := strings.FieldsFunc(words, func(r rune) bool { return !isWordRune(r) })
	if len(parts) == 0 {
		return Condition[T]{node: f.column.refused("search without words")}
	}
	// PostgreSQL takes the term as a tsquery: words without & are an error, and
	// quotation marks nothing. MongoDB takes any word of it, but every quoted one.
	if len(parts) > 1 {
		for i, word := range parts {
			parts[i] = `"` + word + `"`
		}
	}
	type search struct {
		Term string `json:"$term"`
	}
	type text struct {
		Search search `json:"$search"`
	}
	return Condition[T]{node: f.column.clause(where.Is(where.Text, text{search{strings.Join(parts, " & ")}}))}
}

// Asc sorts with the smallest first, in the database's own order.
func (f textual[T, V]) Asc() Order[T] { return Order[T]{order: f.column.order(false)} }

// Desc sorts with the largest first.
func (f textual[T, V]) Desc() Order[T] { return Order[T]{order: f.column.order(true)} }

func text[V ~string](c column, value V, op where.Op) *where.Clause {
	if hasNUL(string(value)) {
		return c.refused(withNUL)
	}
	return c.clause(where.Is(op, value))
}

func (c column) textBefore(value string) *where.Clause {
	if value == "" {
		return c.never()
	}
	return text(c, value, where.Lt)
}

func (c column) textBehind(value string) *where.Clause {
	if value == "" { // PostgreSQL takes no empty operand (protocol section 3.1)
		return c.clause(where.Is(where.Exists, true), where.Is(where.Ne, ""))
	}
	return text(c, value, where.Gt)
}

func (c column) pattern(pattern, options string) *where.Clause {
	if hasNUL(pattern) {
		return c.refused(withNUL)
	}
	terms := []where.Term{where.Is(where.Regex, pattern)}
	if options != "" {
		terms = append(terms, where.Is("$options", options))
	}
	return c.clause(terms...)
}

const withNUL = "text with the character NUL, which the server cannot store"

func hasNUL(text string) bool { return strings.IndexByte(text, 0) >= 0 }

// quoteRegexp quotes text as \Q...\E, the form whose meaning all servers agree
// on. Parse Server on PostgreSQL reads a \E inside the text wrongly, so such
// text is quoted character by character.
func quoteRegexp(text string) string {
	if strings.Contains(text, `\E`) {
		return regexp.QuoteMeta(text)
	}
	return `\Q` + text + `\E`
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }
