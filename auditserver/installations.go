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

// registration is the save of an installation, and which others it is about.
type registration struct {
	ctx    context.Context
	tx     *store.Tx
	id     string // of the object that a PUT names; "" is a POST
	fields map[string]any

	installation string // the id in the fields, or else that of the request's header
	token        string
	known        *store.Row  // the object that was named, or rather the one with the installation's id
	holders      []store.Row // those that have the token
}

// settleInstallation gives the id of the object that a save of an installation
// changes, "" for a new one. As Parse Server does, it takes a device token away from
// other installations: a device has one, and who comes with it is that device.
func (s *Server) settleInstallation(ctx context.Context, tx *store.Tx, req *request, id string, fields map[string]any) (string, error) {
	r := &registration{ctx: ctx, tx: tx, id: id, fields: fields}
	r.token, _ = fields["deviceToken"].(string)
	r.installation, _ = fields["installationId"].(string)
	if id == "" && r.installation == "" && empty(fields["deviceToken"]) && req.installationID == "" {
		return "", fault.New(wire.CodeMissingField, "at least one ID field (deviceToken, installationId) must be specified in this operation")
	}
	if r.installation == "" && !req.caller.Master {
		r.installation = strings.ToLower(req.installationID)
	}
	if r.installation == "" && r.token == "" && (id == "" || empty(fields["deviceType"])) {
		return id, nil
	}
	if err := r.read(); err != nil {
		return "", err
	}
	switch {
	case r.known == nil && empty(fields["deviceType"]):
		return "", fault.New(wire.CodeMissingField, "deviceType must be specified in this operation")
	case r.known == nil:
		return r.unknown()
	}
	return r.merge()
}

// read finds what the save is about, and refuses one that would make another
// installation of the object that it names.
func (r *registration) read() error {
	if r.id != "" {
		row, err := r.tx.Get(r.ctx, "_Installation", r.id)
		if err != nil {
			return err
		}
		if err := keepInstallation(row, r.fields); err != nil {
			return err
		}
		r.known = &row
	}
	if r.installation != "" {
		rows, err := r.find(where.Equal("installationId", r.installation))
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			r.known = &rows[len(rows)-1]
		}
	}
	if r.token == "" {
		return nil
	}
	var err error
	r.holders, err = r.find(where.Equal("deviceToken", r.token))
	return err
}

func (r *registration) find(n *where.Node) ([]store.Row, error) {
	return r.tx.Find(r.ctx, store.Query{Class: "_Installation", Where: n, Limit: -1})
}

// unknown settles an installation whose id nobody has.
func (r *registration) unknown() (string, error) {
	if len(r.holders) == 0 {
		return "", nil
	}
	if len(r.holders) == 1 && (r.installation == "" || !identified(r.holders[0])) {
		return r.holders[0].ID(), nil
	}
	own := r.fields["installationId"]
	if empty(own) {
		return "", fault.New(wire.CodeInstallationConflict, "Must specify installationId when deviceToken matches multiple Installation objects")
	}
	return "", r.takeToken("installationId", own)
}

// merge settles an installation that is known.
func (r *registration) merge() (string, error) {
	if len(r.holders) == 1 && !identified(r.holders[0]) {
		if holder := r.holders[0].ID(); holder != r.known.ID() {
			_, err := r.tx.Delete("_Installation", r.known.ID())
			return holder, err
		}
		return r.known.ID(), nil
	}
	if had, _ := r.known.Text("deviceToken"); r.token == "" || had == r.token {
		return r.known.ID(), nil
	}
	if own := r.fields["installationId"]; !empty(own) {
		return r.known.ID(), r.takeToken("installationId", own)
	}
	if r.fields["objectId"] == r.known.ID() {
		return r.known.ID(), r.takeToken("objectId", r.known.ID())
	}
	return r.known.ID(), nil
}

// takeToken deletes the installations that have the token, but for the one whose
// column has the value; of one application only, where the save names it.
func (r *registration) takeToken(column string, value any) error {
	application := r.fields["appIdentifier"]
	for _, row := range r.holders {
		if has, _ := row.Text(column); column == "objectId" && row.ID() == value || has == value {
			continue
		}
		if of, _ := row.Text("appIdentifier"); !empty(application) && of != application {
			continue
		}
		if _, err := r.tx.Delete("_Installation", row.ID()); err != nil {
			return err
		}
	}
	return nil
}

// identified tells whether an installation has an id of its own.
func identified(row store.Row) bool {
	id, _ := row.Text("installationId")
	return id != ""
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
