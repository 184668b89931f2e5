package parse_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

func TestLogHasTheseAttributesAndNoOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(bytes.Buffer)
		logger := slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		client, _ := scriptedClient(t, []parse.Option{parse.WithLogger(logger)}, reply(503, "busy r:x lena"), reply(200, `{}`))
		client = client.As(isoaudit.SessionWithToken("r:x"))
		require.NoError(t, client.AuditPlans.Delete(t.Context(), "p1"))

		var records []map[string]any
		for line := range bytes.Lines(out.Bytes()) {
			var record map[string]any
			require.NoError(t, json.Unmarshal(line, &record))
			delete(record, "time")
			require.Contains(t, record, "duration")
			delete(record, "duration")
			records = append(records, record)
		}
		require.Equal(t, []map[string]any{
			{"level": "WARN", "msg": "parse request", "op": "AuditPlan.Delete", "class": "AuditPlan", "attempt": 1.0, "status": 503.0, "code": 0.0},
			{"level": "DEBUG", "msg": "parse request", "op": "AuditPlan.Delete", "class": "AuditPlan", "attempt": 2.0, "status": 200.0},
		}, records)
	})
}
