package auditserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// An installation is known by its id, whatever its case.
func TestInstallationIsRegisteredOnce(t *testing.T) {
	_, m := open(t, nil)
	token := strings.Repeat("AB", 32)
	id := m.must(http.MethodPost, "/installations", `{"deviceType":"ios","installationId":"I1","deviceToken":"`+token+`"}`).text("objectId")
	m.must(http.MethodPost, "/installations", `{"deviceType":"ios","installationId":"i1","badge":2}`)
	m.must(http.MethodPost, "/installations", `{"installationId":"i1","badge":3}`)
	m.public().with("X-Parse-Installation-Id", "i1").must(http.MethodPost, "/installations", `{"badge":4}`)
	found := m.must(http.MethodGet, "/installations", nil).results(t)
	require.Len(t, found, 1)
	require.Equal(t, id, found[0]["objectId"])
	require.Equal(t, 4.0, found[0]["badge"])
	require.Equal(t, "i1", found[0]["installationId"])
	require.Equal(t, strings.ToLower(token), found[0]["deviceToken"])
	m.refused(400, 135, http.MethodPost, "/installations", `{"deviceType":"ios"}`)
	m.refused(400, 135, http.MethodPost, "/installations", `{"installationId":"i2"}`)
	m.must(http.MethodPost, "/installations", `{"installationId":"i1","deviceType":"android"}`) // only a PUT is held to what it was
}

func TestInstallationStaysItself(t *testing.T) {
	_, m := open(t, nil)
	path := "/installations/" + m.must(http.MethodPost, "/installations", `{"deviceType":"ios","installationId":"i1","deviceToken":"t"}`).text("objectId")
	m.refused(400, 136, http.MethodPut, path, `{"installationId":"i2"}`)
	m.refused(400, 136, http.MethodPut, path, `{"deviceType":"android"}`)
	m.must(http.MethodPut, path, `{"installationId":"I1","deviceType":"ios","deviceToken":"another"}`)
	path = "/installations/" + m.must(http.MethodPost, "/installations", `{"deviceType":"ios","deviceToken":"t2"}`).text("objectId")
	m.refused(400, 136, http.MethodPut, path, `{"deviceToken":"another"}`)
	m.must(http.MethodPut, path, `{"deviceToken":"another","installationId":"i3"}`)
}
