package dump

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// How large a part becomes. What was not finished when a dump ended early is read again.
const (
	partRows  = 10_000
	partBytes = 32 << 20 // before compression
)

const roleClass = "_Role"

// Write dumps an application into a folder, which it makes. Where the folder has a dump
// that ended early, Write goes on with it, with the classes it began with; a complete
// dump is refused.
func Write(ctx context.Context, from *parse.Admin, name string, options Options) (*Manifest, error) {
	if err := os.MkdirAll(name, 0o700); err != nil {
		return nil, fmt.Errorf("dump: %w", err)
	}
	in, err := openFolder(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.root.Close() }()
	m, err := in.readManifest()
	w := &writing{ctx: ctx, from: from, in: in, options: &options}
	switch {
	case err != nil:
		return nil, err
	case m == nil:
		if m, err = begin(ctx, from, &options); err != nil {
			return nil, err
		}
		w.manifest = m
		if err := w.config(); err != nil {
			return nil, err
		}
	case !m.Ended.IsZero():
		return nil, fmt.Errorf("dump: the folder holds a complete dump of %s: give another folder", m.Ended.Format(time.RFC3339))
	}
	if err := in.writeManifest(m); err != nil {
		return nil, err
	}
	w.manifest, w.rows = m, m.Rows()
	for i := range m.Classes {
		if err := w.class(&m.Classes[i]); err != nil {
			return nil, fmt.Errorf("dump: class %s: %w", m.Classes[i].Name, err)
		}
	}
	m.Ended = time.Now().UTC()
	return m, in.writeManifest(m)
}

// begin reads everything but rows.
func begin(ctx context.Context, from *parse.Admin, options *Options) (*Manifest, error) {
	info, err := from.ServerInfo(ctx)
	if err != nil {
		return nil, err
	}
	m := &Manifest{Format: format, Server: info.Version, Began: time.Now().UTC()}
	if m.Schema, err = from.Schema(ctx); err != nil {
		return nil, err
	}
	if err := m.Schema.Err(); err != nil {
		return nil, err // a dump without one of the classes would not be whole
	}
	// Of Parse Server's own classes a schema describes only the users.
	m.Schema.Classes = slices.DeleteFunc(m.Schema.Classes, func(c schema.Class) bool {
		return strings.HasPrefix(c.Name, "_") && c.Name != schema.UserClass
	})
	for _, class := range m.Schema.Classes {
		delete(class.Indexes, "_id_") // MongoDB's own, which Parse Server lists on PostgreSQL too; nobody can make it
	}
	names := []string{schema.UserClass, roleClass}
	for _, class := range m.Schema.Classes {
		if class.Name != schema.UserClass {
			names = append(names, class.Name)
		}
	}
	slices.Sort(names[2:])
	for _, wanted := range options.Classes {
		if !slices.Contains(names, wanted) {
			return nil, fmt.Errorf("dump: there is no class %q to dump: it is one of %s", wanted, strings.Join(names, ", "))
		}
	}
	for _, name := range names {
		if options.wants(name) {
			m.Classes = append(m.Classes, Class{Name: name})
		}
	}
	if m.Config, err = readConfig(ctx, from); err != nil {
		return nil, err
	}
	return m, nil
}

func readConfig(ctx context.Context, from *parse.Admin) ([]Parameter, error) {
	config, err := from.Client().Config(ctx)
	if err != nil {
		return nil, err
	}
	var all []Parameter
	for _, name := range config.Names() {
		p := Parameter{Name: name, MasterOnly: config.MasterOnly(name)}
		if _, err := config.Decode(name, &p.Value); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// writing is one call of Write.
type writing struct {
	ctx      context.Context
	from     *parse.Admin
	in       *folder
	manifest *Manifest
	options  *Options
	rows     int // in the dump so far
	files    int
}

// config dumps the files that parameters of the configuration refer to.
func (w *writing) config() error {
	for i := range w.manifest.Config {
		p := &w.manifest.Config[i]
		_, err := mapFiles(p.Value, func(ref reference) (reference, error) {
			file, err := w.file(ref)
			if err == nil && file != nil {
				p.Files = append(p.Files, *file)
			}
			return ref, err
		})
		if err != nil {
			return fmt.Errorf("dump: parameter %s: %w", p.Name, err)
		}
	}
	return nil
}

// class dumps what a class still lacks.
func (w *writing) class(c *Class) error {
	relations := relationsOf(w.manifest.Schema, c.Name)
	for !c.Done {
		part, err := w.part(c, relations)
		if err != nil {
			return err
		}
		if c.Done = part.Rows == 0; !c.Done {
			c.Parts = append(c.Parts, part)
		}
		if err := w.in.writeManifest(w.manifest); err != nil {
			return err
		}
	}
	return nil
}

// relationsOf gives the relations of a class and the classes of their members.
func relationsOf(s schema.Schema, class string) map[string]string {
	if class == roleClass {
		return map[string]string{"users": schema.UserClass, "roles": roleClass}
	}
	found := map[string]string{}
	described, _ := s.Class(class)
	for name, field := range described.Fields {
		if field.Type == schema.Relation {
			found[name] = field.TargetClass
		}
	}
	return found
}

// part dumps the next rows of a class, in the order of their ids.
func (w *writing) part(c *Class, relations map[string]string) (Part, error) {
	p := Part{Name: fmt.Sprintf("rows/%s-%06d.jsonl.gz", c.Name, len(c.Parts)+1)}
	out, err := w.in.newPart(p.Name)
	if err != nil {
		return p, err
	}
	lost, accounts := len(w.manifest.Lost), w.manifest.Accounts
	fail := func(err error) (Part, error) {
		w.manifest.Lost, w.manifest.Accounts = w.manifest.Lost[:lost], accounts // they will be met again
		return p, errors.Join(err, out.file.discard())
	}
	ids := parse.ObjectFieldsOf[parse.Row]().ObjectID
	query := parse.Rows(w.from, c.Name).Query().Limit(cmp.Or(w.options.partRows, partRows))
	if last := c.last(); last != "" {
		query = query.Where(ids.Gt(last))
	}
	for row, err := range query.All(w.ctx) {
		if err != nil {
			return fail(err)
		}
		if err := w.row(out, &p, c.Name, row, relations); err != nil {
			return fail(fmt.Errorf("row %s: %w", row.ObjectID, err))
		}
		if w.rows++; w.rows%1000 == 0 {
			w.options.tell(Progress{Class: c.Name, Rows: w.rows, Files: w.files})
		}
		if out.size >= partBytes {
			break
		}
	}
	if p.Rows == 0 {
		return p, out.file.discard()
	}
	w.options.tell(Progress{Class: c.Name, Rows: w.rows, Files: w.files})
	p.SHA256, err = out.finish(p.Name)
	return p, err
}

func (w *writing) row(out *partWriter, p *Part, class string, row *parse.Row, relations map[string]string) error {
	line := entry{}
	for name, target := range relations {
		delete(row.Rest, name)
		members, err := w.members(class, row.ObjectID, name, target)
		if err != nil {
			return err
		}
		if len(members) > 0 {
			if line.Members == nil {
				line.Members = map[string]relation{}
			}
			line.Members[name] = relation{target, members}
		}
	}
	if class == schema.UserClass {
		if row.Rest["authData"] != nil {
			w.manifest.Accounts++
		}
		delete(row.Rest, "authData")
	}
	for _, name := range row.Columns() {
		_, err := mapFiles(jsontext.Value(row.Rest[name]), func(ref reference) (reference, error) {
			file, err := w.file(ref)
			if err != nil || file == nil {
				return ref, err
			}
			p.Files++
			return ref, out.write(&entry{File: file})
		})
		if err != nil {
			return fmt.Errorf("column %s: %w", name, err)
		}
	}
	var err error
	if line.Row, err = row.JSON(); err != nil {
		return err
	}
	p.Rows, p.Last = p.Rows+1, row.ObjectID
	return out.write(&line)
}

// members are the ids of those of a relation.
func (w *writing) members(class, id, column, target string) ([]string, error) {
	relation := parse.NewRelationField[parse.Row, parse.Row](column)
	query := parse.Rows(w.from, target).Query().
		Where(relation.MembersOf(parse.Rows(w.from, class).PointerTo(id))).
		Select(parse.ObjectFieldsOf[parse.Row]().ObjectID)
	var ids []string
	for member, err := range query.All(w.ctx) {
		if err != nil {
			return nil, fmt.Errorf("relation %s: %w", column, err)
		}
		ids = append(ids, member.ObjectID)
	}
	return ids, nil
}

// decodeRow reads a row of a dump as if a server had sent it.
func decodeRow(client *parse.Client, raw jsontext.Value) (*parse.Row, error) {
	row := new(parse.Row)
	if err := client.DecodeJSON("Restore", raw, row); err != nil {
		return nil, err
	}
	if row.ObjectID == "" || row.CreatedAt.IsZero() {
		return nil, errors.New("a row has no objectId or createdAt")
	}
	return row, nil
}

// idOf is the id of a row of a dump, for errors.
func idOf(raw jsontext.Value) string {
	var row struct {
		ObjectID string `json:"objectId"`
	}
	_ = json.Unmarshal(raw, &row, jsontext.AllowInvalidUTF8(true)) // "" then
	return row.ObjectID
}
