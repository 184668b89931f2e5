package auditserver_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSchemas(t *testing.T) {
	_, m := open(t, nil)
	made := m.must(http.MethodPost, "/schemas/Plan", `{"className":"Plan","fields":{"ref":{"type":"String","required":true},"n":{"type":"Number","defaultValue":7}},"indexes":{"byRef":{"ref":1}}}`)
	require.Equal(t, map[string]any{"type": "String", "required": true}, made.body["fields"].(map[string]any)["ref"])
	require.Contains(t, made.body["fields"], "objectId")
	require.Equal(t, map[string]any{"*": true}, made.body["classLevelPermissions"].(map[string]any)["find"])
	require.Equal(t, map[string]any{"ref": 1.0}, made.body["indexes"].(map[string]any)["byRef"])

	created := m.must(http.MethodPost, "/classes/Plan", `{"ref":"x"}`)
	require.Equal(t, 7.0, created.body["n"], "defaults are echoed")
	m.refused(400, 142, http.MethodPost, "/classes/Plan", `{"ref":""}`)
	m.refused(400, 142, http.MethodPut, "/classes/Plan/"+created.text("objectId"), `{"ref":{"__op":"Delete"}}`)

	changed := m.must(http.MethodPut, "/schemas/Plan", `{"fields":{"n":{"__op":"Delete"},"ref":{"type":"String"},"site":{"type":"Pointer","targetClass":"Site"}}}`)
	require.NotContains(t, changed.body["fields"], "n")
	require.Equal(t, map[string]any{"type": "String"}, changed.body["fields"].(map[string]any)["ref"], "options that are not resent are gone")

	for body, code := range map[string]int{
		`{"fields":{"ref":{"type":"Number"}}}`:                           255,
		`{"fields":{"gone":{"__op":"Delete"}}}`:                          255,
		`{"fields":{"objectId":{"__op":"Delete"}}}`:                      136,
		`{"fields":{"createdAt":{"type":"String"}}}`:                     136,
		`{"fields":{"bad name":{"type":"String"}}}`:                      105,
		`{"fields":{"className":{"type":"String"}}}`:                     105,
		`{"fields":{"x":{"type":"Text"}}}`:                               111,
		`{"fields":{"x":{}}}`:                                            107,
		`{"fields":{"x":{"type":"Pointer"}}}`:                            135,
		`{"fields":{"x":{"type":"Number","defaultValue":"7"}}}`:          111,
		`{"fields":{"g":{"type":"GeoPoint"},"h":{"type":"GeoPoint"}}}`:   111,
		`{"indexes":{"byRef":{"ref":1}}}`:                                102,
		`{"indexes":{"other":{"nosuch":1}}}`:                             102,
		`{"indexes":{"other":{"__op":"Delete"}}}`:                        102,
		`{"className":"Other"}`:                                          103,
		`{"classLevelPermissions":{"find":{"*":false}}}`:                 107,
		`{"classLevelPermissions":{"update":{"pointerFields":["ref"]}}}`: 107,
		`{"classLevelPermissions":{"protectedFields":{"*":["nosuch"]}}}`: 107,
		`{"classLevelPermissions":{"wrong":{"*":true}}}`:                 107,
	} {
		m.refused(400, code, http.MethodPut, "/schemas/Plan", body)
	}
	m.refused(400, 103, http.MethodPost, "/schemas/Plan", `{}`)
	m.refused(400, 103, http.MethodPut, "/schemas/Nosuch", `{}`)
	m.refused(400, 103, http.MethodGet, "/schemas/Nosuch", nil)
	m.refused(400, 135, http.MethodPost, "/schemas", `{}`)
	m.refused(400, 103, http.MethodPost, "/schemas/9lives", `{}`)
	m.refused(400, 255, http.MethodDelete, "/schemas/Plan", nil)
	require.Equal(t, "{}", string(m.must(http.MethodDelete, "/purge/Plan", nil).raw))
	m.must(http.MethodDelete, "/schemas/Plan", nil)
	m.must(http.MethodDelete, "/schemas/Plan", nil)
	m.must(http.MethodDelete, "/purge/Nosuch", nil)

	closed := m.must(http.MethodPost, "/schemas/Closed", `{"classLevelPermissions":{"find":{"*":true}}}`)
	require.Equal(t, map[string]any{}, closed.body["classLevelPermissions"].(map[string]any)["create"])
	var names []string
	for _, c := range m.must(http.MethodGet, "/schemas", nil).results(t) {
		names = append(names, c["className"].(string))
	}
	require.Contains(t, names, "_User")
	require.Contains(t, names, "Closed")
}

// Users, sessions and roles work on when their classes were deleted while empty.
func TestDeletedSystemClassesAreMadeAnew(t *testing.T) {
	_, m := open(t, nil)
	m.must(http.MethodPut, "/schemas/_User", `{"className":"_User","fields":{"extra":{"type":"String"}}}`)
	for _, class := range []string{"_User", "_Session", "_Role", "_Installation", "_JobStatus"} {
		m.must(http.MethodDelete, "/schemas/"+class, nil)
	}
	m.user("lena")
	m.public().refused(400, 202, http.MethodPost, "/users", `{"username":"LENA","password":"p"}`)
	m.public().must(http.MethodPost, "/login", `{"username":"lena","password":"pw-lena"}`)
	m.must(http.MethodPost, "/roles", `{"name":"r","ACL":{}}`)
	require.NotContains(t, m.must(http.MethodGet, "/schemas/_User", nil).body["fields"], "extra")
	m.refused(400, 255, http.MethodDelete, "/schemas/_User", nil)
}
