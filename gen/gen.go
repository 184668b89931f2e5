// Package gen writes what other programs need of a schema: Go code on package parse
// (structs, columns, vocabularies), and an OpenAPI 3.1 document for the other
// languages. The same schema gives the same bytes.
package gen

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/schema"
)

// Source is what code is generated from.
type Source struct {
	Schema schema.Schema

	// Classes are those to generate; none means all of the schema. Classes that
	// their columns point to are added.
	Classes []string

	// Vocabularies are the values that columns of text take, by "Class.column".
	Vocabularies map[string][]string

	// Package is the name of the Go package; "" means "backend".
	Package string

	// Title is that of the OpenAPI document; "" means "Parse Server".
	Title string
}

// class is a class with its names and its columns in order.
type class struct {
	name    string // on the server
	goName  string
	columns []column
}

// user tells whether the class is Parse Server's own class of users.
func (c class) user() bool { return c.name == schema.UserClass }

type column struct {
	schema.Field
	name       string // on the server
	goName     string
	target     *class   // of pointers and relations
	vocabulary []string // nil: any text
	absent     bool     // an object may come without it, and be written so
}

// own are the columns of every class, which parse.Object has.
var own = []string{"objectId", "createdAt", "updatedAt", "ACL"}

// hidden are columns of the server's own classes that no program reads as columns.
var hidden = []string{"authData", "sessionToken", "installationId"}

// classes resolves the names and targets of the source, or says what is wrong with
// them, all of it.
func (s Source) classes() ([]*class, error) {
	wanted, err := s.wanted()
	if err != nil {
		return nil, err
	}
	byName, byGoName := map[string]*class{}, map[string]string{}
	var all []*class
	for _, name := range wanted {
		c := &class{name: name, goName: goName(strings.TrimPrefix(name, "_"))}
		for _, taken := range []string{c.goName, c.goName + "Fields", c.goName + "FieldSet"} {
			if other, ok := byGoName[taken]; ok {
				return nil, fmt.Errorf("gen: the classes %s and %s both need the name %s in Go: generate one of them into a package of its own", other, name, taken)
			}
			byGoName[taken] = name
		}
		byName[name], all = c, append(all, c)
	}
	for _, c := range all {
		described, _ := s.Schema.Class(c.name)
		if c.columns, err = s.columns(described, byName); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// wanted lists the classes to generate and those that they point to, sorted.
func (s Source) wanted() ([]string, error) {
	names := slices.Clone(s.Classes)
	if len(names) == 0 {
		for _, c := range s.Schema.Classes {
			if !strings.HasPrefix(c.Name, "_") || c.Name == schema.UserClass {
				names = append(names, c.Name)
			}
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("gen: the schema has no classes")
	}
	for i := 0; i < len(names); i++ {
		c, ok := s.Schema.Class(names[i])
		if !ok {
			return nil, fmt.Errorf("gen: the schema has no class %s; it has %s", names[i], strings.Join(s.known(), ", "))
		}
		for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
			f := c.Fields[name]
			if f.TargetClass == "" || slices.Contains(names, f.TargetClass) || slices.Contains(hidden, name) {
				continue
			}
			if _, ok := s.Schema.Class(f.TargetClass); !ok {
				return nil, fmt.Errorf("gen: %s.%s points to class %s, which the schema does not describe: export the schema of the server again", c.Name, name, f.TargetClass)
			}
			names = append(names, f.TargetClass)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func (s Source) known() []string {
	var names []string
	for _, c := range s.Schema.Classes {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	return names
}

func (s Source) columns(c schema.Class, classes map[string]*class) ([]column, error) {
	var columns []column
	taken := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
		if slices.Contains(own, name) || slices.Contains(hidden, name) {
			continue
		}
		f := column{Field: c.Fields[name], name: name, goName: columnName(name), target: classes[c.Fields[name].TargetClass]}
		f.absent = !f.Required || protected(c, name)
		if f.Type == schema.String {
			f.vocabulary = s.Vocabularies[c.Name+"."+name]
		}
		if _, ok := goTypes[f.Type]; !ok {
			return nil, fmt.Errorf("gen: %s.%s is of type %q: want one of those of Parse Server (package schema)", c.Name, name, f.Type)
		}
		if other, ok := taken[f.goName]; ok {
			return nil, fmt.Errorf("gen: the columns %s and %s of %s both need the name %s in Go: rename one of them on the server", other, name, c.Name, f.goName)
		}
		taken[f.goName] = name
		columns = append(columns, f)
	}
	return columns, nil
}

// packageName of the generated Go code.
func (s Source) packageName() string { return cmp.Or(s.Package, "backend") }

// protected tells whether the column is hidden from some who read the class: its
// zero value must not be written back then.
func protected(c schema.Class, column string) bool {
	if c.Name == schema.UserClass && column == "password" {
		return true
	}
	if c.Permissions != nil {
		for _, columns := range c.Permissions.ProtectedFields {
			if slices.Contains(columns, column) {
				return true
			}
		}
	}
	return false
}
