package registers

import (
	"context"
	"errors"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// storedRows finds the records that the rows of a page name, by their keys.
func storedRows(ctx context.Context, rows *parse.Collection[parse.Row], r *register, page []*entry) (map[string][]*parse.Row, error) {
	wanted, first := map[string]bool{}, map[string]bool{}
	for _, e := range page {
		if e.key == "" {
			continue
		}
		wanted[e.key] = true
		for _, one := range e.cells {
			if text, ok := one.value.(string); ok && one.column.name == r.key[0] {
				first[text] = true
			}
		}
	}
	found := map[string][]*parse.Row{}
	for values := range pagesOf(first) {
		for row, err := range rows.Query().Where(parse.NewAnyField[parse.Row](r.key[0]).In(values...)).All(ctx) {
			if err != nil {
				return nil, err
			}
			if key := r.keyOf(row); wanted[key] {
				found[key] = append(found[key], row)
			}
		}
	}
	return found, nil
}

// upsert creates the records of a page that are not there and changes those that differ.
// refused has an error for each row that the server refused, at its place. An error says
// that the page did not arrive as a whole, or that nobody knows whether it did.
func upsert(ctx context.Context, client *parse.Client, rows *parse.Collection[parse.Row], page []*entry) (refused []error, err error) {
	refused = make([]error, len(page))
	var items []parse.BatchItem
	var at []int
	for i, e := range page {
		switch {
		case e.stored == nil:
			items = append(items, rows.BatchCreate(e.wanted))
		case len(e.set) > 0:
			changes := make([]parse.Change[parse.Row], len(e.set))
			for k, one := range e.set {
				field := parse.NewAnyField[parse.Row](one.column.name)
				if changes[k] = field.Unset(); one.value != nil {
					changes[k] = field.Set(one.value)
				}
			}
			items = append(items, rows.BatchUpdate(e.stored.ObjectID, changes...))
		default:
			continue
		}
		at = append(at, i)
	}
	if len(items) == 0 {
		return refused, nil
	}
	results, err := client.Batch(ctx, items...)
	if results == nil {
		return nil, err
	}
	err = nil
	for k, result := range results {
		if result.Err == nil {
			continue
		}
		refused[at[k]] = result.Err
		if answer := new(parse.Error); !errors.As(result.Err, &answer) || answer.Code == 0 || errors.Is(result.Err, parse.ErrOutcomeUnknown) {
			err = result.Err
		}
	}
	return refused, err
}

// refused tells why the server refused a row, by cell where a rule says so.
func (im *importer) refused(r *reading, e *entry, refusal error) {
	var broken *isoaudit.PolicyError
	switch {
	case errors.As(refusal, &broken):
		for _, v := range broken.Violations {
			im.tell(r, e, r.layout.place(v.Field), v.Rule, v.Message)
		}
	case errors.Is(refusal, parse.ErrOutcomeUnknown):
		im.tell(r, e, -1, RuleUnknown, "whether it was saved is not known: import again")
	default:
		im.tell(r, e, -1, RuleRefused, refusal.Error())
	}
}
