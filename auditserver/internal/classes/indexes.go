package classes

import (
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// ApplyIndexes makes the changes of indexes that a schema request asks for.
func ApplyIndexes(class *schema.Class, indexes map[string]jsontext.Value) error {
	for _, name := range slices.Sorted(maps.Keys(indexes)) {
		raw := indexes[name]
		var op struct {
			Op string `json:"__op"`
		}
		_ = json.Unmarshal(raw, &op, rawjson.Options) // not an operation: an index
		_, exists := class.Indexes[name]
		switch {
		case op.Op == "Delete" && !exists:
			return fault.New(wire.CodeInvalidQuery, "Index %s does not exist, cannot delete.", name)
		case op.Op == "Delete":
			delete(class.Indexes, name)
			continue
		case exists:
			return fault.New(wire.CodeInvalidQuery, "Index %s exists, cannot update.", name)
		}
		var index schema.Index
		if err := json.Unmarshal(raw, &index, rawjson.Options); err != nil || len(index) == 0 {
			return fault.New(wire.CodeInvalidQuery, "the index %s is not an object of fields and directions", name)
		}
		for _, key := range index {
			if _, ok := class.Fields[key.Field]; !ok {
				return fault.New(wire.CodeInvalidQuery, "Field %s does not exist, cannot add index.", key.Field)
			}
		}
		if class.Indexes == nil {
			class.Indexes = map[string]schema.Index{}
		}
		class.Indexes[name] = index
	}
	return nil
}
