package auditserver_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/trail/event"
)

// Who has just logged in signs what a record's events say so far.
func TestASignatureBindsTheRecordsEvents(t *testing.T) {
	m := openRecording(t, nil)
	uid, signedUp := m.user("ann")
	id := m.create("Site", fmt.Sprintf(`{"name":"A","ACL":{%q:{"read":true}}}`, uid))
	fresh := m.as(m.public().must(http.MethodPost, "/login", `{"username":"ann","password":"pw-ann"}`).text("sessionToken"))
	body := `{"class":"Site","record":"` + id + `","meaning":"approved"}`
	answer := fresh.with("X-Parse-Cloud-Context", `{"reason":"as agreed"}`).must(http.MethodPost, "/functions/isoauditSign", body).body["result"].(map[string]any)

	events := m.events("Site", id)
	require.Len(t, events, 2)
	signature := events[1]
	require.Equal(t, event.Sign, signature.Op)
	require.Equal(t, "approved", signature.Meaning)
	require.Equal(t, events[0].Hash(), signature.Signs)
	require.Equal(t, events[0].Hash(), signature.Prev)
	require.Equal(t, event.Actor{Kind: event.User, ID: uid}, signature.Actor)
	require.Equal(t, "as agreed", signature.Reason)
	require.Equal(t, signature.ID, answer["event"])

	m.as(signedUp).refused(400, 119, http.MethodPost, "/functions/isoauditSign", body) // not a log-in
	m.refused(400, 206, http.MethodPost, "/functions/isoauditSign", body)
	m.public().refused(400, 206, http.MethodPost, "/functions/isoauditSign", body)
	m.user("otto")
	otto := m.as(m.public().must(http.MethodPost, "/login", `{"username":"otto","password":"pw-otto"}`).text("sessionToken"))
	otto.refused(404, 101, http.MethodPost, "/functions/isoauditSign", body) // may not read it
	fresh.refused(404, 101, http.MethodPost, "/functions/isoauditSign", `{"class":"Site","record":"nosuch","meaning":"approved"}`)
	fresh.refused(400, 142, http.MethodPost, "/functions/isoauditSign", `{"class":"Site","record":"`+id+`"}`)
	require.Len(t, m.events("Site", id), 2)
}
