package auditserver_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestInstallationsShareOneSession(t *testing.T) {
	_, m := open(t, nil)
	m.user("ann")
	phone := m.public().with("X-Parse-Installation-Id", "phone")
	first := phone.must(http.MethodPost, "/login", `{"username":"ann","password":"pw-ann"}`).text("sessionToken")
	phone.must(http.MethodPost, "/login", `{"username":"ann","password":"pw-ann"}`)
	m.as(first).refused(400, 209, http.MethodGet, "/users/me", nil)
}

// An extra session may carry columns that the application has made, as one that is
// changed may; what the server alone sets is left out.
func TestExtraSessionWithColumns(t *testing.T) {
	_, m := open(t, nil)
	m.must(http.MethodPut, "/schemas/_Session", `{"fields":{"device":{"type":"String"},"n":{"type":"Number"}}}`)
	ann, token := m.user("ann")
	bob, _ := m.user("bob")
	made := m.as(token).must(http.MethodPost, "/sessions", `{"device":"scanner","n":{"__op":"Increment","amount":2},"user":{"__type":"Pointer","className":"_User","objectId":"`+bob+`"},"sessionToken":"r:own"}`)
	require.Equal(t, "scanner", made.text("device"))
	require.Equal(t, ann, made.body["user"].(map[string]any)["objectId"])
	require.NotEqual(t, "r:own", made.text("sessionToken"))
	mine := m.as(made.text("sessionToken")).must(http.MethodGet, "/sessions/me", nil)
	require.Equal(t, "scanner", mine.text("device"))
	require.Equal(t, 2.0, mine.body["n"])
	before := len(m.as(token).must(http.MethodGet, "/sessions", nil).results(t))
	m.as(token).refused(400, 111, http.MethodPost, "/sessions", `{"device":5}`)
	m.as(token).refused(400, 105, http.MethodPost, "/sessions", `{"bad name":5}`)
	require.Len(t, m.as(token).must(http.MethodGet, "/sessions", nil).results(t), before, "what was refused left a session behind")
}

func TestSessionTokenIsAKey(t *testing.T) {
	_, m := open(t, nil)
	_, token := m.user("ann")
	mine := func(query string) map[string]any {
		t.Helper()
		return m.as(token).must(http.MethodGet, "/sessions"+query, nil).results(t)[0]
	}
	require.Equal(t, token, mine("")["sessionToken"])
	require.Equal(t, token, mine("?keys=sessionToken")["sessionToken"])
	require.NotContains(t, mine("?keys=user"), "sessionToken")
	require.NotContains(t, mine("?excludeKeys=sessionToken"), "sessionToken")
}
