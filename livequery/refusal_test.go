package livequery_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/isoaudit/isoaudit-go/livequery"
	"github.com/stretchr/testify/require"
)

// Parse Server sends whatever its own code or the application's threw, and
// keeps the subscription.
func TestEventThatCouldNotBeSentLeavesAMark(t *testing.T) {
	for _, code := range []string{`141`, `1`, `4711`, `"ECONNREFUSED"`, `null`} {
		t.Run(code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, client, sub, p, id := start(t, nil)
				p.say(fmt.Sprintf(`{"op":"error","code":%s,"error":"no","reconnect":false,"requestId":%d}`, code, id))
				require.Equal(t, "unsubscribe", p.receive().Op)
				require.NotEqual(t, id, p.subscribe().RequestID)
				require.Equal(t, livequery.Resubscribed, next(t, sub).Kind)
				status, _ := client.Status()
				require.EqualValues(t, 1, status.Connection)
			})
		})
	}
}

// An event that can never be sent costs one subscribe in half a minute.
func TestPausesBetweenRefusalsGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, _, _, p, id := start(t, nil)
		for _, pause := range []int{0, 1, 2, 4, 8, 16, 30, 30, 30} {
			begin := time.Now()
			p.fail(141, id)
			require.Equal(t, "unsubscribe", p.receive().Op)
			require.Zero(t, time.Since(begin), "the server need not evaluate it meanwhile")
			id = p.subscribe().RequestID
			require.Equal(t, time.Duration(pause)*time.Second, time.Since(begin))
		}
	})
}

// Subscribing again fails while the server has lost its database; the first
// time, whoever called Subscribe is told.
func TestServerThatIsNotWellIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, client, sub, p, _ := start(t, nil)
		done := subscribe(t.Context(), client, "AuditPlan")
		p.fail(1, p.receive().RequestID)
		var refused *livequery.ServerError
		require.ErrorAs(t, (<-done).err, &refused)

		p.cut()
		p = server.accept()
		begin := time.Now()
		for time.Since(begin) < time.Hour {
			p.fail(1, p.receive().RequestID)
		}
		p.subscribe()
		require.Equal(t, livequery.Resubscribed, next(t, sub).Kind)
	})
}

func TestScriptThatGoesOnRefusingEndsTheSubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, _, sub, p, _ := start(t, nil)
		p.cut()
		p = server.accept()
		begin := time.Now()
		go func() {
			for r := range p.in {
				p.fail(141, r.RequestID)
			}
		}()
		_, err := sub.Next(t.Context())
		var refused *livequery.ServerError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, 141, refused.Code)
		require.InDelta(t, 10, time.Since(begin).Minutes(), 0.6)
		<-p.gone
		close(p.in)
	})
}

// Where the session cannot be looked up, a subscription to a class that only some
// users may read is refused although it was accepted before.
func TestForbiddenMayMeanThatTheSessionWasNotFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{tokens: []string{"r:1"}}
		_, client, sub, p, id := start(t, func(c *livequery.Config) { c.Session = src.session })
		done := subscribe(t.Context(), client, "AuditPlan")
		p.fail(119, p.receive().RequestID)
		require.Error(t, (<-done).err, "one that never was")
		p.fail(119, id)
		require.Equal(t, "unsubscribe", p.receive().Op)
		p.subscribe()
		require.Equal(t, livequery.Resubscribed, next(t, sub).Kind)
	})
}

// The server reported once that it does not know a subscription that was ended.
// Much later it hangs.
func TestOldErrorDoesNotExplainASilence(t *testing.T) {
	for _, code := range []int{1, 2} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, client, _, p, _ := start(t, nil)
				if code == 1 {
					p.say(`{"op":"error","code":1,"error":"no","reconnect":true,"requestId":null}`)
					time.Sleep(time.Second)
				}
				done := subscribe(t.Context(), client, "AuditPlan")
				p.receive()
				if code == 2 {
					p.say(`{"op":"error","code":2,"error":"no","reconnect":true,"requestId":null}`)
				}
				p = server.accept()
				p.subscribe()
				p.subscribe()
				require.NoError(t, (<-done).err)
			})
		})
	}
}

func TestSourceMayTakeItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		cfg := server.config()
		cfg.Session = func(ctx context.Context, _ string) (string, error) {
			select {
			case <-time.After(2 * time.Minute):
				return "r:1", nil
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}
		client, err := livequery.New(cfg)
		require.NoError(t, err)
		done := subscribe(t.Context(), client, "AuditPlan")
		require.Equal(t, "r:1", server.accept().subscribe().SessionToken)
		require.NoError(t, (<-done).err)
		require.NoError(t, client.Close())
	})
}

func TestSourceThatHangsIsAskedAgainAndKeepsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		server, client, first, p, id := start(t, func(c *livequery.Config) {
			c.Session = func(ctx context.Context, _ string) (string, error) {
				if calls++; calls == 2 {
					<-ctx.Done()
					return "", ctx.Err()
				}
				return fmt.Sprint("r:", calls), nil
			}
		})
		done := subscribe(t.Context(), client, "AuditPlan")
		p.subscribe()
		other := (<-done).sub
		p.fail(209, id)
		synctest.Wait()
		begin := time.Now()
		require.NoError(t, other.Close())
		require.LessOrEqual(t, time.Since(begin), 25*time.Second)
		require.Equal(t, "r:3", server.accept().subscribe().SessionToken)
		require.InDelta(t, 5, time.Since(begin).Minutes(), 0.1)
		require.Equal(t, livequery.Resubscribed, next(t, first).Kind)
	})
}

// A source whose own deadline passes does not end the connection.
func TestSourceThatGaveUpIsNotAskedAtFullSpeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		server, _, _, p, id := start(t, func(c *livequery.Config) {
			c.Session = func(context.Context, string) (string, error) {
				if calls++; calls > 1 && calls%2 == 0 {
					return "", fmt.Errorf("the vault: %w", context.Canceled)
				}
				return "r:1", nil
			}
		})
		for range 5 {
			p.fail(209, id)
			begin := time.Now()
			p = server.accept()
			require.GreaterOrEqual(t, time.Since(begin), 100*time.Millisecond)
			id = p.subscribe().RequestID
		}
		server.refuse.Store(http.StatusOK)
	})
}
