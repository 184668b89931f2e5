package parse

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// GeoPoint is a position in degrees: latitude -90 to 90, longitude -180 to 180.
type GeoPoint struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// ParseColumn implements [schema.Columned].
func (GeoPoint) ParseColumn() schema.Field { return schema.Field{Type: schema.GeoPoint} }

// Polygon is a ring of at least three different corners. The server closes it:
// one that was read may repeat its first corner at the end.
type Polygon []GeoPoint

// ParseColumn implements [schema.Columned].
func (Polygon) ParseColumn() schema.Field { return schema.Field{Type: schema.Polygon} }

func (p Polygon) wire() wire.Polygon {
	if p == nil {
		return nil
	}
	ring := make(wire.Polygon, len(p))
	for i, corner := range p {
		ring[i] = wire.GeoPoint(corner)
	}
	return ring
}

func (p *Polygon) read(dec *jsontext.Decoder) error {
	var ring wire.Polygon
	err := ring.UnmarshalJSONFrom(dec)
	*p = nil
	for _, corner := range ring {
		*p = append(*p, GeoPoint(corner))
	}
	return err
}

// kilometersPerRadian is the earth's radius. The server takes distances in
// radians; it ignores other units on PostgreSQL (protocol section 3.1).
const kilometersPerRadian = 6371
