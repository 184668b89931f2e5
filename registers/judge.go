package registers

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/schema"
)

// judge asks the rules about rows before they are sent. It looks at the server as
// [isoaudit.RulesLookup] does, and answers from what the import knows already.
type judge struct {
	policy.Lookup
	rules policy.Rules
	user  string
	now   time.Time

	rows     map[named]map[string]any    // by class and id
	expected map[named][]byte            // rows that the import will create, in JSON
	sameKeys map[string][]map[string]any // of the page, by key
	register *register
}

// rowsHeld bounds how many rows that others refer to are remembered.
const rowsHeld = 10_000

// aboutTheRecord are the checks of what a record says, whoever saves it and whatever it
// said before.
var aboutTheRecord = []string{"text", "differ", "holdsRole"}

func newJudge(ctx context.Context, c Contract, client *parse.Client) (*judge, error) {
	j := &judge{Lookup: isoaudit.RulesLookup(client), rules: c.rules, now: time.Now(), rows: map[named]map[string]any{}, expected: map[named][]byte{}}
	if client.HasMasterKey() {
		return j, j.loosen()
	}
	if client.HasSession() {
		me, err := parse.CurrentUser[struct{ parse.Object }](ctx, client)
		if err != nil {
			return nil, fmt.Errorf("registers: who imports: %w", err)
		}
		j.user = me.ObjectID
	}
	return j, nil
}

// loosen makes the rules those of an import with the master key.
func (j *judge) loosen() error {
	for _, rule := range j.rules.All() {
		severity := policy.Off
		switch {
		case rule.BindsMaster || rule.Check == "vocabulary":
			severity = rule.Severity
		case slices.Contains(aboutTheRecord, rule.Check) && rule.Severity == policy.Enforce:
			severity = policy.Warn
		}
		var err error
		if j.rules, err = j.rules.With(rule.ID, severity); err != nil {
			return err
		}
	}
	return nil
}

// begin takes the stored rows of a page, which the rules of unique keys ask for.
func (j *judge) begin(r *register, page []*entry) {
	j.register, j.sameKeys = r, map[string][]map[string]any{}
	for _, e := range page {
		j.sameKeys[e.key] = nil
		if e.stored != nil {
			if row, err := wireRow(e.stored); err == nil {
				j.sameKeys[e.key] = []map[string]any{row}
			}
		}
	}
}

// ask asks the rules about a row.
func (j *judge) ask(ctx context.Context, r *register, e *entry) (policy.Verdict, error) {
	change := policy.Change{Class: r.class, User: j.user, Now: j.now, Reason: parse.Reason(ctx)}
	var err error
	if e.stored != nil {
		change.ObjectID = e.stored.ObjectID
		if change.Original, err = wireRow(e.stored); err != nil {
			return policy.Verdict{}, err
		}
	}
	if change.Object, err = wireRow(e.wanted); err != nil {
		return policy.Verdict{}, err
	}
	return j.rules.Check(ctx, change, j)
}

// expect notes a row that the import will create, for rules about rows that refer to
// it: its states, dates and people, but no texts.
func (j *judge) expect(r *register, stand string, e *entry) {
	row, err := wireRow(e.wanted)
	if err != nil {
		return // it was judged, so it has been written before
	}
	for _, c := range r.columns {
		if c.field.Type == schema.String && c.vocabulary == nil && !r.isKey(c.name) {
			delete(row, c.name)
		}
	}
	row["objectId"] = stand
	if text, err := json.Marshal(row); err == nil {
		j.expected[named{r.class, stand}] = text
	}
}

// Get implements policy.Lookup.
func (j *judge) Get(ctx context.Context, class, id string) (map[string]any, error) {
	key := named{class, id}
	if row, ok := j.rows[key]; ok {
		return row, nil
	}
	if text, ok := j.expected[key]; ok {
		var row map[string]any
		err := json.Unmarshal(text, &row)
		return row, err
	}
	row, err := j.Lookup.Get(ctx, class, id)
	if err == nil && len(j.rows) < rowsHeld {
		j.rows[key] = row
	}
	return row, err
}

// Find implements policy.Lookup.
func (j *judge) Find(ctx context.Context, class string, where map[string]any) ([]map[string]any, error) {
	if class == j.register.class && len(where) == len(j.register.key) {
		parts := make([]string, 0, len(where))
		for _, name := range j.register.key {
			if text, ok := where[name].(string); ok {
				parts = append(parts, text)
			}
		}
		if rows, ok := j.sameKeys[joinKey(parts)]; ok && len(parts) == len(where) {
			return slices.Clone(rows), nil
		}
	}
	return j.Lookup.Find(ctx, class, where)
}

// wireRow is a row in Parse's JSON as Go decodes it.
func wireRow(row *parse.Row) (map[string]any, error) {
	text, err := row.JSON()
	if err != nil {
		return nil, err
	}
	var members map[string]any
	return members, json.Unmarshal(text, &members)
}
