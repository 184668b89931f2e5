package auditserver

import (
	"maps"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// fit checks the new values against the class and adds the columns it lacks.
// set is changed to the form that is stored.
func (sv *save) fit(set map[string]any) error {
	added := map[string]schema.Field{}
	var first firstFault
	for name, v := range set {
		if v != nil {
			first.note(name, sv.fitValue(set, name, v, added))
		}
	}
	for _, r := range sv.changes.relations {
		first.note(r.field, sv.fitField(r.field, schema.Field{Type: schema.Relation, TargetClass: r.class}, added))
	}
	if first.err != nil {
		return first.err
	}
	return sv.addFields(added)
}

// fitValue checks one value and gives it the form that is stored.
func (sv *save) fitValue(set map[string]any, name string, v any, added map[string]schema.Field) error {
	if name == "className" || name == "length" {
		return fault.InvalidName(name)
	}
	got, err := typeOf(v)
	if err != nil {
		return err
	}
	if err := sv.fitField(name, got, added); err != nil {
		return err
	}
	if got.Type == schema.Relation { // the marker of a read, sent back
		delete(set, name)
		delete(sv.object.Fields, name)
		return nil
	}
	set[name], err = stored(name, v, got)
	if _, shown := sv.echo[name]; shown && got.Type != schema.File { // of which only the name is stored
		sv.echo[name] = set[name]
	}
	return err
}

// fitField checks the type of a column, or notes that it is to be added.
func (sv *save) fitField(name string, got schema.Field, added map[string]schema.Field) error {
	want, known := sv.class.Fields[name]
	if !known {
		added[name] = got
	} else if want.Type != got.Type || want.TargetClass != got.TargetClass {
		return mismatch(sv.class.Name, name, want, got)
	}
	return nil
}

// addFields makes the class and the columns a write needs.
func (sv *save) addFields(added map[string]schema.Field) error {
	if len(added) > 0 {
		if _, err := permit(sv.class.Permissions, sv.req.caller, opAddField); err != nil {
			return err
		}
		for name := range added {
			if !plainName(name) {
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
	if err := oneGeoPoint(class); err != nil {
		return err
	}
	if err := sv.tx.PutClass(class); err != nil {
		return err
	}
	sv.class, _ = sv.tx.Class(class.Name)
	return nil
}

func oneGeoPoint(class schema.Class) error {
	n := 0
	for _, f := range class.Fields {
		if f.Type == schema.GeoPoint {
			n++
		}
	}
	if n > 1 {
		return fault.New(wire.CodeIncorrectType, "currently, only one GeoPoint field may exist in an object of class %s", class.Name)
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
