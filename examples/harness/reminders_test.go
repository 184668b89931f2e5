package harness

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
)

// program is the program under test, running as a manager on a server of its own. The
// test is in a bubble: what waits a month is over at once.
type program struct {
	*audittest.Server
	sent   chan string // one for each reminder: the night, the owner, the text
	failed chan error  // one for each night that is left out
	ended  chan error
}

func start(t *testing.T) *program { return startIn(t, time.UTC) }

func startIn(t *testing.T, zone *time.Location) *program {
	p := &program{audittest.NewBubbleServer(t), make(chan string, 1000), make(chan error, 1000), make(chan error, 1)}
	manager := p.As(isoaudit.RoleManager)
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	go func() {
		p.ended <- RemindNightly(ctx, manager.Client, zone, func(owner, text string) {
			p.sent <- time.Now().In(zone).Format(time.DateTime) + " " + owner + ": " + text
		}, func(err error) { p.failed <- err })
	}()
	return p
}

// after gives the reminders of the next days.
func (p *program) after(days int) (sent []string) {
	<-time.After(time.Duration(days) * 24 * time.Hour)
	synctest.Wait()
	for len(p.sent) > 0 {
		sent = append(sent, <-p.sent)
	}
	return sent
}

// Fifty tests at a time, each days or weeks long.
func TestOwnersAreRemindedFromTheNightAfterTheDueDate(t *testing.T) {
	for i := range 50 {
		due, status := i/2, []isoaudit.CAPAStatus{isoaudit.CAPAOpen, isoaudit.CAPAInProgress}[i%2]
		t.Run(fmt.Sprintf("%s, due in %d days", status, due), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := start(t)
				began := time.Now() // midnight at the start of the year 2000, in every bubble
				action := p.NewAction(func(a *isoaudit.CorrectiveAction) { a.DueDate, a.Status = began.AddDate(0, 0, due), status })
				require.Equal(t, began.UTC(), action.CreatedAt, "the clock of the server is the bubble's")
				sent := p.after(due + 4)
				require.Len(t, sent, 3)
				require.Equal(t, began.AddDate(0, 0, due+1).Format(time.DateOnly)+" 02:00:00 auditor-2: "+action.CAPARef+" is overdue since "+action.DueDate.Format(time.DateOnly), sent[0])
				require.Equal(t, began.AddDate(0, 0, due+4), time.Now(), "and the program's")
			})
		})
	}
}

// In Chile the night in which the clocks change has no midnight.
func TestOneReminderANightWhereClocksChange(t *testing.T) {
	santiago, err := time.LoadLocation("America/Santiago")
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		<-time.After(time.Until(time.Date(2000, 10, 13, 12, 0, 0, 0, santiago)))
		p := startIn(t, santiago)
		p.NewAction(func(a *isoaudit.CorrectiveAction) { a.DueDate = time.Now().AddDate(0, 0, -5) })
		require.Len(t, p.after(4), 4)
	})
}

func TestNobodyIsRemindedOfWhatIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := start(t)
		done := p.NewAction(func(a *isoaudit.CorrectiveAction) { a.Status = isoaudit.CAPAClosed })
		open := p.NewAction(func(a *isoaudit.CorrectiveAction) { a.Finding = done.Finding })
		require.Len(t, p.after(65), 4, "due after sixty days")
		require.NoError(t, p.Admin.CorrectiveActions.Update(t.Context(), open.ObjectID, isoaudit.CorrectiveActionFields.Status.Set(isoaudit.CAPACancelled)))
		require.Empty(t, p.after(30))
	})
}

func TestANightWithoutAServerIsLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := start(t)
		p.NewAction(func(a *isoaudit.CorrectiveAction) { a.DueDate = time.Now() })
		down := p.Faults.Add(audittest.Match{}, audittest.Status(502))
		require.Empty(t, p.after(1))
		require.ErrorContains(t, <-p.failed, "HTTP 502")
		down.Remove()
		require.Len(t, p.after(1), 1)
	})
}

func TestTheProgramEndsWithItsSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := start(t)
		p.Reset() // nobody is logged in any more
		require.Empty(t, p.after(1))
		require.ErrorIs(t, <-p.ended, parse.ErrInvalidSession)
	})
}

// A program and a harness of this kind took 418 lines, with servers, clocks and records
// of their own.
func TestHarnessStaysShort(t *testing.T) {
	lines := 0
	for _, file := range []string{"reminders.go", "reminders_test.go"} {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		lines += strings.Count(string(source), "\n")
	}
	require.LessOrEqual(t, lines, 190)
}
