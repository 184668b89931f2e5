package auditserver_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// benchData fills a server with plans and findings and gives a logged-in client.
func benchData(b *testing.B, findings int, change func(*auditserver.Config)) (user *client, ids []string) {
	_, m := open(b, change)
	m.must(http.MethodPost, "/schemas/Finding", `{"fields":{"ref":{"type":"String"}},"indexes":{"byRef":{"ref":1}}}`)
	uid, token := m.user("ann")
	var plans []string
	for i := range 20 {
		plans = append(plans, m.create("Plan", fmt.Sprintf(`{"ref":"P-%d","site":"S","ACL":{"*":{"read":true},"%s":{"read":true,"write":true}}}`, i, uid)))
	}
	for at := 0; at < findings; {
		var batch strings.Builder
		batch.WriteString(`{"requests":[`)
		for i := 0; i < 500 && at < findings; i++ {
			if i > 0 {
				batch.WriteByte(',')
			}
			fmt.Fprintf(&batch, `{"method":"POST","path":"/parse/classes/Finding","body":%s}`, benchFinding(at, plans[at%len(plans)], uid))
			at++
		}
		batch.WriteString("]}")
		m.must(http.MethodPost, "/batch", batch.String())
	}
	for _, r := range m.must(http.MethodGet, "/classes/Finding?limit=100", nil).results(b) {
		ids = append(ids, r["objectId"].(string))
	}
	return m.as(token), ids
}

func benchFinding(i int, plan, user string) string {
	return fmt.Sprintf(`{"ref":"F-%06d","severity":"major","statement":"The calibration record of gauge %d is missing for the audited period.","clause":"7.1.5","open":true,`+
		`"due":{"__type":"Date","iso":"2026-03-01T00:00:00.000Z"},"plan":{"__type":"Pointer","className":"Plan","objectId":%q},"ACL":{"*":{"read":true},%q:{"read":true,"write":true}}}`, i, i, plan, user)
}

// send runs one request without the cost of decoding its answer.
func (c *client) send(b *testing.B, method, path string, body []byte) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, "/parse"+path, bytes.NewReader(body))
	req.RemoteAddr = "127.0.0.1:4711"
	req.Header = c.header
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, req)
	if w.Code >= 300 {
		b.Fatalf("%s %s: %s", method, path, w.Body)
	}
	return w
}

func BenchmarkGet(b *testing.B) {
	user, ids := benchData(b, 1000, nil)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		user.send(b, http.MethodGet, "/classes/Finding/"+ids[i%len(ids)], nil)
	}
}

func BenchmarkFind(b *testing.B) {
	user, _ := benchData(b, 1000, nil)
	where := url.QueryEscape(`{"severity":"major"}`)
	for name, query := range map[string]string{
		"100 with include": "/classes/Finding?limit=100&include=plan&order=-createdAt&where=" + where,
		"1000":             "/classes/Finding?limit=1000&order=createdAt&where=" + where,
		"1 by index":       "/classes/Finding?limit=1&where=" + url.QueryEscape(`{"ref":"F-000500"}`),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.SetBytes(int64(user.send(b, http.MethodGet, query, nil).Body.Len()))
			}
		})
	}
}

func BenchmarkCreate(b *testing.B) {
	for name, unsynced := range map[string]bool{"synced": false, "unsynced": true} {
		b.Run(name, func(b *testing.B) {
			user, _ := benchData(b, 1, func(c *auditserver.Config) { c.Unsynced, c.Path = unsynced, b.TempDir()+"/bench.db" })
			body := []byte(benchFinding(1, "p", "u"))
			b.ReportAllocs()
			for b.Loop() {
				user.send(b, http.MethodPost, "/classes/Finding", body)
			}
		})
	}
}

func BenchmarkCreateParallel(b *testing.B) {
	user, _ := benchData(b, 1, func(c *auditserver.Config) { c.Unsynced, c.Path = false, b.TempDir()+"/bench.db" })
	body := []byte(benchFinding(1, "p", "u"))
	b.ReportAllocs()
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			user.send(b, http.MethodPost, "/classes/Finding", body)
		}
	})
}

func BenchmarkBatch50(b *testing.B) {
	user, _ := benchData(b, 1, func(c *auditserver.Config) { c.Unsynced, c.Path = false, b.TempDir()+"/bench.db" })
	one := `{"method":"POST","path":"/parse/classes/Finding","body":` + benchFinding(1, "p", "u") + `}`
	body := []byte(`{"requests":[` + strings.TrimSuffix(strings.Repeat(one+",", 50), ",") + `]}`)
	b.ReportAllocs()
	for b.Loop() {
		user.send(b, http.MethodPost, "/batch", body)
	}
}

// Findings as an auditor sends them: the class gives the ACL, and the plans
// they point to are many, so that indexes are written all over.
func BenchmarkBatch50DefaultACL(b *testing.B) {
	_, m := open(b, func(c *auditserver.Config) { c.Path = b.TempDir() + "/bench.db" })
	m.must(http.MethodPost, "/schemas/Finding", `{"fields":{"findingRef":{"type":"String","required":true},"auditPlan":{"type":"Pointer","targetClass":"Plan"},`+
		`"findingType":{"type":"String"},"clause":{"type":"String"},"statement":{"type":"String"},"evidenceNote":{"type":"String"},"severity":{"type":"String"}},`+
		`"indexes":{"byPlan":{"auditPlan":1,"clause":1}},"classLevelPermissions":{"create":{"requiresAuthentication":true},"ACL":{"role:auditor":{"read":true},"*":{"write":true}}}}`)
	_, token := m.user("ann")
	user := m.as(token)
	b.ReportAllocs()
	for n := 0; b.Loop(); {
		body := []byte(`{"requests":[`)
		for i := range 50 {
			if i > 0 {
				body = append(body, ',')
			}
			body = fmt.Appendf(body, `{"method":"POST","path":"/parse/classes/Finding","body":{"findingRef":"F-%09d","auditPlan":{"__type":"Pointer","className":"Plan","objectId":"p%09d"},`+
				`"findingType":"nonconformity","clause":"8.5.1","statement":"The torque of the casing bolts is not recorded for every pump.",`+
				`"evidenceNote":"Travellers of 3 of 12 pumps sampled had no torque value.","severity":"minor"}}`, n, n*7919%10_000)
			n++
		}
		user.send(b, http.MethodPost, "/batch", append(body, "]}"...))
	}
}
