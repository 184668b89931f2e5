package schema

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Diff plans the steps that bring a server from one schema to the wanted one. It
// plans only those removals that the options name. Every definition that it sends is
// complete, because a server erases the options of a column that are left out, and
// closes the operations of a class that are (protocol section 5).
//
// Parse Server's own classes, columns and indexes are not unexpected. The order
// of the columns of an index is not compared: PostgreSQL does not keep it.
//
// What the server of [OnServer] cannot keep is listed as left out and not sent.
func Diff(want, have Schema, opts ...PlanOption) Plan {
	d := differ{want: want, have: have}
	for _, opt := range opts {
		opt(&d.settings)
	}
	if d.settings.columns {
		d.columns()
		return d.plan
	}
	d.leaveOut()
	d.roles()
	for _, class := range d.want.Classes {
		present, ok := have.Class(class.Name)
		if wanted, found, rivals := rival(class, present); rivals {
			d.plan.Conflicts = append(d.plan.Conflicts, Change{Kind: ReplaceClass, Class: class.Name, Want: wanted, Have: found})
			continue
		}
		if ok {
			d.class(class, present)
		} else {
			d.newClass(class)
		}
		d.warn(class.Name, class.permissions())
	}
	d.unexpectedClasses()
	return d.plan
}

type differ struct {
	want, have Schema
	settings   planSettings
	plan       Plan
}

// leaveOut takes out of the wanted schema what the server cannot keep, and warns
// where that opens a class and no Cloud Code closes it.
func (d *differ) leaveOut() {
	server := d.settings.server
	if server.Version != "" && server.numbers() == nil {
		d.plan.Warnings = append(d.plan.Warnings, fmt.Sprintf("the server's version %q is not made of numbers: planned as for the newest Parse Server", server.Version))
	}
	classes := make([]Class, len(d.want.Classes))
	for i, class := range d.want.Classes {
		var left []Omission
		classes[i], left = server.keepable(class)
		d.plan.LeftOut = append(d.plan.LeftOut, left...)
		if len(left) == 0 || left[0].Column != "" {
			continue
		}
		switch acl, ok := d.settings.cloudACLs[class.Name]; {
		case !ok:
			d.plan.Warnings = append(d.plan.Warnings, class.Name+": nothing on this server gives new objects the ACL that the schema wants: whoever passes the class's permissions reads and changes them")
		case !maps.Equal(acl, class.Permissions.DefaultACL):
			d.plan.Warnings = append(d.plan.Warnings, class.Name+": the Cloud Code gives new objects another ACL than the schema wants: "+text(acl))
		}
	}
	d.want.Classes = classes
}

func (d *differ) change(kind Kind, class, name string, want, have any) {
	d.plan.Changes = append(d.plan.Changes, Change{Kind: kind, Class: class, Name: name, Want: text(want), Have: text(have)})
}

func (d *differ) step(step Step) { d.plan.Steps = append(d.plan.Steps, step) }

// columns compares the types of the wanted columns alone.
func (d *differ) columns() {
	for _, class := range d.want.Classes {
		present, ok := d.have.Class(class.Name)
		if !ok {
			d.newClass(class)
			d.warn(class.Name, class.permissions())
			continue
		}
		same := Class{Name: class.Name, Fields: maps.Clone(class.Fields), Permissions: present.Permissions}
		for name, field := range class.Fields {
			if have := present.Fields[name]; have.kind() == field.kind() {
				same.Fields[name] = have
			}
		}
		present.Fields = maps.Clone(present.Fields)
		maps.DeleteFunc(present.Fields, func(name string, _ Field) bool { _, wanted := class.Fields[name]; return !wanted })
		present.Indexes = nil
		d.class(same, present)
	}
}

func (d *differ) newClass(class Class) {
	d.change(AddClass, class.Name, "", nil, nil)
	create := Delta{Class: class.Name, Fields: map[string]FieldChange{}, Permissions: class.permissions(), Indexes: map[string]IndexChange{}}
	built := Delta{Class: class.Name, Fields: map[string]FieldChange{}}
	for name, field := range class.Fields {
		switch {
		case isBaseColumn(name):
		case isSystemColumn(class.Name, name): // refused while the class is created
			built.Fields[name] = FieldChange{Field: field}
		default:
			create.Fields[name] = FieldChange{Field: field}
		}
	}
	for name, index := range class.Indexes {
		create.Indexes[name] = IndexChange{Index: index}
	}
	d.step(Step{Action: CreateClass, Delta: create})
	if len(built.Fields) > 0 {
		d.step(Step{Action: UpdateClass, Delta: built})
	}
}

func (d *differ) class(want, have Class) {
	drop := Delta{Class: want.Name, Fields: map[string]FieldChange{}, Indexes: map[string]IndexChange{}}
	set := Delta{Class: want.Name, Fields: map[string]FieldChange{}, Indexes: map[string]IndexChange{}}

	for _, name := range slices.Sorted(maps.Keys(want.Fields)) {
		field := want.Fields[name]
		present, ok := have.Fields[name]
		switch {
		case isBaseColumn(name) || field.equal(present):
		case !ok:
			d.change(AddField, want.Name, name, field, nil)
			set.Fields[name] = FieldChange{Field: field}
		case field.Type != present.Type || field.TargetClass != present.TargetClass:
			d.plan.Conflicts = append(d.plan.Conflicts, Change{Kind: ChangeField, Class: want.Name, Name: name, Want: text(field), Have: text(present)})
		default:
			d.change(ChangeField, want.Name, name, field, present)
			set.Fields[name] = FieldChange{Field: field}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(have.Fields)) {
		if _, ok := want.Fields[name]; ok || isBaseColumn(name) || isSystemColumn(want.Name, name) {
			continue
		}
		if d.settings.mayDrop(dropField, want.Name, name) {
			d.change(DropsField, want.Name, name, nil, have.Fields[name])
			drop.Fields[name] = FieldChange{Drop: true}
		} else {
			d.unexpected(UnexpectedField, want.Name, name, have.Fields[name])
		}
	}
	d.indexes(want, have, &set, &drop)
	if w, h := want.permissions(), have.permissions(); !w.equal(h) {
		d.change(ChangePermissions, want.Name, "", w, h)
		set.Permissions = w
	}
	// Dropping comes first, so that an index can be replaced under its own name.
	for _, delta := range []Delta{drop, set} {
		if !delta.empty() {
			d.step(Step{Action: UpdateClass, Delta: delta})
		}
	}
}

func (d *differ) indexes(want, have Class, set, drop *Delta) {
	for _, name := range slices.Sorted(maps.Keys(want.Indexes)) {
		index := want.Indexes[name]
		present, ok := have.Indexes[name]
		switch {
		case !ok:
			d.change(AddIndex, want.Name, name, index, nil)
			set.Indexes[name] = IndexChange{Index: index}
		case !index.equal(present):
			d.change(ChangeIndex, want.Name, name, index, present)
			drop.Indexes[name] = IndexChange{Drop: true}
			set.Indexes[name] = IndexChange{Index: index}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(have.Indexes)) {
		if _, ok := want.Indexes[name]; ok || name == "_id_" || isSystemClass(want.Name) {
			continue
		}
		if d.settings.mayDrop(dropIndex, want.Name, name) {
			d.change(DropsIndex, want.Name, name, nil, have.Indexes[name])
			drop.Indexes[name] = IndexChange{Drop: true}
		} else {
			d.unexpected(UnexpectedIndex, want.Name, name, have.Indexes[name])
		}
	}
}

func (d *differ) roles() {
	// The class is closed before its rows are written: nobody can take a name first.
	if want := d.want.RolePermissions; want != nil && !want.equal(d.have.rolePermissions()) {
		d.change(ChangePermissions, roleClass, "", want, d.have.rolePermissions())
		d.step(Step{Action: UpdateClass, Delta: Delta{Class: roleClass, Permissions: want}})
	}
	present := map[string]Role{}
	for _, role := range d.have.Roles {
		present[role.Name] = role
	}
	for _, role := range d.want.Roles {
		have, ok := present[role.Name]
		delete(present, role.Name)
		switch {
		case !ok:
			d.change(AddRole, "", role.Name, role, nil)
			d.step(Step{Action: PutRole, Role: role})
		case !maps.Equal(role.ACL, have.ACL) || !equalSets(role.Roles, have.Roles):
			d.change(ChangeRole, "", role.Name, role, have)
			d.step(Step{Action: PutRole, Role: role})
		}
	}
	if d.want.Roles == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(present)) {
		d.unexpected(UnexpectedRole, "", name, present[name])
	}
}

func (d *differ) unexpectedClasses() {
	for _, class := range d.have.Classes {
		if _, ok := d.want.Class(class.Name); ok || isSystemClass(class.Name) {
			continue
		}
		if d.settings.mayDrop(dropClass, class.Name, "") {
			d.change(DropsClass, class.Name, "", nil, nil)
			d.step(Step{Action: DeleteClass, Delta: Delta{Class: class.Name}})
			continue
		}
		d.unexpected(UnexpectedClass, class.Name, "", nil)
		if len(class.mistakes) > 0 { // its permissions are not known
			d.plan.Warnings = append(d.plan.Warnings, errors.Join(class.mistakes...).Error())
			continue
		}
		d.warn(class.Name, class.permissions())
	}
}

func (d *differ) unexpected(kind Kind, class, name string, have any) {
	d.plan.Unexpected = append(d.plan.Unexpected, Change{Kind: kind, Class: class, Name: name, Have: text(have)})
}

func (d *differ) warn(class string, p *Permissions) {
	if columns := p.hides(); len(columns) > 0 && !d.settings.server.keepsColumnsHidden() {
		d.plan.Warnings = append(d.plan.Warnings, fmt.Sprintf("%s: Parse Server %s sorts by hidden columns and answers conditions on them within $or, so that whoever may find can find out %s; 8.6.32, 9.6 and newer refuse it",
			class, d.settings.server.Version, strings.Join(columns, ", ")))
	}
	for _, op := range p.operations() {
		if op.grant.Public && !(class == UserClass && op.name == "create") {
			d.plan.Warnings = append(d.plan.Warnings, class+": everyone, without a session, may "+op.name)
		}
	}
	if everyone := p.DefaultACL["*"]; everyone.Read && closing(p.DefaultACL) != nil && (p.Find.Public || p.Get.Public) {
		d.plan.Warnings = append(d.plan.Warnings, class+": new objects are readable by everyone")
	}
}

// isBaseColumn reports whether Parse Server gives the column to every class.
func isBaseColumn(name string) bool {
	return name == "objectId" || name == "createdAt" || name == "updatedAt" || name == "ACL"
}

// isSystemColumn reports whether Parse Server itself made the column of its class.
func isSystemColumn(class, name string) bool {
	if class == UserClass {
		return slices.Contains([]string{"username", "password", "email", "emailVerified", "authData"}, name)
	}
	return false
}

// isSystemClass reports whether the class is Parse Server's own.
func isSystemClass(name string) bool { return strings.HasPrefix(name, "_") }
