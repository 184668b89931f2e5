package gen

import (
	"slices"
	"strings"
	"unicode"
)

// initialisms are written in capitals in Go: those of the standard library, and the
// field's own.
var initialisms = []string{"api", "capa", "html", "http", "https", "id", "ip", "iso", "json", "pdf", "sql", "uri", "url", "uuid", "xml"}

// goName makes an exported name of Go: "capaRef" becomes CAPARef, "audit_plan"
// AuditPlan.
func goName(name string) string {
	var b strings.Builder
	for _, word := range words(name) {
		if slices.Contains(initialisms, strings.ToLower(word)) {
			b.WriteString(strings.ToUpper(word))
			continue
		}
		runes := []rune(word)
		b.WriteString(string(unicode.ToUpper(runes[0])) + string(runes[1:]))
	}
	made := b.String()
	if made == "" || !unicode.IsLetter([]rune(made)[0]) {
		made = "X" + made
	}
	return made
}

// words splits a name where a capital follows a small letter and at everything that
// is neither a letter nor a digit.
func words(name string) []string {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, string(word))
		}
		word = nil
	}
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			end()
			continue
		case unicode.IsUpper(r) && i > 0 && unicode.IsLower(runes[i-1]):
			end()
		case unicode.IsUpper(r) && i > 0 && i+1 < len(runes) && unicode.IsUpper(runes[i-1]) && unicode.IsLower(runes[i+1]):
			end()
		}
		word = append(word, r)
	}
	end()
	return words
}

// methods are what each generated struct has besides its columns.
var methods = []string{"Object", "ObjectID", "CreatedAt", "UpdatedAt", "ACL", "ParseClass", "Pointer", "ObjectFieldSet"}

// columnName is the name of a column's field in Go.
func columnName(name string) string {
	made := goName(name)
	if slices.Contains(methods, made) {
		made += "Column"
	}
	return made
}
