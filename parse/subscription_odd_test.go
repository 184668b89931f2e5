package parse_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// told is one element of a subscription.
type told struct {
	event parse.Event[gauge]
	err   error
}

// gaugesOf subscribes to a fake server, and gives all that the subscription tells.
func gaugesOf(t *testing.T, f *liveFake, client *isoaudit.Client, condition ...parse.Condition[gauge]) (*livePeer, func() told) {
	sub, err := parse.NewCollection[gauge](client, "Gauge").Query().Where(condition...).Subscribe(t.Context())
	require.NoError(t, err)
	all := make(chan told, 100)
	go func() {
		defer close(all)
		for event, err := range sub.Events() {
			all <- told{event, err}
		}
	}()
	t.Cleanup(func() { require.NoError(t, sub.Close()) })
	return <-f.peers, func() told {
		select {
		case one, open := <-all:
			require.True(t, open, "the subscription has ended")
			return one
		case <-time.After(time.Minute):
			require.Fail(t, "nothing for a minute")
		}
		panic("unreachable")
	}
}

// A subscription goes on behind a value that fits nowhere, live and read.
func TestFieldCase2OneOddValueInAnEvent(t *testing.T) {
	count := parse.NewNumberField[gauge, float64]("count")
	for i, odd := range oddMembers {
		synctest.Test(t, func(t *testing.T) {
			f, client := newLiveFake(t)
			var conditions []parse.Condition[gauge]
			if i%2 == 1 { // of which some cannot be evaluated here on such a value
				conditions = []parse.Condition[gauge]{parse.Or(count.Gte(0), count.Lt(0), count.Missing())}
			}
			p, next := gaugesOf(t, f, client, conditions...)
			p.event("update", gaugeRow("g1", `"title":"one",`+odd[0]))
			one := next()
			requireUnread(t, one.err, odd, "Gauge", "g1")
			require.Equal(t, parse.Updated, one.event.Kind)
			require.Equal(t, "g1", one.event.Object.ObjectID)
			require.True(t, one.event.Live)

			p.say(fmt.Sprintf(`{"op":"update","clientId":"c","requestId":%d,"object":%s,"original":%s}`, p.id, gaugeRow("g2", `"title":"two"`), gaugeRow("g2", odd[0])))
			one = next()
			requireUnread(t, one.err, odd, "Gauge", "g2")
			require.Equal(t, "g2", one.event.Original.ObjectID)

			p.event("create", gaugeRow("g3", `"title":"three"`))
			one = next()
			require.NoError(t, one.err)
			require.Equal(t, "three", one.event.Object.Title)

			f.answer(gaugeRow("g4", odd[0]), gaugeRow("g5", `"title":"five"`)) // what changed in a gap
			p.cut()
			one = next()
			requireUnread(t, one.err, odd, "Gauge", "g4")
			require.Equal(t, parse.Resynced, one.event.Kind)
			one = next()
			require.NoError(t, one.err)
			require.Equal(t, "five", one.event.Object.Title)
			require.Equal(t, parse.CaughtUp, next().event.Kind)
		})
	}
	for members, check := range goodMembers {
		synctest.Test(t, func(t *testing.T) {
			f, client := newLiveFake(t)
			p, next := gaugesOf(t, f, client)
			p.event("update", gaugeRow("g1", members))
			one := next()
			require.NoError(t, one.err, "%.200s", members)
			check(t, one.event.Object)
			f.answer(gaugeRow("g1", members)) // it was delivered: its sum is the same
			p.cut()
			require.Equal(t, parse.CaughtUp, next().event.Kind, "%.200s", members)
		})
	}
}

// An event of which not even the id can be read is told all the same.
func TestFieldCase2OddIDsAndTimesInAnEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, client := newLiveFake(t)
		p, next := gaugesOf(t, f, client)
		for _, object := range []string{
			`{"objectId":5,"updatedAt":"2026-03-01T08:00:10.000Z"}`, `{"objectId":"g1","updatedAt":7}`, `{"objectId":"g2","createdAt":"soon","updatedAt":"+275760-09-13T00:00:00.000Z"}`,
		} {
			p.event("update", object)
			one := next()
			var unread parse.DecodeErrors
			require.ErrorAs(t, one.err, &unread, object)
			require.Equal(t, parse.Updated, one.event.Kind)
		}
		p.event("update", gaugeRow("g3", `"title":"three"`))
		require.Equal(t, "three", next().event.Object.Title)
	})
}

// The newest timestamp in the data is not the server's clock: a node whose clock
// was wrong may have written it.
func TestFieldCase3OneTimestampAheadOfTheServer(t *testing.T) {
	row := func(id, updatedAt, title string) string {
		return fmt.Sprintf(`{"objectId":%q,"createdAt":"2026-03-01T08:00:00.000Z","updatedAt":%q,"title":%q}`, id, updatedAt, title)
	}
	ahead := row("g1", "2026-03-01T10:00:00.000Z", "ahead")
	for name, begin := range map[string]func(t *testing.T, f *liveFake, p *livePeer, next func() told){
		"before the subscription": func(*testing.T, *liveFake, *livePeer, func() told) {},
		"by an event": func(t *testing.T, _ *liveFake, p *livePeer, next func() told) {
			p.event("update", ahead)
			require.Equal(t, "g1", next().event.Object.ObjectID)
		},
		"in a gap": func(t *testing.T, f *liveFake, p *livePeer, next func() told) {
			f.answer(ahead)
			p.cut()
			require.Equal(t, "g1", next().event.Object.ObjectID)
			require.Equal(t, parse.CaughtUp, next().event.Kind)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, client := newLiveFake(t)
				f.date = "Sun, 01 Mar 2026 08:00:00 GMT"
				if name == "before the subscription" {
					f.answer(ahead)
				}
				p, next := gaugesOf(t, f, client)
				begin(t, f, p, next)
				f.answer(row("g2", "2026-03-01T08:00:20.000Z", "meanwhile"))
				if name == "in a gap" {
					p = <-f.peers
				}
				p.cut()
				one := next()
				require.NoError(t, one.err)
				require.Equal(t, parse.Resynced, one.event.Kind)
				require.Equal(t, "meanwhile", one.event.Object.Title)
				one = next()
				require.Equal(t, parse.CaughtUp, one.event.Kind)
				require.LessOrEqual(t, one.event.Gap.Since, time.Date(2026, 3, 1, 8, 0, 5, 0, time.UTC))
				for _, asked := range f.asked() {
					if strings.Contains(asked.where, "updatedAt") {
						require.Contains(t, asked.where, "2026-03-01T07:5", "15 s before the server's present")
					}
				}
			})
		})
	}
}
