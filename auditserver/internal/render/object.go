package render

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Settings is what all renderers of a server have in common.
type Settings struct {
	Store     *store.Store
	Protected access.Protected
	AppID     string
	Limit     int // bytes of an answer
}

// NewRenderer makes a renderer for a caller, who knows the server by baseURL. Where
// Spend is set, it is told how many bytes the answer takes.
func (s *Settings) NewRenderer(c *access.Caller, baseURL string) *Renderer {
	return &Renderer{Settings: s, caller: c, baseURL: baseURL, classes: map[string]*classView{}}
}

// Renderer writes stored objects as one caller may see them. It works on the
// objects' JSON text: whatever needs no change is copied.
type Renderer struct {
	ClassNames bool                  // show className in each result
	Spend      func(bytes int) error // nil: nobody counts
	ShowsToken bool                  // it has written a session token

	*Settings
	caller  *access.Caller
	baseURL string
	classes map[string]*classView
	objects map[string]map[string]store.Row // included objects by class and id
	spent   int                             // bytes that Spend knows of
	failed  error                           // why the answer is not whole
}

// classView is what rendering needs to know of a class.
type classView struct {
	class     schema.Class
	hides     *access.Hidden
	files     []string
	relations []string
}

func (r *Renderer) view(name string) *classView {
	if v := r.classes[name]; v != nil {
		return v
	}
	v := &classView{}
	v.class, _ = r.Store.Class(name)
	v.hides = r.Protected.Of(name, v.class.Permissions, r.caller)
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

// Append writes one object in a shape.
func (r *Renderer) Append(b []byte, row store.Row, sh *Shape) []byte {
	return r.appendObject(b, row, sh, false)
}

// appendObject writes one object. Included ones carry their class. A list may
// hold the same pointer many times, and so may the included object: an answer that
// would be too large is not written to the end, and Whole returns an error.
func (r *Renderer) appendObject(b []byte, row store.Row, sh *Shape, included bool) []byte {
	if !r.roomFor(len(b)) {
		return b
	}
	view := r.view(row.Class())
	doc := row.JSON()
	hidden := view.hides.In(row.ID(), func(f string) any { return row.Value(f) })
	switch {
	case included:
		b = append(append(append(b, `{"__type":"Object","className":"`...), row.Class()...), '"')
	case r.ClassNames:
		b = append(append(append(b, `{"className":"`...), row.Class()...), '"')
	default:
		b = append(b, '{')
	}
	if row.Class() == "_Session" && row.ID() == r.caller.SessionID && sh.shows("sessionToken", false) {
		// Other sessions' tokens are not known: only their digests are stored.
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(append(b, `"sessionToken":`...), rawjson.Quoted(r.caller.SessionToken)...)
		r.ShowsToken = true
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

// roomFor tells whether the answer may go on when it has n bytes.
func (r *Renderer) roomFor(n int) bool {
	if r.failed == nil && n > r.Limit {
		r.failed = r.AnswerTooLarge()
	}
	if r.failed == nil && n > r.spent {
		r.spend(n)
	}
	return r.failed == nil
}

// spend counts an answer of n bytes, with what it is about to grow by.
func (r *Renderer) spend(n int) {
	if r.Spend == nil {
		r.spent = r.Limit
		return
	}
	n = max(n, 2*r.spent, 1<<10)
	r.failed = r.Spend(n - r.spent)
	r.spent = n
}

// Whole gives b if everything was written into it.
func (r *Renderer) Whole(b []byte) ([]byte, error) {
	if !r.roomFor(len(b)) {
		return nil, r.failed
	}
	return b, nil
}

// AnswerTooLarge is the error of an answer beyond the limit.
func (s *Settings) AnswerTooLarge() error {
	return fault.New(wire.CodeInvalidQuery, "the answer is larger than %d bytes (option limits.answerSize): ask for fewer objects, keys or include paths", s.Limit)
}

// appendIncluded writes a field's value with its pointers replaced. A pointer
// whose object is gone or hidden is left out: ok is false, or the element of a
// list is dropped.
func (r *Renderer) appendIncluded(b []byte, raw jsontext.Value, sh *Shape) (_ []byte, ok bool) {
	if class, id, isPointer := parsePointer(raw); isPointer {
		row, found := r.objects[class][id]
		if !found {
			return b, false
		}
		return r.appendObject(b, row, sh, true), true
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

// SizeHint estimates the size of rows with the objects they include, and tells Spend
// of it.
func (r *Renderer) SizeHint(rows []store.Row) int {
	n := 32
	for _, row := range rows {
		n += len(row.JSON()) + 1
	}
	for _, of := range r.objects {
		for _, row := range of {
			n += len(row.JSON()) + 48
		}
	}
	n = min(n, r.Limit)
	r.roomFor(n)
	return n
}

// AppendMember adds a text member to the object at the end of b.
func AppendMember(b []byte, name, value string) []byte {
	b = b[:len(b)-1]
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	b = append(append(append(b, '"'), name...), '"', ':')
	b, _ = jsontext.AppendQuote(b, value)
	return append(b, '}')
}
