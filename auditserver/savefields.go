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
		if err := sv.mayAddSystemColumns(len(added)); err != nil {
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

// mayAddSystemColumns refuses columns of the classes that every log-in writes, for it
// would pay for them: clients add none to sessions, roles and installations, and a few
// to users, whose columns a sign-up brings.
func (sv *save) mayAddSystemColumns(n int) error {
	if sv.req.caller.Master || !slices.Contains(classes.Own(), sv.class.Name) {
		return nil
	}
	if sv.class.Name != "_User" {
		return fault.ErrPermission
	}
	own := len(sv.class.Fields) - len(classes.New("_User").Fields)
	if most := sv.s.cfg.Limits.UserColumns; own+n > most {
		return fault.New(wire.CodeForbidden, "users would have %d columns of the application, and clients without the master key add no more than %d (option limits.userColumns)", own+n, most)
	}
	return nil
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
