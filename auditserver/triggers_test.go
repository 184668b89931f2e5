package auditserver_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestTriggers(t *testing.T) {
	srv, m := open(t, nil)
	var events []string
	srv.BeforeSave("Case", func(_ context.Context, tr *auditserver.Trigger) error {
		if tr.Object["bad"] == true {
			return &auditserver.Error{Code: 4242, Message: "no"}
		}
		if tr.Object["worse"] == true {
			return errors.New("plain")
		}
		if tr.Object["panic"] == true {
			panic("boom")
		}
		tr.Object["seen"] = tr.Original != nil
		delete(tr.Object, "scratch")
		same, err := tr.Data.Find("Case", map[string]any{"ref": tr.Object["ref"]}, 10)
		if err != nil {
			return err
		}
		if tr.Original == nil && len(same) > 0 {
			return &auditserver.Error{Code: 142, Message: "ref is taken"}
		}
		return nil
	})
	srv.AfterSave("Case", func(_ context.Context, tr *auditserver.Trigger) error {
		events = append(events, fmt.Sprint("saved ", tr.Object["ref"], " ", tr.Context["why"]))
		return errors.New("ignored")
	})
	srv.BeforeDelete("Case", func(_ context.Context, tr *auditserver.Trigger) error {
		if tr.Object["ref"] == "keep" {
			return errors.New("kept")
		}
		return nil
	})
	srv.AfterDelete("Case", func(_ context.Context, tr *auditserver.Trigger) error {
		events = append(events, fmt.Sprint("deleted ", tr.Object["ref"]))
		return nil
	})
	srv.BeforeFind("Case", func(_ context.Context, c auditserver.Caller, class string) error {
		if !c.Master {
			return &auditserver.Error{Code: 119, Message: class}
		}
		return nil
	})
	made := m.with("X-Parse-Cloud-Context", `{"why":"test"}`).must(http.MethodPost, "/classes/Case", `{"ref":"a","scratch":1}`)
	require.Equal(t, false, made.body["seen"])
	got := m.must(http.MethodGet, "/classes/Case/"+made.text("objectId"), nil)
	require.Equal(t, "Case", m.public().refused(400, 119, http.MethodGet, "/classes/Case/"+made.text("objectId"), nil).text("error"))
	require.NotContains(t, got.body, "scratch")
	m.refused(400, 142, http.MethodPost, "/classes/Case", `{"ref":"a"}`)
	m.refused(400, 4242, http.MethodPost, "/classes/Case", `{"ref":"b","bad":true}`)
	m.refused(400, 141, http.MethodPost, "/classes/Case", `{"ref":"b","worse":true}`)
	m.refused(400, 141, http.MethodPost, "/classes/Case", `{"ref":"b","panic":true}`)
	changed := m.must(http.MethodPut, "/classes/Case/"+made.text("objectId"), `{"x":1}`)
	require.Equal(t, true, changed.body["seen"])
	m.must(http.MethodDelete, "/classes/Case/"+made.text("objectId"), nil)
	keep := m.create("Case", `{"ref":"keep"}`)
	m.refused(400, 141, http.MethodDelete, "/classes/Case/"+keep, nil)
	m.public().refused(400, 119, http.MethodGet, "/classes/Case", nil)
	require.Equal(t, []string{"saved a test", "saved a <nil>", "deleted a", "saved keep <nil>"}, events)
}

// What a trigger sets is answered in the form in which it is stored.
func TestTriggersValuesAreAnsweredAsStored(t *testing.T) {
	srv, m := open(t, nil)
	srv.BeforeSave("Case", func(_ context.Context, tr *auditserver.Trigger) error {
		tr.Object["due"] = map[string]any{"__type": "Date", "iso": "2026-01-01T01:00:00+01:00"}
		if tr.Original != nil {
			tr.Object["due"] = map[string]any{"__type": "Date", "iso": "2026-02-01T01:00:00+01:00"}
		}
		return nil
	})
	made := m.must(http.MethodPost, "/classes/Case", `{}`)
	path := "/classes/Case/" + made.text("objectId")
	require.Equal(t, map[string]any{"__type": "Date", "iso": "2026-01-01T00:00:00.000Z"}, made.body["due"])
	require.Equal(t, m.must(http.MethodGet, path, nil).body["due"], made.body["due"])
	changed := m.must(http.MethodPut, path, `{"note":"x"}`)
	require.Equal(t, map[string]any{"__type": "Date", "iso": "2026-02-01T00:00:00.000Z"}, changed.body["due"])
	require.Equal(t, m.must(http.MethodGet, path, nil).body["due"], changed.body["due"])
}
