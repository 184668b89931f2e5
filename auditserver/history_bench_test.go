package auditserver_test

import (
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// BenchmarkHistory reads the 20 events of one record among so many of others.
func BenchmarkHistory(b *testing.B) {
	for _, events := range []int{1000, 1_000_000} {
		b.Run(fmt.Sprint(events), func(b *testing.B) {
			history := historyOf(b, events)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				require.Len(b, history(i), eventsEach)
			}
		})
	}
}

// The benchmark reads what it means to.
func TestHistoryOfOneRecordAmongOthers(t *testing.T) {
	history := historyOf(t, 200)
	at := ""
	for _, row := range history(3) {
		require.Equal(t, "r000000003", row["record"])
		next := row["at"].(map[string]any)["iso"].(string)
		require.Greater(t, next, at)
		at = next
	}
}

const eventsEach = 20 // of a record

// historyOf fills a file with events of records that are written in turns, and gives
// a function that asks a server for those of record number i.
func historyOf(tb testing.TB, events int) func(i int) []map[string]any {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "data.db")
	s, err := store.Open(tb.Context(), store.Config{Path: path, Unsynced: true})
	require.NoError(tb, err)
	class, _ := schema.ISO9001().Class(schema.TrailClass)
	require.NoError(tb, s.Write(tb.Context(), func(tx *store.Tx) error { return tx.PutClass(class) }))
	records := events / eventsEach
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for n := 0; n < events; {
		require.NoError(tb, s.Write(tb.Context(), func(tx *store.Tx) error {
			for end := min(events, n+1000); n < end; n++ {
				if err := insertEvent(tx, class, recordNumber(n%records), began.Add(time.Duration(n)*time.Second)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	require.NoError(tb, s.Close())
	_, admin := open(tb, func(cfg *auditserver.Config) { cfg.Path, cfg.Unsynced = path, true })
	return func(i int) []map[string]any {
		// As isoaudit.Client.History asks: for what was done to the whole class, too.
		where := fmt.Sprintf(`{"class":"CorrectiveAction","record":{"$in":[%q,""]},"$or":[{"record":{"$ne":""}},{"op":{"$in":["purge","drop"]}}]}`,
			recordNumber(i%records))
		return admin.must(http.MethodGet, "/classes/AuditTrail?order=at,objectId&limit=100&where="+url.QueryEscape(where), nil).results(tb)
	}
}

func recordNumber(n int) string { return fmt.Sprintf("r%09d", n) }

func insertEvent(tx *store.Tx, class schema.Class, record string, at time.Time) error {
	e, err := event.New(event.Write{
		At: at, Op: event.Update, Class: "CorrectiveAction", Record: record, Actor: event.Actor{Kind: event.User, ID: "k7RtXw2nQp"},
		Changes: []event.Change{
			{Column: "actionPlan", Before: jsontext.Value(`"Recalibrate the torque wrench"`), After: jsontext.Value(`"Recalibrate the torque wrench and train the shift"`)},
			{Column: "status", Before: jsontext.Value(`"Open"`), After: jsontext.Value(`"In progress"`)},
		},
	})
	if err != nil {
		return err
	}
	e.Confirmed = true
	_, err = tx.InsertReady(event.Class, store.Ready{ACL: class.Permissions.DefaultACL, Fields: e.AppendFields(nil), Stored: []store.Stored{
		{Field: "actor", Value: e.Actor.ID}, {Field: "at", Value: at.UnixMilli()}, {Field: "class", Value: e.Class}, {Field: "confirmed", Value: int64(1)},
		{Field: "event", Value: e.ID}, {Field: "op", Value: string(e.Op)}, {Field: "record", Value: e.Object()},
	}})
	return err
}
