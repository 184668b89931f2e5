package isoaudit

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// TrailSource gives the audit trail of a server and the records it speaks of, for
// package trail to seal, verify and reconcile:
//
//	report, err := trail.Verify(ctx, admin.Trail(), log, checkpoint)
type TrailSource struct{ admin *Admin }

// Trail gives the audit trail as the master key sees it.
func (a *Admin) Trail() *TrailSource { return &TrailSource{a} }

// Events gives the events that were stored at or after since, by the time and then
// the id of their rows.
func (s *TrailSource) Events(ctx context.Context, since time.Time) iter.Seq2[event.Event, error] {
	fields := TrailEventFields
	query := s.admin.AuditTrail.Query().OrderBy(fields.CreatedAt.Asc())
	if !since.IsZero() {
		query = query.Where(fields.CreatedAt.Gte(since))
	}
	return decode(query.All(ctx))
}

// Classes lists the classes whose writes the server records: on a Parse Server those
// that its Cloud Code names, on auditserver all classes of the application, and in both
// cases users and roles. A class that is gone is among them as long as there are events of
// it: they say what has become of its records.
func (s *TrailSource) Classes(ctx context.Context) ([]string, error) {
	have, err := s.admin.Schema(ctx)
	if err != nil {
		return nil, err
	}
	code, err := s.admin.CloudCode(ctx)
	onParseServer := err == nil
	if err != nil && !errors.Is(err, parse.ErrScriptFailed) {
		return nil, err
	}
	classes := []string{roleClass.Name()}
	told, err := parse.Distinct(ctx, s.admin, s.admin.AuditTrail.Query(), TrailEventFields.Class)
	if odd := (parse.DecodeErrors)(nil); err != nil && !errors.As(err, &odd) { // a row without a class is damaged, as verifying tells
		return nil, err
	}
	for _, class := range told {
		there := slices.ContainsFunc(have.Classes, func(c schema.Class) bool { return c.Name == class })
		if !there && isOwnClass(class) {
			classes = append(classes, class)
		}
	}
	for _, class := range have.Classes {
		recorded := class.Name != event.Class && (!strings.HasPrefix(class.Name, "_") || class.Name == userClass.Name())
		if onParseServer {
			recorded = slices.Contains(code.Recorded, class.Name)
		}
		if recorded && !slices.Contains(classes, class.Name) {
			classes = append(classes, class.Name)
		}
	}
	slices.Sort(classes)
	return classes, nil
}

// isOwnClass tells whether a name can be that of an application's own class.
func isOwnClass(name string) bool {
	for i, c := range []byte(name) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != ""
}

// EventsByRecord gives the events of a class by record, and of one record by time.
func (s *TrailSource) EventsByRecord(ctx context.Context, class string) iter.Seq2[event.Event, error] {
	fields := TrailEventFields
	return decode(s.admin.AuditTrail.Query().Where(fields.Class.Eq(class)).OrderBy(fields.Record.Asc(), fields.At.Asc()).All(ctx))
}

// Rows gives the rows of a class in the order of their ids.
func (s *TrailSource) Rows(ctx context.Context, class string) iter.Seq2[jsontext.Value, error] {
	return func(yield func(jsontext.Value, error) bool) {
		for row, err := range parse.NewCollection[anyRow](s.admin.Client, class).Query().All(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(row.json, nil) {
				return
			}
		}
	}
}

// Record gives one record as it is now, nil if there is none, and its events.
func (s *TrailSource) Record(ctx context.Context, class, id string) (jsontext.Value, []event.Event, error) {
	var events []event.Event
	for e, err := range decode(s.admin.trailOf(OldestFirst, class, []string{id}, false).All(ctx)) {
		if damage := new(event.Damage); err != nil && !errors.As(err, &damage) {
			return nil, nil, err
		}
		events = append(events, e)
	}
	row, err := parse.NewCollection[anyRow](s.admin.Client, class).Get(ctx, id)
	if errors.Is(err, parse.ErrObjectNotFound) {
		return nil, events, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return row.json, events, nil
}

// anyRow is a row of any class as the server shows it.
type anyRow struct {
	parse.Object
	json jsontext.Value
}

// UnmarshalJSONFrom keeps the row as it is, and the id that every row has.
func (r *anyRow) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	r.json = raw.Clone()
	var known struct {
		ObjectID string `json:"objectId"`
	}
	err = json.Unmarshal(r.json, &known)
	r.ObjectID = known.ObjectID
	return err
}
