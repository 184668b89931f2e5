package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/quality"
)

// figures are the key figures of the last twelve months.
type figures struct {
	Period quality.Period
	Tiles  []tile
	Charts []chart
}

// tile is a number with the records behind it.
type tile struct {
	Name, Value, Note string
	Records           []quality.Entry
	Link              string // of a record, before its id
}

// figuresPage measures what this person may read.
func figuresPage(ctx context.Context, v *visit) error {
	last := today()
	measures, err := quality.Measure(v.source(ctx), quality.Terms{
		Now: time.Now(), Zone: time.Local, Period: quality.Period{First: last.AddMonths(-12) + 1, Last: last},
	})
	if err != nil {
		return err
	}
	audits, found, actions := &measures.Audits, &measures.Findings, &measures.Actions
	page := figures{Period: measures.Terms.Period, Tiles: []tile{
		share("Audits done as planned", audits.Programme, "/audits/"),
		days("Audits late to begin", audits.Late, "/audits/"),
		number("Open findings", found.Open, "/findings/"),
		days("Major findings without an action", found.MajorWithoutAction, "/findings/"),
		share("Findings that repeat an earlier one", found.Repeats, "/findings/"),
		days("Actions overdue", actions.Overdue, "/actions/"),
		days("Actions due within 14 days", actions.DueSoon, "/actions/"),
		share("Actions closed on time", actions.OnTime, "/actions/"),
	}}
	covered, of := audits.Coverage.Done()
	page.Tiles = append(page.Tiles, tile{Name: "Clauses looked at", Value: fmt.Sprintf("%d of %d", covered, of), Note: string(measures.Terms.Edition)})
	page.Charts = []chart{
		groupChart("Nonconformities by clause", found.ByClause), groupChart("Nonconformities by site", found.BySite),
		groupChart("Unfinished actions by age in days", actions.Ageing), pointChart("Actions overdue at the end of each month", actions.OverdueAtMonths),
	}
	return v.show("figures", "Key figures", page)
}

func (v *visit) source(ctx context.Context) quality.Source {
	source := quality.Source{
		Audits:    quality.Read(v.AuditPlans.Query().Include(isoaudit.AuditPlanFields.LeadAuditor).All(ctx), quality.AuditOf),
		Findings:  quality.Read(v.AuditFindings.Query().All(ctx), quality.FindingOf),
		Actions:   quality.Read(v.CorrectiveActions.Query().All(ctx), quality.ActionOf),
		Documents: quality.Read(v.DocumentControlLogs.Query().All(ctx), quality.DocumentOf),
		Reviews:   quality.Read(v.AuditReviews.Query().All(ctx), quality.ReviewOf),
	}
	// To others the trail looks empty, and figures made of nothing would be wrong.
	if v.me.Role == isoaudit.RoleManager || v.me.Role == isoaudit.RoleCoordinator {
		events := isoaudit.TrailEventFields
		trail := v.AuditTrail.Query().Where(events.Class.Eq("CorrectiveAction")).OrderBy(events.At.Asc())
		source.ActionChanges = quality.ActionChanges(quality.Events(trail.All(ctx)))
	}
	return source
}

func number(name string, n quality.Number, link string) tile {
	if !n.Known() {
		return unknown(name, n.Missing)
	}
	return tile{Name: name, Value: fmt.Sprint(n.Count()), Records: slices.Collect(n.Entries.All()), Link: link}
}

func days(name string, a quality.Ages, link string) tile {
	if !a.Known() {
		return unknown(name, a.Missing)
	}
	t := tile{Name: name, Value: fmt.Sprint(a.Count()), Link: link}
	for entry := range a.Entries.All() {
		t.Records = append(t.Records, entry.Entry)
	}
	if median, ok := a.Median(); ok {
		t.Note = fmt.Sprintf("median %.0f days", median)
	}
	return t
}

func share(name string, r quality.Ratio, link string) tile {
	for _, n := range []quality.Number{r.Part, r.Of} {
		if !n.Known() {
			return unknown(name, n.Missing)
		}
	}
	t := tile{Name: name, Value: "none to judge", Records: slices.Collect(r.Part.Entries.All()), Link: link}
	if value, ok := r.Value(); ok {
		t.Value = fmt.Sprintf("%.0f %%", 100*value)
		t.Note = fmt.Sprintf("%d of %d", r.Part.Count(), r.Of.Count())
	}
	return t
}

func unknown(name, missing string) tile {
	return tile{Name: name, Value: "not known", Note: "needs " + missing}
}
