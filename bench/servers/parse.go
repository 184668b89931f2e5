package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// parseAPI is how auditserver and Parse Server are asked.
type parseAPI struct{ mount string }

func (parseAPI) get(plan string) string { return "/classes/BenchPlan/" + plan }

func (parseAPI) find(query url.Values) string { return "/classes/BenchPlan?" + query.Encode() }

func (a parseAPI) newest() string {
	return a.find(url.Values{"order": {"-plannedStartDate"}, "limit": {"100"}, "include": {"leadAuditor"}})
}

func (a parseAPI) page() string {
	return a.find(url.Values{"order": {"-plannedStartDate"}, "limit": {"1000"}})
}

func (a parseAPI) site(code string) string {
	return a.find(url.Values{"where": {`{"siteCode":"` + code + `"}`}, "order": {"-plannedStartDate"}, "limit": {"20"}})
}

func (a parseAPI) reference(ref string) string {
	return a.find(url.Values{"where": {`{"auditRef":"` + ref + `"}`}})
}

func (parseAPI) findings() string { return "/classes/CheckFinding" }

func (parseAPI) finding(f finding) string {
	return `{` + f.texts() + `,"auditPlan":{"__type":"Pointer","className":"BenchPlan","objectId":"` + f.plan + `"}}`
}

func (a parseAPI) batch(of []string) (path, body string) {
	return "/batch", a.requests("CheckFinding", of)
}

// requests are creates of a class in a batch.
func (a parseAPI) requests(class string, bodies []string) string {
	each := make([]string, len(bodies))
	for i, body := range bodies {
		each[i] = `{"method":"POST","path":"` + a.mount + `/classes/` + class + `","body":` + body + `}`
	}
	return `{"requests":[` + strings.Join(each, ",") + `]}`
}

// seedParse makes the classes, a role, its members and the plans on a server, and logs
// in as a member.
func seedParse(ctx context.Context, s *server, plans int) error {
	for _, class := range classes {
		if err := s.call(ctx, "POST", "/schemas/"+class.name, class.schema, nil); err != nil {
			return err
		}
	}
	auditors, err := seedAuditors(ctx, s)
	if err != nil {
		return err
	}
	api := parseAPI{s.mount}
	return s.seedPlans(plans, func(n int) string {
		return fmt.Sprintf(`{%s,"leadAuditor":{"__type":"Pointer","className":"_User","objectId":"%s"},"plannedStartDate":{"__type":"Date","iso":"%s"}}`,
			planTexts(n), auditors[n%len(auditors)], plannedStart(n).Format("2006-01-02T15:04:05.000Z"))
	}, func(bodies []string) (ids []string, err error) {
		var results []struct {
			Success struct {
				ObjectID string `json:"objectId"`
			} `json:"success"`
			Error any `json:"error"`
		}
		if err := s.call(ctx, "POST", "/batch", api.requests("BenchPlan", bodies), &results); err != nil {
			return nil, err
		}
		for _, result := range results {
			if result.Success.ObjectID == "" {
				return nil, fmt.Errorf("a plan was not created: %v", result.Error)
			}
			ids = append(ids, result.Success.ObjectID)
		}
		return ids, nil
	})
}

// seedAuditors makes auditors who may see each other through their role, and
// logs the first one in.
func seedAuditors(ctx context.Context, s *server) ([]string, error) {
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
	s.token = login.SessionToken
	s.headers = fmt.Sprintf("Host: %s\r\nX-Parse-Application-Id: %s\r\nX-Parse-REST-API-Key: %s\r\nX-Parse-Session-Token: %s\r\n",
		s.address, s.appID, s.restKey, login.SessionToken)
	return ids, nil
}

const permissions = `"classLevelPermissions":{"find":{"requiresAuthentication":true},"get":{"requiresAuthentication":true},` +
	`"count":{"requiresAuthentication":true},"create":{"role:bench":true},"update":{"role:bench":true},"delete":{},"addField":{},` +
	`"ACL":{"role:bench":{"read":true},"*":{"write":true}}}`

// The classes look like the audit classes; they have their own names so that
// neither server's rules for those take part. The Parse Server of the conformance
// suite has live queries for classes that begin with Check.
var classes = []struct{ name, schema string }{
	{"BenchPlan", `{"className":"BenchPlan","fields":{"auditRef":{"type":"String","required":true},"standardClause":{"type":"String"},` +
		`"scope":{"type":"String"},"siteCode":{"type":"String"},"leadAuditor":{"type":"Pointer","targetClass":"_User"},` +
		`"plannedStartDate":{"type":"Date"},"status":{"type":"String"}},` +
		`"indexes":{"bench_start":{"plannedStartDate":1},"bench_site":{"siteCode":1,"plannedStartDate":1},"bench_ref":{"auditRef":1}},` + permissions + `}`},
	{"CheckFinding", `{"className":"CheckFinding","fields":{"findingRef":{"type":"String","required":true},` +
		`"auditPlan":{"type":"Pointer","targetClass":"BenchPlan"},"findingType":{"type":"String"},"clause":{"type":"String"},` +
		`"statement":{"type":"String"},"evidenceNote":{"type":"String"},"severity":{"type":"String"}},` +
		`"indexes":{"bench_plan":{"auditPlan":1,"clause":1}},` + permissions + `}`},
}
