package conformance_test

import (
	"time"

	"github.com/isoaudit/isoaudit-go"
)

// item has a column of every kind. Pointers and times may be missing.
type item struct {
	isoaudit.Object
	Name    string                              `json:"name,omitzero"`
	N       int                                 `json:"n"`
	Level   *float64                            `json:"level,omitzero"`
	Done    bool                                `json:"done"`
	Day     time.Time                           `json:"day,omitzero"`
	Tags    []string                            `json:"tags,omitzero"`
	Meta    *itemMeta                           `json:"meta,omitzero"`
	Raw     []byte                              `json:"raw,omitzero"`
	File    isoaudit.File                       `json:"file,omitzero"`
	Spot    *isoaudit.GeoPoint                  `json:"spot,omitzero"`
	Area    isoaudit.Polygon                    `json:"area,omitzero"`
	Parent  isoaudit.Pointer[item]              `json:"parent,omitzero"`
	Author  isoaudit.Pointer[isoaudit.Auditor]  `json:"author,omitzero"`
	Crew    []isoaudit.Pointer[item]            `json:"crew,omitzero"`
	Members isoaudit.Relation[isoaudit.Auditor] `json:"members,omitzero"`
	Batch   string                              `json:"batch,omitzero"` // rows of one behaviour
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
	isoaudit.ObjectFieldSet[item]
	Name    isoaudit.TextField[item, string]
	N       isoaudit.NumberField[item, int]
	Level   isoaudit.NumberField[item, float64]
	Done    isoaudit.BoolField[item]
	Day     isoaudit.TimeField[item]
	Tags    isoaudit.ArrayField[item, string]
	Meta    isoaudit.ObjectField[item, *itemMeta]
	Raw     isoaudit.BytesField[item]
	File    isoaudit.FileField[item]
	Spot    isoaudit.GeoField[item]
	Area    isoaudit.PolygonField[item]
	Parent  isoaudit.PointerField[item, item]
	Author  isoaudit.PointerField[item, isoaudit.Auditor]
	Crew    isoaudit.PointersField[item, item]
	Members isoaudit.RelationField[item, isoaudit.Auditor]
	Batch   isoaudit.TextField[item, string]
}

func itemFields() itemFieldSet {
	return itemFieldSet{
		ObjectFieldSet: isoaudit.ObjectFieldsOf[item](),
		Name:           isoaudit.NewTextField[item, string]("name"),
		N:              isoaudit.NewNumberField[item, int]("n"),
		Level:          isoaudit.NewNumberField[item, float64]("level"),
		Done:           isoaudit.NewBoolField[item]("done"),
		Day:            isoaudit.NewTimeField[item]("day"),
		Tags:           isoaudit.NewArrayField[item, string]("tags"),
		Meta:           isoaudit.NewObjectField[item, *itemMeta]("meta"),
		Raw:            isoaudit.NewBytesField[item]("raw"),
		File:           isoaudit.NewFileField[item]("file"),
		Spot:           isoaudit.NewGeoField[item]("spot"),
		Area:           isoaudit.NewPolygonField[item]("area"),
		Parent:         isoaudit.NewPointerField[item, item]("parent"),
		Author:         isoaudit.NewPointerField[item, isoaudit.Auditor]("author"),
		Crew:           isoaudit.NewPointersField[item, item]("crew"),
		Members:        isoaudit.NewRelationField[item, isoaudit.Auditor]("members"),
		Batch:          isoaudit.NewTextField[item, string]("batch"),
	}
}
