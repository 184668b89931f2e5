package dump

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Plan is what stands in the way of restoring a dump. Nothing was written to find out.
type Plan struct {
	Obstacles []string // Restore refuses while there is one; each says what to do
	Notes     []string // what the restored application will lack
}

// ErrObstacles is wrapped by the error of Restore that lists what the server cannot
// take.
var ErrObstacles = errors.New("the server cannot take the dump; nothing was written")

func (p *Plan) err() error {
	if len(p.Obstacles) == 0 {
		return nil
	}
	return fmt.Errorf("dump: %w:\n- %s", ErrObstacles, strings.Join(p.Obstacles, "\n- "))
}

// PlanRestore asks an application without rows what it cannot take of a dump.
func PlanRestore(ctx context.Context, to *parse.Admin, m *Manifest, options Options) (*Plan, error) {
	return planRestore(ctx, to, m, &options, &journal{})
}

// planRestore is PlanRestore for an application that has what the journal says.
func planRestore(ctx context.Context, to *parse.Admin, m *Manifest, options *Options, done *journal) (*Plan, error) {
	p := &Plan{}
	if err := p.rows(ctx, to, m, options, done); err != nil {
		return nil, err
	}
	if err := p.schema(ctx, to, m); err != nil {
		return nil, err
	}
	if err := p.identity(ctx, to, options); err != nil {
		return nil, err
	}
	if m.Accounts > 0 {
		p.Notes = append(p.Notes, fmt.Sprintf("%d users logged in with another service; the dump does not hold that (authData)", m.Accounts))
	}
	for _, class := range m.Classes {
		if n := class.Rows(); class.Name == schema.UserClass && n > 0 && options.wants(class.Name) {
			p.Notes = append(p.Notes, fmt.Sprintf("%d users have no password until they ask for a new one", n))
		}
	}
	for _, name := range m.Lost {
		p.Notes = append(p.Notes, "the file "+name+" was lost before the dump was made; what refers to it does so all the same")
	}
	return p, nil
}

// rows finds classes that have rows already, or lack those that the journal tells of.
func (p *Plan) rows(ctx context.Context, to *parse.Admin, m *Manifest, options *Options, done *journal) error {
	for _, class := range m.Classes {
		if !options.wants(class.Name) || len(class.Parts) == 0 {
			continue
		}
		n, err := parse.Rows(to, class.Name).Query().Count(ctx)
		if err != nil {
			return err
		}
		expected := 0
		for _, part := range class.Parts {
			if done.parts[part.Name] {
				expected += part.Rows
			}
		}
		if n < expected {
			p.Obstacles = append(p.Obstacles, fmt.Sprintf("class %s has %d rows, and the journal tells of %d: it is that of another application, give another name", class.Name, n, expected))
		}
		if n > 0 && !done.begun {
			p.Obstacles = append(p.Obstacles, fmt.Sprintf("class %s has %d rows: restore into an application without, or leave the class out", class.Name, n))
		}
	}
	return nil
}

// schema finds columns of another type, and what the server leaves out.
func (p *Plan) schema(ctx context.Context, to *parse.Admin, m *Manifest) error {
	plan, err := to.PlanSchema(ctx, m.Schema)
	if err != nil {
		return err
	}
	for _, conflict := range plan.Conflicts {
		p.Obstacles = append(p.Obstacles, fmt.Sprintf("%s: restore into an application without this class", conflict))
	}
	for _, omission := range plan.LeftOut {
		p.Notes = append(p.Notes, omission.String())
	}
	return nil
}

// identity asks whether the server keeps ids and times. It asks for a role that was
// changed before it was made: where both are kept, that is the mistake which the server
// names, and the role is not made. Where it is made nevertheless it is deleted again.
func (p *Plan) identity(ctx context.Context, to *parse.Admin, options *Options) error {
	roles := parse.Rows(to, roleClass)
	probe := &parse.Row{Object: parse.Object{ACL: parse.ACL{}, ObjectID: probeID(), CreatedAt: time.Unix(1e9, 0).UTC(), UpdatedAt: time.Unix(0, 0).UTC()}}
	if err := probe.Set("name", "probe-"+probe.ObjectID); err != nil {
		return err
	}
	_, err := to.Client().Batch(ctx, roles.BatchRestore(probe))
	switch {
	case errors.Is(err, parse.ErrValidation):
		return nil
	case errors.Is(err, parse.ErrInvalidKeyName):
		p.Obstacles = append(p.Obstacles, "the server chooses ids itself: start it with the option allowCustomObjectId for as long as this takes")
		return nil
	case err != nil:
		return err
	}
	if !options.NewTimes {
		p.Obstacles = append(p.Obstacles, "the server keeps no times: give it a maintenanceKey and this program the same one, or ask for new times")
	}
	return roles.Delete(ctx, probe.ObjectID)
}

// probeID is an id that nothing has.
func probeID() string { return rand.Text()[:10] }
