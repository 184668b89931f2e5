package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/cloud"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// maxClockSkew is what the Date header, which has whole seconds, and a slow network
// make of two clocks that agree.
const maxClockSkew = 5 * time.Second

func (e *examination) clock(context.Context) []Result {
	const check = "clock"
	if e.date.IsZero() {
		return []Result{{check, Unknown, "the server sends no Date", ""}}
	}
	skew := e.Now().Sub(e.date).Round(time.Second)
	if skew.Abs() > maxClockSkew {
		return []Result{{check, Warning, fmt.Sprintf("the clocks of this machine and of the server differ by %v", skew.Abs()),
			"let both follow NTP: due dates and the times of the trail are the server's"}}
	}
	return []Result{{check, OK, "the clocks of this machine and of the server agree", ""}}
}

// schema compares the classes, permissions, indexes and roles with the wanted ones.
func (e *examination) schema(ctx context.Context) []Result {
	plan, err := e.admin.PlanSchema(ctx, e.Want)
	if err != nil {
		return []Result{failed("schema", err)}
	}
	var of = map[string][]string{}
	for _, list := range [][]schema.Change{plan.Changes, plan.Conflicts} {
		for _, change := range list {
			of[topic(change.Kind)] = append(of[topic(change.Kind)], strings.TrimSpace(string(change.Kind)+" "+change.Path()))
		}
	}
	var results []Result
	for _, check := range []string{"classes", "permissions", "indexes", "role definitions"} {
		if len(of[check]) == 0 {
			results = append(results, Result{check, OK, "as wanted", ""})
			continue
		}
		results = append(results, Result{check, Wrong, "to do: " + some(of[check]), "isoaudit schema plan shows it all, isoaudit schema apply does it"})
	}
	for _, warning := range plan.Warnings {
		results = append(results, Result{"permissions", Warning, warning, ""})
	}
	return results
}

// topic is what a change is about, for people who read results.
func topic(kind schema.Kind) string {
	switch kind {
	case schema.AddIndex, schema.ChangeIndex:
		return "indexes"
	case schema.AddRole, schema.ChangeRole:
		return "role definitions"
	case schema.ChangePermissions:
		return "permissions"
	}
	return "classes"
}

// shown is how many names a result lists.
const shown = 5

func some(names []string) string {
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}

func (e *examination) cloudCode(ctx context.Context) []Result {
	const check = "Cloud Code"
	if e.auditserver {
		return []Result{{check, OK, "auditserver has the rules and the trail built in", ""}}
	}
	code, err := e.admin.CloudCode(ctx)
	switch {
	case errors.Is(err, parse.ErrScriptFailed):
		return []Result{{check, Wrong, "it is not deployed, or older than version 3: no rule is enforced and nothing is recorded", "deploy the folder cloud/ (docs/deploy.md)"}}
	case err != nil:
		return []Result{failed(check, err)}
	}
	e.code = &code
	switch {
	case code.Version < cloud.Version:
		return []Result{{check, Wrong, fmt.Sprintf("it has version %d, and this program comes with %d", code.Version, cloud.Version), "deploy the folder cloud/ again, all of its files"}}
	case code.Version > cloud.Version:
		return []Result{{check, Warning, fmt.Sprintf("it has version %d, and this program comes with %d", code.Version, cloud.Version), "update this program"}}
	}
	return []Result{{check, OK, fmt.Sprintf("version %d", code.Version), ""}}
}

// roles asks who holds the roles that the permissions name.
func (e *examination) roles(ctx context.Context) []Result {
	const check = "roles"
	var without []string
	there := false
	for _, wanted := range e.Want.Roles {
		role, err := e.admin.Roles.Query().Where(isoaudit.RoleFields.Name.Eq(wanted.Name)).First(ctx)
		if errors.Is(err, parse.ErrObjectNotFound) {
			continue // the role definitions say so
		}
		if err != nil {
			return []Result{failed(check, err)}
		}
		there = true
		_, err = e.admin.Auditors.Query().Where(isoaudit.RoleFields.Users.MembersOf(role.Pointer())).First(ctx)
		if errors.Is(err, parse.ErrObjectNotFound) {
			without = append(without, wanted.Name)
		} else if err != nil {
			return []Result{failed(check, err)}
		}
	}
	if !there {
		return nil // the role definitions say so
	}
	if len(without) > 0 {
		slices.Sort(without)
		return []Result{{check, Warning, "nobody holds " + some(without) + " directly", "give people their roles with the master key: sign-up grants none"}}
	}
	return []Result{{check, OK, "each has at least one member", ""}}
}
