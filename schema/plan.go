package schema

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
)

// ErrDrift is wrapped by [Plan.Drift] where a server is not what the schema says.
var ErrDrift = errors.New("the server's schema differs from the wanted one")

// Plan is what [Diff] found.
type Plan struct {
	Changes    []Change   // what the steps do
	Conflicts  []Change   // what no step can do: another type needs a new column, another contract a new application
	Unexpected []Change   // on the server only; left alone unless dropped by name
	LeftOut    []Omission // what the server cannot keep; not sent, and no drift
	Warnings   []string   // permissions that are open to everyone, or to more than the schema wants
	Steps      []Step     // how to do it, in a safe order
	Refused    []Refusal  // what the server refused while the plan was carried out
}

// Drift returns nil if the server is exactly what the schema says, else an error
// that wraps [ErrDrift] and names every difference.
func (p Plan) Drift() error {
	var names []string
	for _, c := range p.Changes {
		names = append(names, string(c.Kind)+" "+c.Path())
	}
	for _, c := range p.Conflicts {
		names = append(names, c.conflict())
	}
	for _, c := range p.Unexpected {
		names = append(names, string(c.Kind)+" "+c.Path())
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrDrift, strings.Join(names, "; "))
}

// String prints the plan for people: a line a difference, "+" for what is added,
// "~" changed, "-" dropped, "!" impossible, refused or unsafe, "?" unexpected,
// "." left out.
func (p Plan) String() string {
	var b strings.Builder
	for _, c := range p.Changes {
		fmt.Fprintln(&b, c)
	}
	for _, c := range p.Conflicts {
		fmt.Fprintf(&b, "! cannot %s\n", c.conflict())
	}
	for _, c := range p.Unexpected {
		fmt.Fprintln(&b, c)
	}
	if b.Len() == 0 {
		fmt.Fprintln(&b, "no difference")
	}
	for _, o := range p.LeftOut {
		fmt.Fprintf(&b, ". left out: %s\n", o)
	}
	for _, w := range p.Warnings {
		fmt.Fprintf(&b, "! warning: %s\n", w)
	}
	for _, r := range p.Refused {
		fmt.Fprintf(&b, "! refused: %s\n", r)
	}
	return b.String()
}

// Refusal is a step, or the part of one, that the server refused.
type Refusal struct {
	Step Step
	Err  error // what the server said
}

// String names the step and what the server said.
func (r Refusal) String() string { return fmt.Sprintf("%s: %v", r.Step, r.Err) }

// Kind is the kind of thing that a [Change] is about.
type Kind string

// The kinds of change.
const (
	AddClass          Kind = "add class"
	AddField          Kind = "add column"
	AddIndex          Kind = "add index"
	AddRole           Kind = "add role"
	ReplaceClass      Kind = "replace class"
	ChangeField       Kind = "change column"
	ChangeIndex       Kind = "change index"
	ChangePermissions Kind = "change permissions"
	ChangeRole        Kind = "change role"
	DropsClass        Kind = "drop class"
	DropsField        Kind = "drop column"
	DropsIndex        Kind = "drop index"
	UnexpectedClass   Kind = "unexpected class"
	UnexpectedField   Kind = "unexpected column"
	UnexpectedIndex   Kind = "unexpected index"
	UnexpectedRole    Kind = "unexpected role"
)

// Change is one difference. Want and Have are Parse JSON, empty where there is
// nothing to show.
type Change struct {
	Kind  Kind
	Class string
	Name  string // of the column, index or role
	Want  string
	Have  string
}

// String prints the change on one line.
func (c Change) String() string {
	sign, _, _ := strings.Cut(string(c.Kind), " ")
	mark := map[string]string{"add": "+", "change": "~", "drop": "-", "unexpected": "?"}[sign]
	line := fmt.Sprintf("%s %s %s", mark, c.Kind, c.Path())
	switch {
	case c.Want != "" && c.Have != "":
		return line + ": " + c.Have + " -> " + c.Want
	case c.Want != "":
		return line + ": " + c.Want
	case c.Have != "":
		return line + ": " + c.Have
	}
	return line
}

// conflict says why no step makes the change, and what to do.
func (c Change) conflict() string {
	is := fmt.Sprintf("%s %s: is %s, wanted %s; ", c.Kind, c.Path(), c.Have, c.Want)
	if c.Kind == ReplaceClass {
		return is + "an application has one of the two: use another application, or convert the rows (package promptschema) and delete the class first"
	}
	return is + "drop the column by name first"
}

// Path names what the change is about: a class, a role, or Class.name.
func (c Change) Path() string {
	if c.Class == "" || c.Name == "" {
		return c.Class + c.Name
	}
	return c.Class + "." + c.Name
}

// PlanOption sets what a plan may drop and what the server can keep.
type PlanOption func(*planSettings)

type planSettings struct {
	drops     map[dropped]bool
	columns   bool // alone
	server    Server
	cloudACLs map[string]map[string]Access // by class
}

// DropClass lets the plan drop a class that the schema does not describe.
func DropClass(class string) PlanOption { return drop(dropClass, class, "") }

// DropField lets the plan drop a column that the schema does not describe.
func DropField(class, field string) PlanOption { return drop(dropField, class, field) }

// DropIndex lets the plan drop an index that the schema does not describe.
func DropIndex(class, index string) PlanOption { return drop(dropIndex, class, index) }

// OnServer plans for that server. Without it the plan is for the newest Parse Server.
func OnServer(server Server) PlanOption {
	return func(s *planSettings) { s.server = server }
}

// CloudCodeACLs names, by class, the ACL that the server's Cloud Code gives to new
// objects. A plan warns of every class for which neither this nor the server has
// one.
func CloudCodeACLs(acls map[string]map[string]Access) PlanOption {
	return func(s *planSettings) { s.cloudACLs = acls }
}

// OnlyColumns compares nothing but the columns that the schema names, by their types:
// for a program that uses classes which others keep, to see whether its structs
// ([ClassOf]) fit them. Nothing else of the server is unexpected or changed.
func OnlyColumns() PlanOption { return func(s *planSettings) { s.columns = true } }

type dropKind int

const (
	dropClass dropKind = iota
	dropField
	dropIndex
)

type dropped struct {
	kind        dropKind
	class, name string
}

func drop(kind dropKind, class, name string) PlanOption {
	return func(s *planSettings) {
		if s.drops == nil {
			s.drops = map[dropped]bool{}
		}
		s.drops[dropped{kind, class, name}] = true
	}
}

func (s planSettings) mayDrop(kind dropKind, class, name string) bool {
	return s.drops[dropped{kind, class, name}]
}

func text(v any) string {
	if v == nil {
		return ""
	}
	out, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return fmt.Sprintf("(%v)", err)
	}
	return string(out)
}
