package registers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Report is what an import did, or would do with Options.DryRun.
type Report struct {
	Tables   []Outcome
	Warnings []Problem // what rules warn of, at most MaxProblems
}

// Outcome is what became of the rows of one table.
type Outcome struct {
	Register, Sheet             string
	Rows                        int
	Created, Changed, Unchanged int
}

// Import brings the rows of tables into the records of a backend, as the identity of the
// client. A row changes the columns that the table has, and only where they differ; a
// record that no row names stays as it is. Tables are taken in the order in which
// registers refer to each other, and a row may name a record that another table
// of the import brings.
//
// Everything is checked before anything is sent: the cells, the names in them, and the
// rules of package policy. With the master key, which most rules do not bind, those
// about what a record says are warnings, and those about who may do what and in which
// order are left out. If anything is wrong, nothing is sent and the error is
// [*Problems]; it also is, with Sent, when the server refuses some of the rows.
//
// Any other error ends the import where it is. Repeat it then: what has arrived is left
// alone.
func (c Contract) Import(ctx context.Context, client *parse.Client, tables []Table, options Options) (Report, error) {
	im, err := newImporter(ctx, c, client, options)
	if err != nil {
		return Report{}, err
	}
	if tables, err = c.inOrder(tables); err != nil {
		return Report{}, err
	}
	wanted := make([]*register, len(tables))
	for i := range tables {
		wanted[i], _ = c.register(tables[i].register) // inOrder has seen them all
		for _, column := range wanted[i].columns {
			if column.field.Type == schema.Pointer {
				im.referred[column.field.TargetClass] = true
			}
		}
	}
	if err := suits(ctx, client, wanted...); err != nil {
		return Report{}, err
	}
	for i := range tables {
		if err := im.run(ctx, &tables[i], Checking, 0); err != nil {
			return im.report, err
		}
	}
	checked := im.report.Tables
	if err := im.problems.err(); err != nil || options.DryRun {
		return im.report, err
	}
	im.report.Tables = nil
	im.names = newNames(c, client)
	for i := range tables {
		if err := im.run(ctx, &tables[i], Sending, checked[i].Rows); err != nil {
			return im.report, err
		}
	}
	im.problems.Sent = true
	return im.report, im.problems.err()
}

// inOrder sorts tables so that what others refer to comes first.
func (c Contract) inOrder(tables []Table) ([]Table, error) {
	if len(tables) == 0 {
		return nil, errors.New("registers: there is no table to import")
	}
	var sorted []Table
	for _, name := range c.Names() {
		for _, t := range tables {
			if t.register == name {
				sorted = append(sorted, t)
			}
		}
		if n := len(sorted); n > 1 && sorted[n-1].register == sorted[n-2].register {
			return nil, fmt.Errorf("registers: two tables are of the register %s: import one after the other", name)
		}
	}
	for _, t := range tables {
		if _, err := c.register(t.register); err != nil {
			return nil, err
		}
	}
	return sorted, nil
}

// importer carries out one import.
type importer struct {
	contract Contract
	client   *parse.Client
	options  Options
	names    *names
	judge    *judge
	problems Problems
	report   Report
	seen     map[string]int  // rows of the table by the key
	referred map[string]bool // classes that tables of the import refer to
	broken   map[string]bool // stand-ins of rows that are bad or below one that is
}

func newImporter(ctx context.Context, c Contract, client *parse.Client, options Options) (*importer, error) {
	judge, err := newJudge(ctx, c, client)
	if err != nil {
		return nil, err
	}
	return &importer{contract: c, client: client, options: options, names: newNames(c, client), judge: judge, referred: map[string]bool{}, broken: map[string]bool{}}, nil
}

// run takes a table through one phase.
func (im *importer) run(ctx context.Context, t *Table, phase Phase, of int) error {
	r, err := im.contract.register(t.register)
	if err != nil {
		return err
	}
	im.report.Tables = append(im.report.Tables, Outcome{Register: r.name, Sheet: t.sheet})
	outcome := &im.report.Tables[len(im.report.Tables)-1]
	im.seen = map[string]int{}
	before := len(im.problems.List)
	defer func() { sortProblems(im.problems.List[before:]) }()
	reading := &reading{register: r, table: t, options: im.options, problems: &im.problems}
	for page, err := range reading.pages() {
		if err != nil {
			return err
		}
		outcome.Rows += len(page)
		if err := im.prepare(ctx, reading, page); err != nil {
			return fmt.Errorf("registers: %s, rows %d to %d: %w", t.sheet, page[0].row, page[len(page)-1].row, err)
		}
		if phase == Checking {
			err = im.check(ctx, reading, page, outcome)
		} else {
			err = im.send(ctx, reading, page, outcome)
		}
		if err != nil {
			return fmt.Errorf("registers: %s, rows %d to %d: %w", t.sheet, page[0].row, page[len(page)-1].row, err)
		}
		im.options.report(Progress{Register: r.name, Phase: phase, Rows: outcome.Rows, Of: of})
	}
	return nil
}

// prepare looks up what a page names and finds what differs from what is stored.
func (im *importer) prepare(ctx context.Context, r *reading, page []*entry) error {
	for _, e := range page {
		if e.key == "" {
			continue
		}
		if first, twice := im.seen[e.key]; twice {
			im.tell(r, e, r.layout.place(r.register.key[0]), RuleRepeated, fmt.Sprintf("row %d has the same reference", first))
		} else {
			im.seen[e.key] = e.row
		}
	}
	stored, err := storedRows(ctx, parse.Rows(im.client, r.register.class), r.register, page)
	if err != nil {
		return err
	}
	for _, e := range page {
		switch found := stored[e.key]; {
		case len(found) > 1:
			im.tell(r, e, r.layout.place(r.register.key[0]), RuleReference, fmt.Sprintf("%d records on the server have this reference", len(found)))
			e.key = ""
		case len(found) == 1:
			e.stored = found[0]
		}
	}
	if err := im.resolve(ctx, r, page); err != nil {
		return err
	}
	for _, e := range page {
		if e.key == "" {
			continue // nobody knows which record it is
		}
		if err := im.want(r, e); err != nil {
			return err
		}
	}
	return nil
}

// resolve finds the people and records that cells name.
func (im *importer) resolve(ctx context.Context, r *reading, page []*entry) error {
	texts := map[string][]string{}
	for _, e := range page {
		for _, one := range e.cells {
			if one.name != "" {
				texts[one.column.field.TargetClass] = append(texts[one.column.field.TargetClass], one.name)
			}
		}
	}
	for _, class := range slices.Sorted(maps.Keys(texts)) {
		if err := im.names.learn(ctx, class, texts[class]); err != nil {
			return fmt.Errorf("look up names: %w", err)
		}
	}
	for _, e := range page {
		for i := range e.cells {
			one := &e.cells[i]
			if one.name == "" {
				continue
			}
			class := one.column.field.TargetClass
			id, wrong := im.names.find(class, one.name)
			if has, ok := e.stored.Get(one.column.name).(parse.Pointer[parse.Row]); ok && one.name == idMark+has.ID {
				id, wrong = has.ID, "" // it points to nobody already
			}
			if wrong != "" {
				rule := RuleReference
				if class == schema.UserClass {
					rule = RulePerson
				}
				im.tell(r, e, one.at, rule, wrong)
				continue
			}
			e.below = e.below || im.broken[id]
			one.value = parse.Rows(im.client, class).PointerTo(id)
		}
	}
	return nil
}

// want makes the record that a row asks for.
func (im *importer) want(r *reading, e *entry) error {
	e.wanted = &parse.Row{Rest: parse.Rest{}}
	if e.stored != nil {
		e.wanted = &parse.Row{Object: e.stored.Object, Rest: maps.Clone(e.stored.Rest)}
	}
	for _, one := range e.cells {
		if one.bad || !one.differs(e.wanted, im.options.Zone) {
			continue
		}
		if one.cutOff(e.stored) {
			im.tell(r, e, one.at, RuleCut, fmt.Sprintf("the text ends where a spreadsheet cuts it off, and the record has more of it: leave the column %q out", one.column.header))
			continue
		}
		if err := e.wanted.Set(one.column.name, one.value); err != nil {
			return err
		}
		e.set = append(e.set, one)
	}
	if e.stored != nil {
		return nil
	}
	for _, c := range r.register.columns {
		if c.field.Required && r.layout.place(c.name) < 0 {
			im.tell(r, e, -1, RuleRequired, fmt.Sprintf("there is no such record yet, and for a new one the column %q is required", c.header))
		}
	}
	return nil
}

func (im *importer) tell(r *reading, e *entry, at int, rule, text string) {
	e.spoil(at)
	im.problems.add(r.layout.problem(e.row, at, rule, text))
}

// send brings a page to the server.
func (im *importer) send(ctx context.Context, r *reading, page []*entry, outcome *Outcome) error {
	page = slices.DeleteFunc(page, func(e *entry) bool { return e.bad })
	refused, err := upsert(ctx, im.client, parse.Rows(im.client, r.register.class), page)
	for i, e := range page {
		if i < len(refused) && refused[i] != nil {
			im.refused(r, e, refused[i])
		} else if err == nil {
			outcome.count(e)
		}
	}
	return err
}

func (o *Outcome) count(e *entry) {
	switch {
	case e.stored == nil:
		o.Created++
	case len(e.set) > 0:
		o.Changed++
	default:
		o.Unchanged++
	}
}
