package auditserver_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/schema"
)

// BenchmarkSaveWithRules creates a finding and changes it, as an auditor, on a
// server with all rules enforced and on one without, turn and turn about, so that
// both meet the same machine. %kept is the throughput that the rules leave.
func BenchmarkSaveWithRules(b *testing.B) {
	compareSavers(b, func(b *testing.B, path string, with bool) func(string) {
		rules := policy.Rules{}
		if with {
			rules = policy.Default()
		}
		return saver(b, path, rules, schema.ISO9001())
	})
}

// BenchmarkSaveWithTrail does the same on a server that records the audit trail and
// on one that does not. %kept is the throughput that the trail leaves.
func BenchmarkSaveWithTrail(b *testing.B) {
	compareSavers(b, func(b *testing.B, path string, with bool) func(string) {
		s := schema.ISO9001()
		if !with {
			s.Classes = slices.DeleteFunc(s.Classes, func(c schema.Class) bool { return c.Name == schema.TrailClass })
		}
		return saver(b, path, policy.Default(), s)
	})
}

// compareSavers lets two servers save, with and without something.
func compareSavers(b *testing.B, saver func(b *testing.B, path string, with bool) func(ref string)) {
	for _, store := range []string{"memory", "synced file"} {
		for _, clients := range []int{1, 8} {
			b.Run(fmt.Sprintf("%s/%d clients", store, clients), func(b *testing.B) {
				path := func() string {
					if store == "memory" {
						return ""
					}
					return filepath.Join(b.TempDir(), "data.db")
				}
				with, without := saver(b, path(), true), saver(b, path(), false)
				var spent [2]time.Duration
				round := 0
				b.ReportAllocs()
				for b.Loop() {
					round++
					for turn := range 2 {
						i := (round + turn) % 2 // each goes first as often as the other
						save := []func(ref string){with, without}[i]
						start := time.Now()
						var all sync.WaitGroup
						for c := range clients {
							all.Go(func() { save(fmt.Sprintf("NC-%d-%d", round, c)) })
						}
						all.Wait()
						spent[i] += time.Since(start)
					}
				}
				b.ReportMetric(100*spent[1].Seconds()/spent[0].Seconds(), "%kept")
				b.ReportMetric(float64(2*clients*round)/spent[0].Seconds(), "saves/s")
			})
		}
	}
}

// saver gives a function that saves one finding twice on a server of its own.
func saver(b *testing.B, path string, rules policy.Rules, s schema.Schema) func(ref string) {
	strict, err := withEnforced(rules)
	require.NoError(b, err)
	_, admin := open(b, func(cfg *auditserver.Config) { cfg.Path, cfg.Unsynced, cfg.Rules = path, false, strict })
	for _, step := range schema.Diff(s, schema.Schema{}).Steps {
		switch step.Action {
		case schema.CreateClass, schema.UpdateClass:
			method := http.MethodPost
			if step.Action == schema.UpdateClass || step.Delta.Class[0] == '_' {
				method = http.MethodPut // the server has its own classes already
			}
			body, err := json.Marshal(step.Delta)
			require.NoError(b, err)
			require.Equal(b, http.StatusOK, admin.do(method, "/schemas/"+step.Delta.Class, string(body)).status)
		}
	}
	signedUp := admin.public().do(http.MethodPost, "/users", `{"username":"anna","password":"p","email":"a@example.com","role":"auditor","siteCode":"P"}`)
	require.Equal(b, http.StatusCreated, signedUp.status)
	id := signedUp.text("objectId")
	anna := fmt.Sprintf(`{"__type":"Pointer","className":"_User","objectId":%q}`, id)
	role := admin.do(http.MethodPost, "/roles", `{"name":"auditor","ACL":{},"users":{"__op":"AddRelation","objects":[`+anna+`]}}`)
	require.Equal(b, http.StatusCreated, role.status)
	plan := admin.do(http.MethodPost, "/classes/AuditPlan", `{"auditRef":"IA-1","standardClause":"9.2","scope":"s","siteCode":"P","leadAuditor":`+anna+
		`,"plannedStartDate":{"__type":"Date","iso":"2026-01-01T00:00:00.000Z"},"status":"in_progress"}`)
	require.Equal(b, http.StatusCreated, plan.status)
	session := admin.as(signedUp.text("sessionToken"))
	return func(ref string) {
		created := session.do(http.MethodPost, "/classes/AuditFinding", `{"findingRef":"`+ref+`","auditPlan":{"__type":"Pointer","className":"AuditPlan","objectId":"`+
			plan.text("objectId")+`"},"findingType":"nonconformity","clause":"8.4.1","statement":"s","evidenceNote":"e","severity":"major","reportedBy":`+anna+`}`)
		if created.status != http.StatusCreated {
			b.Errorf("create: %s", created.raw)
			return
		}
		changed := session.do(http.MethodPut, "/classes/AuditFinding/"+created.text("objectId"), `{"severity":"minor","findingType":"observation"}`)
		if changed.status != http.StatusOK {
			b.Errorf("update: %s", changed.raw)
		}
	}
}

// withEnforced turns the warnings of the table into refusals.
func withEnforced(rules policy.Rules) (policy.Rules, error) {
	for _, rule := range rules.All() {
		if rule.Severity == policy.Off {
			continue
		}
		var err error
		if rules, err = rules.With(rule.ID, policy.Enforce); err != nil {
			return rules, err
		}
	}
	return rules, nil
}
