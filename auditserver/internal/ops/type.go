package ops

import "github.com/isoaudit/isoaudit-go/schema"

// typeOf gives the type of a column that an operation is for; false for one that is
// for every column, or is none. A column of another type refuses the operation
// before anybody looks at what it needs, as on Parse Server.
func typeOf(op string, m map[string]any) (schema.Field, bool) {
	switch op {
	case "Increment":
		return schema.Field{Type: schema.Number}, true
	case "Add", "AddUnique", "Remove":
		return schema.Field{Type: schema.Array}, true
	case "AddRelation", "RemoveRelation":
		objects, isList := m["objects"].([]any)
		if m["objects"] == nil || isList && len(objects) == 0 {
			return schema.Field{}, false
		}
		related := schema.Field{Type: schema.Relation}
		if isList {
			first, _ := objects[0].(map[string]any)
			related.TargetClass, _ = first["className"].(string)
		}
		return related, true
	case "Batch":
		if list, _ := m["ops"].([]any); len(list) > 0 {
			if inner, isOp := Named(list[0]); isOp {
				return typeOf(inner, list[0].(map[string]any))
			}
		}
	case "":
		return schema.Field{Type: schema.Object}, true
	}
	return schema.Field{}, false
}
