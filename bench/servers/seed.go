package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

const (
	siteCount    = 20
	auditorCount = 12
)

// seed makes the classes, a role, its members and the plans, the same on every
// server, and logs in as a member.
func (s *server) seed(ctx context.Context, plans int) error {
	for _, class := range classes {
		if err := s.call(ctx, "POST", "/schemas/"+class.name, class.schema, nil); err != nil {
			return err
		}
	}
	auditors, err := s.seedAuditors(ctx)
	if err != nil {
		return err
	}
	s.plans = make([]string, 0, plans)
	start := time.Date(2026, time.January, 1, 8, 0, 0, 0, time.UTC)
	for len(s.plans) < plans {
		var requests []string
		for n := len(s.plans); n < min(plans, len(s.plans)+500); n++ {
			requests = append(requests, fmt.Sprintf(`{"method":"POST","path":"%s/classes/BenchPlan","body":{`+
				`"auditRef":"IA-%07d","standardClause":"8.5","scope":"Assembly of pumps: control of production","siteCode":"SITE-%02d",`+
				`"leadAuditor":{"__type":"Pointer","className":"_User","objectId":"%s"},`+
				`"plannedStartDate":{"__type":"Date","iso":"%s"},"status":"planned"}}`,
				s.mount, n, n%siteCount, auditors[n%len(auditors)], start.Add(time.Duration(n)*time.Minute).Format("2006-01-02T15:04:05.000Z")))
		}
		var results []struct {
			Success struct {
				ObjectID string `json:"objectId"`
			} `json:"success"`
			Error any `json:"error"`
		}
		if err := s.call(ctx, "POST", "/batch", `{"requests":[`+strings.Join(requests, ",")+`]}`, &results); err != nil {
			return err
		}
		for _, result := range results {
			if result.Success.ObjectID == "" {
				return fmt.Errorf("a plan was not created: %v", result.Error)
			}
			s.plans = append(s.plans, result.Success.ObjectID)
		}
	}
	return nil
}

// seedAuditors makes auditors who may see each other through their role, and
// logs the first one in.
func (s *server) seedAuditors(ctx context.Context) ([]string, error) {
	var ids, members []string
	for n := range auditorCount {
		var user struct {
			ObjectID string `json:"objectId"`
		}
		body := fmt.Sprintf(`{"username":"bench-%d","password":"bench-Pa55word","email":"bench-%d@pumps.example","ACL":{"role:bench":{"read":true}}}`, n, n)
		if err := s.call(ctx, "POST", "/users", body, &user); err != nil {
			return nil, err
		}
		ids = append(ids, user.ObjectID)
		members = append(members, fmt.Sprintf(`{"__type":"Pointer","className":"_User","objectId":"%s"}`, user.ObjectID))
	}
	role := fmt.Sprintf(`{"name":"bench","ACL":{},"users":{"__op":"AddRelation","objects":[%s]}}`, strings.Join(members, ","))
	if err := s.call(ctx, "POST", "/roles", role, nil); err != nil {
		return nil, err
	}
	var login struct {
		SessionToken string `json:"sessionToken"`
	}
	if err := s.call(ctx, "POST", "/login", `{"username":"bench-0","password":"bench-Pa55word"}`, &login); err != nil {
		return nil, err
	}
	s.headers = fmt.Sprintf("Host: %s\r\nX-Parse-Application-Id: %s\r\nX-Parse-REST-API-Key: %s\r\nX-Parse-Session-Token: %s\r\n",
		s.address, s.appID, s.restKey, login.SessionToken)
	return ids, nil
}

const permissions = `"classLevelPermissions":{"find":{"requiresAuthentication":true},"get":{"requiresAuthentication":true},` +
	`"count":{"requiresAuthentication":true},"create":{"role:bench":true},"update":{"role:bench":true},"delete":{},"addField":{},` +
	`"ACL":{"role:bench":{"read":true},"*":{"write":true}}}`

// The classes look like the audit classes; they have their own names so that
// neither server's rules for those take part.
var classes = []struct{ name, schema string }{
	{"BenchPlan", `{"className":"BenchPlan","fields":{"auditRef":{"type":"String","required":true},"standardClause":{"type":"String"},` +
		`"scope":{"type":"String"},"siteCode":{"type":"String"},"leadAuditor":{"type":"Pointer","targetClass":"_User"},` +
		`"plannedStartDate":{"type":"Date"},"status":{"type":"String"}},` +
		`"indexes":{"bench_start":{"plannedStartDate":1},"bench_site":{"siteCode":1,"plannedStartDate":1},"bench_ref":{"auditRef":1}},` + permissions + `}`},
	{"BenchFinding", `{"className":"BenchFinding","fields":{"findingRef":{"type":"String","required":true},` +
		`"auditPlan":{"type":"Pointer","targetClass":"BenchPlan"},"findingType":{"type":"String"},"clause":{"type":"String"},` +
		`"statement":{"type":"String"},"evidenceNote":{"type":"String"},"severity":{"type":"String"}},` +
		`"indexes":{"bench_plan":{"auditPlan":1,"clause":1}},` + permissions + `}`},
}

// call sends one request of the preparation, with the master key.
func (s *server) call(ctx context.Context, method, path, body string, out any) error {
	request, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("X-Parse-Application-Id", s.appID)
	request.Header.Set("X-Parse-Master-Key", s.masterKey)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request) //nolint:forbidigo // a program of its own
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, bytes.TrimSpace(answer))
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}
