package parse_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
)

func TestStatusOf(t *testing.T) {
	once := []parse.Option{parse.WithRetryPolicy(parse.RetryPolicy{MaxAttempts: 1})}
	for want, answers := range map[int][]step{
		400: {reply(400, `{"code":111,"error":"type"}`)},
		401: {reply(400, `{"code":209,"error":"session"}`)},
		403: {reply(403, `{"code":119,"error":"no"}`), reply(400, `{"code":206,"error":"no"}`)},
		404: {reply(404, `{"code":101,"error":"none"}`)},
		409: {reply(400, `{"code":137,"error":"taken"}`)},
		413: {reply(413, `too large`)},
		422: {reply(400, `{"code":142,"error":"rule"}`)},
		429: {reply(429, `{"code":155,"error":"slow down"}`)},
		502: {reply(403, `{"error":"unauthorized"}`), reply(200, `{"objectId":5}`)},
		503: {reply(503, `{"error":"starting"}`), reply(200, `<html>`)},
	} {
		for _, answer := range answers {
			client, _ := scriptedClient(t, once, answer)
			_, err := client.AuditPlans.Get(t.Context(), "p1")
			require.Error(t, err)
			require.Equal(t, want, parse.StatusOf(err), err)
			require.Equal(t, want, parse.StatusOf(fmt.Errorf("showing a plan: %w", err)))
		}
	}
	client, _ := scriptedClient(t, once, fails(errors.New("connection reset")))
	err := client.AuditPlans.Delete(t.Context(), "p1")
	require.ErrorIs(t, err, parse.ErrOutcomeUnknown)
	require.Equal(t, 502, parse.StatusOf(err))
	_, err = client.AuditPlans.Get(t.Context(), "")
	require.Equal(t, 400, parse.StatusOf(err))
	require.Equal(t, 200, parse.StatusOf(nil))
	require.Equal(t, 500, parse.StatusOf(errors.New("mine")))
	require.Equal(t, 504, parse.StatusOf(fmt.Errorf("%w", context.DeadlineExceeded)))

	_, err = client.LogIn(t.Context(), "", "")
	require.Equal(t, 400, parse.StatusOf(err))
	client, _ = scriptedClient(t, once, reply(404, `{"code":101,"error":"Invalid username/password."}`))
	_, err = client.LogIn(t.Context(), "lena", "wrong")
	require.Equal(t, 401, parse.StatusOf(err))

	source := append(once, parse.WithSessionSource(parse.PasswordLogin("reporter", "wrong")))
	client, _ = scriptedClient(t, source, reply(404, `{"code":101,"error":"Invalid username/password."}`))
	_, err = client.AuditPlans.Get(t.Context(), "p1")
	require.Equal(t, 502, parse.StatusOf(err), "the service's own password")
	client, _ = scriptedClient(t, append(once, parse.WithSessionSource(parse.PasswordLogin("", ""))))
	_, err = client.AuditPlans.Get(t.Context(), "p1")
	require.Equal(t, 502, parse.StatusOf(err), "the service's own mistake")
}

// What Check finds before a save has the status of the server's own refusal.
func TestStatusOfBrokenRules(t *testing.T) {
	server := audittest.NewServer(t)
	auditor := server.As(isoaudit.RoleAuditor)
	plan := isoaudit.PointerTo[isoaudit.AuditPlan]("none")
	finding := &isoaudit.AuditFinding{AuditPlan: plan, ReportedBy: isoaudit.PointerTo[isoaudit.Auditor]("none"), Severity: "worst"}
	err := auditor.AuditFindings.Create(t.Context(), finding)
	require.Equal(t, 422, parse.StatusOf(err), err)
	_, err = auditor.Check(t.Context(), finding)
	require.Equal(t, 422, parse.StatusOf(err), err)

	_, err = auditor.AuditPlans.Get(t.Context(), "none")
	require.Equal(t, 404, parse.StatusOf(err), err)
	_, err = server.Client.LogIn(t.Context(), "lena", "wrong")
	require.Equal(t, 401, parse.StatusOf(err), err)
}
