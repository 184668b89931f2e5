package auditserver_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// Redaction takes values out of all events of a record, and is an event itself.
func TestRedactionTakesValuesOutAndIsAnEvent(t *testing.T) {
	m := openRecording(t, nil)
	id := m.create("Site", `{"name":"A","contact":"Ann"}`)
	m.must(http.MethodPut, "/classes/Site/"+id, `{"contact":"Bea"}`)
	m.must(http.MethodPut, "/classes/Site/"+id, `{"name":"B"}`)
	before := m.events("Site", id)
	body := `{"class":"Site","record":"` + id + `","columns":["contact"]}`
	m.refused(400, 142, http.MethodPost, "/functions/isoauditRedact", body)
	why := m.with("X-Parse-Cloud-Context", `{"reason":"Art. 17 GDPR"}`)
	require.Equal(t, map[string]any{"redacted": 2.0, "unreadable": []any{}}, why.must(http.MethodPost, "/functions/isoauditRedact", body).body["result"])
	require.Equal(t, map[string]any{"redacted": 0.0, "unreadable": []any{}}, why.must(http.MethodPost, "/functions/isoauditRedact", body).body["result"], "once is enough")

	events := m.events("Site", id)
	require.Len(t, events, 5)
	requireTold(t, events, `create by master contact name=>"A"`, `update by master contact`, `update by master name="A">"B"`,
		`redact by master contact`, `redact by master contact`)
	for i, e := range before {
		require.Equal(t, e.Text(), events[i].Text(), "the entries stay")
	}
	require.Equal(t, before[0].Hash(), events[3].Redacts)
	require.Equal(t, before[1].Hash(), events[4].Redacts)

	_, token := m.user("ann")
	m.as(token).with("X-Parse-Cloud-Context", `{"reason":"no"}`).refused(400, 119, http.MethodPost, "/functions/isoauditRedact", body)
}

// A reason goes as a value does; that of the redaction stays until it is redacted itself.
func TestRedactionTakesReasonsOut(t *testing.T) {
	m := openRecording(t, nil)
	because := func(reason string) *client { return m.with("X-Parse-Cloud-Context", `{"reason":"`+reason+`"}`) }
	id := because("Lena is ill").create("Site", `{"name":"A"}`)
	because("Lena is back").must(http.MethodPut, "/classes/Site/"+id, `{"name":"B"}`)
	before := m.events("Site", id)
	redact := func(class, record, columns string) any {
		return because("Art. 17").must(http.MethodPost, "/functions/isoauditRedact", `{"class":"`+class+`","record":"`+record+`","columns":`+columns+`}`).body["result"].(map[string]any)["redacted"]
	}
	require.EqualValues(t, 1, redact(event.Class, before[1].ObjectID, `["$reason"]`), "one event, by its row")
	require.Equal(t, "Lena is ill", m.events("Site", id)[0].Reason)
	require.EqualValues(t, 3, redact("Site", id, `["$reason","name","name","nosuch"]`), "also of the redaction before")
	events := m.events("Site", id)
	requireTold(t, events, `create by master name`, `update by master name`, `redact by master $reason`, `redact by master $reason name`,
		`redact by master name`, `redact by master $reason`)
	for i, e := range before {
		require.Equal(t, e.Text(), events[i].Text(), "the entries stay")
		require.Empty(t, events[i].Reason)
	}
	require.Equal(t, "Art. 17", events[3].Reason)
	require.Equal(t, events[2].Hash(), events[5].Redacts)
	why := because("Art. 17")
	why.refused(404, 101, http.MethodPost, "/functions/isoauditRedact", `{"class":"AuditTrail","record":"nosuch","columns":["name"]}`)
}

// An event that cannot be read stays as it is and is named; the others are redacted.
func TestRedactionNamesEventsThatCannotBeRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.db")
	s, err := store.Open(t.Context(), store.Config{Path: path, Unsynced: true})
	require.NoError(t, err)
	class, _ := schema.ISO9001().Class(schema.TrailClass)
	const record, values = "aCt10n0001", `{"status":{"after":"Open","salt":"x"}}`
	torn := ""
	require.NoError(t, s.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.PutClass(class); err != nil {
			return err
		}
		for day := range 2 {
			if err := insertEvent(tx, class, record, time.Date(2026, 1, 1+2*day, 0, 0, 0, 0, time.UTC)); err != nil {
				return err
			}
		}
		row, err := tx.Insert(event.Class, store.Object{Fields: map[string]any{
			"event": "t0rn", "at": map[string]any{"__type": "Date", "iso": "2026-01-02T00:00:00.000Z"}, "op": "update", "class": "CorrectiveAction",
			"record": record, "columns": []any{"status"}, "confirmed": true, "entry": `{"v":1`, "values": values,
		}})
		torn = row.ID()
		return err
	}))
	require.NoError(t, s.Close())
	_, m := open(t, func(cfg *auditserver.Config) { cfg.Path, cfg.Unsynced = path, true })
	result := m.with("X-Parse-Cloud-Context", `{"reason":"Art. 17"}`).must(http.MethodPost, "/functions/isoauditRedact",
		`{"class":"CorrectiveAction","record":"`+record+`","columns":["status"]}`).body["result"].(map[string]any)
	require.Equal(t, 2.0, result["redacted"])
	require.Len(t, result["unreadable"], 1)
	named := result["unreadable"].([]any)[0].(map[string]any)
	require.Equal(t, torn, named["row"])
	require.Equal(t, "t0rn", named["event"])
	require.Contains(t, named["what"], "column entry of the row is not an entry")
	require.Equal(t, values, m.must(http.MethodGet, "/classes/AuditTrail/"+torn, nil).text("values"), "it stays as it is")
}
