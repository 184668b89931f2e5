package parse

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// planPage is a page of plans as Parse Server writes it: the type of an included
// object stands behind its own keys.
func planPage(rows int) []byte {
	var b strings.Builder
	b.WriteString(`{"results":[`)
	for i := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"objectId":"plan%06d","auditRef":"AUD-2026-%04d","standardClause":"8.5.1","scope":"Control of production and service provision, line %d","siteCode":"PLANT-%02d",`+
			`"leadAuditor":{"objectId":"user%06d","username":"auditor%d","role":"auditor","siteCode":"PLANT-%02d","createdAt":"2026-01-02T03:04:05.678Z","updatedAt":"2026-01-02T03:04:05.678Z","ACL":{"role:auditor":{"read":true}},"__type":"Object","className":"_User"},`+
			`"plannedStartDate":{"__type":"Date","iso":"2026-03-%02dT08:00:00.000Z"},"status":"in_progress","createdAt":"2026-02-02T03:04:05.678Z","updatedAt":"2026-02-03T03:04:05.678Z","ACL":{"role:auditor":{"read":true},"*":{"write":true}}}`,
			i, i, i, i%20, i%50, i%50, i%50%20, i%28+1) // an auditor is the same in every row
	}
	b.WriteString(`]}`)
	return []byte(b.String())
}

func TestDecodePageWithIncludedAuditors(t *testing.T) {
	p := page[AuditPlan]{codec: newCodec(userClass), class: "AuditPlan"}
	require.NoError(t, p.decodeBody(planPage(3)))
	require.Len(t, p.rows, 3)
	plan := p.rows[2]
	require.Equal(t, "plan000002", plan.ObjectID)
	require.Equal(t, time.Date(2026, 3, 3, 8, 0, 0, 0, time.UTC), plan.PlannedStartDate)
	require.Equal(t, PlanInProgress, plan.Status)
	lead, ok := plan.LeadAuditor.Get()
	require.True(t, ok)
	require.Equal(t, "auditor2", lead.Username)
	require.Equal(t, "user000002", plan.LeadAuditor.ID)
	require.Equal(t, Access{Read: true}, plan.ACL["role:auditor"])
	require.True(t, json.Valid(p.last))
}

func BenchmarkDecodePage(b *testing.B) {
	body := planPage(1000)
	c := newCodec(userClass)
	b.Run("isoaudit", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			p := page[AuditPlan]{codec: c, class: "AuditPlan"}
			if err := p.decodeBody(body); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json-v1", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			var p struct{ Results []*planV1 }
			if err := json.Unmarshal(body, &p); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// planV1 is AuditPlan as encoding/json can read it without any methods of ours:
// the encodings are plain nested structs, the form it is fastest with.
type planV1 struct {
	objectV1
	AuditRef         string     `json:"auditRef"`
	StandardClause   string     `json:"standardClause"`
	Scope            string     `json:"scope"`
	SiteCode         string     `json:"siteCode"`
	LeadAuditor      *auditorV1 `json:"leadAuditor"`
	PlannedStartDate dateV1     `json:"plannedStartDate"`
	Status           PlanStatus `json:"status"`
}

type objectV1 struct {
	ObjectID  string    `json:"objectId"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	ACL       ACL       `json:"ACL"`
}

type dateV1 struct {
	Type string    `json:"__type"`
	ISO  time.Time `json:"iso"`
}

type auditorV1 struct {
	objectV1
	Type     string      `json:"__type"`
	Class    string      `json:"className"`
	Username string      `json:"username"`
	Email    string      `json:"email"`
	Role     AuditorRole `json:"role"`
	SiteCode string      `json:"siteCode"`
}
