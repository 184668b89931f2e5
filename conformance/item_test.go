package conformance_test

import (
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// item has a column of every kind. Pointers and times may be missing.
type item struct {
	parse.Object
	Name    string                             `json:"name,omitzero"`
	N       int                                `json:"n"`
	Level   *float64                           `json:"level,omitzero"`
	Done    bool                               `json:"done"`
	Day     time.Time                          `json:"day,omitzero"`
	Tags    []string                           `json:"tags,omitzero"`
	Meta    *itemMeta                          `json:"meta,omitzero"`
	Raw     []byte                             `json:"raw,omitzero"`
	File    parse.File                         `json:"file,omitzero"`
	Spot    *parse.GeoPoint                    `json:"spot,omitzero"`
	Area    parse.Polygon                      `json:"area,omitzero"`
	Parent  isoaudit.Pointer[item]             `json:"parent,omitzero"`
	Author  isoaudit.Pointer[isoaudit.Auditor] `json:"author,omitzero"`
	Crew    []isoaudit.Pointer[item]           `json:"crew,omitzero"`
	Members parse.Relation[isoaudit.Auditor]   `json:"members,omitzero"`
	Batch   string                             `json:"batch,omitzero"` // rows of one behaviour
}

type itemMeta struct {
	Level int    `json:"level"`
	Label string `json:"label"`
	Even  bool   `json:"even"`
	Inner *struct {
		Text string `json:"text"`
	} `json:"inner,omitzero"`
}

// itemColumns are item's columns in the words of the schema API; %[1]s is the class.
const itemColumns = `
	"name":{"type":"String"}, "n":{"type":"Number"}, "level":{"type":"Number"}, "done":{"type":"Boolean"}, "day":{"type":"Date"},
	"tags":{"type":"Array"}, "meta":{"type":"Object"}, "raw":{"type":"Bytes"}, "file":{"type":"File"},
	"spot":{"type":"GeoPoint"}, "area":{"type":"Polygon"}, "parent":{"type":"Pointer","targetClass":"%[1]s"},
	"author":{"type":"Pointer","targetClass":"_User"}, "crew":{"type":"Array"},
	"members":{"type":"Relation","targetClass":"_User"}, "batch":{"type":"String"}`

// itemFieldSet are item's columns for conditions, orders and changes.
type itemFieldSet struct {
	parse.ObjectFieldSet[item]
	Name    parse.TextField[item, string]
	N       parse.NumberField[item, int]
	Level   parse.NumberField[item, float64]
	Done    parse.BoolField[item]
	Day     parse.TimeField[item]
	Tags    parse.ArrayField[item, string]
	Meta    parse.ObjectField[item, *itemMeta]
	Raw     parse.BytesField[item]
	File    parse.FileField[item]
	Spot    parse.GeoField[item]
	Area    parse.PolygonField[item]
	Parent  parse.PointerField[item, item]
	Author  parse.PointerField[item, isoaudit.Auditor]
	Crew    parse.PointersField[item, item]
	Members parse.RelationField[item, isoaudit.Auditor]
	Batch   parse.TextField[item, string]
}

func itemFields() itemFieldSet {
	return itemFieldSet{
		ObjectFieldSet: parse.ObjectFieldsOf[item](),
		Name:           parse.NewTextField[item, string]("name"),
		N:              parse.NewNumberField[item, int]("n"),
		Level:          parse.NewNumberField[item, float64]("level"),
		Done:           parse.NewBoolField[item]("done"),
		Day:            parse.NewTimeField[item]("day"),
		Tags:           parse.NewArrayField[item, string]("tags"),
		Meta:           parse.NewObjectField[item, *itemMeta]("meta"),
		Raw:            parse.NewBytesField[item]("raw"),
		File:           parse.NewFileField[item]("file"),
		Spot:           parse.NewGeoField[item]("spot"),
		Area:           parse.NewPolygonField[item]("area"),
		Parent:         parse.NewPointerField[item, item]("parent"),
		Author:         parse.NewPointerField[item, isoaudit.Auditor]("author"),
		Crew:           parse.NewPointersField[item, item]("crew"),
		Members:        parse.NewRelationField[item, isoaudit.Auditor]("members"),
		Batch:          parse.NewTextField[item, string]("batch"),
	}
}
