package policy

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"sync"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

//go:embed rules.json
var embedded []byte

//go:embed prompt.json
var embeddedPrompt []byte

// Severity says what a broken rule does to a save.
type Severity string

// The severities.
const (
	Off     Severity = "off"     // the rule is not looked at
	Warn    Severity = "warn"    // the save goes on and the server logs it
	Enforce Severity = "enforce" // the save is refused
)

// Rules is the table. The zero value has no rules. A Rules is immutable.
type Rules struct {
	table   table
	byClass map[string][]Rule
}

// Rule is one row of the table.
type Rule struct {
	ID          string   `json:"id"`
	Severity    Severity `json:"severity"`
	Check       string   `json:"check"`           // which check of the evaluators
	Class       string   `json:"class"`           // "*": every audited class
	AlsoOn      []string `json:"alsoOn,omitzero"` // other classes that have the same column
	Field       string   `json:"field"`
	Message     string   `json:"message"`
	Source      string   `json:"source"`               // where the rule comes from
	BindsMaster bool     `json:"bindsMaster,omitzero"` // holds for the master key too

	When     *condition          `json:"when,omitzero"`
	Values   []string            `json:"values,omitzero"`
	Roles    []string            `json:"roles,omitzero"`
	Key      []string            `json:"key,omitzero"`
	Also     []string            `json:"also,omitzero"`
	Other    string              `json:"other,omitzero"`
	Becomes  string              `json:"becomes,omitzero"`
	OnCreate bool                `json:"onCreate,omitzero"`
	Frozen   map[string][]string `json:"frozen,omitzero"`
	Parent   *parent             `json:"parent,omitzero"`
	Children *children           `json:"children,omitzero"`
}

// Vocabulary is what a status or grade may be and become.
type Vocabulary struct {
	Values  []string            `json:"values"`
	Initial []string            `json:"initial,omitzero"` // of a new object; nil: any value
	Next    map[string][]string `json:"next,omitzero"`    // nil: any step
}

type table struct {
	AuditedClasses []string              `json:"auditedClasses"`
	Vocabularies   map[string]Vocabulary `json:"vocabularies"` // by "Class.field"
	Placeholders   []string              `json:"placeholders"` // texts that say nothing, in any spelling that folded takes for the same
	Invisible      []string              `json:"invisible"`    // characters that nobody sees, as rangeTable reads them
	Rules          []Rule                `json:"rules"`

	empty  map[string]bool // Placeholders, folded
	unseen *unicode.RangeTable
}

type condition struct {
	Field  string   `json:"field"`
	Values []string `json:"values"`
}

type parent struct {
	Class  string   `json:"class"`
	Field  string   `json:"field"`
	Values []string `json:"values,omitzero"`
}

type children struct {
	Class   string   `json:"class"`
	Pointer string   `json:"pointer,omitzero"` // "": the object is its own only child
	Field   string   `json:"field,omitzero"`
	Values  []string `json:"values,omitzero"` // those that need a row below that is done
	Name    string   `json:"name,omitzero"`   // column that names a child in a message
	Below   *below   `json:"below,omitzero"`
}

type below struct {
	Class   string   `json:"class"`
	Pointer string   `json:"pointer"`
	Field   string   `json:"field"`
	Done    []string `json:"done"`
	Ignored []string `json:"ignored"`
}

var parseEmbedded = sync.OnceValues(func() (Rules, error) { return Parse(embedded) })

var parsePrompt = sync.OnceValues(func() (Rules, error) {
	texts := Default().table
	return parse(embeddedPrompt, table{Placeholders: texts.Placeholders, Invisible: texts.Invisible})
})

// Default returns the rules of rules.json, those of the six classes.
func Default() Rules { return must(parseEmbedded()) }

// Prompt returns the rules of prompt.json, those of the four classes of
// [github.com/isoaudit/isoaudit-go/schema.Prompt]. What counts as a placeholder and as
// invisible is the same as in rules.json.
func Prompt() Rules { return must(parsePrompt()) }

func must(r Rules, err error) Rules {
	if err != nil {
		panic(err) // the files are part of the program and checked by tests
	}
	return r
}

// JSON returns rules.json, for a Cloud Code folder.
func JSON() []byte { return slices.Clone(embedded) }

// JSON writes the table in the form that [Parse] and cloud/main.js read.
func (r Rules) JSON() ([]byte, error) {
	data, err := json.Marshal(r.table, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return nil, fmt.Errorf("policy: rules: %w", err)
	}
	return append(data, '\n'), nil
}

// Parse reads a table in the form of rules.json. A rule that the evaluator would
// not understand is an error that names it.
func Parse(data []byte) (Rules, error) { return parse(data, table{}) }

// parse reads a table over one that has what the data leaves out.
func parse(data []byte, t table) (Rules, error) {
	if err := json.Unmarshal(data, &t, json.RejectUnknownMembers(true)); err != nil {
		return Rules{}, fmt.Errorf("policy: rules: %w", err)
	}
	t.empty = map[string]bool{}
	for _, text := range t.Placeholders {
		t.empty[folded(text)] = true
	}
	var err error
	if t.unseen, err = rangeTable(t.Invisible); err != nil {
		return Rules{}, fmt.Errorf("policy: invisible %w", err)
	}
	seen := map[string]bool{}
	for _, rule := range t.Rules {
		if rule.ID == "" || seen[rule.ID] {
			return Rules{}, fmt.Errorf("policy: rule id %q is empty or used twice", rule.ID)
		}
		seen[rule.ID] = true
		if err := rule.validate(t); err != nil {
			return Rules{}, fmt.Errorf("policy: rule %q: %w", rule.ID, err)
		}
	}
	return index(t), nil
}

// With returns a table in which the rule has another severity. An unknown id or
// severity is an error.
func (r Rules) With(id string, severity Severity) (Rules, error) {
	if !severity.valid() {
		return Rules{}, fmt.Errorf("policy: severity %q: want %q, %q or %q", severity, Off, Warn, Enforce)
	}
	t := r.table
	t.Rules = slices.Clone(t.Rules)
	for i := range t.Rules {
		if t.Rules[i].ID == id {
			t.Rules[i].Severity = severity
			return index(t), nil
		}
	}
	return Rules{}, fmt.Errorf("policy: no rule has the id %q", id)
}

// All returns the rows of the table in order.
func (r Rules) All() []Rule { return slices.Clone(r.table.Rules) }

// Vocabularies gives the values that columns take, by "Class.column".
func (r Rules) Vocabularies() map[string][]string {
	values := map[string][]string{}
	for column, v := range r.table.Vocabularies {
		values[column] = slices.Clone(v.Values)
	}
	return values
}

// Vocabulary returns what a column may hold, by its class and name.
func (r Rules) Vocabulary(class, field string) (Vocabulary, bool) {
	v, ok := r.table.Vocabularies[class+"."+field]
	return v, ok
}

func index(t table) Rules {
	byClass := map[string][]Rule{}
	for _, rule := range t.Rules {
		classes := append([]string{rule.Class}, rule.AlsoOn...)
		if rule.Class == "*" {
			classes = t.AuditedClasses
		}
		for _, class := range classes {
			byClass[class] = append(byClass[class], rule)
		}
	}
	return Rules{table: t, byClass: byClass}
}

func (s Severity) valid() bool { return s == Off || s == Warn || s == Enforce }

func (rule Rule) validate(t table) error {
	if !rule.Severity.valid() {
		return fmt.Errorf("severity %q: want %q, %q or %q", rule.Severity, Off, Warn, Enforce)
	}
	if _, ok := checks[rule.Check]; !ok {
		return fmt.Errorf("unknown check %q; there are %q", rule.Check, slices.Sorted(maps.Keys(checks)))
	}
	if rule.Class == "" || rule.Field == "" || rule.Message == "" || rule.Source == "" {
		return fmt.Errorf("class, field, message and source are required")
	}
	_, known := t.Vocabularies[rule.Class+"."+rule.Field]
	missing := map[string]bool{
		"vocabulary":     !known,
		"transition":     !known,
		"label":          len(rule.Values) == 0,
		"text":           rule.When == nil,
		"notCaller":      rule.When == nil,
		"parentNot":      rule.Parent == nil,
		"parentIsCaller": rule.Parent == nil,
		"childrenClosed": rule.Children == nil || rule.Children.Below == nil || rule.When == nil,
		"differ":         rule.Other == "",
		"holdsRole":      len(rule.Roles) == 0,
		"frozen":         len(rule.Frozen) == 0,
		"supersede":      len(rule.Key) == 0 || len(rule.Values) == 0 || rule.Becomes == "",
		"unique":         len(rule.Key) == 0,
		"notOlder":       len(rule.Key) == 0 || rule.When == nil,
		"plain":          len(t.Invisible) == 0,
		"unchanged":      rule.Children != nil && (rule.Children.Class == "" || rule.Children.Pointer == ""),
	}
	if missing[rule.Check] {
		return fmt.Errorf("check %q lacks what it compares with (see the other rows of its kind)", rule.Check)
	}
	return nil
}
