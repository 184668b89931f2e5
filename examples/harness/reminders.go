// Package harness has a program that runs for months, and tests of it that take no time:
// each has a server of its own in a bubble of testing/synctest, whose clock the server
// and the program have. It is to be copied, for programs of one's own.
package harness

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// RemindNightly tells owners of their overdue actions, every night at two in the zone,
// until ctx ends or the session does. A due date is a day: an action is overdue from the
// night after it. A night on which the server cannot be reached is reported and left out.
func RemindNightly(ctx context.Context, client *isoaudit.Client, zone *time.Location, send func(owner, text string), report func(error)) error {
	for {
		day := parse.PeriodOf(time.Now().Add(-2*time.Hour), parse.Day, zone).End() // also where clocks change at midnight
		select {
		case <-time.After(time.Until(day.Add(2 * time.Hour))):
		case <-ctx.Done():
			return ctx.Err()
		}
		err := remind(ctx, client, day, send)
		if ctx.Err() != nil || errors.Is(err, parse.ErrInvalidSession) {
			return err
		}
		if err != nil {
			report(err)
		}
	}
}

func remind(ctx context.Context, client *isoaudit.Client, day time.Time, send func(owner, text string)) error {
	action := isoaudit.CorrectiveActionFields
	overdue := client.CorrectiveActions.Query().
		Where(action.Status.In(isoaudit.CAPAOpen, isoaudit.CAPAInProgress), action.DueDate.Lt(day)).
		Include(action.Owner)
	for a, err := range overdue.All(ctx) {
		if err != nil {
			return err
		}
		if owner, ok := a.Owner.Get(); ok {
			send(owner.Username, fmt.Sprintf("%s is overdue since %s", a.CAPARef, a.DueDate.Format(time.DateOnly)))
		}
	}
	return nil
}
