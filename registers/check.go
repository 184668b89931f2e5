package registers

import (
	"context"
	"fmt"
	"slices"

	"github.com/isoaudit/isoaudit-go/policy"
)

// check asks the rules, and counts what would be done.
func (im *importer) check(ctx context.Context, r *reading, page []*entry, outcome *Outcome) error {
	im.judge.begin(r.register, page)
	for _, e := range page {
		if e.key == "" {
			continue
		}
		if !e.bad {
			outcome.count(e)
		}
		if len(e.set) > 0 && !e.below {
			if err := im.askRules(ctx, r, e); err != nil {
				return fmt.Errorf("check the rules: %w", err)
			}
		}
		if e.stored == nil && im.referred[r.register.class] {
			im.expect(r.register, e)
		}
	}
	return nil
}

// askRules tells what the rules say of a row. Of a row that has bad cells it tells what
// they say of the others: the rest may follow from what is lacking.
func (im *importer) askRules(ctx context.Context, r *reading, e *entry) error {
	verdict, err := im.judge.ask(ctx, r.register, e)
	if err != nil {
		return err
	}
	follows := func(v policy.Violation) bool {
		cell := e.cell(r.layout.place(v.Field))
		return e.bad && (cell == nil || cell.bad)
	}
	for _, v := range slices.DeleteFunc(verdict.Warnings, follows) {
		if len(im.report.Warnings) < MaxProblems {
			im.report.Warnings = append(im.report.Warnings, r.layout.problem(e.row, r.layout.place(v.Field), v.Rule, v.Message))
		}
	}
	for _, v := range slices.DeleteFunc(verdict.Violations, follows) {
		im.tell(r, e, r.layout.place(v.Field), v.Rule, v.Message)
	}
	return nil
}

// expect notes a row that the import will create, so that others may refer to it. Those
// that refer to a bad one are not judged: the rules would blame them for it.
func (im *importer) expect(r *register, e *entry) {
	stand := fmt.Sprintf("new%s%d", r.name, e.row)
	first, _ := e.wanted.Get(r.key[0]).(string)
	im.names.pending[named{r.class, first}] = stand
	if e.bad || e.below {
		im.broken[stand] = true
	}
	im.judge.expect(r, stand, e)
}
