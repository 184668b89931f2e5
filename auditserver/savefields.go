package auditserver

import (
	"maps"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// fit checks the new values against the class and adds the columns it lacks.
// set is changed to the form that is stored.
func (sv *save) fit(set map[string]any) error {
	added := map[string]schema.Field{}
	for name, v := range set {
		if v == nil {
			continue
		}
		if name == "className" || name == "length" {
			return badName(name)
		}
		got, err := typeOf(v)
		if err != nil {
			return err
		}
		want, known := sv.class.Fields[name]
		switch {
		case got.Type == schema.Relation: // the marker of a read, sent back
			if known && (want.Type != schema.Relation || want.TargetClass != got.TargetClass) {
				return mismatch(sv.class.Name, name, want, got)
			}
			delete(set, name)
			delete(sv.object.Fields, name)
			if !known {
				added[name] = got
			}
			continue
		case !known:
			added[name] = got
		case want.Type != got.Type || want.TargetClass != got.TargetClass:
			return mismatch(sv.class.Name, name, want, got)
		}
		if set[name], err = stored(name, v, got); err != nil {
			return err
		}
	}
	for _, r := range sv.changes.relations {
		got := schema.Field{Type: schema.Relation, TargetClass: r.class}
		if want, known := sv.class.Fields[r.field]; !known {
			added[r.field] = got
		} else if want.Type != got.Type || want.TargetClass != got.TargetClass {
			return mismatch(sv.class.Name, r.field, want, got)
		}
	}
	return sv.addFields(added)
}

// addFields makes the class and the columns a write needs.
func (sv *save) addFields(added map[string]schema.Field) error {
	if len(added) > 0 {
		if _, err := permit(sv.class.Permissions, sv.req.caller, opAddField); err != nil {
			return err
		}
		for name := range added {
			if !plainName(name) {
				return badName(name)
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
		return fail(wire.CodeIncorrectType, "currently, only one GeoPoint field may exist in an object of class %s", class.Name)
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
