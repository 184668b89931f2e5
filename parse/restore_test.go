package parse_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse"
)

func TestBatchRestoreSendsIdAndTimesWithTheMaintenanceKey(t *testing.T) {
	admin, sent := scriptedAdmin(t, []parse.Option{parse.WithMaintenanceKey("upkeep")},
		reply(200, `[{"success":{"objectId":"a1","createdAt":"2024-01-02T03:04:05.678Z"}}]`), reply(200, `{"results":[]}`))
	rows := parse.Rows(admin, "Task")
	row := &parse.Row{Object: parse.Object{ObjectID: "a1", CreatedAt: time.Date(2024, 1, 2, 3, 4, 5, 678e6, time.UTC), UpdatedAt: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)}}
	require.NoError(t, row.Set("title", "A"))
	members := parse.NewRelationField[parse.Row, parse.Row]("seenBy").Add(parse.Rows(admin, "Site").PointerTo("s1"))
	_, err := admin.Batch(t.Context(), rows.BatchRestore(row, members))
	require.NoError(t, err)
	require.JSONEq(t, `{"requests":[{"method":"POST","path":"/mount/classes/Task","body":{
		"objectId":"a1","title":"A",
		"createdAt":{"__type":"Date","iso":"2024-01-02T03:04:05.678Z"},"updatedAt":{"__type":"Date","iso":"2025-01-01T00:00:00.000Z"},
		"seenBy":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"Site","objectId":"s1"}]}}}]}`, sent.Sent[0].Body)
	_, err = rows.Query().Find(t.Context())
	require.NoError(t, err)
	require.Equal(t, "upkeep", sent.Sent[0].Header.Get("X-Parse-Maintenance-Key"))
	require.Empty(t, sent.Sent[1].Header.Get("X-Parse-Maintenance-Key"), "other calls need the master key, which the maintenance key would hide")
}

func TestBatchRestoreNeedsIdAndTime(t *testing.T) {
	admin, _ := scriptedAdmin(t, nil)
	rows := parse.Rows(admin, "Task")
	for _, row := range []*parse.Row{{}, {Object: parse.Object{ObjectID: "a1"}}, {Object: parse.Object{CreatedAt: time.Now()}}, nil} {
		_, err := admin.Batch(t.Context(), rows.BatchRestore(row))
		var mistake *parse.InputError
		require.ErrorAs(t, err, &mistake)
	}
}

func TestMaintenanceKeyIsForAnAdmin(t *testing.T) {
	_, err := parse.NewClient(serverURL, parse.WithApplicationID("app"), parse.WithMaintenanceKey("upkeep"))
	require.ErrorContains(t, err, "WithMaintenanceKey")
}
