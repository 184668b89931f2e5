package values

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// checkNested refuses keys that queries could not address (121).
func checkNested(v any) error {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if strings.ContainsAny(key, "$.") {
				return fault.New(wire.CodeInvalidNestedKey, "Nested keys should not contain the '$' or '.' characters")
			}
			if err := checkNested(value); err != nil {
				return err
			}
		}
	case []any:
		for _, e := range v {
			if err := checkNested(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// keywords are Parse Server's requestKeywordDenylist: they attack JavaScript servers.
// A key is refused if the name is a part of it, dotted names included. What is
// accepted here is accepted there.
var keywords = []struct{ key, value string }{{"_bsontype", "Code"}, {"constructor", ""}, {"__proto__", ""}}

// CheckKeywords refuses objects with a forbidden key, at any depth (105).
func CheckKeywords(v any) error {
	first := len(keywords)
	findKeyword(v, &first)
	if first == len(keywords) {
		return nil
	}
	k := keywords[first]
	if k.value == "" {
		return fault.New(wire.CodeInvalidKeyName, "Prohibited keyword in request data: {\"key\":%q}.", k.key)
	}
	return fault.New(wire.CodeInvalidKeyName, "Prohibited keyword in request data: {\"key\":%q,\"value\":%q}.", k.key, k.value)
}

// CheckKeywordsIn is CheckKeywords for JSON text; none is fine.
func CheckKeywordsIn(raw jsontext.Value) error {
	if !containsKeyword(raw) {
		return nil
	}
	var v any
	if err := json.Unmarshal(raw, &v, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		return fault.New(wire.CodeInvalidJSON, "a number is too large") // the syntax has been checked
	}
	return CheckKeywords(v)
}

// containsKeyword is false for nearly all texts. A keyword may be written with
// escapes.
func containsKeyword(raw jsontext.Value) bool {
	return bytes.IndexByte(raw, '\\') >= 0 || slices.ContainsFunc(keywords, func(k struct{ key, value string }) bool {
		return bytes.Contains(raw, []byte(k.key))
	})
}

// findKeyword lowers first to the keyword that is found, if there is one.
func findKeyword(v any, first *int) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			for i, k := range keywords[:*first] {
				text, _ := value.(string)
				if strings.Contains(key, k.key) && strings.Contains(text, k.value) {
					*first = i
					break
				}
			}
			findKeyword(value, first)
		}
	case []any:
		for _, e := range v {
			findKeyword(e, first)
		}
	}
}
