package where

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
