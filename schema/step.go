package schema

import (
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
)

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

// String names the step: "create class AuditPlan", "update class _User, column
// password" where it is about one column alone, "put role auditor".
func (s Step) String() string {
	if s.Action == PutRole {
		return string(s.Action) + " " + s.Role.Name
	}
	text := string(s.Action) + " " + s.Delta.Class
	if s.Action != UpdateClass || s.Delta.size() != 1 {
		return text
	}
	for name := range s.Delta.Fields {
		return text + ", column " + name
	}
	for name := range s.Delta.Indexes {
		return text + ", index " + name
	}
	return text + ", permissions"
}

// Parts splits a step that a server refused as a whole, so that what it accepts
// can be done and what it refuses can be named. A class is created with its
// permissions and the columns that they name, so that it is never open; then come
// its other columns and its indexes, each on its own. A step that has only one
// part is returned as it is.
func (s Step) Parts() []Step {
	if s.Action != CreateClass && s.Action != UpdateClass {
		return []Step{s}
	}
	var parts []Step
	first := Delta{Class: s.Delta.Class, Fields: map[string]FieldChange{}, Permissions: s.Delta.Permissions}
	for name, change := range s.Delta.Fields {
		if s.Action == CreateClass && first.Permissions.names(name) {
			first.Fields[name] = change
		}
	}
	if s.Action == CreateClass {
		parts = append(parts, Step{Action: CreateClass, Delta: first})
	}
	for _, name := range slices.Sorted(maps.Keys(s.Delta.Fields)) {
		if _, done := first.Fields[name]; !done {
			parts = append(parts, Step{Action: UpdateClass, Delta: Delta{Class: s.Delta.Class, Fields: map[string]FieldChange{name: s.Delta.Fields[name]}}})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Delta.Indexes)) {
		parts = append(parts, Step{Action: UpdateClass, Delta: Delta{Class: s.Delta.Class, Indexes: map[string]IndexChange{name: s.Delta.Indexes[name]}}})
	}
	if s.Action == UpdateClass && s.Delta.Permissions != nil {
		parts = append(parts, Step{Action: UpdateClass, Delta: first})
	}
	return parts
}

// Delta is the body of a schema request. A nil Permissions is not sent, which
// leaves the server's as they are.
type Delta struct {
	Class       string                 `json:"className"`
	Fields      map[string]FieldChange `json:"fields,omitempty"`
	Permissions *Permissions           `json:"classLevelPermissions,omitzero"`
	Indexes     map[string]IndexChange `json:"indexes,omitempty"`
}

func (d Delta) empty() bool { return d.size() == 0 }

// size counts the columns and indexes, and the permissions as one.
func (d Delta) size() int {
	n := len(d.Fields) + len(d.Indexes)
	if d.Permissions != nil {
		n++
	}
	return n
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
