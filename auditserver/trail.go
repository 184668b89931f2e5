package auditserver

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/capture"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// errTrailWrite refuses to write the audit trail, to the master key too.
var errTrailWrite = fault.New(wire.CodeForbidden, "class %s is the audit trail: the server alone writes it", event.Class)

// keepsTrail refuses a change of the schema that would take columns from the trail.
func (s *Server) keepsTrail(fields map[string]jsontext.Value) error {
	for name, change := range fields {
		var op struct {
			Op string `json:"__op"`
		}
		_ = json.Unmarshal(change, &op, rawjson.Options) // not an operation: a field
		if op.Op == "Delete" && s.trail.IsColumn(name) {
			return fault.New(wire.CodeForbidden, "column %s of class %s holds the audit trail and stays", name, event.Class)
		}
	}
	return nil
}

// unwritable refuses the writes that the audit trail would not survive: those of its
// own class, and those whose reason it cannot hold.
func unwritable(req *request, class string) error {
	if class == event.Class && req.restoring().isZero() {
		return errTrailWrite
	}
	if !capture.Recorded(class) {
		return nil
	}
	return capture.CheckReason(req.reason(), class, "")
}
