package auditserver

import (
	"bytes"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// renderer writes stored objects as one caller may see them. It works on the
// objects' JSON text: whatever needs no change is copied.
type renderer struct {
	s          *Server
	caller     *access.Caller
	baseURL    string
	classes    map[string]*classView
	objects    map[string]map[string]store.Row // included objects by class and id
	classNames bool                            // show className in each result
	tooLarge   bool                            // the answer went beyond Limits.AnswerSize and is not whole
}

// classView is what rendering needs to know of a class.
type classView struct {
	class     schema.Class
	hides     *access.Hidden
	files     []string
	relations []string
}

// newRenderer prepares to write rows of class in a shape: it loads the objects
// that the shape includes.
func (s *Server) newRenderer(ctx context.Context, req *request, class string, rows []store.Row, sh *shape) (*renderer, error) {
	r := &renderer{s: s, caller: req.caller, baseURL: req.baseURL, classes: map[string]*classView{}}
	view := r.view(class)
	if sh.includeAll {
		for name, f := range view.class.Fields {
			if f.Type == schema.Pointer || f.Type == schema.Array {
				sh.at(name)
			}
		}
	}
	return r, r.load(ctx, rows, sh)
}

func (r *renderer) view(name string) *classView {
	if v := r.classes[name]; v != nil {
		return v
	}
	v := &classView{}
	v.class, _ = r.s.store.Class(name)
	v.hides = r.s.protected.Of(name, v.class.Permissions, r.caller)
	for field, f := range v.class.Fields {
		switch f.Type {
		case schema.File:
			v.files = append(v.files, field)
		case schema.Relation:
			v.relations = append(v.relations, field)
		}
	}
	r.classes[name] = v
	return v
}

// load fetches the objects that the pointers named in sh point to, and theirs.
func (r *renderer) load(ctx context.Context, rows []store.Row, sh *shape) error {
	for name, sub := range sh.include {
		ids := map[string][]string{}
		for _, row := range rows {
			if raw, ok := row.Field(name); ok {
				collectPointers(raw, sub, ids)
			}
		}
		for class, list := range ids {
			slices.Sort(list)
			found, err := r.fetch(ctx, class, slices.Compact(list))
			if err != nil {
				return err
			}
			if err := r.load(ctx, found, sub); err != nil {
				return err
			}
		}
	}
	return nil
}

// fetch gives the objects of class with the ids that the caller may read.
func (r *renderer) fetch(ctx context.Context, class string, ids []string) ([]store.Row, error) {
	view := r.view(class)
	op, allowed := access.OpFind, access.Findable
	if len(ids) == 1 {
		op, allowed = access.OpGet, access.Touchable
	}
	if err := allowed(r.caller, class); err != nil {
		return nil, err
	}
	fields, err := access.Permit(view.class.Permissions, r.caller, op)
	if err != nil {
		return nil, err
	}
	known := r.objects[class]
	if known == nil {
		if r.objects == nil {
			r.objects = map[string]map[string]store.Row{}
		}
		known = map[string]store.Row{}
		r.objects[class] = known
	}
	found, err := r.s.store.GetMany(ctx, class, ids, r.caller.ACLNames())
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

// collectPointers adds the pointers in a field's value to ids by class: the
// value is one, a list of them, or an object holding some.
func collectPointers(raw jsontext.Value, sh *shape, ids map[string][]string) {
	if class, id, ok := parsePointer(raw); ok {
		ids[class] = append(ids[class], id)
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

// append writes one object. Included ones carry their class. A pointer in a list
// may be there many times, and its object's as well: what would be too large an
// answer is not written, and whole tells.
func (r *renderer) append(b []byte, row store.Row, sh *shape, included bool) []byte {
	if r.tooLarge = r.tooLarge || len(b) > r.s.cfg.Limits.AnswerSize; r.tooLarge {
		return b
	}
	view := r.view(row.Class())
	doc := row.JSON()
	hidden := view.hides.In(row.ID(), func(f string) any { return row.Value(f) })
	switch {
	case included:
		b = append(append(append(b, `{"__type":"Object","className":"`...), row.Class()...), '"')
	case r.classNames:
		b = append(append(append(b, `{"className":"`...), row.Class()...), '"')
	default:
		b = append(b, '{')
	}
	if row.Class() == "_Session" && row.ID() == r.caller.SessionID {
		// Other sessions' tokens are not known: only their digests are stored.
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(append(b, `"sessionToken":`...), rawjson.Quoted(r.caller.SessionToken)...)
	}
	if sh.plain() && len(hidden) == 0 && len(view.files) == 0 {
		if len(doc) > 2 && b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		return append(b, doc[1:]...)
	}
	for name, value := range row.Fields() {
		if slices.Contains(hidden, name) || !sh.shows(name, slices.Contains(view.relations, name)) {
			continue
		}
		start := len(b)
		if b[start-1] != '{' {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), name...), '"', ':')
		ok := true
		switch sub := sh.include[name]; {
		case slices.Contains(view.files, name):
			b = r.appendFile(b, value)
		case sub != nil:
			b, ok = r.appendIncluded(b, value, sub)
		default:
			b = append(b, value...)
		}
		if !ok {
			b = b[:start]
		}
	}
	return append(b, '}')
}

// whole gives b if everything was written into it.
func (r *renderer) whole(b []byte) ([]byte, error) {
	if r.tooLarge {
		return nil, answerTooLarge(r.s.cfg.Limits.AnswerSize)
	}
	return b, nil
}

func answerTooLarge(limit int) error {
	return fault.New(wire.CodeInvalidQuery, "the answer is larger than %d bytes: ask for fewer objects, keys or include paths", limit)
}

// appendIncluded writes a field's value with its pointers replaced. A pointer
// whose object is gone or hidden is left out: ok is false, or the element of a
// list is dropped.
func (r *renderer) appendIncluded(b []byte, raw jsontext.Value, sh *shape) (_ []byte, ok bool) {
	if class, id, isPointer := parsePointer(raw); isPointer {
		row, found := r.objects[class][id]
		if !found {
			return b, false
		}
		return r.append(b, row, sh, true), true
	}
	switch raw.Kind() {
	case '[':
		b = append(b, '[')
		for e := range rawjson.Elements(raw) {
			start := len(b)
			if b[start-1] != '[' {
				b = append(b, ',')
			}
			if b, ok = r.appendIncluded(b, e, sh); !ok {
				b = b[:start]
			}
		}
		return append(b, ']'), true
	case '{':
		if len(sh.include) == 0 {
			break
		}
		b = append(b, '{')
		for name, value := range rawjson.Members(raw) {
			start := len(b)
			if b[start-1] != '{' {
				b = append(b, ',')
			}
			b, _ = jsontext.AppendQuote(b, name)
			b = append(b, ':')
			if sub := sh.include[name]; sub != nil {
				if b, ok = r.appendIncluded(b, value, sub); !ok {
					b = b[:start]
				}
			} else {
				b = append(b, value...)
			}
		}
		return append(b, '}'), true
	}
	return append(b, raw...), true
}

// appendFile writes a File with the URL it has on this server now.
func (r *renderer) appendFile(b []byte, raw jsontext.Value) []byte {
	var f struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	}
	if json.Unmarshal(raw, &f) != nil {
		return append(b, raw...)
	}
	if !strings.HasPrefix(f.Name, "http://") && !strings.HasPrefix(f.Name, "https://") {
		f.URL = r.s.fileURL(r.baseURL, f.Name)
	}
	b = append(b, `{"__type":"File","name":`...)
	b, _ = jsontext.AppendQuote(b, f.Name)
	b = append(b, `,"url":`...)
	b, _ = jsontext.AppendQuote(b, f.URL)
	return append(b, '}')
}

func (s *Server) fileURL(base, name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return base + "/files/" + url.PathEscape(s.cfg.AppID) + "/" + strings.Join(parts, "/")
}

func (r *renderer) sizeHint(rows []store.Row) int {
	n := 32
	for _, row := range rows {
		n += len(row.JSON()) + 1
	}
	for _, of := range r.objects {
		for _, row := range of {
			n += len(row.JSON()) + 48
		}
	}
	return min(n, r.s.cfg.Limits.AnswerSize)
}

// appendMember adds a text member to the object at the end of b.
func appendMember(b []byte, name, value string) []byte {
	b = b[:len(b)-1]
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	b = append(append(append(b, '"'), name...), '"', ':')
	b, _ = jsontext.AppendQuote(b, value)
	return append(b, '}')
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
