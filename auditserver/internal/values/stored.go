package values

import (
	"slices"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Stored gives the value as it is kept: dates in UTC, polygons closed, files
// without a URL. It refuses values that are not what their __type says.
func Stored(name string, v any, f schema.Field) (any, error) {
	m, _ := v.(map[string]any)
	switch f.Type {
	case schema.Date:
		t, ok := where.ParseDate(m["iso"].(string))
		if !ok {
			return nil, fault.New(wire.CodeIncorrectType, "%s is not a valid Date: want ISO 8601, a year from 0 to 9999", name)
		}
		return where.DateValue(t), nil
	case schema.Bytes:
		given, _ := m["base64"].(string)
		text, ok := wire.CanonicalBase64(given)
		if !ok {
			return nil, fault.New(wire.CodeIncorrectType, "%s is not valid Bytes: want base64", name)
		}
		return map[string]any{"__type": "Bytes", "base64": text}, nil
	case schema.Pointer:
		id, ok := m["objectId"].(string)
		if !ok || id == "" {
			return nil, fault.New(wire.CodeIncorrectType, "%s is not a valid Pointer: want an objectId", name)
		}
		return PointerTo(f.TargetClass, id), nil
	case schema.File:
		return map[string]any{"__type": "File", "name": m["name"]}, nil
	case schema.GeoPoint:
		return map[string]any{"__type": "GeoPoint", "latitude": m["latitude"], "longitude": m["longitude"]}, nil
	case schema.Polygon:
		return closedPolygon(name, m["coordinates"])
	case schema.Object, schema.Array:
		return v, checkNested(v)
	}
	return v, nil
}

func closedPolygon(name string, v any) (any, error) {
	points, _ := v.([]any)
	distinct := map[[2]float64]bool{}
	for _, p := range points {
		pair, _ := p.([]any)
		if len(pair) != 2 {
			return nil, fault.New(wire.CodeIncorrectType, "%s is not a valid Polygon: want a list of [latitude, longitude]", name)
		}
		lat, ok1 := pair[0].(float64)
		lon, ok2 := pair[1].(float64)
		if !ok1 || !ok2 {
			return nil, fault.New(wire.CodeIncorrectType, "%s is not a valid Polygon: want numbers", name)
		}
		distinct[[2]float64{lat, lon}] = true
	}
	if len(distinct) < 3 {
		return nil, fault.New(wire.CodeInvalidJSON, "%s is not a valid Polygon: want at least 3 different points", name)
	}
	first, last := points[0].([]any), points[len(points)-1].([]any)
	if first[0] != last[0] || first[1] != last[1] {
		points = append(slices.Clone(points), first)
	}
	return map[string]any{"__type": "Polygon", "coordinates": points}, nil
}
