package parse_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// synctest fails a test that leaves a goroutine.

func TestSubscriptionCloseInEveryState(t *testing.T) {
	type found = *isoaudit.Subscription[isoaudit.AuditFinding]
	plain := func(t *testing.T, client *isoaudit.Client, options ...parse.SubscribeOption) found {
		sub, err := client.AuditFindings.Query().Subscribe(t.Context(), options...)
		require.NoError(t, err)
		return sub
	}
	for name, reach := range map[string]func(t *testing.T, f *liveFake, client *isoaudit.Client) found{
		"connected": func(t *testing.T, _ *liveFake, client *isoaudit.Client) found { return plain(t, client) },
		"reconnecting": func(t *testing.T, f *liveFake, client *isoaudit.Client) found {
			sub := plain(t, client)
			f.network.SetDown(true)
			(<-f.peers).cut()
			return sub
		},
		"reading the snapshot": func(t *testing.T, f *liveFake, client *isoaudit.Client) found {
			f.answers("AuditFinding", hangs)
			return plain(t, client, parse.WithSnapshot())
		},
		"catching up": func(t *testing.T, f *liveFake, client *isoaudit.Client) found {
			sub := plain(t, client, parse.WithDeletes())
			f.answers("AuditFinding", hangs)
			(<-f.peers).cut()
			return sub
		},
		"waiting to catch up again": func(t *testing.T, f *liveFake, client *isoaudit.Client) found {
			sub := plain(t, client)
			f.answers("AuditFinding", 503)
			(<-f.peers).cut()
			return sub
		},
		"in the hydration window": func(t *testing.T, f *liveFake, client *isoaudit.Client) found {
			sub := plain(t, client, parse.WithHydration(isoaudit.AuditFindingFields.AuditPlan))
			(<-f.peers).event("create", findingRow("a", "", 10))
			return sub
		},
		"hydrating": func(t *testing.T, f *liveFake, client *isoaudit.Client) found {
			sub := plain(t, client, parse.WithHydration(isoaudit.AuditFindingFields.AuditPlan))
			f.answers("AuditFinding", hangs)
			(<-f.peers).event("create", findingRow("a", "", 10))
			return sub
		},
		"settling a burst": func(t *testing.T, f *liveFake, client *isoaudit.Client) found {
			sub := plain(t, client)
			f.answers("AuditFinding", hangs)
			p := <-f.peers
			p.event("create", findingRow("a", "one", 10))
			p.event("update", findingRow("a", "two", 11))
			return sub
		},
		"asking for the session": func(t *testing.T, f *liveFake, client *isoaudit.Client) found {
			f.answers("me", hangs)
			return plain(t, client.As(isoaudit.SessionWithToken("r:1")))
		},
	} {
		for pause, wait := range map[string]time.Duration{"": 0, ", a moment later": 5 * time.Second} {
			t.Run(name+pause, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f, client := newLiveFake(t)
					sub := reach(t, f, client)
					s := streamOf(t, sub)
					synctest.Wait()
					if wait > 0 && name != "in the hydration window" {
						time.Sleep(wait)
					}
					begin := time.Now()
					s.close()
					require.Zero(t, time.Since(begin), "nothing is waited for")
					synctest.Wait()
					require.Contains(t, []parse.LiveState{parse.LiveIdle, parse.LiveClosed}, sub.State())
					require.NoError(t, sub.Close(), "again")
				})
			})
		}
	}
}

// The server has accepted the subscription, but where it begins cannot be read.
// It never answers the unsubscribe, and another subscription keeps the
// connection: nobody waits for it.
func TestSubscribeThatFailsLateWaitsForNobody(t *testing.T) {
	for name, answer := range map[string]int{"its context ends": hangs, "reading is refused": 403} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, client := newLiveFake(t)
				other, err := client.AuditPlans.Query().Subscribe(t.Context())
				require.NoError(t, err)
				p, rest := <-f.peers, streamOf(t, other)

				f.answers("AuditFinding", answer)
				ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
				defer cancel()
				begin := time.Now()
				_, err = client.AuditFindings.Query().Subscribe(ctx)
				if answer == hangs {
					require.ErrorIs(t, err, context.DeadlineExceeded)
					require.Equal(t, 7*time.Second, time.Since(begin))
				} else {
					require.ErrorIs(t, err, parse.ErrForbidden)
					require.Zero(t, time.Since(begin))
				}
				synctest.Wait()
				require.Equal(t, p.id+1, <-p.left, "the server was told")
				require.Equal(t, parse.LiveConnected, other.State())
				p.event("create", findingRow("x", "", 10))
				require.Equal(t, "x", rest.next().Object.ObjectID)
				rest.close()
			})
		})
	}
}

func TestLiveQueryLimitsOfTheClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t, parse.WithLiveQueryLimits(64<<10, 3, 0))
		sub, err := client.AuditFindings.Query().Subscribe(t.Context())
		require.NoError(t, err)
		p := <-f.peers
		for _, id := range []string{"a", "b", "c", "d"} { // the mark of the begin waits too
			p.event("create", findingRow(id, "", 10))
		}
		synctest.Wait()
		require.Equal(t, 2, sub.Dropped(), "three wait")

		go p.event("create", findingRow("large", strings.Repeat("x", 65<<10), 20))
		p = <-f.peers
		status, _ := sub.Status()
		require.EqualValues(t, 2, status.Connection, "the message was too large")
		s := streamOf(t, sub)
		synctest.Wait() // what waited is taken
		p.event("create", findingRow("fits", strings.Repeat("x", 60<<10), 30))
		for e := s.next(); e.Object.ObjectID != "fits"; e = s.next() {
			require.NotEqual(t, "large", e.Object.ObjectID)
		}
		s.close()
	})
}

func TestLiveQueryQueueIsBoundedInBytesToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t, parse.WithLiveQueryLimits(0, 0, 10_000))
		sub, err := client.AuditFindings.Query().Subscribe(t.Context())
		require.NoError(t, err)
		p := <-f.peers
		for _, id := range []string{"a", "b", "c"} {
			p.event("create", findingRow(id, strings.Repeat("x", 4000), 10))
		}
		synctest.Wait()
		require.Equal(t, 1, sub.Dropped())
		require.NoError(t, sub.Close())
	})
}
