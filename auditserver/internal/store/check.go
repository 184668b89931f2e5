package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/schema"
)

// Report is what Check has found.
type Report struct {
	Classes   int
	Objects   int
	Files     int // in the database
	FileBytes int64
	Problems  []string // what is wrong; none: the database is sound
	Edited    []string // objects that another program has edited: their columns say something else
	Notes     []string // what may be right: objects that name files which are not there, or not any more
}

// maxProblems is how many problems of a kind a report lists.
const maxProblems = 20

func (r *Report) bad(format string, args ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

// ownFile is the beginning of the name of a file that was uploaded here.
var ownFile = regexp.MustCompile(`^[0-9a-f]{32}_`)

// Check reads a whole database, which a server may have open, and compares what
// depends on each other: the log with its record, tables with their indexes, tables
// with the schema, objects with their columns, and files with those that name them.
// kept tells which files are kept elsewhere; it is given the values of bucket.
func Check(ctx context.Context, path, bucket string, kept func(names map[string][]byte) ([]string, error)) (*Report, error) {
	r := &Report{}
	err := inspect(path, func(c *conn, loss error) error {
		if loss != nil {
			r.bad("%v", loss)
		}
		if _, err := c.exec("BEGIN"); err != nil {
			return err
		}
		return r.check(ctx, c, bucket, kept)
	})
	if err != nil && len(r.Problems) == 0 {
		return nil, err
	}
	if err != nil {
		r.bad("%v", err)
	}
	return r, nil
}

func (r *Report) check(ctx context.Context, c *conn, bucket string, kept func(map[string][]byte) ([]string, error)) error {
	ours, err := inspectFile(c)
	if err == nil && !ours {
		err = errors.New("store: the file holds no data of auditserver")
	}
	if err != nil {
		r.bad("%v", err)
		return nil
	}
	problems, err := integrity(c, "integrity_check")
	if err != nil {
		r.bad("SQLite can't read the file: %v", err)
		return nil
	}
	for _, p := range problems {
		r.bad("SQLite: %s", p)
	}
	if err := r.checkSystemTables(ctx, c); err != nil {
		return err
	}
	names, err := r.checkFiles(ctx, c, bucket, kept)
	if err != nil {
		return err
	}
	cat, err := loadCatalog(c)
	if err != nil {
		r.bad("%v", err)
		return nil
	}
	for _, name := range cat.names {
		r.Classes++
		if err := r.checkClass(ctx, c, cat.classes[name], names); err != nil {
			r.bad("class %s can't be read: %v", name, err)
		}
	}
	return ctx.Err()
}

// checkSystemTables compares the tables that every file has with systemTables.
func (r *Report) checkSystemTables(ctx context.Context, c *conn) error {
	have := map[string]bool{}
	err := c.query(ctx, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL", nil, func(v []driver.Value) (bool, error) {
		have[fmt.Sprint(v[0])] = true
		return true, nil
	})
	for _, want := range systemTables {
		if strings.HasPrefix(want, "CREATE ") && !have[want] {
			what, _, _ := strings.Cut(want, "(")
			r.bad("the schema is not that of this program: it lacks what %q makes", what)
		}
	}
	return err
}

// checkFiles compares files with their content and returns the names of all.
func (r *Report) checkFiles(ctx context.Context, c *conn, bucket string, kept func(map[string][]byte) ([]string, error)) (map[string]bool, error) {
	names := map[string]bool{}
	err := c.query(ctx, "SELECT name, size, (SELECT coalesce(sum(length(data)), 0) FROM file_parts WHERE file=id) FROM files WHERE size IS NOT NULL", nil,
		func(v []driver.Value) (bool, error) {
			name := v[0].(string)
			names[name] = true
			r.Files, r.FileBytes = r.Files+1, r.FileBytes+v[1].(int64)
			if v[1] != v[2] {
				r.bad("the file %s should have %v bytes and has %v", name, v[1], v[2])
			}
			return true, nil
		})
	if err != nil {
		return nil, err
	}
	orphans, err := c.queryRow("SELECT count(*) FROM file_parts WHERE file NOT IN (SELECT id FROM files)")
	if err != nil {
		return nil, err
	}
	if orphans[0] != int64(0) {
		r.bad("%v parts of files belong to no file", orphans[0])
	}
	elsewhere := map[string][]byte{}
	err = c.query(ctx, "SELECT key, value FROM keyvalues WHERE bucket=?", []any{bucket}, func(v []driver.Value) (bool, error) {
		elsewhere[v[0].(string)] = blobOf(v[1])
		names[v[0].(string)] = true
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	problems, err := kept(elsewhere)
	r.Problems = append(r.Problems, problems...)
	return names, err
}

// checkClass compares the table of a class with its schema and its objects with
// the files that are there.
func (r *Report) checkClass(ctx context.Context, c *conn, class *classInfo, files map[string]bool) error {
	have := map[string]bool{}
	err := c.query(ctx, "SELECT name FROM pragma_table_info(?)", []any{strings.Trim(class.table, `"`)}, func(v []driver.Value) (bool, error) {
		have[quoteIdentifier(v[0].(string))] = true
		return true, nil
	})
	if err != nil {
		return err
	}
	for _, col := range append(slices.Clone(class.order), class.columns["objectId"]) {
		if !have[col.sql] {
			r.bad("class %s has no column for the field %s", class.def.Name, col.field)
			return nil
		}
	}
	for _, col := range class.relations() {
		if _, err := c.queryRow("SELECT count(*) FROM " + col.sql); err != nil {
			r.bad("class %s has no table for the relation %s", class.def.Name, col.field)
		}
	}
	if err := r.checkRows(ctx, c, class); err != nil {
		return err
	}
	for _, col := range class.order {
		if col.typ != schema.File {
			continue
		}
		dangling := 0
		err := c.query(ctx, "SELECT "+colID+", "+col.sql+" FROM "+class.table+" WHERE "+col.sql+" IS NOT NULL", nil, func(v []driver.Value) (bool, error) {
			if name, _ := v[1].(string); ownFile.MatchString(name) && !files[name] {
				r.Notes = append(r.Notes, fmt.Sprintf("object %v of class %s names the file %s in %s, which is not there", v[0], class.def.Name, name, col.field))
				dangling++
			}
			return dangling < maxProblems, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// integrity asks SQLite for what is wrong in a file; pragma is integrity_check or
// quick_check.
func integrity(c *conn, pragma string) ([]string, error) {
	var problems []string
	err := c.query(context.Background(), fmt.Sprintf("PRAGMA %s(%d)", pragma, maxProblems), nil, func(v []driver.Value) (bool, error) {
		if text := fmt.Sprint(v[0]); text != "ok" {
			problems = append(problems, text)
		}
		return true, nil
	})
	return problems, err
}
