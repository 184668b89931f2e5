package where

import (
	"errors"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Pointer is the identity of an object.
type Pointer struct{ Class, ObjectID string }

// PointerOf reads a Pointer, or an included object, in Parse's JSON encoding.
func PointerOf(v any) (Pointer, bool) {
	m, _ := v.(map[string]any)
	if t := m["__type"]; t != "Pointer" && t != "Object" {
		return Pointer{}, false
	}
	class, okC := m["className"].(string)
	id, okI := m["objectId"].(string)
	return Pointer{class, id}, okC && okI && class != ""
}

// DateOf reads a Date in Parse's JSON encoding. The result is in UTC and whole
// milliseconds.
func DateOf(v any) (time.Time, bool) {
	m, _ := v.(map[string]any)
	if m["__type"] != "Date" {
		return time.Time{}, false
	}
	iso, _ := m["iso"].(string)
	return ParseDate(iso)
}

// DateValue encodes t as a Date in Parse's JSON encoding.
func DateValue(t time.Time) map[string]any {
	return map[string]any{"__type": "Date", "iso": wire.FormatISO(t)}
}

// dateLayouts are the forms of ISO 8601 that JavaScript's Date.parse reads.
var dateLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700",
	"2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02",
}

// ParseDate reads an ISO 8601 date as Parse Server accepts it: an offset may lack
// its colon, a space may stand for the T, and 24:00 is the end of a day. Without a zone
// it is UTC. The result is in UTC and whole milliseconds.
func ParseDate(iso string) (time.Time, bool) {
	if len(iso) < len("2006-01-02") || iso[0] < '0' || iso[0] > '9' || strings.IndexByte(iso, ',') >= 0 {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, iso)
	if err != nil {
		t, err = parseUnusual(iso)
	}
	if err != nil {
		return time.Time{}, false
	}
	if t = time.UnixMilli(t.UnixMilli()).UTC(); t.Year() < 0 || t.Year() > 9999 {
		return time.Time{}, false
	}
	return t, true
}

// parseUnusual reads what is not in the form of RFC 3339.
func parseUnusual(iso string) (t time.Time, err error) {
	day, clock := strings.ToUpper(iso[:len("2006-01-02")]), strings.ToUpper(iso[len("2006-01-02"):])
	if strings.HasPrefix(clock, " ") {
		clock = "T" + clock[1:]
	}
	rest, endOfDay := strings.CutPrefix(clock, "T24:")
	if endOfDay {
		clock = "T00:" + rest
	}
	for _, layout := range dateLayouts {
		if t, err = time.Parse(layout, day+clock); err == nil {
			break
		}
	}
	switch midnight := t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 && t.Nanosecond() == 0; {
	case err != nil || !endOfDay:
		return t, err
	case !midnight:
		return t, errors.New("where: a day has 24 hours")
	}
	return t.Add(24 * time.Hour), nil
}

// PointOf reads a GeoPoint in Parse's JSON encoding.
func PointOf(v any) (Point, bool) {
	m, _ := v.(map[string]any)
	if m["__type"] != "GeoPoint" {
		return Point{}, false
	}
	lat, okLat := numberOf(m["latitude"])
	lon, okLon := numberOf(m["longitude"])
	return Point{lat, lon}, okLat && okLon
}

// FileNameOf reads the name of a File in Parse's JSON encoding.
func FileNameOf(v any) (string, bool) {
	m, _ := v.(map[string]any)
	if m["__type"] != "File" {
		return "", false
	}
	name, ok := m["name"].(string)
	return name, ok
}

// checkValue refuses operands that no stored value can have.
func checkValue(path string, v any) *Error {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if err := checkValue(path, e); err != nil {
				return err
			}
		}
	case map[string]any:
		return checkObject(path, v)
	}
	return nil
}

func checkObject(path string, m map[string]any) *Error {
	kind, typed := m["__type"]
	if !typed {
		for k, e := range m {
			if strings.ContainsAny(k, "$.") {
				return errorf(codeInvalidNestedKey, "Nested keys should not contain the '$' or '.' characters: %q in %s", k, path)
			}
			if err := checkValue(path, e); err != nil {
				return err
			}
		}
		return nil
	}
	ok := false
	switch kind {
	case "Date":
		_, ok = DateOf(m)
	case "Pointer", "Object":
		_, ok = PointerOf(m)
	case "GeoPoint":
		_, ok = PointOf(m)
	case "File":
		_, ok = FileNameOf(m)
	case "Bytes":
		var text string
		if text, ok = m["base64"].(string); ok {
			_, ok = wire.CanonicalBase64(text)
		}
	case "Polygon":
		_, ok = polygonOf(m)
	case "Relation":
		ok = true
	}
	if !ok {
		return errorf(codeIncorrectType, "%s is compared with something that is not a valid %s", path, typeName(kind))
	}
	return nil
}

func typeName(kind any) string {
	switch kind {
	case "Date", "Pointer", "Object", "GeoPoint", "File", "Bytes", "Polygon", "Relation":
		return kind.(string)
	}
	return "__type"
}

// kindName names the kind of a JSON value for messages.
func kindName(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case []any:
		return "an array"
	case map[string]any:
		if t := typeName(v["__type"]); t != "__type" {
			return "a " + t
		}
		return "an object"
	}
	return "a number"
}

func numberOf(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	}
	return 0, false
}
