package policy

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
)

// userClass is the class whose rows can log in.
const userClass = "_User"

// pointerTo reads a Pointer, or an included object, without looking at more of it
// than its class and id.
func pointerTo(value any) (class, id string, ok bool) {
	m, _ := value.(map[string]any)
	if kind := m["__type"]; kind != "Pointer" && kind != "Object" {
		return "", "", false
	}
	class, _ = m["className"].(string)
	id, ok = m["objectId"].(string)
	return class, id, ok
}

func pointer(class, id string) map[string]any {
	return map[string]any{"__type": "Pointer", "className": class, "objectId": id}
}

// dateOf reads a Date, or the plain text that createdAt is.
func dateOf(value any) (time.Time, bool) {
	text, ok := value.(string)
	if m, isMap := value.(map[string]any); isMap && m["__type"] == "Date" {
		text, ok = m["iso"].(string)
	}
	if !ok || strings.Contains(text, ",") { // Go takes a comma for a point
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	return t.UTC().Truncate(time.Millisecond), err == nil // what a Parse Server keeps
}

// same compares what two values mean: a date however it is written, a pointer
// whether its object is included or not.
func same(a, b any) bool {
	if aClass, aID, ok := pointerTo(a); ok {
		bClass, bID, ok := pointerTo(b)
		return ok && aClass == bClass && aID == bID
	}
	if _, isText := a.(string); !isText {
		if at, ok := dateOf(a); ok {
			bt, ok := dateOf(b)
			return ok && at.Equal(bt)
		}
	}
	return reflect.DeepEqual(a, b)
}

// isPlaceholder reports whether text says nothing: it has no letter or digit,
// repeats a single one, or is as a whole one of the folded texts.
func isPlaceholder(text string, empty map[string]bool) bool {
	core := folded(text)
	return len(slices.Compact([]rune(core))) < 2 || empty[core]
}

// folded is what of a text counts when it is compared with the placeholders: its
// letters and digits, small, of ordinary width and without accents.
func folded(text string) string {
	var core []rune
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			core = append(core, foldedLetter(r))
		}
	}
	return string(core)
}

func foldedLetter(r rune) rune {
	if wide := r - '！' + '!'; wide >= '!' && wide <= '~' {
		r = wide
	}
	switch r = unicode.ToLower(r); r { // letter by letter, whatever the language: İ is an i
	case 'ı':
		return 'i'
	case 'ł':
		return 'l'
	}
	if base := baseLetter(r); (base >= 'a' && base <= 'z') || (base >= 'ぁ' && base <= 'ヿ') {
		return base
	}
	return r
}

// few lists what was found for a message.
func few(found []string) string {
	const most = 5
	if more := len(found) - most; more > 0 {
		found = append(slices.Clone(found[:most]), fmt.Sprintf("and %d more", more))
	}
	return strings.Join(found, ", ")
}

// clip keeps the beginning of a user's text that goes into a message.
func clip(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
