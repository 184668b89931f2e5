package isoaudit_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/internal/scripted"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

func TestPlanSchemaAsksTheCloudCodeWhereReadingRestsOnIt(t *testing.T) {
	want := schema.Schema{Classes: []schema.Class{{Name: "Task", Permissions: &schema.Permissions{
		DefaultACL: map[string]schema.Access{"role:staff": {Read: true}},
	}}}}
	for name, tt := range map[string]struct{ version, cloud, warning string }{
		"kept by the server":   {"9.10.0", "", ""},
		"set by Cloud Code":    {"7.5.4", `{"version":2,"acls":{"Task":{"role:staff":{"read":true}}}}`, ""},
		"another ACL set":      {"7.5.4", `{"version":2,"acls":{"Task":{"*":{"read":true}}}}`, "gives new objects another ACL"},
		"without Cloud Code":   {"7.5.4", "", "nothing on this server gives new objects the ACL"},
		"another Cloud Code":   {"5.6.0", `{"version":2}`, "nothing on this server gives new objects the ACL"},
		"put over each update": {"9.2.0", "", "nothing on this server gives new objects the ACL"},
	} {
		t.Run(name, func(t *testing.T) {
			versions := 0
			admin, err := isoaudit.NewAdmin(serverURL, masterKey, parse.WithApplicationID("app"), parse.WithTransport(scripted.Answering(
				func(req *http.Request, _ string) (*http.Response, error) {
					switch path := strings.TrimPrefix(req.URL.Path, "/mount"); {
					case path == "/serverInfo":
						versions++
						return scripted.Reply(200, `{"parseServerVersion":"`+tt.version+`"}`)(req)
					case path == "/functions/isoauditCloudCode" && tt.cloud != "":
						return scripted.Reply(200, `{"result":`+tt.cloud+`}`)(req)
					case path == "/functions/isoauditCloudCode":
						return scripted.Reply(400, `{"code":141,"error":"Invalid function"}`)(req)
					}
					return scripted.Reply(200, `{"results":[]}`)(req)
				})))
			require.NoError(t, err)
			plan, err := admin.PlanSchema(t.Context(), want)
			require.NoError(t, err)
			require.Equal(t, 1, versions, "how often the server is asked for its version")
			if tt.warning == "" {
				require.Empty(t, plan.Warnings)
			} else {
				require.Contains(t, strings.Join(plan.Warnings, "\n"), tt.warning)
			}
		})
	}
}
