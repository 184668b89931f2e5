package main

import (
	"context"
	"errors"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// redraw is how long changes are collected before the picture is drawn again.
const redraw = 100 * time.Millisecond

// watch keeps the board up to date and shows it whenever it has changed, until
// ctx ends or the server refuses for good. Every minute it is drawn anyway:
// actions become overdue without any event.
func watch(ctx context.Context, client *isoaudit.Client, show func(*board, parse.LiveStatus)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	finding := isoaudit.AuditFindingFields

	// The snapshot is the picture to begin with; with deletes the picture is
	// right again after every gap.
	options := []parse.SubscribeOption{parse.WithSnapshot(), parse.WithDeletes()}
	findings, err := client.AuditFindings.Query().
		Where(finding.FindingType.Eq(isoaudit.FindingNonconformity)).
		Include(finding.AuditPlan).
		Subscribe(ctx, options...)
	if err != nil {
		return err
	}
	defer func() { _ = findings.Close() }()
	actions, err := client.CorrectiveActions.Query().
		Include(isoaudit.CorrectiveActionFields.Owner).
		Subscribe(ctx, options...)
	if err != nil {
		return err
	}
	defer func() { _ = actions.Close() }()

	changes := make(chan func(*board))
	go func() { cancel(follow(ctx, findings, changes, (*board).takeFinding)) }()
	go func() { cancel(follow(ctx, actions, changes, (*board).takeAction)) }()

	b := newBoard()
	draw := time.NewTimer(redraw)
	defer draw.Stop()
	for {
		status, changed := findings.Status()
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case change := <-changes:
			change(b)
			draw.Reset(redraw)
		case <-changed:
			draw.Reset(redraw)
		case <-draw.C:
			show(b, status)
			draw.Reset(time.Minute)
		}
	}
}

// follow hands the events of a subscription to the board's goroutine.
func follow[T any](ctx context.Context, sub *isoaudit.Subscription[T], changes chan<- func(*board), take func(*board, isoaudit.Event[T])) error {
	for event, err := range sub.Events() {
		if err != nil {
			return err
		}
		select {
		case changes <- func(b *board) { take(b, event) }:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return errors.New("the subscription was closed")
}
