package event

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// AppendCanonical appends the Parse value raw in the one spelling that is hashed:
// canonical JSON (RFC 8785), dates in UTC with milliseconds, files without their
// URL, included objects as pointers, the last of members with one name, and U+FFFD
// for what is no Unicode. It returns an error for what is no JSON and for numbers
// beyond those of a double.
func AppendCanonical(dst []byte, raw jsontext.Value) ([]byte, error) {
	if isCanonical(raw) {
		return append(dst, raw...), nil
	}
	var v any
	if err := json.Unmarshal(raw, &v, wire.Tolerant()); err != nil {
		return dst, fmt.Errorf("%s has no canonical form: %w", wire.Describe(raw), err)
	}
	text, err := json.Marshal(parseValue(v), json.Deterministic(true), wire.Tolerant())
	if err != nil {
		return dst, fmt.Errorf("%s has no canonical form: %w", wire.Describe(raw), err)
	}
	canonical := jsontext.Value(text)
	if err := canonical.Canonicalize(); err != nil {
		return dst, fmt.Errorf("%s has no canonical form: %w", wire.Describe(raw), err)
	}
	return append(dst, canonical...), nil
}

// parseValue gives Parse's own types their one spelling, at any depth.
func parseValue(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = parseValue(v[i])
		}
	case map[string]any:
		switch v["__type"] {
		case "Date":
			iso, _ := v["iso"].(string)
			if t, err := wire.ParseISO(iso); err == nil {
				return map[string]any{"__type": "Date", "iso": wire.FormatISO(t)}
			}
		case "File":
			return map[string]any{"__type": "File", "name": v["name"]}
		case "Object":
			return map[string]any{"__type": "Pointer", "className": v["className"], "objectId": v["objectId"]}
		}
		for name := range v {
			v[name] = parseValue(v[name])
		}
	}
	return v
}

// isCanonical recognizes most values that AppendCanonical would not change: those
// of servers that write compact JSON with sorted names. Others it may refuse.
func isCanonical(raw []byte) bool {
	s := canonicalScanner{text: raw}
	return s.value(maxPlainDepth) && s.at == len(raw) && plainTypes(raw)
}

var (
	typeMember = []byte(`"__type":"`)
	dateMember = []byte(`"__type":"Date"`)
	dateBefore = []byte(`{"__type":"Date","iso":"`)
	dateForm   = []byte(`{"__type":"Date","iso":"2026-11-27T10:00:00.000Z"}`)
	fileBefore = []byte(`"__type":"File"`)
	fileForm   = []byte(`{"__type":"File","name":"`)
	included   = []byte(`"__type":"Object"`)
)

// plainTypes tells whether Parse's own types have their one spelling already. In
// canonical JSON a member's name cannot be part of a text, whose quotes are escaped.
func plainTypes(raw []byte) bool {
	for rest := raw; ; {
		at := bytes.Index(rest, typeMember)
		if at < 0 {
			return true
		}
		value := rest[at:]
		switch {
		case bytes.HasPrefix(value, included):
			return false
		case bytes.HasPrefix(value, dateMember):
			if at == 0 || !plainDate(rest[at-1:]) {
				return false
			}
		case bytes.HasPrefix(value, fileBefore):
			if at == 0 || !plainFile(rest[at-1:]) {
				return false
			}
		}
		rest = value[len(typeMember):]
	}
}

func plainDate(raw []byte) bool {
	if len(raw) < len(dateForm) || !bytes.HasPrefix(raw, dateBefore) {
		return false
	}
	_, ok := wire.UsualDate(raw[:len(dateForm)])
	return ok
}

func plainFile(raw []byte) bool {
	if !bytes.HasPrefix(raw, fileForm) {
		return false
	}
	_, rest, _ := bytes.Cut(raw[len(fileForm):], []byte(`"`))
	return bytes.HasPrefix(rest, []byte("}"))
}
