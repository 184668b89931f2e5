package schema

import "github.com/go-json-experiment/json"

// Action is what a [Step] does.
type Action string

// The actions of a step.
const (
	CreateClass Action = "create class" // POST /schemas/C with Delta
	UpdateClass Action = "update class" // PUT /schemas/C with Delta
	DeleteClass Action = "delete class" // DELETE /schemas/C
	PutRole     Action = "put role"     // create or change the row of _Role
)

// Step is one request to the server.
type Step struct {
	Action Action
	Delta  Delta // of a class
	Role   Role  // of PutRole
}

// Delta is the body of a schema request. A nil Permissions is not sent, which
// leaves the server's as they are.
type Delta struct {
	Class       string                 `json:"className"`
	Fields      map[string]FieldChange `json:"fields,omitempty"`
	Permissions *Permissions           `json:"classLevelPermissions,omitzero"`
	Indexes     map[string]IndexChange `json:"indexes,omitempty"`
}

func (d Delta) empty() bool {
	return len(d.Fields) == 0 && d.Permissions == nil && len(d.Indexes) == 0
}

// FieldChange is a column's full definition, or its removal.
type FieldChange struct {
	Field Field
	Drop  bool
}

// MarshalJSON writes the definition, or Parse's Delete operation.
func (c FieldChange) MarshalJSON() ([]byte, error) {
	if c.Drop {
		return []byte(deleteOp), nil
	}
	return json.Marshal(c.Field)
}

// IndexChange is an index's definition, or its removal.
type IndexChange struct {
	Index Index
	Drop  bool
}

// MarshalJSON writes the definition, or Parse's Delete operation.
func (c IndexChange) MarshalJSON() ([]byte, error) {
	if c.Drop {
		return []byte(deleteOp), nil
	}
	return json.Marshal(c.Index)
}

const deleteOp = `{"__op":"Delete"}`
