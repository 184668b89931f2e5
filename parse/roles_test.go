package parse_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
)

func TestCurrentRolesAskOnceForEachLevel(t *testing.T) {
	client, s := scriptedClient(t, nil, reply(200, `{"objectId":"u1"}`),
		reply(200, `{"results":[{"objectId":"r1","name":"coordinator"}]}`), reply(200, `{"results":[]}`),
		reply(200, `{"results":[{"objectId":"r2","name":"auditor"},{"objectId":"r1","name":"coordinator"}]}`), reply(200, `{"results":[]}`),
		reply(200, `{"results":[{"objectId":"r1","name":"coordinator"}]}`), reply(200, `{"results":[]}`))
	roles, err := parse.CurrentRoles(t.Context(), client.As(isoaudit.SessionWithToken("r:x")))
	require.NoError(t, err)
	require.Equal(t, []string{"auditor", "coordinator"}, roles, "a circle of roles has an end")
	require.Equal(t, `{"users":{"__type":"Pointer","className":"_User","objectId":"u1"}}`, query(t, s.Sent[1].URL).Get("where"))
	require.Equal(t, `{"roles":{"$in":[{"__type":"Pointer","className":"_Role","objectId":"r1"}]}}`, query(t, s.Sent[3].URL).Get("where"))
}

func TestCurrentRolesNeedASession(t *testing.T) {
	client, _ := scriptedClient(t, nil, reply(400, `{"code":209,"error":"Invalid session token"}`))
	var mistake *parse.InputError
	_, err := parse.CurrentRoles(t.Context(), client)
	require.ErrorAs(t, err, &mistake)
	_, err = parse.RolesOf(t.Context(), client, "")
	require.ErrorAs(t, err, &mistake)
	_, err = parse.RolesOf(t.Context(), (*parse.Client)(nil), "u1")
	require.ErrorAs(t, err, &mistake)
	_, err = parse.CurrentRoles(t.Context(), client.As(isoaudit.SessionWithToken("r:over")))
	require.ErrorIs(t, err, parse.ErrInvalidSession)
}

func TestCurrentRolesOnAuditserver(t *testing.T) {
	server := audittest.NewServer(t)
	for role, want := range map[isoaudit.AuditorRole][]string{
		isoaudit.RoleCoordinator: {"auditor", "coordinator"},
		isoaudit.RoleApprover:    {"approver"},
		"":                       {},
	} {
		roles, err := server.As(role).CurrentRoles(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, roles, role)
	}
	require.Equal(t, http.StatusBadRequest, parse.StatusOf(func() error { _, err := server.Client.CurrentRoles(t.Context()); return err }()))
}
