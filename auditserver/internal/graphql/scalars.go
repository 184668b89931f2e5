package graphql

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// coerceScalar reads a value of a scalar type; the error continues a sentence.
func coerceScalar(name string, v any) (any, error) {
	switch name {
	case "ID":
		return idText(v), nil
	case "Int":
		return wholeNumber(v)
	case "Object":
		if _, ok := v.(map[string]any); !ok {
			return nil, errors.New("is no object")
		}
	case "Date":
		return dateValue(v)
	case "Bytes":
		return bytesValue(v)
	case "File":
		return fileValue(v)
	}
	return v, nil
}

func idText(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	return fmt.Sprint(v)
}

func wholeNumber(v any) (any, error) {
	switch n := v.(type) {
	case int64:
		if n < math.MinInt32 || n > math.MaxInt32 {
			return nil, errors.New("is a number that an Int can't hold")
		}
		return int(n), nil
	case float64:
		if n != math.Trunc(n) || math.Abs(n) > math.MaxInt32 {
			return nil, errors.New("is a number that an Int can't hold")
		}
		return int(n), nil
	}
	return nil, errors.New("is no whole number")
}

// dateValue reads a date: text, or Parse's encoding.
func dateValue(v any) (any, error) {
	if object, ok := v.(map[string]any); ok && object["__type"] == "Date" {
		v = object["iso"]
	}
	text, _ := v.(string)
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly, "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, text); err == nil {
			return map[string]any{"__type": "Date", "iso": t.UTC().Format(isoLayout)}, nil
		}
	}
	return nil, errors.New("is no date: write it as 2026-03-01T09:00:00.000Z")
}

// isoLayout is how Parse writes dates.
const isoLayout = "2006-01-02T15:04:05.000Z"

func bytesValue(v any) (any, error) {
	if object, ok := v.(map[string]any); ok && object["__type"] == "Bytes" {
		v = object["base64"]
	}
	text, ok := v.(string)
	if _, err := base64.RawStdEncoding.DecodeString(wire.PlainBase64(text)); !ok || err != nil {
		return nil, errors.New("is no base64 text")
	}
	return map[string]any{"__type": "Bytes", "base64": text}, nil
}

func fileValue(v any) (any, error) {
	if name, ok := v.(string); ok {
		return map[string]any{"__type": "File", "name": name}, nil
	}
	if object, ok := v.(map[string]any); ok && object["__type"] == "File" {
		if _, ok := object["name"].(string); ok {
			return object, nil
		}
	}
	return nil, errors.New(`is no file: write its name, or {__type: "File", name: "...", url: "..."}`)
}
