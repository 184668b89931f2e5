package auditserver_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestClosedSignUp(t *testing.T) {
	_, c := open(t, func(c *auditserver.Config) { c.SignUp = auditserver.SignUpClosed })
	for _, each := range []struct{ path, body string }{
		{"/users", `{"username":"eve","password":"pw"}`},
		{"/users", `{"authData":{"anonymous":{"id":"1234"}}}`},
		{"/classes/_User", `{"username":"eve","password":"pw"}`},
		{"/users", `{"username":"eve","password":"pw","authData":{"anonymous":{"id":"1234"}}}`},
	} {
		c.public().refused(http.StatusBadRequest, 119, http.MethodPost, each.path, each.body)
	}
	batch := c.public().do(http.MethodPost, "/batch", `{"requests":[{"method":"POST","path":"/parse/users","body":{"username":"eve","password":"pw"}}]}`)
	require.NotContains(t, string(batch.raw), "objectId")
	require.Empty(t, c.must(http.MethodGet, "/users", nil).results(t))

	c.must(http.MethodPost, "/users", `{"username":"ada","password":"pw","authData":{"anonymous":{"id":"ada"}}}`)
	c.public().must(http.MethodPost, "/login", `{"username":"ada","password":"pw"}`)
	c.public().must(http.MethodPost, "/users", `{"authData":{"anonymous":{"id":"ada"}}}`) // a log-in
}

func TestInvitedSignUp(t *testing.T) {
	_, c := open(t, func(c *auditserver.Config) {
		c.SignUp, c.Invited = auditserver.SignUpInvited, []string{"Mary@Audits.example", "@plant7.example"}
	})
	for name, email := range map[string]string{
		"none": "", "other": "eve@audits.example", "sub": "eve@sub.plant7.example", "longer": "eve@notplant7.example",
		"two": "eve@plant7.example@evil.example", "form": "@plant7.example",
		"list": "eve@evil.example,x@plant7.example", "angle": "<eve@evil.example>@plant7.example", "quoted": `"eve@evil.example"@plant7.example`,
		"comment": "eve@evil.example(x@plant7.example", "space": "eve@evil.example x@plant7.example",
	} {
		a := c.public().do(http.MethodPost, "/users", map[string]any{"username": name, "password": "pw", "email": email})
		require.GreaterOrEqual(t, a.status, 400, name)
	}
	require.Empty(t, c.must(http.MethodGet, "/users", nil).results(t))
	for name, email := range map[string]string{"mary": "mary@audits.EXAMPLE", "joe": "joe@Plant7.example"} {
		c.public().must(http.MethodPost, "/users", map[string]any{"username": name, "password": "pw", "email": email})
	}
}

func TestSignUpRefusals(t *testing.T) {
	for _, cfg := range []auditserver.Config{
		{SignUp: "maybe"}, {SignUp: auditserver.SignUpInvited}, {Invited: []string{"mary@audits.example"}},
		{SignUp: auditserver.SignUpInvited, Invited: []string{""}}, {SignUp: auditserver.SignUpInvited, Invited: []string{"@"}},
		{SignUp: auditserver.SignUpInvited, Invited: []string{"Mary <mary@audits.example>"}},
	} {
		cfg.AppID = appID
		_, err := auditserver.Open(t.Context(), cfg)
		require.ErrorContains(t, err, "nvited", cfg)
	}
}
