package parse_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/internal/scripted"
	"github.com/isoaudit/isoaudit-go/parse"
)

const created = `{"success":{"objectId":"f1","createdAt":"2026-01-02T03:04:05.678Z"}}`

func threeItems(client *isoaudit.Client, finding *isoaudit.AuditFinding) []parse.BatchItem {
	return []parse.BatchItem{
		client.AuditFindings.BatchCreate(finding),
		client.AuditPlans.BatchUpdate("p/1", isoaudit.AuditPlanFields.SiteCode.Set("PLANT-07")),
		client.AuditReviews.BatchDelete("r1"),
	}
}

func newFinding() *isoaudit.AuditFinding {
	return &isoaudit.AuditFinding{
		AuditPlan: isoaudit.PointerTo[isoaudit.AuditPlan]("p1"), ReportedBy: isoaudit.PointerTo[isoaudit.Auditor]("u1"),
	}
}

func TestBatch(t *testing.T) {
	client, s := scriptedClient(t, nil, reply(200, `[`+created+`,{"error":{"code":101,"error":"Object not found."}},{"success":{}}]`))
	finding := newFinding()
	results, err := client.Batch(t.Context(), threeItems(client, finding)...)
	require.ErrorIs(t, err, parse.ErrObjectNotFound)
	require.NotErrorIs(t, err, parse.ErrOutcomeUnknown)
	require.Len(t, results, 3)
	require.NoError(t, results[0].Err)
	require.NoError(t, results[2].Err)
	var failure *parse.Error
	require.ErrorAs(t, results[1].Err, &failure)
	require.Equal(t, "AuditPlan.Update p/1", failure.Op+" "+failure.ObjectID)
	require.Equal(t, "f1", finding.ObjectID)

	require.Equal(t, http.MethodPost+" "+serverURL+"/batch", s.Sent[0].Method+" "+s.Sent[0].URL)
	require.NotContains(t, s.Sent[0].Header, "X-Parse-Request-Id")
	for _, entry := range []string{
		`"method":"POST","path":"/mount/classes/AuditFinding","body":{`,
		`{"method":"PUT","path":"/mount/classes/AuditPlan/p%2F1","body":{"siteCode":"PLANT-07"}}`,
		`{"method":"DELETE","path":"/mount/classes/AuditReview/r1"}`,
	} {
		require.Contains(t, s.Sent[0].Body, entry)
	}
	require.NotContains(t, s.Sent[0].Body, "transaction")
}

func TestBatchLostReplyIsUnknownForItsItemsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		transport := scripted.Answering(func(req *http.Request, body string) (*http.Response, error) {
			if strings.Contains(body, "lost") {
				return nil, errReset
			}
			return reply(200, `[{"success":{}},{"success":{}}]`)(req)
		})
		client, err := isoaudit.NewClient(serverURL, parse.WithApplicationID("app"), parse.WithTransport(transport), parse.WithBatchLimits(2, 3))
		require.NoError(t, err)
		var items []parse.BatchItem
		for _, id := range []string{"a", "b", "lost1", "lost2", "c", "d"} {
			items = append(items, client.AuditPlans.BatchDelete(id))
		}
		results, err := client.Batch(t.Context(), items...)
		require.ErrorIs(t, err, parse.ErrOutcomeUnknown)
		for i, result := range results {
			require.Equal(t, i == 2 || i == 3, errors.Is(result.Err, parse.ErrOutcomeUnknown), "item %d: %v", i, result.Err)
		}
		var failure *parse.Error
		require.ErrorAs(t, results[3].Err, &failure)
		require.Equal(t, "lost2", failure.ObjectID)
	})
}

func TestBatchAnswersThatDoNotFit(t *testing.T) {
	for name, body := range map[string]string{
		"too few":        `[` + created + `]`,
		"neither":        `[{},{},{}]`,
		"no object id":   `[{"success":{}},{"error":{"code":1}},{"error":{}}]`,
		"not a list":     `{"success":{}}`,
		"internal error": `[{"error":{"code":1,"error":"x"}},{"error":{"code":1,"error":"x"}},{"error":{"code":1,"error":"x"}}]`,
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := scriptedClient(t, nil, reply(200, body))
			finding := newFinding()
			results, err := client.Batch(t.Context(), threeItems(client, finding)...)
			require.Error(t, err)
			for i, result := range results {
				require.ErrorIs(t, result.Err, parse.ErrOutcomeUnknown, "item %d", i)
			}
			require.Empty(t, finding.ObjectID, "nothing half-written")
		})
	}
}

func TestBatchRefusedAsAWhole(t *testing.T) {
	client, _ := scriptedClient(t, nil, reply(400, `{"code":107,"error":"cannot route batch path /mount/classes/AuditFinding"}`))
	results, err := client.Batch(t.Context(), threeItems(client, newFinding())...)
	require.ErrorIs(t, err, parse.ErrInvalidJSON)
	require.NotErrorIs(t, err, parse.ErrOutcomeUnknown)
	require.ErrorContains(t, results[2].Err, "mount path")
}

func TestBatchMistakesAreFoundBeforeAnythingIsSent(t *testing.T) {
	client, s := scriptedClient(t, nil)
	var none *isoaudit.Client
	other := client.As(isoaudit.SessionWithToken("r:x"))
	for reason, items := range map[string][]parse.BatchItem{
		"items: is empty":   nil,
		"item 0: is zero":   {{}},
		"item 1":            {client.AuditPlans.BatchDelete("a"), client.AuditPlans.BatchDelete("")},
		"of another client": {other.AuditPlans.BatchDelete("a")},
		"the object is nil": {client.AuditPlans.BatchCreate(nil)},
		"item 0: parse: Au": {client.AuditPlans.BatchUpdate("a")},
	} {
		_, err := client.Batch(t.Context(), items...)
		require.ErrorContains(t, err, reason)
		require.ErrorContains(t, client.Transaction(t.Context(), items...), reason)
	}
	_, err := none.Batch(t.Context(), client.AuditPlans.BatchDelete("a"))
	require.ErrorContains(t, err, "nil or zero")
	require.Empty(t, s.Sent)
}

func TestTransaction(t *testing.T) {
	client, s := scriptedClient(t, nil, reply(200, `[`+created+`,{"success":{"updatedAt":"2026-01-02T03:04:05.678Z"}},{"success":{}}]`))
	finding := newFinding()
	require.NoError(t, client.Transaction(t.Context(), threeItems(client, finding)...))
	require.Equal(t, "f1", finding.ObjectID)
	require.Contains(t, s.Sent[0].Body, `"transaction":true`)
}

func TestTransactionFailures(t *testing.T) {
	for name, test := range map[string]struct {
		step    step
		unknown bool
		text    string
	}{
		"rolled back":  {reply(500, `{"code":1,"message":"Internal server error."}`), false, "rolled back"},
		"refused":      {reply(400, `{"code":142,"error":"severity is required"}`), false, "severity"},
		"reply lost":   {fails(errReset), true, "unknown"},
		"HTML 502":     {reply(502, badGateway), true, "502"},
		"wrong answer": {reply(200, `[]`), true, "0 answers to 3 items"},
	} {
		t.Run(name, func(t *testing.T) {
			client, s := scriptedClient(t, nil, test.step)
			finding := newFinding()
			err := client.Transaction(t.Context(), threeItems(client, finding)...)
			require.ErrorContains(t, err, test.text)
			require.Equal(t, test.unknown, errors.Is(err, parse.ErrOutcomeUnknown))
			require.Empty(t, finding.ObjectID)
			require.Len(t, s.Sent, 1)
		})
	}
}

func TestTransactionIsNeverSplit(t *testing.T) {
	client, s := scriptedClient(t, []parse.Option{parse.WithBatchLimits(2, 0)})
	err := client.Transaction(t.Context(), threeItems(client, newFinding())...)
	require.ErrorContains(t, err, "WithBatchLimits")
	require.Empty(t, s.Sent)
}

// gate counts how many requests are under way at once and holds them.
type gate struct {
	mu        sync.Mutex
	now, most int
	release   chan struct{}
	answer    string
}

func (g *gate) RoundTrip(req *http.Request) (*http.Response, error) {
	g.mu.Lock()
	g.now++
	g.most = max(g.most, g.now)
	g.mu.Unlock()
	<-g.release
	g.mu.Lock()
	g.now--
	g.mu.Unlock()
	return reply(200, g.answer)(req)
}

func TestAtMostFourTransactionsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{release: make(chan struct{}), answer: `[{"success":{}}]`}
		client, err := isoaudit.NewClient(serverURL, parse.WithApplicationID("app"), parse.WithTransport(g))
		require.NoError(t, err)
		var wg sync.WaitGroup
		for i := range 10 {
			derived := client.As(isoaudit.SessionWithToken(fmt.Sprint("r:", i)))
			wg.Go(func() {
				require.NoError(t, derived.Transaction(t.Context(), derived.AuditPlans.BatchDelete("a")))
			})
		}
		synctest.Wait()
		require.Equal(t, 4, g.now)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, client.Transaction(ctx, client.AuditPlans.BatchDelete("a")), context.Canceled)
		close(g.release)
		wg.Wait()
		require.Equal(t, 4, g.most)
	})
}

func TestBatchRunsItsRequestsInParallelUpToTheBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{release: make(chan struct{}), answer: `[{"success":{}}]`}
		client, err := isoaudit.NewClient(serverURL, parse.WithApplicationID("app"), parse.WithTransport(g), parse.WithBatchLimits(1, 3))
		require.NoError(t, err)
		var items []parse.BatchItem
		for i := range 10 {
			items = append(items, client.AuditPlans.BatchDelete(fmt.Sprint(i)))
		}
		done := make(chan error)
		go func() {
			_, err := client.Batch(t.Context(), items...)
			done <- err
		}()
		synctest.Wait()
		require.Equal(t, 3, g.now)
		close(g.release)
		require.NoError(t, <-done)
		require.Equal(t, 3, g.most)
	})
}
