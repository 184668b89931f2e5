package auditserver

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/classes"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/ops"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/schema"
)

// save is one create or update inside a transaction.
type save struct {
	s     *Server
	ctx   context.Context
	tx    *store.Tx
	req   *request
	class schema.Class
	isNew bool // the class does not exist yet

	id      string
	before  store.Row      // zero on create
	present map[string]any // the fields before, without relations
	changes *ops.Changes
	object  store.Object   // what is stored
	echo    map[string]any // what the answer shows besides ids and times
	hidden  []byte         // new Object.Hidden; nil: unchanged

	aclGiven bool            // the client sent an ACL, or a trigger changed that of an object
	effects  []policy.Effect // changes of other objects that the rules demand
	cause    string          // id of the rule whose effect this save is
}

func (s *Server) newSave(ctx context.Context, tx *store.Tx, req *request, className string) (*save, error) {
	sv := &save{s: s, ctx: ctx, tx: tx, req: req}
	var exists bool
	if sv.class, exists = tx.Class(className); !exists {
		if !classes.ValidName(className) {
			return nil, classes.InvalidName(className)
		}
		if !req.caller.Master && !s.cfg.AllowClientClassCreation {
			return nil, fault.ErrPermission
		}
		sv.class, sv.isNew = schema.Class{Name: className, Fields: map[string]schema.Field{}}, true
	}
	if err := unwritable(req, className); err != nil {
		return nil, err
	}
	return sv, access.Touchable(req.caller, className)
}

// create checks and stores a new object. The order of the checks is Parse
// Server's (protocol section 2.3).
func (sv *save) create(fields map[string]any) (store.Row, error) {
	if err := sv.customID(fields); err != nil {
		return store.Row{}, err
	}
	times := sv.req.restoring()
	if err := times.check(); err != nil {
		return store.Row{}, err
	}
	aclField, hasACL := fields["ACL"]
	delete(fields, "ACL")
	var err error
	if sv.changes, err = ops.WorkOut(sv.class, nil, fields, sv.s.cfg.Quirks); err != nil {
		return store.Row{}, err
	}
	sv.echo = sv.changes.Results
	if sv.echo == nil {
		sv.echo = map[string]any{}
	}
	maps.DeleteFunc(sv.changes.Set, func(_ string, v any) bool { return v == nil }) // a new object has nothing to unset
	sv.object = store.Object{ID: sv.id, Fields: sv.changes.Set, Hidden: sv.hidden, CreatedAt: times.created, UpdatedAt: times.updated, Restored: !times.isZero()}
	sv.defaults()
	if err := sv.createACL(aclField, hasACL); err != nil {
		return store.Row{}, err
	}
	if sv.class.Name == "_User" && !sv.object.Restored {
		sv.ownACL()
	}
	if err := sv.beforeSave(); err != nil {
		return store.Row{}, err
	}
	if sv.class.Name == "_User" && !sv.object.Restored {
		sv.ownACL() // whatever a trigger made of it
	}
	if err := sv.fit(sv.object.Fields); err != nil {
		return store.Row{}, err
	}
	var first fault.First
	for name, f := range sv.class.Fields {
		if f.Required && empty(sv.object.Fields[name]) && !slices.Contains(classes.BuiltInFields, name) && !(sv.class.Name == "_User" && name == "password") {
			first.Note(name, absent(name))
		}
	}
	if first.Err != nil {
		return store.Row{}, first.Err
	}
	if _, err := access.Permit(sv.class.Permissions, sv.req.caller, access.OpCreate); err != nil {
		return store.Row{}, err
	}
	row, err := sv.tx.Insert(sv.class.Name, sv.object)
	if err != nil {
		return store.Row{}, err
	}
	sv.id = row.ID()
	return sv.stored(row)
}

// stored writes what belongs to a stored row, relations and the effects of rules,
// and leaves the after triggers to the commit.
func (sv *save) stored(row store.Row) (store.Row, error) {
	if n, most := len(row.JSON()), sv.s.cfg.Limits.ObjectSize; n > most && !sv.req.caller.Master {
		return store.Row{}, fault.New(wire.CodeObjectTooLarge, "the object would have %d bytes, the limit is %d (option limits.objectSize)", n, most)
	}
	if err := sv.applyRelations(); err != nil {
		return store.Row{}, err
	}
	if err := sv.applyEffects(); err != nil {
		return store.Row{}, err
	}
	sv.afterSave(row)
	return row, nil
}

func (sv *save) customID(fields map[string]any) error {
	id, given := fields["objectId"]
	if !sv.s.cfg.AllowCustomObjectID && (id == nil || id == "") { // as some clients write that there is none yet
		delete(fields, "objectId")
		given = false
	}
	if !given {
		if _, ok := fields["id"]; ok {
			return fault.New(wire.CodeInvalidKeyName, "id is an invalid field name.")
		}
		return nil
	}
	if !sv.s.cfg.AllowCustomObjectID {
		return fault.New(wire.CodeInvalidKeyName, "objectId is an invalid field name.")
	}
	text, _ := id.(string)
	if text == "" {
		return fault.New(wire.CodeMissingObjectID, "objectId must not be empty, null or undefined")
	}
	if sv.class.Name == "_User" && !plainUserID(text) {
		return fault.New(wire.CodeForbidden, "Invalid object ID.")
	}
	sv.id = text
	delete(fields, "objectId")
	return nil
}

// plainUserID tells whether an id may be a user's. In an ACL it stands beside
// roles and "*", so it must not look like one of them.
func plainUserID(id string) bool {
	return id != "*" && !strings.HasPrefix(id, "role:")
}

// update checks and stores changes of an object.
func (sv *save) update(id string, fields map[string]any) (store.Row, error) {
	if err := sv.load(id, access.OpUpdate); err != nil {
		return store.Row{}, err
	}
	if err := fits(sv.class.Name, "objectId", schema.String, fields["objectId"]); err != nil {
		return store.Row{}, err
	}
	if err := sv.requireUnchanged(); err != nil {
		return store.Row{}, err
	}
	delete(fields, "objectId")
	aclField, hasACL := fields["ACL"]
	delete(fields, "ACL")
	var err error
	if sv.changes, err = ops.WorkOut(sv.class, sv.present, fields, sv.s.cfg.Quirks); err != nil {
		return store.Row{}, err
	}
	sv.echo = sv.changes.Results
	if sv.echo == nil {
		sv.echo = map[string]any{}
	}
	sv.object = store.Object{Fields: maps.Clone(sv.present), ACL: sv.before.ACL(), Hidden: sv.hidden, Cause: sv.cause}
	maps.Copy(sv.object.Fields, sv.changes.Set)
	if hasACL {
		if err := sv.updateACL(aclField); err != nil {
			return store.Row{}, err
		}
	}
	if err := sv.beforeSave(); err != nil {
		return store.Row{}, err
	}
	sv.keepOwnACL()
	if err := sv.fit(sv.changes.Set); err != nil {
		return store.Row{}, err
	}
	var first fault.First
	for name, v := range sv.changes.Set {
		if sv.class.Fields[name].Required && empty(v) {
			first.Note(name, absent(name))
		}
	}
	if first.Err != nil {
		return store.Row{}, first.Err
	}
	maps.Copy(sv.object.Fields, sv.changes.Set)
	_, row, err := sv.tx.Update(sv.class.Name, id, sv.object)
	if err != nil {
		return store.Row{}, err
	}
	return sv.stored(row)
}

// load reads the object to change or delete and checks that the caller may.
func (sv *save) load(id string, op access.Op) error {
	sv.id = id
	c := sv.req.caller
	if sv.class.Name == "_User" && !c.Master && c.UserID == "" {
		return fault.ErrUserForbidden // whatever the ACL says
	}
	if sv.isNew {
		return fault.ErrNotFound
	}
	pointers, err := access.Permit(sv.class.Permissions, c, op)
	if err != nil {
		return err
	}
	sv.before, err = sv.tx.Get(sv.ctx, sv.class.Name, id)
	if errors.Is(err, store.ErrNotFound) {
		return sv.unreachable()
	}
	if err != nil {
		return err
	}
	if !c.Writes(sv.before.ACL()) || len(pointers) > 0 && !access.RowNamesUser(sv.before, pointers, c.UserID) {
		return sv.unreachable()
	}
	if sv.class.Name == "_Session" && !c.Master && (c.UserID == "" || !c.OwnsSession(sv.before)) {
		return fault.ErrNotFound
	}
	if sv.req.light && op == access.OpUpdate && len(sv.before.JSON()) > largeObject {
		return errLargeObject
	}
	sv.present = plainFields(sv.class, sv.before)
	if sv.req.rewritten != nil {
		*sv.req.rewritten += len(sv.before.JSON())
	}
	return nil
}

// requireUnchanged refuses a client's update of an object that has another updatedAt
// than the request depends on (protocol section 2.3).
func (sv *save) requireUnchanged() error {
	since, told := sv.req.context["ifUnchangedSince"]
	if !told || sv.cause != "" {
		return nil
	}
	text, _ := since.(string)
	at, ok := where.ParseDate(text)
	if !ok {
		return fault.New(wire.CodeInvalidJSON, "ifUnchangedSince in X-Parse-Cloud-Context is not a time such as 2026-01-02T03:04:05.678Z")
	}
	if now := sv.before.UpdatedAt(); !now.Equal(at) {
		return fault.New(wire.CodeStaleWrite, "the object was changed at %s, after it was read: read it again", wire.FormatISO(now))
	}
	return nil
}

// unreachable is the error for an object that the caller may not change, or that
// does not exist.
func (sv *save) unreachable() error {
	if sv.class.Name == "_User" && !sv.req.caller.Master {
		return fault.ErrUserForbidden
	}
	return fault.ErrNotFound
}

// plainFields decodes an object without its id, times, ACL and relations.
func plainFields(class schema.Class, row store.Row) map[string]any {
	fields := row.Map()
	for _, name := range classes.BuiltInFields {
		delete(fields, name)
	}
	for name := range fields {
		if class.Fields[name].Type == schema.Relation {
			delete(fields, name)
		}
	}
	return fields
}

// empty tells whether a required field counts as missing.
func empty(v any) bool { return v == nil || v == "" }

func absent(field string) error { return fault.New(wire.CodeValidation, "%s is required", field) }

func (sv *save) applyRelations() error {
	for _, r := range sv.changes.Relations {
		apply := sv.tx.AddRelated
		if r.Remove {
			apply = sv.tx.RemoveRelated
		}
		if err := apply(sv.class.Name, sv.id, r.Field, r.IDs...); err != nil {
			return err
		}
	}
	if sv.class.Name == "_Role" || sv.class.Name == "_Session" {
		sv.req.later(sv.s.sessions.ForgetAll)
	}
	return nil
}
