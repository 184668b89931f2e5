package auditserver

import (
	"context"
	"maps"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// iosTokenLength is that of a device token which iOS gives, in hexadecimal digits.
const iosTokenLength = 64

// installationFields gives the fields of an installation as they are stored: ids
// and the tokens of iOS in lower case.
func installationFields(fields map[string]any) map[string]any {
	fields = maps.Clone(fields)
	if id, ok := fields["installationId"].(string); ok {
		fields["installationId"] = strings.ToLower(id)
	}
	if token, ok := fields["deviceToken"].(string); ok && len(token) == iosTokenLength {
		fields["deviceToken"] = strings.ToLower(token)
	}
	return fields
}

// knownInstallation gives the id of the installation that fields describe, ""
// if it is new. Without an id in the fields the one of the request's header counts.
func (s *Server) knownInstallation(ctx context.Context, tx *store.Tx, req *request, fields map[string]any) (string, error) {
	installation, _ := fields["installationId"].(string)
	if installation == "" && !req.caller.Master {
		installation = strings.ToLower(req.installationID)
	}
	if installation == "" && empty(fields["deviceToken"]) {
		return "", fault.New(wire.CodeMissingField, "at least one ID field (deviceToken, installationId) must be specified in this operation")
	}
	if installation != "" {
		rows, err := tx.Find(ctx, store.Query{Class: "_Installation", Where: where.Equal("installationId", installation), Limit: 1})
		if err != nil || len(rows) > 0 {
			if err != nil {
				return "", err
			}
			return rows[0].ID(), nil
		}
	}
	if empty(fields["deviceType"]) {
		return "", fault.New(wire.CodeMissingField, "deviceType must be specified in this operation")
	}
	return "", nil
}

// keepInstallation refuses to make another installation of one by a PUT: its id and its
// kind of device stay, and its token too where it has no other id.
func keepInstallation(before store.Row, fields map[string]any) error {
	installation, _ := before.Text("installationId")
	for _, name := range []string{"installationId", "deviceToken", "deviceType"} {
		if name == "deviceToken" && (installation != "" || !empty(fields["installationId"])) {
			continue
		}
		had, _ := before.Text(name)
		if wanted := fields[name]; !empty(wanted) && wanted != had && (had != "" || name == "deviceType") {
			return fault.New(wire.CodeImmutableField, "%s may not be changed in this operation", name)
		}
	}
	return nil
}
