package dump

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// How many rows are handed to the client at once; it makes requests of them as
// [parse.WithBatchLimits] says. Of larger ones it is fewer, so that no request is larger
// than a server takes.
const (
	batchRows  = 400
	batchBytes = 8 << 20 // where it is more than one row
)

// Report is what Restore did.
type Report struct {
	Rows, Files int      // restored, by earlier calls too
	Notes       []string // what the restored application lacks
}

// Restore puts a dump into an application without rows. First it compares the whole
// dump with its sums and asks the server what it cannot take: any of that is the error,
// a *[Damage] or one that wraps [ErrObstacles], and nothing was written.
//
// Where an earlier call ended early, Restore goes on with what its journal lacks. At
// the end it counts the rows of each class. Default ACLs of classes are set when all
// rows are there, so that rows without an ACL stay so.
func Restore(ctx context.Context, to *parse.Admin, name string, options Options) (*Report, error) {
	in, err := openFolder(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.root.Close() }()
	m, err := in.check()
	if err != nil {
		return nil, err
	}
	_, sum, err := m.seal()
	if err != nil {
		return nil, err
	}
	if options.Journal == "" {
		options.Journal = filepath.Join(name, "restore.jsonl")
	}
	done, err := readJournal(options.Journal, sum)
	if err != nil {
		return nil, err
	}
	plan, err := planRestore(ctx, to, m, &options, done)
	if err != nil {
		return nil, fmt.Errorf("dump: %w", err)
	}
	if err := plan.err(); err != nil {
		return nil, err
	}
	if err := done.start(sum); err != nil {
		return nil, err
	}
	r := &restoring{ctx: ctx, to: to, in: in, manifest: m, options: &options, done: done, report: &Report{Notes: plan.Notes}}
	return r.report, errors.Join(r.everything(), done.file.Close())
}

// restoring is one call of Restore.
type restoring struct {
	ctx      context.Context
	to       *parse.Admin
	in       *folder
	manifest *Manifest
	options  *Options
	done     *journal
	report   *Report
}

func (r *restoring) everything() error {
	if err := r.schema(false); err != nil {
		return err
	}
	if err := r.config(); err != nil {
		return err
	}
	unsure := r.done.begun
	for i := range r.manifest.Classes {
		class := &r.manifest.Classes[i]
		if !r.options.wants(class.Name) {
			continue
		}
		for _, part := range class.Parts {
			if r.done.parts[part.Name] {
				r.report.Rows, r.report.Files = r.report.Rows+part.Rows, r.report.Files+part.Files
				continue
			}
			if err := r.part(class, part, unsure); err != nil {
				return fmt.Errorf("dump: class %s: %w", class.Name, err)
			}
			unsure = false // an earlier call came as far as this part, and no farther
			if err := r.done.partDone(part.Name); err != nil {
				return err
			}
		}
		n, err := parse.Rows(r.to, class.Name).Query().Count(r.ctx)
		if err != nil && len(class.Parts) > 0 {
			return err
		}
		if want := class.Rows(); n != want && want > 0 {
			return fmt.Errorf("dump: class %s has %d rows and should have %d: something else wrote to the application meanwhile, or the journal is of another one", class.Name, n, want)
		}
	}
	return r.schema(true)
}

// schema makes the classes; in the end with their default ACLs and the nesting of roles.
func (r *restoring) schema(whole bool) error {
	want := r.manifest.Schema
	if !whole {
		want.Roles, want.Classes = nil, slices.Clone(want.Classes)
		for i, class := range want.Classes {
			if class.Permissions != nil {
				open := *class.Permissions
				open.DefaultACL = nil
				want.Classes[i].Permissions = &open
			}
		}
	}
	if whole && !r.options.wants(roleClass) {
		want.Roles = nil
	}
	_, err := r.to.ApplySchema(r.ctx, want)
	return err
}

func (r *restoring) config() error {
	if len(r.manifest.Config) == 0 {
		return nil
	}
	params, hidden := map[string]any{}, []string(nil)
	for _, p := range r.manifest.Config {
		for i := range p.Files {
			if err := r.file(&p.Files[i]); err != nil {
				return fmt.Errorf("dump: parameter %s: %w", p.Name, err)
			}
		}
		value, err := mapFiles(p.Value, r.refer)
		if err != nil {
			return fmt.Errorf("dump: parameter %s: %w", p.Name, err)
		}
		params[p.Name] = value
		if p.MasterOnly {
			hidden = append(hidden, p.Name)
		}
	}
	return r.to.SetConfig(r.ctx, params, hidden...)
}

// part restores one part. unsure says that some of its rows may be there already.
func (r *restoring) part(class *Class, part Part, unsure bool) error {
	var rows []*entry
	size := 0
	flush := func() error {
		if err := r.batch(class.Name, rows, unsure); err != nil {
			return err
		}
		r.report.Rows, rows, size = r.report.Rows+len(rows), rows[:0], 0
		r.options.tell(Progress{Class: class.Name, Rows: r.report.Rows, Total: r.manifest.Rows(), Files: r.report.Files})
		return nil
	}
	err := r.in.readPart(part, func(e *entry) error {
		if e.File != nil {
			return r.file(e.File)
		}
		if size += len(e.Row); len(rows) == batchRows || len(rows) > 0 && size > batchBytes {
			if err := flush(); err != nil {
				return err
			}
			size = len(e.Row)
		}
		rows = append(rows, e)
		return nil
	})
	if err != nil || len(rows) == 0 {
		return err
	}
	return flush()
}

func (r *restoring) file(file *storedFile) error {
	r.report.Files++
	if _, uploaded := r.done.files[file.Name]; uploaded {
		return nil
	}
	as, err := r.in.upload(r.ctx, r.to.Client(), file)
	if err != nil {
		return err
	}
	return r.done.fileDone(file.Name, as)
}

// refer gives a reference to the file that was uploaded in the place of one of the dump.
func (r *restoring) refer(ref reference) (reference, error) {
	if as, ok := r.done.files[ref.Name]; ok {
		ref.Name, ref.URL = as.Name, as.URL
	}
	return ref, nil
}

// batch makes rows. Those of requests whose reply was lost it looks for, and makes what
// is not there.
func (r *restoring) batch(class string, rows []*entry, unsure bool) error {
	const attempts = 5
	for try := 1; ; try++ {
		if unsure {
			var err error
			if rows, err = r.missing(class, rows); err != nil {
				return err
			}
		}
		if len(rows) == 0 {
			return nil
		}
		items := make([]parse.BatchItem, len(rows))
		for i, e := range rows {
			item, err := r.item(class, e)
			if err != nil {
				return fmt.Errorf("row %s: %w", idOf(e.Row), err)
			}
			items[i] = item
		}
		results, err := r.to.Client().Batch(r.ctx, items...)
		if err == nil {
			return nil
		}
		var lost []*entry
		for i, result := range results {
			switch {
			case result.Err == nil:
			case errors.Is(result.Err, parse.ErrOutcomeUnknown) && try < attempts && r.ctx.Err() == nil:
				lost = append(lost, rows[i])
			default:
				return fmt.Errorf("row %s: %w", idOf(rows[i].Row), result.Err)
			}
		}
		if len(lost) == 0 {
			return err // of the batch as a whole
		}
		rows, unsure = lost, true
	}
}

// missing are the rows that are not on the server yet.
func (r *restoring) missing(class string, rows []*entry) ([]*entry, error) {
	ids := parse.ObjectFieldsOf[parse.Row]().ObjectID
	wanted := make([]string, len(rows))
	for i, e := range rows {
		wanted[i] = idOf(e.Row)
	}
	have := map[string]bool{}
	for row, err := range parse.Rows(r.to, class).Query().Where(ids.In(wanted...)).Select(ids).All(r.ctx) {
		if err != nil {
			return nil, err
		}
		have[row.ObjectID] = true
	}
	return slices.DeleteFunc(slices.Clone(rows), func(e *entry) bool { return have[idOf(e.Row)] }), nil
}

// item makes a row again, with the members of its relations.
func (r *restoring) item(class string, e *entry) (parse.BatchItem, error) {
	row, err := decodeRow(r.to.Client(), e.Row)
	if err != nil {
		return parse.BatchItem{}, err
	}
	for name, raw := range row.Rest {
		value, err := mapFiles(jsontext.Value(raw), r.refer)
		if err != nil {
			return parse.BatchItem{}, fmt.Errorf("column %s: %w", name, err)
		}
		row.Rest[name] = parse.Raw(value)
	}
	var changes []parse.Change[parse.Row]
	for name, members := range e.Members {
		pointers := make([]parse.Pointer[parse.Row], len(members.IDs))
		target := parse.Rows(r.to, members.Class)
		for i, id := range members.IDs {
			pointers[i] = target.PointerTo(id)
		}
		changes = append(changes, parse.NewRelationField[parse.Row, parse.Row](name).Add(pointers...))
	}
	if class == schema.UserClass {
		// A server wants one, and nobody knows this one. It has what policies ask for.
		password := parse.Password("aA1!" + strings.ToLower(rand.Text()))
		changes = append(changes, parse.NewPasswordField[parse.Row]("password").Set(password))
	}
	return parse.Rows(r.to, class).BatchRestore(row, changes...), nil
}
