package where

import "math"

// Earth's radius as Parse uses it to turn lengths into radians.
const (
	earthKilometers = 6371.0
	earthMiles      = 3958.8
)

// area reads the operand of a geo operator; m holds its companions.
func (p *parser) area(op Op, path string, m map[string]any) (*Area, *Error) {
	switch op {
	case NearSphere:
		return nearSphere(path, m)
	case Within:
		return box(path, m[string(op)])
	case GeoIntersects:
		operand, _ := m[string(op)].(map[string]any)
		point, ok := PointOf(operand["$point"])
		if !ok || !point.onEarth() || len(operand) != 1 {
			return nil, errorf(codeInvalidJSON, "bad $geoIntersects of %s: it takes a $point that is a GeoPoint", path)
		}
		return &Area{Center: &point}, nil
	}
	operand, _ := m[string(op)].(map[string]any)
	if len(operand) == 1 {
		if v, ok := operand["$polygon"]; ok {
			return p.polygon(path, v)
		}
		if v, ok := operand["$centerSphere"]; ok {
			return centerSphere(path, v)
		}
	}
	return nil, errorf(codeInvalidJSON, "bad $geoWithin of %s: it takes a $polygon or a $centerSphere", path)
}

func nearSphere(path string, m map[string]any) (*Area, *Error) {
	point, ok := place(m["$nearSphere"])
	if !ok {
		return nil, errorf(codeInvalidJSON, "bad $nearSphere of %s: it is not a GeoPoint within range", path)
	}
	area := &Area{Center: &point, Radius: math.Inf(1)}
	for key, unit := range map[string]float64{"$maxDistance": 1, "$maxDistanceInKilometers": earthKilometers, "$maxDistanceInMiles": earthMiles} {
		v, given := m[key]
		if !given {
			continue
		}
		length, ok := numberOf(v)
		if !ok || length < 0 {
			return nil, errorf(codeInvalidJSON, "bad %s of %s: it must be a number that is not negative", key, path)
		}
		area.Radius = math.Min(area.Radius, length/unit)
	}
	return area, nil
}

func box(path string, v any) (*Area, *Error) {
	operand, _ := v.(map[string]any)
	corners, _ := operand["$box"].([]any)
	if len(corners) != 2 || len(operand) != 1 {
		return nil, errorf(codeInvalidJSON, "malformatted $within of %s: it takes a $box of two GeoPoints", path)
	}
	sw, okA := place(corners[0])
	ne, okB := place(corners[1])
	if !okA || !okB {
		return nil, errorf(codeInvalidJSON, "malformatted $within of %s: a corner of $box is not a GeoPoint within range", path)
	}
	return &Area{Box: &[2]Point{sw, ne}}, nil
}

// polygon reads GeoPoints, [longitude, latitude] pairs or a Polygon.
func (p *parser) polygon(path string, v any) (*Area, *Error) {
	if ring, ok := polygonOf(v); ok {
		return &Area{Polygon: ring}, nil
	}
	list, err := p.items("$polygon", path, v)
	if err != nil {
		return nil, err
	}
	area := &Area{}
	for i, e := range list {
		point, ok := geoPoint(e)
		if !ok {
			return nil, errorf(codeInvalidJSON, "bad $geoWithin of %s: element %d of $polygon is not a GeoPoint within range", path, i)
		}
		area.Polygon = append(area.Polygon, point)
	}
	if len(area.Polygon) < 3 {
		return nil, errorf(codeInvalidJSON, "bad $geoWithin of %s: $polygon should contain at least 3 GeoPoints", path)
	}
	return area, nil
}

func centerSphere(path string, v any) (*Area, *Error) {
	list, _ := v.([]any)
	if len(list) != 2 {
		return nil, errorf(codeInvalidJSON, "bad $geoWithin of %s: $centerSphere is [GeoPoint, radians]", path)
	}
	point, okP := geoPoint(list[0])
	radius, okR := numberOf(list[1])
	if !okP || !okR || radius < 0 {
		return nil, errorf(codeInvalidJSON, "bad $geoWithin of %s: $centerSphere is a GeoPoint within range and a distance that is not negative", path)
	}
	return &Area{Center: &point, Radius: radius}, nil
}

// geoPoint reads a GeoPoint or a [longitude, latitude] pair and checks its range.
func geoPoint(v any) (Point, bool) {
	p, ok := PointOf(v)
	if lon, lat, isPair := pair(v); isPair {
		p, ok = Point{lat, lon}, true
	}
	return p, ok && p.onEarth()
}

// place is geoPoint where Parse Server reads nothing but latitude and longitude: the
// __type may be missing.
func place(v any) (Point, bool) {
	if m, ok := v.(map[string]any); ok && m["__type"] == nil {
		v = map[string]any{"__type": "GeoPoint", "latitude": m["latitude"], "longitude": m["longitude"]}
	}
	return geoPoint(v)
}

func (p Point) onEarth() bool { return math.Abs(p.Latitude) <= 90 && math.Abs(p.Longitude) <= 180 }
