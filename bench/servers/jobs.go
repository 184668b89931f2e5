package main

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
)

// job is one kind of request.
type job struct {
	name    string
	request func(to []byte, s *server, dice *rand.Rand) []byte
	atLeast int64 // bytes of a body that carries what was asked for
	beside  *job  // what every other connection does meanwhile, not counted
}

const batchSize = 50

// api is how the requests of the jobs look to one kind of server: paths below its
// mount, and bodies.
type api interface {
	get(plan string) string
	newest() string              // the 100 newest plans with their lead auditors
	page() string                // the 1,000 newest plans
	site(code string) string     // the 20 newest plans of a site
	reference(ref string) string // the plan with a reference
	findings() string            // where one is created
	finding(f finding) string    // its body
	batch(of []string) (path, body string)
}

type finding struct {
	number int64
	plan   string
}

// jobs are what the servers are compared by.
func jobs() []job {
	reads := reads()
	create := job{name: "create", atLeast: 30, request: func(to []byte, s *server, dice *rand.Rand) []byte {
		return s.post(to, s.api.findings(), s.api.finding(s.finding(dice)))
	}}
	getBeside := reads[0]
	getBeside.name, getBeside.beside = "get, beside as many creating", &create
	return append(reads, getBeside, create, job{name: fmt.Sprintf("batch of %d creates", batchSize), atLeast: 30 * batchSize,
		request: func(to []byte, s *server, dice *rand.Rand) []byte {
			bodies := make([]string, batchSize)
			for i := range bodies {
				bodies[i] = s.api.finding(s.finding(dice))
			}
			path, body := s.api.batch(bodies)
			return s.post(to, path, body)
		}})
}

// reads are the jobs that change nothing.
func reads() []job {
	return []job{
		{name: "get", atLeast: 200, request: func(to []byte, s *server, dice *rand.Rand) []byte {
			return s.get(to, s.api.get(s.plans[s.anyPlan(dice)]))
		}},
		{name: "query of 100 with include", atLeast: 100 * 400, request: func(to []byte, s *server, _ *rand.Rand) []byte {
			return s.get(to, s.api.newest())
		}},
		{name: "query of 20 by site and date", atLeast: 20 * 200, request: func(to []byte, s *server, dice *rand.Rand) []byte {
			return s.get(to, s.api.site(siteCode(dice.IntN(siteCount))))
		}},
		{name: "query of 1 by reference", atLeast: 200, request: func(to []byte, s *server, dice *rand.Rand) []byte {
			return s.get(to, s.api.reference(planReference(s.anyPlan(dice))))
		}},
		{name: "query of 1,000", atLeast: 1000 * 200, request: func(to []byte, s *server, _ *rand.Rand) []byte {
			return s.get(to, s.api.page())
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
func (s *server) finding(dice *rand.Rand) finding {
	return finding{atomic.AddInt64(&s.created, 1), s.plans[dice.IntN(len(s.plans))]}
}

func (s *server) get(to []byte, path string) []byte {
	return fmt.Appendf(to, "GET %s%s HTTP/1.1\r\n%s\r\n", s.mount, path, s.headers)
}

func (s *server) post(to []byte, path, body string) []byte {
	return fmt.Appendf(to, "POST %s%s HTTP/1.1\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		s.mount, path, s.headers, len(body), body)
}
