package parse_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse"
)

func TestCallDecodesTheResult(t *testing.T) {
	client, s := scriptedClient(t, nil, reply(200, `{"result":{"open":3,"since":{"__type":"Date","iso":"2026-01-02T03:04:05.678Z"}}}`), reply(201, `{}`))
	type summary struct {
		Open  int       `json:"open"`
		Since time.Time `json:"since"`
	}
	result, err := parse.Call[summary](t.Context(), client, "openFindings", map[string]string{"site": "PLANT-07"})
	require.NoError(t, err)
	require.Equal(t, summary{3, time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)}, result)
	require.Equal(t, http.MethodPost, s.Sent[0].Method)
	require.Equal(t, serverURL+"/functions/openFindings", s.Sent[0].URL)
	require.JSONEq(t, `{"site":"PLANT-07"}`, s.Sent[0].Body)

	nothing, err := parse.Call[*summary](t.Context(), client, "touch", nil)
	require.NoError(t, err, "a function may return nothing")
	require.Nil(t, nothing)
	require.Equal(t, "{}", s.Sent[1].Body)
}

func TestCallRefusesABadName(t *testing.T) {
	client, _ := scriptedClient(t, nil)
	for _, name := range []string{"", "a/b", "../login", "a?b"} {
		_, err := parse.Call[int](t.Context(), client, name, nil)
		require.ErrorContains(t, err, "not the name of a cloud function")
	}
}

func TestCallPassesTheApplicationsOwnCode(t *testing.T) {
	client, _ := scriptedClient(t, nil, reply(400, `{"code":4242,"error":"plant closed"}`), reply(400, `{"code":141,"error":{"code":7,"error":"hook"}}`))
	_, err := parse.Call[int](t.Context(), client, "f", nil)
	require.ErrorIs(t, err, parse.Code(4242))
	_, err = parse.Call[int](t.Context(), client, "f", nil)
	require.ErrorIs(t, err, parse.ErrScriptFailed)
	require.ErrorContains(t, err, `{"code":7,"error":"hook"}`)
}

func TestJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		running := reply(200, `{"objectId":"j1","jobName":"archive","status":"running","message":"10 of 20"}`)
		admin, s := scriptedAdmin(t, nil,
			reply(200, `{}`, "X-Parse-Job-Status-Id", "j1"), running, running,
			reply(200, `{"objectId":"j1","jobName":"archive","status":"failed","message":"disk full","finishedAt":{"__type":"Date","iso":"2026-01-02T03:04:05.678Z"}}`))
		id, err := admin.StartJob(t.Context(), "archive", nil)
		require.NoError(t, err)
		require.Equal(t, "j1", id)
		start := time.Now()
		job, err := admin.WaitJob(t.Context(), id, 3*time.Second)
		require.NoError(t, err)
		require.Equal(t, parse.JobFailed, job.State)
		require.Equal(t, "disk full", job.Message)
		require.Equal(t, 2026, job.FinishedAt.Year())
		require.Equal(t, 6*time.Second, time.Since(start))
		require.Equal(t, serverURL+"/jobs/archive", s.Sent[0].URL)
		require.Equal(t, serverURL+"/classes/_JobStatus/j1", s.Sent[1].URL)
		require.Equal(t, masterKey, s.Sent[1].Header.Get("X-Parse-Master-Key"))
	})
}

func TestJobWithoutAStatusID(t *testing.T) {
	admin, _ := scriptedAdmin(t, nil, reply(200, `{}`))
	_, err := admin.StartJob(t.Context(), "archive", nil)
	require.ErrorIs(t, err, parse.ErrOutcomeUnknown, "it was started, or something else answered")
}

func TestGraphQL(t *testing.T) {
	client, s := scriptedClient(t, nil, reply(200, `{"data":{"auditPlans":{"count":2}}}`))
	var out struct {
		AuditPlans struct {
			Count int `json:"count"`
		} `json:"auditPlans"`
	}
	err := client.GraphQL(t.Context(), `query($s: String!) { auditPlans(where: {siteCode: {equalTo: $s}}) { count } }`, map[string]any{"s": "PLANT-07"}, &out)
	require.NoError(t, err)
	require.Equal(t, 2, out.AuditPlans.Count)
	require.Equal(t, "https://parse.example/graphql", s.Sent[0].URL)
	require.JSONEq(t, `{"query":"query($s: String!) { auditPlans(where: {siteCode: {equalTo: $s}}) { count } }","variables":{"s":"PLANT-07"}}`, s.Sent[0].Body)
}

func TestGraphQLErrors(t *testing.T) {
	client, _ := scriptedClient(t, nil,
		reply(200, `{"data":{"a":1,"b":null},"errors":[{"message":"Object not found.","extensions":{"code":101}},{"message":"bad","extensions":{"code":"BAD_USER_INPUT"}}]}`),
		reply(400, `{"errors":[{"message":"Cannot query field \"x\"","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`))
	var out struct{ A int }
	err := client.GraphQL(t.Context(), `{a b}`, nil, &out)
	require.ErrorIs(t, err, parse.ErrObjectNotFound)
	require.ErrorContains(t, err, "bad")
	err = client.GraphQL(t.Context(), `{x}`, nil, nil)
	require.ErrorContains(t, err, `Cannot query field "x"`)
}

func TestGraphQLMutationsAreWrites(t *testing.T) {
	for document, write := range map[string]bool{
		`mutation { deleteAuditPlan(input: {id: "a"}) { clientMutationId } }`:  true,
		"fragment F on A { id } mutation M { x }":                              true,
		"# mutation\nquery { plans { note } }":                                 false,
		`{ plans(where: {note: {equalTo: "a mutation \" mutation"}}) { id } }`: false,
		`{ plans(note: """block " mutation""") { id } }`:                       false,
		`query { plans { id } }`:                                               false,
		"query { plans(a: \"x\") { id } } # \"\nmutation { createX { id } }":   true,
	} {
		synctest.Test(t, func(t *testing.T) {
			steps := []step{fails(errReset), reply(200, `{"data":{}}`)}
			if write {
				steps = steps[:1]
			}
			client, s := scriptedClient(t, nil, steps...)
			err := client.GraphQL(t.Context(), document, nil, nil)
			if write {
				require.ErrorIs(t, err, parse.ErrOutcomeUnknown, document)
			} else {
				require.NoError(t, err, document)
			}
			require.Len(t, s.Sent, len(steps))
		})
	}
}

func TestConfig(t *testing.T) {
	admin, s := scriptedAdmin(t, nil,
		reply(200, `{"params":{"graceDays":14,"since":{"__type":"Date","iso":"2026-01-02T03:04:05.678Z"}},"masterKeyOnly":{"graceDays":true}}`),
		reply(200, `{"result":true}`), reply(200, `{"result":true}`))
	config, err := admin.Config(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"graceDays", "since"}, config.Names())
	require.True(t, config.MasterOnly("graceDays"))
	var days int
	found, err := config.Decode("graceDays", &days)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, 14, days)
	found, err = config.Decode("missing", &days)
	require.NoError(t, err)
	require.False(t, found)
	var text string
	_, err = config.Decode("graceDays", &text)
	require.ErrorContains(t, err, `"graceDays"`)

	require.NoError(t, admin.SetConfig(t.Context(), map[string]any{"graceDays": 30, "hotline": "112"}, "hotline"))
	require.Equal(t, http.MethodPut, s.Sent[1].Method)
	require.JSONEq(t, `{"params":{"graceDays":30,"hotline":"112"},"masterKeyOnly":{"graceDays":false,"hotline":true}}`, s.Sent[1].Body)
	require.NoError(t, admin.DeleteConfig(t.Context(), "hotline"))
	require.JSONEq(t, `{"params":{"hotline":{"__op":"Delete"}},"masterKeyOnly":{"hotline":false}}`, s.Sent[2].Body)

	require.ErrorContains(t, admin.SetConfig(t.Context(), nil), "params: is empty")
	require.ErrorContains(t, admin.SetConfig(t.Context(), map[string]any{"a b": 1}), "not a name")
	require.ErrorContains(t, admin.SetConfig(t.Context(), map[string]any{"a": 1}, "b"), "masterOnly")
}

func TestHealth(t *testing.T) {
	client, _ := scriptedClient(t, nil, reply(200, `{"status":"ok"}`), reply(503, `{"status":"starting"}`, "Retry-After", "1"), reply(200, `{"status":"error"}`))
	require.NoError(t, client.Health(t.Context()))
	var failure *parse.Error
	require.ErrorAs(t, client.Health(t.Context()), &failure)
	require.Equal(t, 503, failure.HTTPStatus)
	require.Equal(t, 1, failure.Attempts)
	require.ErrorContains(t, client.Health(t.Context()), "status error")
}

func TestAdminCalls(t *testing.T) {
	admin, s := scriptedAdmin(t, nil, reply(200, `{"parseServerVersion":"9.10.0","features":{}}`), reply(200, loginBody), reply(200, `{}`), reply(200, ""))
	info, err := admin.ServerInfo(t.Context())
	require.NoError(t, err)
	require.Equal(t, "9.10.0", info.Version)
	session, err := admin.LoginAs(t.Context(), "u1")
	require.NoError(t, err)
	require.Equal(t, "r:secret-token", session.Token())
	require.JSONEq(t, `{"userId":"u1"}`, s.Sent[1].Body)
	require.NoError(t, admin.Purge(t.Context(), "AuditPlan"))
	require.Equal(t, http.MethodDelete+" "+serverURL+"/purge/AuditPlan", s.Sent[2].Method+" "+s.Sent[2].URL)
	require.NoError(t, admin.DeleteFile(t.Context(), "dir/abc_report.pdf"))
	require.Equal(t, serverURL+"/files/dir/abc_report.pdf", s.Sent[3].URL)

	_, err = admin.LoginAs(t.Context(), "")
	require.ErrorContains(t, err, "auditorID")
	require.ErrorContains(t, admin.Purge(t.Context(), "a/b"), "class")
	require.ErrorContains(t, admin.DeleteFile(t.Context(), "../classes/AuditPlan/x"), "path")
}
