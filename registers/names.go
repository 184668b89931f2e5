package registers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// names finds what the cells of a register call people and records: people by user name
// or address, records by their reference. What has no such name is called by its id.
type names struct {
	contract Contract
	client   *parse.Client
	byName   map[named][]string // ids
	byID     map[named]string   // names
	pending  map[named]string   // stand-ins of records that the same import will create
	hidden   bool               // this caller may not ask for addresses
}

// named is a name or an id within a class.
type named struct{ class, text string }

// idMark begins a cell that holds an id in place of a name.
const idMark = "id:"

// namesHeld bounds how many names are remembered.
const namesHeld = 100_000

func newNames(contract Contract, client *parse.Client) *names {
	n := &names{contract: contract, client: client, pending: map[named]string{}}
	n.forget()
	return n
}

// forget makes names be asked for again.
func (n *names) forget() { n.byName, n.byID = map[named][]string{}, map[named]string{} }

// nameColumn is the column that holds the names of a class.
func (n *names) nameColumn(class string) string {
	if r := n.contract.ofClass(class); r != nil {
		return r.key[0]
	}
	return "username"
}

// learn asks for names, so that find knows them.
func (n *names) learn(ctx context.Context, class string, texts []string) error {
	if len(n.byName) > namesHeld {
		n.forget()
	}
	unknown := map[string]bool{}
	for _, text := range texts {
		if _, known := n.byName[named{class, text}]; !known {
			unknown[text] = true
		}
	}
	column := n.nameColumn(class)
	if err := n.ask(ctx, class, column, unknown); err != nil {
		return err
	}
	ids := map[string]bool{}
	addresses := map[string]bool{}
	for text := range unknown {
		if len(n.byName[named{class, text}]) > 0 {
			continue
		}
		n.byName[named{class, text}] = nil
		if id, ok := strings.CutPrefix(text, idMark); ok {
			ids[id] = true
		}
		if class == schema.UserClass && strings.Contains(text, "@") {
			addresses[text] = true
		}
	}
	if err := n.ask(ctx, class, "objectId", ids); err != nil {
		return err
	}
	err := n.ask(ctx, class, "email", addresses)
	if errors.Is(err, parse.ErrForbidden) {
		n.hidden, err = true, nil
	}
	return err
}

// ask finds the objects that have one of the texts in a column.
func (n *names) ask(ctx context.Context, class, column string, texts map[string]bool) error {
	field := parse.NewAnyField[parse.Row](column)
	for page := range pagesOf(texts) {
		for row, err := range parse.Rows(n.client, class).Query().Where(field.In(page...)).Select(field).All(ctx) {
			if err != nil {
				return err
			}
			text, _ := row.Get(column).(string)
			if column == "objectId" {
				text = idMark + text
			}
			key := named{class, text}
			n.byName[key] = append(n.byName[key], row.ObjectID)
		}
	}
	return nil
}

// find gives the id of what a text names; else what is wrong with it.
func (n *names) find(class, text string) (id, wrong string) {
	ids := n.byName[named{class, text}]
	if stand, ok := n.pending[named{class, text}]; ok && len(ids) == 0 {
		return stand, ""
	}
	switch {
	case len(ids) == 1:
		return ids[0], ""
	case len(ids) > 1:
		return "", fmt.Sprintf("%d records are called %q: write %s and the id of one", len(ids), clip(text), idMark)
	case strings.Contains(text, "@") && n.hidden:
		return "", fmt.Sprintf("nobody has the user name %q, and addresses are hidden from this caller: write the user name", clip(text))
	case class == schema.UserClass:
		return "", fmt.Sprintf("nobody has the user name or address %q", clip(text))
	}
	return "", fmt.Sprintf("there is no record %q, neither on the server nor in the tables of this import", clip(text))
}

// learnIDs asks for the names of ids, so that name knows them.
func (n *names) learnIDs(ctx context.Context, class string, ids []string) error {
	if len(n.byID) > namesHeld {
		n.forget()
	}
	unknown := map[string]bool{}
	for _, id := range ids {
		if _, known := n.byID[named{class, id}]; !known {
			unknown[id] = true
			n.byID[named{class, id}] = ""
		}
	}
	column, id := parse.NewAnyField[parse.Row](n.nameColumn(class)), parse.NewAnyField[parse.Row]("objectId")
	for page := range pagesOf(unknown) {
		for row, err := range parse.Rows(n.client, class).Query().Where(id.In(page...)).Select(column).All(ctx) {
			if err != nil {
				return err
			}
			n.byID[named{class, row.ObjectID}], _ = row.Get(column.Name()).(string)
		}
	}
	return nil
}

// name gives the name of an id, or the id marked as one where there is no name that
// would lead back to it.
func (n *names) name(class, id string) string {
	name := n.byID[named{class, id}]
	if name == "" || strings.HasPrefix(name, idMark) || name != strings.TrimSpace(name) {
		return idMark + id
	}
	return name
}

// askedAtOnce is how many values a query asks for.
const askedAtOnce = 100

// pagesOf gives the texts in pages for a query's In.
func pagesOf(texts map[string]bool) func(yield func([]any) bool) {
	return func(yield func([]any) bool) {
		page := make([]any, 0, askedAtOnce)
		for text := range texts {
			if page = append(page, text); len(page) == askedAtOnce {
				if !yield(page) {
					return
				}
				page = make([]any, 0, askedAtOnce)
			}
		}
		if len(page) > 0 {
			yield(page)
		}
	}
}
