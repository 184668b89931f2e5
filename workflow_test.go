package isoaudit_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// The five calls of the audit workflow, exactly as they leave.
func TestWorkflowRequests(t *testing.T) {
	start := time.Date(2026, 3, 2, 9, 0, 0, 123_456_789, time.FixedZone("CET", 3600))
	lead := isoaudit.PointerTo[isoaudit.Auditor]("u1")
	tests := []struct {
		name                 string
		call                 func(*isoaudit.Client) error
		method, path, query  string
		status               int
		answer               string
		body                 string
		session              string
		contentType, request bool
	}{
		{
			name: "log in",
			call: func(c *isoaudit.Client) error {
				_, err := c.Anonymous().LogIn(t.Context(), "jana", "s3cret-pass")
				return err
			},
			method: "POST", path: "/parse/login", body: `{"password":"s3cret-pass","username":"jana"}`, contentType: true,
			status: 200, answer: `{"objectId":"u1","username":"jana","role":"auditor","siteCode":"PLANT-07","createdAt":"2026-01-01T00:00:00.000Z","updatedAt":"2026-01-01T00:00:00.000Z","sessionToken":"r:other"}`,
		},
		{
			name: "plans",
			call: func(c *isoaudit.Client) error {
				plan := isoaudit.AuditPlanFields
				_, err := c.AuditPlans.Query().Include(plan.LeadAuditor).OrderBy(plan.PlannedStartDate.Desc()).Find(t.Context())
				return err
			},
			method: "GET", path: "/parse/classes/AuditPlan", query: "include=leadAuditor&order=-plannedStartDate",
			status: 200, answer: `{"results":[]}`, session: "r:token",
		},
		{
			name: "finding",
			call: func(c *isoaudit.Client) error {
				return c.AuditFindings.Create(t.Context(), &isoaudit.AuditFinding{
					FindingRef: "F-1", AuditPlan: isoaudit.PointerTo[isoaudit.AuditPlan]("p1"), FindingType: isoaudit.FindingNonconformity,
					Clause: "8.5.1", Statement: "No \"work instruction\" at station 4", EvidenceNote: "Photo 12", Severity: isoaudit.SeverityMajor, ReportedBy: lead,
				})
			},
			method: "POST", path: "/parse/classes/AuditFinding", contentType: true, session: "r:token", request: true,
			body: `{"findingRef":"F-1","auditPlan":{"__type":"Pointer","className":"AuditPlan","objectId":"p1"},"findingType":"nonconformity","clause":"8.5.1",` +
				`"statement":"No \"work instruction\" at station 4","evidenceNote":"Photo 12","severity":"major","reportedBy":{"__type":"Pointer","className":"_User","objectId":"u1"}}`,
			status: 201, answer: `{"objectId":"f1","createdAt":"2026-03-02T08:00:01.000Z"}`,
		},
		{
			name: "corrective action",
			call: func(c *isoaudit.Client) error {
				return c.CorrectiveActions.Create(t.Context(), &isoaudit.CorrectiveAction{
					CAPARef: "C-1", Finding: isoaudit.PointerTo[isoaudit.AuditFinding]("f1"), ActionDescription: "Write it", Owner: lead,
					DueDate: start, Status: isoaudit.CAPAOpen, VerificationNote: "pending",
				})
			},
			method: "POST", path: "/parse/classes/CorrectiveAction", contentType: true, session: "r:token", request: true,
			body: `{"capaRef":"C-1","finding":{"__type":"Pointer","className":"AuditFinding","objectId":"f1"},"actionDescription":"Write it",` +
				`"owner":{"__type":"Pointer","className":"_User","objectId":"u1"},"dueDate":{"__type":"Date","iso":"2026-03-02T08:00:00.123Z"},"status":"open","verificationNote":"pending"}`,
			status: 201, answer: `{"objectId":"c1","createdAt":"2026-03-02T08:00:01.000Z"}`,
		},
		{
			name: "documents",
			call: func(c *isoaudit.Client) error {
				_, err := c.DocumentControlLogs.Query().OrderBy(isoaudit.DocumentControlLogFields.EffectiveDate.Desc()).Find(t.Context())
				return err
			},
			method: "GET", path: "/parse/classes/DocumentControlLog", query: "order=-effectiveDate",
			status: 200, answer: `{"results":[]}`, session: "r:token",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			transport := httpmock.NewMockTransport()
			var sent *http.Request
			var body []byte
			transport.RegisterNoResponder(func(req *http.Request) (*http.Response, error) {
				sent = req
				if req.Body != nil {
					var err error
					if body, err = io.ReadAll(req.Body); err != nil {
						return nil, err
					}
				}
				return httpmock.NewStringResponse(tt.status, tt.answer), nil
			})
			client, err := isoaudit.NewClient("https://qms.example/parse", parse.WithApplicationID("app-1"), parse.WithRESTKey("rest-1"),
				parse.WithTransport(transport))
			require.NoError(t, err)
			client = client.As(isoaudit.SessionWithToken("r:token"))
			require.NoError(t, tt.call(client))

			require.Equal(t, 1, transport.GetTotalCallCount())
			require.Equal(t, tt.method, sent.Method)
			require.Equal(t, "https://qms.example"+tt.path, sent.URL.Scheme+"://"+sent.URL.Host+sent.URL.Path)
			require.Equal(t, tt.query, sent.URL.Query().Encode())
			require.Equal(t, tt.body, string(body))
			want := http.Header{
				"X-Parse-Application-Id": {"app-1"}, "X-Parse-Rest-Api-Key": {"rest-1"}, "Accept": {"application/json"},
				"User-Agent": sent.Header["User-Agent"],
			}
			if tt.contentType {
				want.Set("Content-Type", "application/json")
			}
			if tt.session != "" {
				want.Set("X-Parse-Session-Token", tt.session)
			}
			if tt.request {
				require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, sent.Header.Get("X-Parse-Request-Id"))
				want.Set("X-Parse-Request-Id", sent.Header.Get("X-Parse-Request-Id"))
			} else {
				require.Empty(t, sent.Header.Get("X-Parse-Request-Id"))
			}
			if revocable := sent.Header.Get("X-Parse-Revocable-Session"); revocable != "" {
				want.Set("X-Parse-Revocable-Session", revocable)
			}
			require.Equal(t, want, sent.Header)
		})
	}
}
