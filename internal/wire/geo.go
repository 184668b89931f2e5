package wire

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// GeoPoint is a position in degrees.
type GeoPoint struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// Check returns an error for a position outside -90 to 90 and -180 to 180
// degrees, which a server on PostgreSQL would store without a check (protocol
// section 2.1).
func (g GeoPoint) Check() error {
	if !(g.Latitude >= -90 && g.Latitude <= 90 && g.Longitude >= -180 && g.Longitude <= 180) {
		return fmt.Errorf("latitude %v or longitude %v is out of range", g.Latitude, g.Longitude)
	}
	return nil
}

// MarshalJSONTo writes the GeoPoint encoding.
func (g GeoPoint) MarshalJSONTo(enc *jsontext.Encoder) error {
	if err := g.Check(); err != nil {
		return err
	}
	return json.MarshalEncode(enc, struct {
		Type      string  `json:"__type"`
		Latitude  float64 `json:"latitude"`
		Longitude float64 `json:"longitude"`
	}{"GeoPoint", g.Latitude, g.Longitude})
}

// UnmarshalJSONFrom reads the GeoPoint encoding; null leaves the zero GeoPoint.
func (g *GeoPoint) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	value, err := readTyped[struct {
		Latitude  float64 `json:"latitude"`
		Longitude float64 `json:"longitude"`
	}](dec, "GeoPoint")
	*g = GeoPoint(value)
	return err
}

// Polygon is a ring of positions; the server closes it.
type Polygon []GeoPoint

// Check returns an error for fewer than three different corners or one out of range.
func (p Polygon) Check() error {
	corners := make(map[GeoPoint]bool, len(p))
	for _, corner := range p {
		if err := corner.Check(); err != nil {
			return err
		}
		corners[corner] = true
	}
	if len(corners) < 3 {
		return errors.New("a polygon needs three different corners")
	}
	return nil
}

// MarshalJSONTo writes the Polygon encoding; null for a nil Polygon.
func (p Polygon) MarshalJSONTo(enc *jsontext.Encoder) error {
	if p == nil {
		return enc.WriteToken(jsontext.Null)
	}
	if err := p.Check(); err != nil {
		return err
	}
	coordinates := make([][2]float64, len(p))
	for i, corner := range p {
		coordinates[i] = [2]float64{corner.Latitude, corner.Longitude}
	}
	return json.MarshalEncode(enc, struct {
		Type        string       `json:"__type"`
		Coordinates [][2]float64 `json:"coordinates"`
	}{"Polygon", coordinates})
}

// UnmarshalJSONFrom reads the Polygon encoding; null leaves a nil Polygon.
func (p *Polygon) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	value, err := readTyped[struct {
		Coordinates [][2]float64 `json:"coordinates"`
	}](dec, "Polygon")
	*p = nil
	if err != nil || value.Coordinates == nil {
		return err
	}
	ring := make(Polygon, len(value.Coordinates))
	for i, c := range value.Coordinates {
		ring[i] = GeoPoint{Latitude: c[0], Longitude: c[1]}
	}
	*p = ring
	return nil
}
