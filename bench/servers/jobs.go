package main

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync/atomic"
)

// job is one kind of request.
type job struct {
	name    string
	request func(to []byte, s *server, dice *rand.Rand) []byte
	status  int
	atLeast int64 // bytes of a body that carries what was asked for
	beside  *job  // what every other connection does meanwhile, not counted
}

const batchSize = 50

// jobs are what both servers are compared by.
func jobs() []job {
	reads := reads()
	create := job{name: "create", status: 201, atLeast: 30, request: func(to []byte, s *server, dice *rand.Rand) []byte {
		return s.post(to, "/classes/BenchFinding", s.finding(dice))
	}}
	getBeside := reads[0]
	getBeside.name, getBeside.beside = "get, beside as many creating", &create
	return append(reads, getBeside, create, job{name: fmt.Sprintf("batch of %d creates", batchSize), status: 200, atLeast: 30 * batchSize,
		request: func(to []byte, s *server, dice *rand.Rand) []byte {
			var body strings.Builder
			body.WriteString(`{"requests":[`)
			for i := range batchSize {
				if i > 0 {
					body.WriteByte(',')
				}
				fmt.Fprintf(&body, `{"method":"POST","path":"%s/classes/BenchFinding","body":%s}`, s.mount, s.finding(dice))
			}
			body.WriteString(`]}`)
			return s.post(to, "/batch", body.String())
		}})
}

// reads are the jobs that change nothing.
func reads() []job {
	newest := url.Values{"order": {"-plannedStartDate"}, "limit": {"100"}, "include": {"leadAuditor"}}
	page := url.Values{"order": {"-plannedStartDate"}, "limit": {"1000"}}
	return []job{
		{name: "get", status: 200, atLeast: 200, request: func(to []byte, s *server, dice *rand.Rand) []byte {
			return s.get(to, "/classes/BenchPlan/"+s.plans[s.anyPlan(dice)])
		}},
		{name: "query of 100 with include", status: 200, atLeast: 100 * 400, request: func(to []byte, s *server, _ *rand.Rand) []byte {
			return s.get(to, "/classes/BenchPlan?"+newest.Encode())
		}},
		{name: "query of 20 by site and date", status: 200, atLeast: 20 * 200, request: func(to []byte, s *server, dice *rand.Rand) []byte {
			where := fmt.Sprintf(`{"siteCode":"SITE-%02d"}`, dice.IntN(siteCount))
			return s.get(to, "/classes/BenchPlan?"+url.Values{"where": {where}, "order": {"-plannedStartDate"}, "limit": {"20"}}.Encode())
		}},
		{name: "query of 1 by reference", status: 200, atLeast: 200, request: func(to []byte, s *server, dice *rand.Rand) []byte {
			where := fmt.Sprintf(`{"auditRef":"IA-%07d"}`, s.anyPlan(dice))
			return s.get(to, "/classes/BenchPlan?"+url.Values{"where": {where}}.Encode())
		}},
		{name: "query of 1,000", status: 200, atLeast: 1000 * 200, request: func(to []byte, s *server, _ *rand.Rand) []byte {
			return s.get(to, "/classes/BenchPlan?"+page.Encode())
		}},
	}
}

// anyPlan picks one of all plans, or one of s.asked that are spread evenly
// over the table.
func (s *server) anyPlan(dice *rand.Rand) int {
	if s.asked == 0 {
		return dice.IntN(len(s.plans))
	}
	return dice.IntN(s.asked) * len(s.plans) / s.asked
}

// finding is a new object with a reference of its own.
func (s *server) finding(dice *rand.Rand) string {
	return fmt.Sprintf(`{"findingRef":"F-%09d","auditPlan":{"__type":"Pointer","className":"BenchPlan","objectId":"%s"},`+
		`"findingType":"nonconformity","clause":"8.5.1","statement":"The torque of the casing bolts is not recorded for every pump.",`+
		`"evidenceNote":"Travellers of 3 of 12 pumps sampled had no torque value.","severity":"minor"}`,
		atomic.AddInt64(&s.created, 1), s.plans[dice.IntN(len(s.plans))])
}

func (s *server) get(to []byte, path string) []byte {
	return fmt.Appendf(to, "GET %s%s HTTP/1.1\r\n%s\r\n", s.mount, path, s.headers)
}

func (s *server) post(to []byte, path, body string) []byte {
	return fmt.Appendf(to, "POST %s%s HTTP/1.1\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		s.mount, path, s.headers, len(body), body)
}
