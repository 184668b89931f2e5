package parse

import (
	"math"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// GeoField is a GeoPoint column; a class can have one. On PostgreSQL its
// conditions need PostGIS.
type GeoField[T any] struct{ field[T] }

// NewGeoField names a GeoPoint column of a class of your own.
func NewGeoField[T any](name string) GeoField[T] {
	return GeoField[T]{newField[T](name, schema.GeoPoint)}
}

func (f GeoField[T]) holds(*T, GeoPoint) {}

// Near sorts by the distance from point, nearest first. It cannot be paged with
// All, nor stand inside Or, And or Nor.
func (f GeoField[T]) Near(point GeoPoint) Condition[T] {
	return Condition[T]{node: f.column.geo(wire.GeoPoint(point).Check(), where.Is(where.NearSphere, point))}
}

// NearWithin is Near for points at most so many kilometers away.
func (f GeoField[T]) NearWithin(point GeoPoint, kilometers float64) Condition[T] {
	if !validDistance(kilometers) {
		return Condition[T]{node: f.column.refused("distance must not be negative")}
	}
	return Condition[T]{node: f.column.geo(wire.GeoPoint(point).Check(), where.Is(where.NearSphere, point), where.Is("$maxDistance", kilometers/kilometersPerRadian))}
}

// WithinKilometers holds at most so many kilometers from point, in no order.
func (f GeoField[T]) WithinKilometers(point GeoPoint, kilometers float64) Condition[T] {
	if !validDistance(kilometers) {
		return Condition[T]{node: f.column.refused("distance must not be negative")}
	}
	type sphere struct {
		Center []any `json:"$centerSphere"`
	}
	center := []float64{point.Longitude, point.Latitude} // the form that also live queries understand
	return Condition[T]{node: f.column.geo(wire.GeoPoint(point).Check(), where.Is(where.GeoWithin, sphere{[]any{center, kilometers / kilometersPerRadian}}))}
}

// WithinBox holds between the south-western and the north-eastern corner.
func (f GeoField[T]) WithinBox(southWest, northEast GeoPoint) Condition[T] {
	type box struct {
		Corners [2]GeoPoint `json:"$box"`
	}
	if southWest.Latitude > northEast.Latitude || southWest.Longitude > northEast.Longitude {
		return Condition[T]{node: f.column.refused("the first corner must be south-west of the second")}
	}
	err := wire.GeoPoint(southWest).Check()
	if err == nil {
		err = wire.GeoPoint(northEast).Check()
	}
	return Condition[T]{node: f.column.geo(err, where.Is(where.Within, box{[2]GeoPoint{southWest, northEast}}))}
}

// WithinPolygon holds inside the ring.
func (f GeoField[T]) WithinPolygon(ring Polygon) Condition[T] {
	type polygon struct {
		Corners []GeoPoint `json:"$polygon"`
	}
	return Condition[T]{node: f.column.geo(ring.wire().Check(), where.Is(where.GeoWithin, polygon{ring}))}
}

// Set replaces the position.
func (f GeoField[T]) Set(point GeoPoint) Change[T] {
	if err := wire.GeoPoint(point).Check(); err != nil {
		return Change[T]{change: f.column.refuseChange(err.Error())}
	}
	return Change[T]{change: f.column.set(point)}
}

// Unset clears the column.
func (f GeoField[T]) Unset() Change[T] { return Change[T]{change: f.column.change(opUnset, nil)} }

func (c column) geo(err error, terms ...where.Term) *where.Clause {
	if err != nil {
		return c.refused(err.Error())
	}
	return c.clause(terms...)
}

func validDistance(kilometers float64) bool { return kilometers >= 0 && !math.IsInf(kilometers, 1) }

// PolygonField is a Polygon column.
type PolygonField[T any] struct{ field[T] }

// NewPolygonField names a Polygon column of a class of your own.
func NewPolygonField[T any](name string) PolygonField[T] {
	return PolygonField[T]{newField[T](name, schema.Polygon)}
}

func (f PolygonField[T]) holds(*T, Polygon) {}

// Contains holds where point is inside the ring.
func (f PolygonField[T]) Contains(point GeoPoint) Condition[T] {
	type intersects struct {
		Point GeoPoint `json:"$point"`
	}
	return Condition[T]{node: f.column.geo(wire.GeoPoint(point).Check(), where.Is(where.GeoIntersects, intersects{point}))}
}

// Set replaces the ring.
func (f PolygonField[T]) Set(ring Polygon) Change[T] {
	if err := ring.wire().Check(); err != nil {
		return Change[T]{change: f.column.refuseChange(err.Error())}
	}
	return Change[T]{change: f.column.set(ring)}
}

// Unset clears the column.
func (f PolygonField[T]) Unset() Change[T] { return Change[T]{change: f.column.change(opUnset, nil)} }
