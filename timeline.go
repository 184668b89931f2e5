package isoaudit

import (
	"context"
	"iter"
	"slices"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// Timeline gives the audit trail of an audit with its findings, their corrective
// actions and its reviews, as they are linked now, in the order of time. Other
// objects, such as the documents that the audit looked at, are taken in where they
// are named:
//
//	lead.Timeline(ctx, plan.Pointer(), isoaudit.NewestFirst, procedure.Pointer())
//
// It streams, and can be ranged any number of times.
func (c *Client) Timeline(ctx context.Context, of Pointer[AuditPlan], order TrailOrder, more ...parse.Reference) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		byClass, err := c.linked(ctx, of, more)
		if err != nil {
			yield(event.Event{}, err)
			return
		}
		var histories []iter.Seq2[event.Event, error]
		for _, class := range byClass.names {
			histories = append(histories, c.eventsOf(ctx, order, class, byClass.ids[class]...))
		}
		event.Merge(order, histories...)(yield)
	}
}

// linkedRecords are the objects of a timeline, by class.
type linkedRecords struct {
	names []string
	ids   map[string][]string
}

func (l *linkedRecords) add(class, id string) {
	if l.ids[class] == nil {
		l.names = append(l.names, class)
	}
	if !slices.Contains(l.ids[class], id) {
		l.ids[class] = append(l.ids[class], id)
	}
}

// linked finds the objects that belong to an audit.
func (c *Client) linked(ctx context.Context, of Pointer[AuditPlan], more []parse.Reference) (*linkedRecords, error) {
	const op = "Client.Timeline"
	found := &linkedRecords{ids: map[string][]string{}}
	for _, reference := range append([]parse.Reference{of}, more...) {
		r, err := c.record(op, reference)
		if err != nil {
			return nil, err
		}
		found.add(r.Class, r.ID)
	}
	finding, action, review := AuditFindingFields, CorrectiveActionFields, AuditReviewFields
	findings := c.AuditFindings.Query().Where(finding.AuditPlan.Eq(of))
	err := addAll(found, findingClass, findings.Select(finding.ObjectID).All(ctx))
	if err == nil {
		actions := c.CorrectiveActions.Query().Where(action.Finding.Matches(findings))
		err = addAll(found, actionClass, actions.Select(action.ObjectID).All(ctx))
	}
	if err == nil {
		reviews := c.AuditReviews.Query().Where(review.AuditPlan.Eq(of))
		err = addAll(found, reviewClass, reviews.Select(review.ObjectID).All(ctx))
	}
	return found, err
}

func addAll[T any, P interface {
	*T
	parse.Stored
}](found *linkedRecords, class parse.Class, rows iter.Seq2[P, error]) error {
	for row, err := range rows {
		if err != nil {
			return err
		}
		found.add(class.Name(), parse.ObjectOf(row).ObjectID)
	}
	return nil
}
