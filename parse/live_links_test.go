package parse_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
)

// handshakes is a transport that counts the WebSockets that are opened.
type handshakes struct{ opened atomic.Int32 }

func (h *handshakes) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("Upgrade") != "" {
		h.opened.Add(1)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// A service makes a client for each request. Those of one session share a connection as
// long as one of them has a subscription, and each gets its own events.
func TestClientsOfOneSessionShareAConnection(t *testing.T) {
	server, sockets := audittest.NewServer(t), new(handshakes)
	client, err := isoaudit.NewClient(server.URL, parse.WithApplicationID(server.AppID), parse.WithRESTKey(server.RESTKey), parse.WithTransport(sockets))
	require.NoError(t, err)
	lena := server.As(isoaudit.RoleCoordinator)
	session, err := client.LogIn(t.Context(), lena.Auditor.Username, audittest.SamplePassword)
	require.NoError(t, err)

	subscribe := func(c *isoaudit.Client, site string) *isoaudit.Subscription[isoaudit.AuditPlan] {
		t.Helper()
		s, err := c.AuditPlans.Query().Where(isoaudit.AuditPlanFields.SiteCode.Eq(site)).Subscribe(t.Context())
		require.NoError(t, err)
		return s
	}
	sites := []string{"A", "B", "C", "D", "E", "F", "G", "H", "I", "J"}
	var open []*isoaudit.Subscription[isoaudit.AuditPlan]
	for _, site := range sites {
		open = append(open, subscribe(client.As(session), site))
	}
	require.EqualValues(t, 1, sockets.opened.Load())
	for i, site := range sites {
		require.NoError(t, lena.AuditPlans.Create(t.Context(), &isoaudit.AuditPlan{
			AuditRef: "IA-" + site, StandardClause: "8.5", Scope: "Assembly", SiteCode: site,
			LeadAuditor: lena.Auditor.Pointer(), PlannedStartDate: time.Now(), Status: isoaudit.PlanPlanned,
		}))
		event, err := open[i].Next(t.Context())
		require.NoError(t, err)
		require.Equal(t, site, event.Object.SiteCode)
	}

	// Another session has another connection, although it is the same user.
	again, err := client.LogIn(t.Context(), lena.Auditor.Username, audittest.SamplePassword)
	require.NoError(t, err)
	require.NoError(t, subscribe(client.As(again), "A").Close())
	require.EqualValues(t, 2, sockets.opened.Load())

	// The last one goes on after the others, and one that comes after it opens a new connection.
	for _, s := range open[:9] {
		require.NoError(t, s.Close())
	}
	require.Equal(t, parse.LiveConnected, open[9].State())
	require.NoError(t, subscribe(client.As(session), "A").Close())
	require.EqualValues(t, 2, sockets.opened.Load())
	require.NoError(t, open[9].Close())
	require.NoError(t, subscribe(client.As(session), "A").Close())
	require.EqualValues(t, 3, sockets.opened.Load())
}
