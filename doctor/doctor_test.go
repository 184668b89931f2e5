package doctor_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/cloud"
	"github.com/isoaudit/isoaudit-go/doctor"
	"github.com/isoaudit/isoaudit-go/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scripted answers the paths that it knows and passes the others on.
type scripted struct {
	answers map[string]func() *http.Response // by the end of the path
	pass    *http.Transport
}

func (s *scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	for path, answer := range s.answers {
		if strings.HasSuffix(r.URL.Path, path) {
			return answer(), nil
		}
	}
	return s.pass.RoundTrip(r)
}

func says(status int, contentType, body string, headers ...string) func() *http.Response {
	return func() *http.Response {
		h := http.Header{"Content-Type": {contentType}}
		for i := 0; i < len(headers); i += 2 {
			h.Set(headers[i], headers[i+1])
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
	}
}

const (
	asJSON = "application/json"
	asHTML = "text/html"
)

// examined gives the results of a server that is right but for what change does.
func examined(t *testing.T, change func(*doctor.Server, map[string]func() *http.Response)) map[string]doctor.Result {
	t.Helper()
	right := audittest.NewServer(t)
	pass := &http.Transport{}
	t.Cleanup(pass.CloseIdleConnections)
	answers := map[string]func() *http.Response{}
	s := doctor.Server{URL: right.URL, ApplicationID: right.AppID, RESTKey: right.RESTKey, MasterKey: right.MasterKey,
		Transport: &scripted{answers, pass}}
	if change != nil {
		change(&s, answers)
	}
	results := map[string]doctor.Result{}
	for result := range s.Examine(t.Context()) {
		require.NotContains(t, results, result.Check, "one result a check")
		results[result.Check] = result
		for _, key := range []string{right.MasterKey, right.RESTKey} {
			require.NotContains(t, result.String(), key)
		}
		require.False(t, result.Level == doctor.Wrong && result.Do == "", "%s says what to do", result.Check)
	}
	return results
}

func TestRightServer(t *testing.T) {
	results := examined(t, nil)
	require.Len(t, results, 13)
	for check, result := range results {
		want := doctor.OK
		if check == "roles" {
			want = doctor.Warning // nobody has signed up
		}
		require.Equal(t, want, result.Level, result.String())
	}
}

// The first four checks end the examination, because the others would only repeat them.
func TestAddressAndKeys(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*doctor.Server, map[string]func() *http.Response)
		check  string
		says   string
	}{
		"no URL":              {func(s *doctor.Server, _ map[string]func() *http.Response) { s.URL = "audits" }, "address", "no absolute one"},
		"keys in the URL":     {func(s *doctor.Server, _ map[string]func() *http.Response) { s.URL += "?key=1" }, "address", "a query"},
		"open over a network": {func(s *doctor.Server, _ map[string]func() *http.Response) { s.URL = "http://audits.example/parse" }, "address", "use https"},
		"no mount path": {func(s *doctor.Server, _ map[string]func() *http.Response) {
			s.URL = strings.TrimSuffix(s.URL, "/parse")
		}, "address", "/parse: the mount path belongs"},
		"wrong mount path": {func(s *doctor.Server, _ map[string]func() *http.Response) { s.URL += "/1" }, "address", "the mount path belongs"},
		"nothing listens":  {func(s *doctor.Server, _ map[string]func() *http.Response) { s.URL = "http://127.0.0.1:1/parse" }, "address", "nothing listens at 127.0.0.1:1"},
		"no https": {func(s *doctor.Server, _ map[string]func() *http.Response) {
			s.URL = strings.Replace(s.URL, "http:", "https:", 1)
		}, "address", "does not speak https"},
		"a page": {func(_ *doctor.Server, a map[string]func() *http.Response) {
			a["/health"] = says(200, asHTML, "<h1>Hello</h1>")
			a["/config"] = says(404, asHTML, "")
		}, "address", "no Parse Server: status 200, text/html"},
		"starting": {func(_ *doctor.Server, a map[string]func() *http.Response) {
			a["/health"] = says(503, asJSON, `{"status":"starting"}`)
		}, "address", "it is starting"},
		"redirect": {func(_ *doctor.Server, a map[string]func() *http.Response) {
			a["/health"] = says(301, asHTML, "", "Location", "https://audits.example/parse?x=1")
		}, "address", "redirects to https://audits.example"},
		"no id":              {func(s *doctor.Server, _ map[string]func() *http.Response) { s.ApplicationID = "" }, "application id", "there is none"},
		"another id":         {func(s *doctor.Server, _ map[string]func() *http.Response) { s.ApplicationID = "Audits" }, "application id", "no such application"},
		"no REST key":        {func(s *doctor.Server, _ map[string]func() *http.Response) { s.RESTKey = "" }, "REST key", "refuses requests without a key"},
		"another REST key":   {func(s *doctor.Server, _ map[string]func() *http.Response) { s.RESTKey = "guess" }, "REST key", "refuses it"},
		"no master key":      {func(s *doctor.Server, _ map[string]func() *http.Response) { s.MasterKey = "" }, "master key", "there is none"},
		"another master key": {func(s *doctor.Server, _ map[string]func() *http.Response) { s.MasterKey = "guess" }, "master key", "takes it for no master key"},
		"masterKeyIps": {func(_ *doctor.Server, a map[string]func() *http.Response) {
			a["/serverInfo"] = says(403, asJSON, `{"error":"unauthorized"}`)
		}, "master key", "masterKeyIps"},
		"an old server": {func(_ *doctor.Server, a map[string]func() *http.Response) {
			a["/serverInfo"] = says(200, asJSON, `{"parseServerVersion":"4.10.4"}`)
			a["/ready"] = says(404, asJSON, `{}`)
		}, "version", "5 is the oldest"},
		"a full disk": {func(_ *doctor.Server, a map[string]func() *http.Response) { a["/ready"] = says(503, asJSON, `{}`) }, "version", "cannot write"},
	} {
		t.Run(name, func(t *testing.T) {
			results := examined(t, c.change)
			require.Equal(t, doctor.Wrong, results[c.check].Level)
			require.Contains(t, results[c.check].String(), c.says)
			for check, result := range results {
				require.True(t, check == c.check || result.Level != doctor.Wrong, result.String())
			}
			require.NotContains(t, results, "classes")
		})
	}
}

func TestHealthKeptToItself(t *testing.T) {
	results := examined(t, func(_ *doctor.Server, a map[string]func() *http.Response) { a["/health"] = says(404, asHTML, "") })
	require.Equal(t, doctor.OK, results["address"].Level, "Parse's refusal of a request without keys is enough")
}

func TestClock(t *testing.T) {
	results := examined(t, func(s *doctor.Server, _ map[string]func() *http.Response) {
		s.Now = func() time.Time { return time.Now().Add(-3 * time.Minute) }
	})
	require.Equal(t, doctor.Warning, results["clock"].Level)
	require.Contains(t, results["clock"].Found, "differ by ")
}

func TestSchema(t *testing.T) {
	want := schema.ISO9001()
	i := slices.IndexFunc(want.Classes, func(c schema.Class) bool { return c.Name == "AuditPlan" })
	want.Classes[i].Fields = map[string]schema.Field{"budget": {Type: schema.Number}}
	want.Classes[i].Indexes = map[string]schema.Index{"AuditPlan_site": {{Field: "siteCode"}}}
	want.Classes[i].Permissions = &schema.Permissions{}
	want.Roles = append(want.Roles, schema.Role{Name: "Observer"})
	results := examined(t, func(s *doctor.Server, _ map[string]func() *http.Response) { s.Want = want })
	for check, found := range map[string]string{
		"classes": "add column AuditPlan.budget", "indexes": "add index AuditPlan.AuditPlan_site",
		"permissions": "change permissions AuditPlan", "role definitions": "add role Observer",
	} {
		require.Equal(t, doctor.Wrong, results[check].Level, check)
		require.Contains(t, results[check].Found, found)
	}
}

// code is what the Cloud Code of a Parse Server answers, right but for what change does.
func code(change func(*isoaudit.CloudCode)) func(*doctor.Server, map[string]func() *http.Response) {
	return func(_ *doctor.Server, a map[string]func() *http.Response) {
		c := isoaudit.CloudCode{Version: cloud.Version, Recorded: []string{"AuditPlan", "AuditFinding"}, Server: &isoaudit.CloudServer{
			Live: []string{"AuditPlan", "AuditFinding", "AuditTrail"}, Idempotent: []string{"classes/.*", "users.*", "functions/.*"}}}
		change(&c)
		body, err := json.Marshal(map[string]any{"result": c})
		if err != nil {
			panic(err)
		}
		a["/ready"] = says(403, asJSON, `{"error":"unauthorized"}`)
		a["/functions/isoauditCloudCode"] = says(200, asJSON, string(body))
	}
}

func TestCloudCodeAndOptions(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*isoaudit.CloudCode)
		check  string
		level  doctor.Level
		found  string
	}{
		"right":             {func(*isoaudit.CloudCode) {}, "Cloud Code", doctor.OK, "version"},
		"older":             {func(c *isoaudit.CloudCode) { c.Version-- }, "Cloud Code", doctor.Wrong, "this program comes with"},
		"newer":             {func(c *isoaudit.CloudCode) { c.Version++ }, "Cloud Code", doctor.Warning, "update this program"},
		"tells no options":  {func(c *isoaudit.CloudCode) { c.Server = nil }, "options", doctor.Unknown, "known to its Cloud Code alone"},
		"no events":         {func(c *isoaudit.CloudCode) { c.Server.Live = c.Server.Live[:1] }, "live query classes", doctor.Wrong, "AuditFinding, AuditTrail"},
		"no request ids":    {func(c *isoaudit.CloudCode) { c.Server.Idempotent = []string{"functions/.*", "("} }, "idempotency", doctor.Warning, "for classes/AuditPlan, users"},
		"short pages":       {func(c *isoaudit.CloudCode) { c.Server.MaxLimit = 50 }, "maxLimit", doctor.Warning, "at most 50 rows"},
		"open to addresses": {func(c *isoaudit.CloudCode) { c.Server.MasterKeyAnywhere = true }, "masterKeyIps", doctor.Warning, "every address"},
		"open to classes":   {func(c *isoaudit.CloudCode) { c.Server.ClassCreation = true }, "class creation", doctor.Wrong, "every client can make classes"},
	} {
		t.Run(name, func(t *testing.T) {
			results := examined(t, code(c.change))
			require.Equal(t, c.level, results[c.check].Level, results[c.check].String())
			require.Contains(t, results[c.check].String(), c.found)
			for check, result := range results {
				require.True(t, check == c.check || result.Level == doctor.OK || check == "roles", result.String())
			}
		})
	}
}

func TestNoCloudCode(t *testing.T) {
	results := examined(t, func(_ *doctor.Server, a map[string]func() *http.Response) { a["/ready"] = says(404, asJSON, `{}`) })
	require.Equal(t, doctor.Wrong, results["Cloud Code"].Level)
	require.Contains(t, results["Cloud Code"].String(), "no rule is enforced")
	require.Equal(t, doctor.Unknown, results["options"].Level)
}

func TestRolesWithMembers(t *testing.T) {
	right := audittest.NewServer(t)
	for _, role := range schema.ISO9001().Roles {
		right.As(isoaudit.AuditorRole(role.Name))
	}
	for result := range (doctor.Server{URL: right.URL, ApplicationID: right.AppID, RESTKey: right.RESTKey, MasterKey: right.MasterKey}).Examine(t.Context()) {
		require.Equal(t, doctor.OK, result.Level, result.String())
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

func TestExamineEndsWithItsContextAndItsLoop(t *testing.T) {
	n := 0
	for range (doctor.Server{URL: "http://127.0.0.1:1"}).Examine(t.Context()) {
		n++
		break
	}
	require.Equal(t, 1, n)
}
