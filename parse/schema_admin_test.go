package parse_test

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

// schemaServer is as much of a Parse Server as a plan needs: it keeps the columns
// it is given, and refuses those that refuse names.
type schemaServer struct {
	version string
	refuse  string // a part of the body that is refused
	columns map[string]bool
	writes  []string
}

func (s *schemaServer) admin(t *testing.T) *isoaudit.Admin {
	s.columns = map[string]bool{}
	admin, err := isoaudit.NewAdmin(serverURL, masterKey, parse.WithApplicationID("app"), parse.WithTransport(scripted.Answering(
		func(req *http.Request, body string) (*http.Response, error) {
			status, answer := s.answer(req, body)
			return reply(status, answer)(req)
		})))
	require.NoError(t, err)
	return admin
}

func (s *schemaServer) answer(req *http.Request, body string) (int, string) {
	switch path := strings.TrimPrefix(req.URL.Path, "/mount"); {
	case path == "/serverInfo":
		return 200, `{"parseServerVersion":"` + s.version + `"}`
	case path == "/schemas" && len(s.columns) == 0:
		return 200, `{"results":[]}`
	case path == "/schemas":
		var columns []string
		for name := range s.columns {
			columns = append(columns, `"`+name+`":{"type":"String"}`)
		}
		return 200, `{"results":[{"className":"Task","fields":{` + strings.Join(columns, ",") + `}}]}`
	case strings.HasPrefix(path, "/schemas/"):
		s.writes = append(s.writes, req.Method+" "+body)
		if strings.Contains(body, s.refuse) {
			return 500, `{"code":1,"error":"Internal server error."}`
		}
		s.columns["objectId"] = true
		for _, name := range []string{"a", "b", "c"} {
			if strings.Contains(body, `"`+name+`"`) {
				s.columns[name] = true
			}
		}
		return 200, `{"className":"Task"}`
	}
	return 200, `{"results":[]}`
}

var taskSchema = schema.Schema{Classes: []schema.Class{{Name: "Task", Fields: map[string]schema.Field{
	"a": {Type: schema.String}, "b": {Type: schema.String}, "c": {Type: schema.String},
}}}}

func TestApplySchemaDoesWhatTheServerDoesNotRefuse(t *testing.T) {
	server := &schemaServer{version: "9.10.0", refuse: `"b"`}
	admin := server.admin(t)
	plan, err := admin.ApplySchema(t.Context(), taskSchema)
	require.ErrorContains(t, err, "the server refused 1 of its parts, the others are done: update class Task, column b: ")
	require.ErrorContains(t, err, "Internal server error")
	require.ErrorIs(t, err, parse.ErrInternal)
	require.Len(t, plan.Refused, 1)
	require.Contains(t, plan.String(), "! refused: update class Task, column b: ")
	require.True(t, server.columns["a"] && server.columns["c"])
	require.False(t, server.columns["b"])

	server.refuse, server.writes = "nothing", nil
	_, err = admin.ApplySchema(t.Context(), taskSchema)
	require.NoError(t, err)
	require.Len(t, server.writes, 1, "it goes on where it stopped")
	require.True(t, server.columns["b"])
}

func TestApplySchemaNamesAClassThatIsRefused(t *testing.T) {
	server := &schemaServer{version: "9.10.0", refuse: "classLevelPermissions"}
	plan, err := server.admin(t).ApplySchema(t.Context(), taskSchema)
	require.ErrorContains(t, err, "create class Task: ")
	require.Len(t, plan.Refused, 1)
	require.Len(t, server.writes, 2, "its columns have no class to be added to")
}

func TestPlanSchemaRefusesAServerThatIsTooOld(t *testing.T) {
	server := &schemaServer{version: "4.10.4"}
	admin := server.admin(t)
	_, err := admin.PlanSchema(t.Context(), taskSchema)
	require.ErrorIs(t, err, parse.ErrServerTooOld)
	require.ErrorContains(t, err, "this is Parse Server 4.10.4")
	_, err = admin.ApplySchema(t.Context(), taskSchema)
	require.ErrorIs(t, err, parse.ErrServerTooOld)
	require.Empty(t, server.writes)
}

// Parse Server keeps odd descriptions of columns and permissions. They are no reason
// not to plan the other classes.
func TestAClassThatCannotBeRead(t *testing.T) {
	odd := map[string]string{
		"a required column":   `{"className":"Odd","fields":{"a":{"type":"String","required":"yes"}}}`,
		"a permission":        `{"className":"Odd","fields":{},"classLevelPermissions":{"find":[]}}`,
		"an index":            `{"className":"Odd","fields":{},"indexes":{"i":7}}`,
		"columns in a list":   `{"className":"Odd","fields":[]}`,
		"a type in an object": `{"className":"Odd","fields":{"a":{"type":{}}}}`,
	}
	for name, class := range odd {
		t.Run(name, func(t *testing.T) {
			admin, err := isoaudit.NewAdmin(serverURL, masterKey, parse.WithApplicationID("app"), parse.WithTransport(scripted.Answering(
				func(req *http.Request, _ string) (*http.Response, error) {
					answer := `{"results":[]}`
					switch {
					case strings.HasSuffix(req.URL.Path, "/serverInfo"):
						answer = `{"parseServerVersion":"9.10.0"}`
					case strings.HasSuffix(req.URL.Path, "/schemas"):
						answer = `{"results":[` + class + `,{"className":"Task","fields":{"objectId":{"type":"String"},"a":{"type":"String"}}}]}`
					}
					return reply(200, answer)(req)
				})))
			require.NoError(t, err)
			plan, err := admin.PlanSchema(t.Context(), taskSchema)
			require.NoError(t, err)
			require.Contains(t, plan.String(), "Task")
			require.Contains(t, plan.String(), "? unexpected class Odd\n")
			require.Contains(t, plan.String(), `! warning: schema: class "Odd": the server describes it in a way that can't be read: `)
			require.NotContains(t, plan.String(), "Odd: everyone", "nobody knows")

			read, err := admin.Schema(t.Context())
			require.NoError(t, err)
			require.ErrorContains(t, read.Err(), `schema: class "Odd": the server describes it in a way that can't be read: `)
			_, err = admin.PlanSchema(t.Context(), schema.Schema{Classes: []schema.Class{{Name: "Odd"}}})
			require.ErrorContains(t, err, `class "Odd"`, "one that is planned must be read")
		})
	}
}
