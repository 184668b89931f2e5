package store

import (
	"bytes"
	"context"
	"database/sql/driver"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/schema"
)

// classRecord is how a class is written into the table of classes.
type classRecord struct {
	Class  schema.Class
	Unique []Unique
	Fields map[string]int64
	Bare   map[string]bool `json:",omitempty"`
}

// PutClass makes class c, or changes the class of that name to be exactly c:
// new fields and indexes are added; fields and indexes that c lacks are
// removed with their data. A field can't change its type (ErrSchema).
// objectId, createdAt, updatedAt and ACL are always there.
func (tx *Tx) PutClass(c schema.Class) error { return tx.putClass(c, false) }

// AddColumns is PutClass for columns that clients add as they like. Such a column has
// no index of its own, which every write would have to pay for; an index of the
// schema may still begin with it.
func (tx *Tx) AddColumns(c schema.Class) error { return tx.putClass(c, true) }

func (tx *Tx) putClass(c schema.Class, bare bool) error {
	if tx.over {
		return errOver
	}
	if err := checkClass(c); err != nil {
		return err
	}
	c.Fields = maps.Clone(c.Fields)
	if c.Fields == nil {
		c.Fields = map[string]schema.Field{}
	}
	for name, col := range systemFields {
		c.Fields[name] = schema.Field{Type: col.typ}
	}
	old := tx.catalog.classes[c.Name]
	if old == nil {
		return tx.createClass(c, bare)
	}
	for name, f := range c.Fields {
		if was, ok := old.def.Fields[name]; ok && (was.Type != f.Type || was.TargetClass != f.TargetClass) {
			return fmt.Errorf("%w: field %s.%s is a %s and can't become a %s", ErrSchema, c.Name, name, describe(was), describe(f))
		}
	}
	return tx.alterClass(old, c, old.unique, bare)
}

func describe(f schema.Field) string {
	if f.TargetClass == "" {
		return string(f.Type)
	}
	return fmt.Sprintf("%s<%s>", f.Type, f.TargetClass)
}

// maxFields of a class; SQLite allows 2,000 columns of a table.
const maxFields = 1500

func checkClass(c schema.Class) error {
	if !identifier.MatchString(c.Name) {
		return fmt.Errorf("%w: %q is not a class name", ErrSchema, c.Name)
	}
	if len(c.Fields) > maxFields {
		return fmt.Errorf("%w: class %s would have %d fields, more than %d", ErrSchema, c.Name, len(c.Fields), maxFields)
	}
	for name, f := range c.Fields {
		needsTarget := f.Type == schema.Pointer || f.Type == schema.Relation
		_, hasColumn := sqlTypes[f.Type]
		switch {
		case !identifier.MatchString(name):
			return fmt.Errorf("%w: %q is not a field name (class %s)", ErrSchema, name, c.Name)
		case needsTarget && !identifier.MatchString(f.TargetClass):
			return fmt.Errorf("%w: field %s.%s needs a target class", ErrSchema, c.Name, name)
		case !hasColumn && f.Type != schema.Relation && !inDocument[f.Type]:
			return fmt.Errorf("%w: field %s.%s has the unknown type %q", ErrSchema, c.Name, name, f.Type)
		}
	}
	return nil
}

// inDocument are the types without a column.
var inDocument = map[schema.Type]bool{
	schema.Object: true, schema.Array: true, schema.GeoPoint: true, schema.Polygon: true, schema.ACL: true,
}

func (tx *Tx) createClass(def schema.Class, bare bool) error {
	stored := storedClass{Fields: map[string]int64{}, Bare: map[string]bool{}}
	var err error
	if stored.ID, err = tx.nextNumber(); err != nil {
		return err
	}
	if err := tx.numberFields(def, &stored, bare); err != nil {
		return err
	}
	c := newClassInfo(def, nil, stored)
	create := bytes.NewBufferString("CREATE TABLE " + c.table + "(" + colRow + " INTEGER PRIMARY KEY, " + colID + " TEXT NOT NULL UNIQUE, " +
		colCreated + " INTEGER NOT NULL, " + colUpdated + " INTEGER NOT NULL, " + colACL + " INTEGER")
	for _, col := range c.order {
		fmt.Fprintf(create, ", %s %s", col.sql, sqlTypes[col.typ])
	}
	create.WriteString(", " + colHidden + " BLOB, " + colDoc + " BLOB NOT NULL)")
	if _, err := tx.exec(create.String()); err != nil {
		return err
	}
	for _, col := range c.relations() {
		if err := tx.createJoin(col); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.indexes)) {
		if _, err := tx.exec(c.indexes[name].sql); err != nil {
			return err
		}
	}
	return tx.saveClass(c)
}

// alterClass brings the table from old to the new definition.
func (tx *Tx) alterClass(old *classInfo, def schema.Class, unique []Unique, bare bool) error {
	stored := storedClass{ID: old.stored.ID, Fields: maps.Clone(old.stored.Fields), Bare: map[string]bool{}}
	maps.DeleteFunc(stored.Fields, func(name string, _ int64) bool { _, keep := def.Fields[name]; return !keep })
	for name := range old.stored.Bare {
		if _, keep := def.Fields[name]; keep {
			stored.Bare[name] = true
		}
	}
	if err := tx.numberFields(def, &stored, bare); err != nil {
		return err
	}
	next := newClassInfo(def, unique, stored)
	for _, name := range slices.Sorted(maps.Keys(old.indexes)) {
		if _, keep := next.indexes[name]; !keep {
			if _, err := tx.exec("DROP INDEX " + name); err != nil {
				return err
			}
		}
	}
	dropped := Change{Kind: Dropped, Class: def.Name}
	for _, name := range slices.Sorted(maps.Keys(old.def.Fields)) {
		if _, keep := def.Fields[name]; !keep {
			if err := tx.dropField(old, old.columns[name]); err != nil {
				return err
			}
			dropped.Columns = append(dropped.Columns, name)
		}
	}
	if len(dropped.Columns) > 0 {
		tx.changes = append(tx.changes, dropped)
	}
	if err := tx.addFields(old, next); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(next.indexes)) {
		if _, has := old.indexes[name]; !has {
			if _, err := tx.exec(next.indexes[name].sql); err != nil {
				return tx.writeError(next, err)
			}
		}
	}
	return tx.saveClass(next)
}

// alignIndexes drops and makes indexes of all classes as this code lists them:
// a file may come from one that listed others.
func (tx *Tx) alignIndexes() error {
	for _, c := range tx.catalog.classes {
		present := map[string]bool{}
		err := tx.c.query(context.Background(), "SELECT name FROM sqlite_master WHERE type='index' AND sql IS NOT NULL AND tbl_name=?",
			[]any{strings.Trim(c.table, `"`)}, func(v []driver.Value) (bool, error) {
				present[quoteIdentifier(v[0].(string))] = true
				return true, nil
			})
		if err != nil {
			return err
		}
		for name := range present {
			if _, wanted := c.indexes[name]; !wanted {
				if _, err := tx.exec("DROP INDEX " + name); err != nil {
					return err
				}
			}
		}
		for name, ix := range c.indexes {
			if !present[name] {
				if _, err := tx.exec(ix.sql); err != nil {
					return tx.writeError(c, err)
				}
			}
		}
	}
	return nil
}

func (tx *Tx) dropField(c *classInfo, col *column) error {
	if col.typ == schema.Relation {
		_, err := tx.exec("DROP TABLE " + col.sql)
		return err
	}
	if col.sql != "" {
		if _, err := tx.exec("ALTER TABLE " + c.table + " DROP COLUMN " + col.sql); err != nil {
			return err
		}
	}
	_, err := tx.exec("UPDATE "+c.table+" SET "+colDoc+"="+fnWithout+"(?, "+colDoc+")", col.field)
	return err
}

func (tx *Tx) createJoin(col *column) error {
	if _, err := tx.exec("CREATE TABLE " + col.sql + "(owner TEXT NOT NULL, related TEXT NOT NULL, PRIMARY KEY(owner, related)) WITHOUT ROWID"); err != nil {
		return err
	}
	name := quoteIdentifier("r" + col.sql[1:len(col.sql)-1])
	_, err := tx.exec("CREATE INDEX " + name + " ON " + col.sql + "(related, owner)")
	return err
}

// numberFields gives each field without a number a new one.
func (tx *Tx) numberFields(def schema.Class, stored *storedClass, bare bool) error {
	for _, name := range slices.Sorted(maps.Keys(def.Fields)) {
		if _, ok := stored.Fields[name]; ok {
			continue
		}
		n, err := tx.nextNumber()
		if err != nil {
			return err
		}
		stored.Fields[name] = n
		if bare && def.Fields[name].Type == schema.Pointer {
			stored.Bare[name] = true
		}
	}
	return nil
}

// nextNumber returns a number that no table or column of this file has had.
func (tx *Tx) nextNumber() (int64, error) {
	row, err := tx.returning("UPDATE meta SET value=value+1 WHERE key='number' RETURNING value")
	if err != nil {
		return 0, err
	}
	return row[0].(int64), nil
}

func (tx *Tx) saveClass(c *classInfo) error {
	record, err := json.Marshal(classRecord{c.def, c.unique, c.stored.Fields, c.stored.Bare}, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("store: write class %s: %w", c.def.Name, err)
	}
	if _, err := tx.exec("INSERT INTO classes(id, name, record) VALUES(?, ?, ?) ON CONFLICT(id) DO UPDATE SET record=excluded.record",
		c.stored.ID, c.def.Name, record); err != nil {
		return err
	}
	tx.catalog = tx.catalog.with(c, "")
	return nil
}

// DropClass removes a class. It returns ErrNotEmpty if it has objects, and
// ErrNoClass.
func (tx *Tx) DropClass(name string) error {
	if tx.over {
		return errOver
	}
	c := tx.catalog.classes[name]
	if c == nil {
		return fmt.Errorf("%w: %s", ErrNoClass, name)
	}
	row, err := tx.c.queryRow("SELECT 1 FROM " + c.table + " LIMIT 1")
	if err != nil {
		return err
	}
	if row != nil {
		return fmt.Errorf("%w: %s", ErrNotEmpty, name)
	}
	for _, col := range c.relations() {
		if _, err := tx.exec("DROP TABLE " + col.sql); err != nil {
			return err
		}
	}
	if _, err := tx.exec("DROP TABLE " + c.table); err != nil {
		return err
	}
	if _, err := tx.exec("DELETE FROM classes WHERE id=?", c.stored.ID); err != nil {
		return err
	}
	tx.catalog = tx.catalog.with(nil, name)
	tx.changes = append(tx.changes, Change{Kind: Dropped, Class: name})
	return nil
}

// Unique is a constraint: no two objects of Class have the same values in
// Fields. Objects without a value in one of them are exempt.
type Unique struct {
	Class    string
	Fields   []string
	FoldCase bool // texts that differ only in case count as the same
}

// SetUnique makes the constraints of class be exactly list, besides those it
// has by itself: username and email of _User (folding case), name of _Role. A
// *UniqueError says that present objects break one.
func (tx *Tx) SetUnique(class string, list []Unique) error {
	if tx.over {
		return errOver
	}
	c := tx.catalog.classes[class]
	if c == nil {
		return fmt.Errorf("%w: %s", ErrNoClass, class)
	}
	for _, u := range list {
		for _, field := range u.Fields {
			if col := c.columns[field]; col == nil || col.sql == "" || col.typ == schema.Relation {
				return fmt.Errorf("%w: %s.%s can't be unique", ErrSchema, class, field)
			}
		}
	}
	return tx.alterClass(c, c.def, slices.Clone(list), false)
}

// loadCatalog reads the table of classes.
func loadCatalog(c *conn) (*catalog, error) {
	cat := &catalog{classes: map[string]*classInfo{}}
	err := c.query(context.Background(), "SELECT id, name, record FROM classes", nil, func(v []driver.Value) (bool, error) {
		var r classRecord
		if err := json.Unmarshal(blobOf(v[2]), &r); err != nil {
			return false, fmt.Errorf("store: read class %v: %w", v[1], err)
		}
		cat = cat.with(newClassInfo(r.Class, r.Unique, storedClass{v[0].(int64), r.Fields, r.Bare}), "")
		return true, nil
	})
	return cat, err
}
