package where

import (
	"math"
	"slices"
)

// Point is a place on Earth in degrees.
type Point struct{ Latitude, Longitude float64 }

// Area is the operand of a geo condition: exactly one of Box, Polygon and
// Center is set.
type Area struct {
	Box     *[2]Point // of Within: south-west and north-east corner
	Polygon []Point   // of GeoWithin with $polygon
	Center  *Point    // of GeoWithin with $centerSphere, NearSphere, GeoIntersects
	Radius  float64   // radians around Center; NearSphere without $maxDistance: +Inf
}

// Radians returns the angle between two places as seen from Earth's centre.
func (p Point) Radians(q Point) float64 {
	const deg = math.Pi / 180
	dLat, dLon := (q.Latitude-p.Latitude)*deg, (q.Longitude-p.Longitude)*deg
	a, b := math.Sin(dLat/2), math.Sin(dLon/2)
	h := a*a + b*b*math.Cos(p.Latitude*deg)*math.Cos(q.Latitude*deg)
	return 2 * math.Asin(math.Min(1, math.Sqrt(h)))
}

// contains reports whether p lies in the area, its edge included.
func (a *Area) contains(p Point) bool {
	switch {
	case a.Box != nil:
		sw, ne := a.Box[0], a.Box[1]
		if p.Latitude < sw.Latitude || p.Latitude > ne.Latitude {
			return false
		}
		if sw.Longitude > ne.Longitude { // across the date line
			return p.Longitude >= sw.Longitude || p.Longitude <= ne.Longitude
		}
		return p.Longitude >= sw.Longitude && p.Longitude <= ne.Longitude
	case a.Polygon != nil:
		return inPolygon(a.Polygon, p)
	}
	return a.Center.Radians(p) <= a.Radius
}

// inPolygon reports whether p lies inside or on the edge of the ring, on the
// plane of latitude and longitude as PostgreSQL does.
func inPolygon(ring []Point, p Point) bool {
	inside := false
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		cross := (b.Longitude-a.Longitude)*(p.Latitude-a.Latitude) - (b.Latitude-a.Latitude)*(p.Longitude-a.Longitude)
		if cross == 0 && between(a.Latitude, p.Latitude, b.Latitude) && between(a.Longitude, p.Longitude, b.Longitude) {
			return true
		}
		if (a.Latitude > p.Latitude) != (b.Latitude > p.Latitude) {
			at := a.Longitude + (p.Latitude-a.Latitude)/(b.Latitude-a.Latitude)*(b.Longitude-a.Longitude)
			if p.Longitude < at {
				inside = !inside
			}
		}
	}
	return inside
}

func between(a, v, b float64) bool { return math.Min(a, b) <= v && v <= math.Max(a, b) }

// polygonOf reads a stored Polygon: coordinates are [latitude, longitude].
func polygonOf(v any) ([]Point, bool) {
	m, _ := v.(map[string]any)
	list, ok := m["coordinates"].([]any)
	if m["__type"] != "Polygon" || !ok {
		return nil, false
	}
	ring := make([]Point, 0, len(list))
	for _, e := range list {
		lat, lon, ok := pair(e)
		if !ok {
			return nil, false
		}
		ring = append(ring, Point{lat, lon})
	}
	return ring, len(ring) >= 3
}

// closed gives an operand as it would be stored: a Polygon ends where it begins.
func closed(v any) any {
	ring, ok := polygonOf(v)
	if !ok || ring[0] == ring[len(ring)-1] {
		return v
	}
	corners := v.(map[string]any)["coordinates"].([]any)
	return map[string]any{"__type": "Polygon", "coordinates": append(slices.Clone(corners), corners[0])}
}

func pair(v any) (a, b float64, ok bool) {
	list, _ := v.([]any)
	if len(list) != 2 {
		return 0, 0, false
	}
	a, okA := numberOf(list[0])
	b, okB := numberOf(list[1])
	return a, b, okA && okB
}
