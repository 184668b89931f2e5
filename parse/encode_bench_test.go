package parse_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// quiet is a client whose requests are built completely and answered at once.
func quiet(b *testing.B, status int, body string) *isoaudit.Client {
	client, err := isoaudit.NewClient(serverURL, parse.WithApplicationID("app"), parse.WithTransport(
		roundTripper(func(req *http.Request) (*http.Response, error) { return reply(status, body)(req) })))
	if err != nil {
		b.Fatal(err)
	}
	return client
}

// BenchmarkEncodeSave encodes a finding to be created and an update of one,
// as items of a batch: without the way to the server.
func BenchmarkEncodeSave(b *testing.B) {
	client := quiet(b, 200, `{}`)
	finding := &isoaudit.AuditFinding{
		FindingRef: "F-2026-0001", AuditPlan: isoaudit.PointerTo[isoaudit.AuditPlan]("plan000001"), FindingType: isoaudit.FindingNonconformity,
		Clause: "8.5.1", Statement: `No "work instruction" at station 4`, EvidenceNote: "Photo 12, interview with the operator",
		Severity: isoaudit.SeverityMajor, ReportedBy: isoaudit.PointerTo[isoaudit.Auditor]("user000001"),
	}
	b.Run("create", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			client.AuditFindings.BatchCreate(finding)
		}
	})
	capa := isoaudit.CorrectiveActionFields
	due := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	b.Run("update", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			client.CorrectiveActions.BatchUpdate("capa000001",
				capa.Status.Set(isoaudit.CAPAClosed), capa.VerificationNote.Set("Checked on site"), capa.DueDate.Set(due))
		}
	})
}

// BenchmarkQuery builds a query of the usual size; "sent" also encodes it, makes
// the request and reads an empty answer.
func BenchmarkQuery(b *testing.B) {
	client := quiet(b, 200, `{"results":[]}`)
	plan, finding := isoaudit.AuditPlanFields, isoaudit.AuditFindingFields
	since := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	build := func() isoaudit.Query[isoaudit.AuditFinding] {
		return client.AuditFindings.Query().
			Where(finding.Severity.In(isoaudit.SeverityMajor, isoaudit.SeverityCritical), finding.CreatedAt.Gte(since),
				finding.AuditPlan.Matches(client.AuditPlans.Query().Where(plan.SiteCode.Eq("PLANT-07")))).
			Include(finding.AuditPlan.Then(plan.LeadAuditor)).
			OrderBy(finding.CreatedAt.Desc()).
			Limit(50)
	}
	b.Run("built", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			build()
		}
	})
	b.Run("sent", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := build().Find(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
