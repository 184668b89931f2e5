package store

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/schema"
)

// catalog is an immutable snapshot of all classes.
type catalog struct {
	classes map[string]*classInfo
	names   []string // sorted
}

func (c *catalog) with(add *classInfo, remove string) *catalog {
	next := &catalog{classes: maps.Clone(c.classes)}
	delete(next.classes, remove)
	if add != nil {
		next.classes[add.def.Name] = add
	}
	next.names = slices.Sorted(maps.Keys(next.classes))
	return next
}

// classInfo says how one class is stored. Tables and columns are named by
// numbers that are never used again, because names in SQLite are
// case-insensitive.
type classInfo struct {
	def    schema.Class
	unique []Unique // declared with SetUnique
	stored storedClass

	table    string             // quoted
	columns  map[string]*column // by field, system columns included
	order    []*column          // of the fields that have a column, by field name
	relation []byte             // `,"rel":{...}` of all relation fields, for Row.JSON
	indexes  map[string]index   // by quoted name

	insertSQL, updateSQL string
}

// storedClass is the row of a class in the table of classes.
type storedClass struct {
	ID     int64
	Fields map[string]int64 // numbers of the fields
	Bare   map[string]bool  // pointers without an index of their own
}

// column is one field and where its values are.
type column struct {
	field  string
	typ    schema.Type
	target string // class of a Pointer or Relation
	sql    string // quoted name of the column, or of the join table; empty if values are only in the document
	notNil bool
	system bool // every class has it
}

// Columns every table has. objectId and the dates are also in the document.
const (
	colRow     = `"n"`
	colID      = `"id"`
	colCreated = `"created"`
	colUpdated = `"updated"`
	colACL     = `"acl"`
	colHidden  = `"hidden"`
	colDoc     = `"doc"`
)

// systemFields have columns in every class.
var systemFields = map[string]column{
	"objectId":  {field: "objectId", typ: schema.String, sql: colID, notNil: true, system: true},
	"createdAt": {field: "createdAt", typ: schema.Date, sql: colCreated, notNil: true, system: true},
	"updatedAt": {field: "updatedAt", typ: schema.Date, sql: colUpdated, notNil: true, system: true},
	"ACL":       {field: "ACL", typ: schema.ACL, system: true},
}

// identifier is what a class or a field may be called.
var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,127}$`)

// sqlTypes are the column types of the fields that have a column. The others
// (Object, Array, GeoPoint, Polygon) are looked at in the document.
var sqlTypes = map[schema.Type]string{
	schema.String: "TEXT", schema.Number: "REAL", schema.Boolean: "INTEGER", schema.Date: "INTEGER",
	schema.Pointer: "TEXT", schema.File: "TEXT", schema.Bytes: "TEXT",
}

func newClassInfo(def schema.Class, unique []Unique, stored storedClass) *classInfo {
	c := &classInfo{def: def, unique: unique, stored: stored, columns: map[string]*column{}, indexes: map[string]index{}}
	c.table = quoteIdentifier(fmt.Sprintf("c%d_%s", stored.ID, def.Name))
	for name, col := range systemFields {
		c.columns[name] = &col
	}
	for _, name := range slices.Sorted(maps.Keys(def.Fields)) {
		if _, system := systemFields[name]; system {
			continue
		}
		f := def.Fields[name]
		col := &column{field: name, typ: f.Type, target: f.TargetClass}
		c.columns[name] = col
		switch _, ok := sqlTypes[f.Type]; {
		case ok && lean[def.Name].unstored[name]:
		case ok:
			col.sql = quoteIdentifier(fmt.Sprintf("f%d_%s", stored.Fields[name], name))
			c.order = append(c.order, col)
		case f.Type == schema.Relation:
			col.sql = quoteIdentifier(fmt.Sprintf("j%d_%s", stored.Fields[name], name))
			c.relation = append(c.relation, `,"`+name+`":{"__type":"Relation","className":"`+f.TargetClass+`"}`...)
		}
	}
	c.listIndexes()
	c.writeSQL()
	return c
}

// leadingArgs is how many arguments of insertSQL stand before the fields.
const leadingArgs = 6

// docArg is where the document stands among them.
const docArg = leadingArgs - 1

// writeSQL prepares the statements that write one object. Their arguments are
// those of Tx.encode; the id is the first of insertSQL and the last of updateSQL.
func (c *classInfo) writeSQL() {
	names := []string{colCreated, colUpdated, colACL, colHidden, colDoc}
	for _, col := range c.order {
		names = append(names, col.sql)
	}
	c.insertSQL = "INSERT INTO " + c.table + "(" + colID + ", " + strings.Join(names, ", ") + ") VALUES(?" + strings.Repeat(", ?", len(names)) + ")"
	c.updateSQL = "UPDATE " + c.table + " SET " + strings.Join(names, "=?, ") + "=? WHERE " + colID + "=?"
}

// quoteIdentifier is only given names that match identifier.
func quoteIdentifier(name string) string { return `"` + name + `"` }

// fieldOf returns the field stored in the column called sql, without quotes.
func (c *classInfo) fieldOf(sql string) string {
	for _, col := range c.columns {
		if strings.Trim(col.sql, `"`) == sql {
			return col.field
		}
	}
	return sql
}

// relations returns the relation fields.
func (c *classInfo) relations() []*column {
	var list []*column
	for _, col := range c.columns {
		if col.typ == schema.Relation {
			list = append(list, col)
		}
	}
	return list
}

// index is one SQL index.
type index struct {
	sql    string   // CREATE statement
	fields []string // of a unique one
}

// listIndexes fills in the indexes a class has: dates, pointers, those of its
// schema and the unique ones. Every plain index ends with the date of creation,
// so that "newest first" of one plan or status needs no sorting. A pointer with
// which an index of the schema begins needs no other: each is a page more to
// write for every object. Nor has one that a client added (AddColumns).
func (c *classInfo) listIndexes() {
	c.addIndex(colCreated, colID)
	if !lean[c.def.Name].bare["updatedAt"] {
		c.addIndex(colUpdated, colID)
	}
	led := map[string]bool{}
	for _, declared := range c.def.Indexes {
		if parts := c.indexParts(declared); len(parts) != 0 {
			led[declared[0].Field] = true
			c.addIndex(parts...)
		}
	}
	for _, col := range c.order {
		if col.typ == schema.Pointer && !led[col.field] && !c.stored.Bare[col.field] && !lean[c.def.Name].bare[col.field] {
			c.addIndex(col.sql, colCreated)
		}
	}
	for _, u := range slices.Concat(builtinUnique[c.def.Name], c.unique) {
		c.addUnique(u)
	}
}

// indexParts are the SQL columns of a declared index, none if there is nothing
// to index: a field without a column, an Array for instance, or the objectId,
// which always has one.
func (c *classInfo) indexParts(declared schema.Index) []string {
	var parts []string
	for _, key := range declared {
		col := c.columns[key.Field]
		if col == nil || col.sql == "" || col.typ == schema.Relation {
			return nil
		}
		if key.Descending {
			parts = append(parts, col.sql+" DESC")
		} else {
			parts = append(parts, col.sql)
		}
	}
	if len(parts) == 0 || len(parts) == 1 && parts[0] == colID {
		return nil
	}
	if !slices.ContainsFunc(parts, func(p string) bool { return strings.HasPrefix(p, colCreated) }) {
		parts = append(parts, colCreated)
	}
	return parts
}

// builtinUnique are the constraints Parse's own classes have by themselves.
var builtinUnique = map[string][]Unique{
	"_User": {
		{Class: "_User", Fields: []string{"username"}, FoldCase: true},
		{Class: "_User", Fields: []string{"email"}, FoldCase: true},
	},
	"_Role": {{Class: "_Role", Fields: []string{"name"}}},
}

func (c *classInfo) addIndex(parts ...string) {
	name := c.indexName("i", parts)
	c.indexes[name] = index{sql: fmt.Sprintf("CREATE INDEX %s ON %s(%s)", name, c.table, strings.Join(parts, ", "))}
}

func (c *classInfo) addUnique(u Unique) {
	var parts []string
	kind := "u"
	for _, field := range u.Fields {
		col := c.columns[field]
		if col == nil || col.sql == "" || col.typ == schema.Relation {
			return
		}
		part := col.sql
		if u.FoldCase && col.typ == schema.String {
			part, kind = fnFold+"("+part+")", "x"
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return
	}
	name := c.indexName(kind, parts)
	c.indexes[name] = index{
		sql:    fmt.Sprintf("CREATE UNIQUE INDEX %s ON %s(%s)", name, c.table, strings.Join(parts, ", ")),
		fields: u.Fields,
	}
}

func (c *classInfo) indexName(kind string, parts []string) string {
	name := strings.NewReplacer(`"`, "", " ", "_", fnFold, "", "(", "", ")", "").Replace(strings.Join(parts, "_"))
	return quoteIdentifier(fmt.Sprintf("%s%d_%s", kind, c.stored.ID, name))
}

func (c *catalog) searched(class, redirectKey string) string {
	if redirectKey == "" || c.classes[class] == nil {
		return class
	}
	if col := c.classes[class].columns[redirectKey]; col != nil && col.typ == schema.Relation {
		return col.target
	}
	return class
}

func (c *catalog) list() []schema.Class {
	list := make([]schema.Class, len(c.names))
	for i, name := range c.names {
		list[i] = c.classes[name].def
	}
	return list
}

func (c *catalog) class(name string) (schema.Class, bool) {
	if info := c.classes[name]; info != nil {
		return info.def, true
	}
	return schema.Class{}, false
}
