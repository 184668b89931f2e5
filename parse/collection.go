package parse

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// Collection is one class on the server, whose objects have the Go type T. It
// is immutable and safe for concurrent use.
type Collection[T any] struct {
	client  *Client
	class   string
	mistake string // in T; every call reports it
}

// NewCollection makes a collection of the class with this name, whose objects are
// read into T and written from it. T embeds Object, or a struct that embeds it, and
// its fields are read and written by their json tags. A pointer or time that may
// stay empty is tagged omitzero; Create refuses other zero pointers.
//
// Every call on the collection reports a bad class name, and a T that embeds a
// pointer or has two fields with one JSON name.
func NewCollection[T any, P Entity[T]](c Caller, class string) *Collection[T] {
	client := clientOf(c)
	if client == nil || client.cfg == nil {
		return &Collection[T]{client, class, entityMistake(reflect.TypeFor[T]())}
	}
	return &Collection[T]{client, class, client.cfg.codec.mistakeIn(reflect.TypeFor[T]())}
}

// Class is the name of the class on the server.
func (c *Collection[T]) Class() string {
	if c == nil {
		return ""
	}
	return c.class
}

// PointerTo makes a pointer to the object of this class with the given id.
func (c *Collection[T]) PointerTo(id string) Pointer[T] {
	name, _ := classOf[T]()
	if c == nil || name == userClass || name == c.class {
		return Pointer[T]{ID: id}
	}
	return Pointer[T]{ID: id, class: c.class}
}

// Query returns the query that finds all objects of the class.
func (c *Collection[T]) Query() Query[T] { return Query[T]{collection: c, asks: new(question)} }

// Get reads one object, with the given pointers included. It returns
// ErrObjectNotFound if there is none or this caller may not read it. With
// [DecodeErrors] it returns what could be read of the object.
func (c *Collection[T]) Get(ctx context.Context, id string, include ...Includable[T]) (*T, error) {
	call := c.call("Get", http.MethodGet, id)
	call.Safety = transport.SafeRead
	query := c.Query().Include(include...)
	if call.Err == nil {
		call.Query, call.Err = query.asks.parameters(c.codec(), c.class, call.Op)
		call.Query.Del("where")
	}
	row := new(T)
	err := c.do(ctx, call, &single[T]{c.codec(), c.Class(), row, id})
	if err != nil && unreadIn(err) == nil {
		return nil, err
	}
	markDangling(query.asks.copied().include, []*T{row})
	return row, err
}

// Create saves a new object and fills its ObjectID, CreatedAt, UpdatedAt and
// whatever else the server decided. Included objects are saved as pointers. An
// object that has a CreatedAt was saved before and is refused. An ObjectID is
// sent for servers that allow ids of the client's choice; others refuse it.
//
// A create whose reply is lost is ErrOutcomeUnknown. With [DecodeErrors] the object
// was saved and has its id; the columns that are named are zero.
func (c *Collection[T]) Create(ctx context.Context, obj *T) error {
	call := c.createCall(obj)
	if call.Err != nil {
		return c.do(ctx, call, nil)
	}
	return c.do(ctx, call, c.created(obj))
}

// CreateWith is Create with changes that are made at the same time, for what a Go
// value does not hold, such as the first members of a relation.
func (c *Collection[T]) CreateWith(ctx context.Context, obj *T, changes ...Change[T]) error {
	call := c.createCall(obj)
	c.addChanges(&call, changes)
	if call.Err != nil {
		return c.do(ctx, call, nil)
	}
	return c.do(ctx, call, c.created(obj))
}

// addChanges puts changes into the body of a call that makes an object.
func (c *Collection[T]) addChanges(call *transport.Call, changes []Change[T]) {
	if call.Err != nil || len(changes) == 0 {
		return
	}
	body, err := c.codec().encodeChanges(plainChanges(call, changes))
	if err != nil {
		call.Err = mistakeIn(call.Op, c.class, err)
		return
	}
	call.Body = joinObjects(call.Body.(jsontext.Value), body)
}

// joinObjects appends the members of one JSON object to those of another.
func joinObjects(a, b jsontext.Value) jsontext.Value {
	if string(a) == "{}" {
		return b
	}
	return append(append(a[:len(a)-1:len(a)-1], ','), b[1:]...)
}

func (c *Collection[T]) createCall(obj *T) transport.Call {
	return c.newObjectCall("Create", obj)
}

// newObjectCall is a call that makes obj, with its times where it is restored.
func (c *Collection[T]) newObjectCall(op string, obj *T) transport.Call {
	restored := op == opRestore
	call := c.call(op, http.MethodPost, "new")
	call.Path, call.ObjectID = c.path(), ""
	call.Safety, call.Needs = transport.SafeWithID, []string{"objectId", "createdAt"}
	switch {
	case call.Err != nil:
	case obj == nil:
		call.Err = badInput(call.Op, c.class, "", "the object is nil")
	case restored && (object(obj).ObjectID == "" || object(obj).CreatedAt.IsZero()):
		call.Err = badInput(call.Op, c.class, "objectId", "an object that is restored has an ObjectID and a CreatedAt")
	case !restored && !object(obj).CreatedAt.IsZero():
		call.Err = badInput(call.Op, c.class, "createdAt", "the object was saved before: use Update, or clear its Object for a copy")
	default:
		row, encode := *obj, c.codec().encodeRestored
		if !restored {
			encode = c.codec().encodeStored
			object(&row).UpdatedAt = time.Time{} // the server sets both
		}
		body, err := encode(&row)
		if err != nil {
			call.Err = badInput(call.Op, c.class, wire.FieldOf(err), "%v", wire.BareCause(err))
		}
		call.Body = body
		call.Secrets = c.codec().secretsOf(&row)
	}
	return call
}

// created reads the answer to a create into obj: ids, times and only what the
// server changed (protocol section 2.3).
func (c *Collection[T]) created(obj *T) *creation[T] {
	return &creation[T]{single[T]{codec: c.codec(), class: c.Class(), into: obj}}
}

type creation[T any] struct{ single[T] }

func (a *creation[T]) decodeBody(body []byte) error {
	row := *a.into
	clearMembers(&row, body)
	unread, err := readObject(a.codec, a.class, body, &row)
	if err != nil {
		return err
	}
	o := object(&row)
	if o.ObjectID == "" { // without it nobody can say what was created
		return &DecodeError{Class: a.class, Field: "objectId", Reason: "the answer has none that can be read"}
	}
	if o.UpdatedAt.IsZero() {
		o.UpdatedAt = o.CreatedAt
	}
	*a.into = row
	return unread.orNil()
}

// Update applies changes to one object and leaves its other columns alone.
// Apply also returns their results.
//
// An update whose reply is lost is ErrOutcomeUnknown.
func (c *Collection[T]) Update(ctx context.Context, id string, changes ...Change[T]) error {
	call := c.updateCall(id, changes)
	if err := c.requireUnchanged(ctx, call); err != nil {
		return err
	}
	return c.do(ctx, call, nil)
}

// Apply is Update for an object at hand: when the server has accepted the
// changes, obj has them too, with what the server made of them: the sum after
// Increment, the whole array after Add, the new UpdatedAt. With [DecodeErrors] they
// were accepted, and the columns that are named are zero.
func (c *Collection[T]) Apply(ctx context.Context, obj *T, changes ...Change[T]) error {
	if obj == nil {
		call := c.call("Apply", http.MethodPut, "nil")
		if call.Err == nil {
			call.Err = badInput(call.Op, c.class, "", "the object is nil")
		}
		return c.do(ctx, call, nil)
	}
	call := c.updateCall(object(obj).ObjectID, changes)
	if call.Err != nil {
		return c.do(ctx, call, nil)
	}
	if err := c.requireUnchanged(ctx, call); err != nil {
		return err
	}
	return c.do(ctx, call, &application[T]{single[T]{codec: c.codec(), class: c.class, into: obj}, changes})
}

func (c *Collection[T]) updateCall(id string, changes []Change[T]) transport.Call {
	call := c.call("Update", http.MethodPut, id)
	call.Safety, call.Needs = transport.SafeWithID, []string{"updatedAt"}
	if call.Err != nil {
		return call
	}
	plain, err := conditional(&call, plainChanges(&call, changes))
	if err == nil {
		call.Body, err = c.codec().encodeChanges(plain)
	}
	if err != nil {
		call.Err = mistakeIn(call.Op, c.class, err)
	}
	return call
}

// plainChanges are changes without their class; passwords among them become
// secrets of the call.
func plainChanges[T any](call *transport.Call, changes []Change[T]) []change {
	plain := make([]change, len(changes))
	for i, ch := range changes {
		plain[i] = ch.change
		if p, ok := ch.change.value.(transport.Secret); ok {
			call.Secrets = append(call.Secrets, p.Value())
		}
	}
	return plain
}

// application reads the answer to an update into the object that was updated.
type application[T any] struct {
	single[T]
	changes []Change[T]
}

func (a *application[T]) decodeBody(body []byte) error {
	row := *a.into
	known := map[string]jsontext.Value{}
	for _, ch := range a.changes {
		switch _, hidden := ch.change.value.(transport.Secret); {
		case hidden: // a password is never kept and never returned
		case ch.change.op == opSet:
			raw, err := a.codec.encode(ch.change.value)
			if err != nil {
				return err
			}
			known[ch.change.field] = raw
		case ch.change.op == opUnset:
			known[ch.change.field] = jsontext.Value("null")
		}
	}
	raw, err := json.Marshal(known)
	if err != nil {
		return err
	}
	var unread DecodeErrors
	for _, part := range [][]byte{raw, body} {
		clearMembers(&row, part)
		wrong, err := readObject(a.codec, a.class, part, &row)
		if err != nil {
			return err
		}
		for _, w := range wrong {
			w.ObjectID = object(&row).ObjectID // the answer has none
		}
		unread = append(unread, wrong...)
	}
	*a.into = row
	return unread.orNil()
}

// Delete removes one object for good. Pointers to it stay behind (see
// Pointer.Dangling). It returns ErrObjectNotFound if there is no such object, if
// this caller may not delete it, or if an earlier attempt of the same call had
// deleted it.
func (c *Collection[T]) Delete(ctx context.Context, id string) error {
	return c.do(ctx, c.deleteCall(id), nil)
}

func (c *Collection[T]) deleteCall(id string) transport.Call {
	call := c.call("Delete", http.MethodDelete, id)
	call.Safety = transport.SafeDelete
	return call
}

// call is a call on the object id of the class.
func (c *Collection[T]) call(op, method, id string) transport.Call {
	if c == nil || c.client == nil || c.client.cfg == nil {
		return transport.Call{Op: op, Err: badInput(op, "", "", "the collection is nil or zero: use a client's or NewCollection")}
	}
	call := transport.Call{Op: c.class + "." + op, Method: method, Path: append(c.path(), id), Class: c.class, ObjectID: id}
	switch {
	case !validClass(c.class):
		call.Op, call.Err = op, badClass(op, c.class)
	case c.mistake != "":
		call.Err = badInput(call.Op, c.class, "", "%s", c.mistake)
	case id == "":
		call.Err = badInput(call.Op, c.class, "objectId", "is empty: give the id of a saved object")
	case transport.IsDots(id):
		call.Err = badInput(call.Op, c.class, "objectId", "%q is no id: it would name another path", id)
	}
	return call
}

// path is where the class's objects are.
func (c *Collection[T]) path() []string { return classPath(c.Class()) }

func (c *Collection[T]) codec() *codec {
	if c == nil || c.client == nil || c.client.cfg == nil {
		return nil
	}
	return c.client.cfg.codec
}

func (c *Collection[T]) do(ctx context.Context, call transport.Call, out any) error {
	if c == nil {
		return call.Err
	}
	return c.client.do(ctx, call, out)
}
