package render

import (
	"bytes"
	"context"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Include prepares to write rows of class in a shape: it loads the objects that
// the shape includes.
func (r *Renderer) Include(ctx context.Context, class string, rows []store.Row, sh *Shape) error {
	view := r.view(class)
	if sh.includeAll {
		for name, f := range view.class.Fields {
			if f.Type == schema.Pointer || f.Type == schema.Array {
				sh.at(name)
				sh.show(name)
			}
		}
	}
	return r.load(ctx, rows, sh)
}

// load fetches the objects that the pointers named in sh point to, and theirs.
func (r *Renderer) load(ctx context.Context, rows []store.Row, sh *Shape) error {
	for name, sub := range sh.include {
		if !sh.shows(name, false) {
			continue // and so needs no permission
		}
		ids := map[included][]string{}
		for _, row := range rows {
			if raw, ok := row.Field(name); ok {
				collectPointers(raw, sub, ids)
			}
		}
		for to, list := range ids {
			slices.Sort(list)
			found, err := r.fetch(ctx, to.class, slices.Compact(list))
			if err != nil {
				return err
			}
			if err := r.load(ctx, found, to.shape); err != nil {
				return err
			}
		}
	}
	return nil
}

// fetch gives the objects of class with the ids that the caller may read. Including
// is getting, however many there are, and is refused as a get is.
func (r *Renderer) fetch(ctx context.Context, class string, ids []string) ([]store.Row, error) {
	view := r.view(class)
	allowed := access.Findable
	if len(ids) == 1 {
		allowed = access.Touchable
	}
	if err := allowed(r.caller, class); err != nil {
		return nil, err
	}
	fields, err := access.Permit(view.class.Permissions, r.caller, access.OpGet)
	switch {
	case err != nil:
		return nil, err
	case len(fields) > 0 && r.caller.UserID == "":
		return nil, fault.ErrNotFound
	}
	known := r.objects[class]
	if known == nil {
		if r.objects == nil {
			r.objects = map[string]map[string]store.Row{}
		}
		known = map[string]store.Row{}
		r.objects[class] = known
	}
	found, err := r.Store.GetMany(ctx, class, ids, r.caller.ACLNames(), r.Spend)
	if err != nil {
		return nil, err
	}
	rows := make([]store.Row, 0, len(found))
	for id, row := range found {
		if len(fields) > 0 && !access.RowNamesUser(row, fields, r.caller.UserID) {
			continue
		}
		if !r.caller.OwnsSession(row) {
			continue
		}
		known[id] = row
		rows = append(rows, row)
	}
	return rows, nil
}

// included is what pointers point to: objects of a class, shown in a shape. Those in
// an object have the shape of their member.
type included struct {
	class string
	shape *Shape
}

// collectPointers adds the pointers in a field's value to ids: the value is one, a
// list of them, or an object holding some.
func collectPointers(raw jsontext.Value, sh *Shape, ids map[included][]string) {
	if class, id, ok := parsePointer(raw); ok {
		to := included{class, sh}
		ids[to] = append(ids[to], id)
		return
	}
	switch raw.Kind() {
	case '[':
		for e := range rawjson.Elements(raw) {
			collectPointers(e, sh, ids)
		}
	case '{':
		for name, value := range rawjson.Members(raw) {
			if sub := sh.include[name]; sub != nil {
				collectPointers(value, sub, ids)
			}
		}
	}
}

const pointerStart = `{"__type":"Pointer","className":"`

// parsePointer reads a Pointer. The form the store writes is read without
// decoding.
func parsePointer(raw jsontext.Value) (class, id string, ok bool) {
	if rest, found := bytes.CutPrefix(raw, []byte(pointerStart)); found {
		if end := bytes.IndexByte(rest, '"'); end >= 0 {
			if tail, found := bytes.CutPrefix(rest[end:], []byte(`","objectId":"`)); found && len(tail) > 2 &&
				bytes.IndexByte(tail, '\\') < 0 && bytes.IndexByte(tail, '"') == len(tail)-2 {
				return string(rest[:end]), string(tail[:len(tail)-2]), true
			}
		}
	}
	if raw.Kind() != '{' || !bytes.Contains(raw, []byte(`"Pointer"`)) {
		return "", "", false
	}
	var p struct {
		Type      string `json:"__type"`
		ClassName string `json:"className"`
		ObjectID  string `json:"objectId"`
	}
	if json.Unmarshal(raw, &p, rawjson.Options) != nil || p.Type != "Pointer" {
		return "", "", false
	}
	return p.ClassName, p.ObjectID, true
}
