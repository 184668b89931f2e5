package auditserver

import (
	"maps"
	"slices"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/classes"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// fit checks the new values against the class and adds the columns it lacks.
// set is changed to the form that is stored.
func (sv *save) fit(set map[string]any) error {
	added := map[string]schema.Field{}
	var first fault.First
	for name, v := range set {
		if v != nil {
			first.Note(name, sv.fitValue(set, name, v, added))
		}
	}
	for _, r := range sv.changes.Relations {
		first.Note(r.Field, sv.fitField(r.Field, schema.Field{Type: schema.Relation, TargetClass: r.Class}, added))
	}
	if first.Err != nil {
		return first.Err
	}
	return sv.addFields(added)
}

// fitValue checks one value and gives it the form that is stored.
func (sv *save) fitValue(set map[string]any, name string, v any, added map[string]schema.Field) error {
	if name == "className" || name == "length" {
		return fault.InvalidName(name)
	}
	got, err := values.TypeOf(v)
	if err != nil {
		return err
	}
	if err := sv.fitField(name, got, added); err != nil {
		return err
	}
	if got.Type == schema.Relation { // a marker that was read before and is sent back
		delete(set, name)
		delete(sv.object.Fields, name)
		return nil
	}
	set[name], err = values.Stored(name, v, got)
	if _, shown := sv.echo[name]; shown && got.Type != schema.File { // a stored file has only its name
		sv.echo[name] = set[name]
	}
	return err
}

// fitField checks the type of a column, or notes that it is to be added.
func (sv *save) fitField(name string, got schema.Field, added map[string]schema.Field) error {
	want, known := sv.class.Fields[name]
	if !known && classes.Inherited(name) {
		return fault.New(wire.CodeIncorrectType, "%s.%s can't be a column: every object of JavaScript has something of that name", sv.class.Name, name)
	} else if !known {
		added[name] = got
	} else if want.Type != got.Type || want.TargetClass != got.TargetClass {
		return values.Mismatch(sv.class.Name, name, want, got)
	}
	return nil
}

// addFields makes the class and the columns a write needs.
func (sv *save) addFields(added map[string]schema.Field) error {
	if len(added) > 0 {
		if err := sv.mayAdd(added); err != nil {
			return err
		}
		if err := access.PermitColumns(sv.class.Permissions, sv.req.caller, sv.before, sv.present == nil); err != nil {
			return err
		}
		for name := range added {
			if !classes.PlainName(name) {
				return fault.InvalidName(name)
			}
		}
	}
	if len(added) == 0 && !sv.isNew {
		return nil
	}
	class := sv.class
	class.Fields = maps.Clone(class.Fields)
	maps.Copy(class.Fields, added)
	if err := classes.OneGeoPoint(class); err != nil {
		return err
	}
	put := sv.tx.PutClass
	if !sv.req.caller.Master {
		put = sv.tx.AddColumns
	}
	if err := put(class); err != nil {
		return err
	}
	sv.class, _ = sv.tx.Class(class.Name)
	return nil
}

// mayAdd refuses columns of clients that others would pay for. Every log-in writes the
// system classes: clients add none to sessions, roles and installations, and a few to
// users, whose columns a sign-up brings. Each relation is a table of its own.
func (sv *save) mayAdd(added map[string]schema.Field) error {
	if sv.req.caller.Master {
		return nil
	}
	limits := &sv.s.cfg.Limits
	relations := countRelations(sv.class.Fields) + countRelations(added)
	if countRelations(added) > 0 && relations > limits.Relations {
		return fault.New(wire.CodeForbidden, "class %s would have %d relations, and clients without the master key add no more than %d (option limits.relations)", sv.class.Name, relations, limits.Relations)
	}
	if !slices.Contains(classes.Own(), sv.class.Name) {
		return nil
	}
	if sv.class.Name != "_User" {
		return fault.ErrPermission
	}
	own := len(sv.class.Fields) - len(classes.New("_User").Fields) + len(added)
	if own > limits.UserColumns {
		return fault.New(wire.CodeForbidden, "users would have %d columns of the application, and clients without the master key add no more than %d (option limits.userColumns)", own, limits.UserColumns)
	}
	return nil
}

func countRelations(fields map[string]schema.Field) (n int) {
	for _, f := range fields {
		if f.Type == schema.Relation {
			n++
		}
	}
	return n
}

// defaults fills in the default values of absent fields.
func (sv *save) defaults() {
	for name, f := range sv.class.Fields {
		if _, given := sv.object.Fields[name]; !given && f.Default != nil && f.Type != schema.Relation {
			sv.object.Fields[name] = f.Default
			sv.echo[name] = f.Default
		}
	}
}
