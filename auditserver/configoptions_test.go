package auditserver_test

import (
	"context"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/auditserver/graphql"
)

func TestParseConfigOfAccountsAndClients(t *testing.T) {
	var cfg auditserver.Config
	require.NoError(t, auditserver.ParseConfig([]byte(`{"appName":"Audits","customIdSize":10,"enableAnonymousUsers":true,"logLevel":"info",
		"accountLockout":{"threshold":3,"duration":5,"unlockOnPasswordReset":true},
		"passwordPolicy":{"validatorPattern":"^(?=.*[a-z]).{8,}","validationError":"no","doNotAllowUsername":true,"maxPasswordAge":90,"maxPasswordHistory":5,
			"resetTokenValidityDuration":7200,"resetTokenReuseIfValid":true,"resetPasswordSuccessOnInvalidEmail":false},
		"requestKeywordDenylist":[{"key":"a"},{"value":5},{"key":"b","value":true}],"defaultLimit":20,"objectIdSize":16,
		"revokeSessionOnPasswordReset":false,"extendSessionOnUse":true,"verifyUserEmails":true,"preventLoginWithUnverifiedEmail":true,
		"allowOrigin":"https://a.example","allowHeaders":["X-Mine"],"trustProxy":["loopback","192.0.2.0/24","198.51.100.1"],
		"rateLimit":[{"requestPath":"/login","requestTimeWindow":60000,"requestCount":10,"requestMethods":"GET|POST","zone":"user"},
			{"requestPath":"/users","requestTimeWindow":500,"requestCount":0,"requestMethods":["PUT"],"errorResponseMessage":"slow","includeMasterKey":true,"includeInternalRequests":true}]}`), &cfg))
	prefixes := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.1/32")}
	require.Equal(t, auditserver.Config{
		AccountLockout: auditserver.AccountLockout{Threshold: 3, Duration: 5 * time.Minute, UnlockOnPasswordReset: true},
		PasswordPolicy: auditserver.PasswordPolicy{ValidatorPattern: "^(?=.*[a-z]).{8,}", ValidationError: "no", DoNotAllowUsername: true, MaxPasswordAge: 90 * 24 * time.Hour,
			MaxPasswordHistory: 5, ResetTokenValidity: 2 * time.Hour, ResetTokenReuse: true, ResetUnknownEmailRefuse: true},
		AppName: "Audits", RequestKeywordDenylist: []auditserver.Keyword{{Key: "a"}, {Value: 5.0}, {Key: "b", Value: true}},
		Limits: auditserver.Limits{DefaultSize: 20}, ObjectIDSize: 16,
		KeepSessionsOnNewPassword: true, ExtendSessionOnUse: true, VerifyUserEmails: true, PreventUnverifiedLogin: true,
		AllowOrigin: []string{"https://a.example"}, AllowHeaders: []string{"X-Mine"}, TrustProxy: auditserver.TrustProxy{Networks: prefixes},
		RateLimit: []auditserver.RateLimit{
			{RequestPath: "/login", RequestTimeWindow: time.Minute, RequestCount: 10, RequestMethods: []string{"GET", "POST"}, Zone: auditserver.ZoneUser},
			{RequestPath: "/users", RequestTimeWindow: time.Second / 2, RequestMethods: []string{"PUT"}, ErrorResponseMessage: "slow", IncludeMasterKey: true, IncludeInternalRequests: true},
		},
	}, cfg)

	for file, want := range map[string]auditserver.TrustProxy{
		`false`: {}, `2`: {Hops: 2}, `true`: {Networks: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}},
		`"192.0.2.1"`: {Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")}},
	} {
		var cfg auditserver.Config
		require.NoError(t, auditserver.ParseConfig([]byte(`{"trustProxy":`+file+`}`), &cfg), file)
		require.Equal(t, want, cfg.TrustProxy, file)
	}
}

// userSensitiveFields add to what protectedFields hide, whichever comes first.
func TestUserSensitiveFields(t *testing.T) {
	for file, want := range map[string]auditserver.Protection{
		`{"userSensitiveFields":["phone"]}`: {"_User": {"*": {"phone", "email"}}},
		`{"userSensitiveFields":["phone"],"protectedFields":{"_User":{"*":["nick"]},"Order":{"*":["margin"]}}}`: {"_User": {"*": {"phone", "nick", "email"}}, "Order": {"*": {"margin"}}},
	} {
		var cfg auditserver.Config
		require.NoError(t, auditserver.ParseConfig([]byte(file), &cfg))
		for class, sets := range want {
			require.ElementsMatch(t, sets["*"], cfg.ProtectedFields[class]["*"], file)
		}
		require.Len(t, cfg.ProtectedFields, len(want))
	}
}

func TestConfigOptionsThatDoNotFit(t *testing.T) {
	for file, want := range map[string]string{
		`{"customIdSize":12}`:                          "option customIdSize does not fit: it has no meaning here, and only 10 would change nothing",
		`{"enableAnonymousUsers":false}`:               "option enableAnonymousUsers does not fit",
		`{"preventSignupWithUnverifiedEmail":true}`:    "option preventSignupWithUnverifiedEmail does not fit",
		`{"push":{}}`:                                  "unknown option push",
		`{"emailAdapter":{}}`:                          "option emailAdapter does not fit: want",
		`{"verifyUserEmails":"sometimes"}`:             "option verifyUserEmails does not fit",
		`{"passwordPolicy":{"validatorCallback":"f"}}`: "unknown option passwordPolicy.validatorCallback",
		`{"accountLockout":{"threshold":0}}`:           "option accountLockout.threshold does not fit",
		`{"accountLockout":{"duration":-1}}`:           "want a positive number of minutes",
		`{"rateLimit":{"requestPath":"/x"}}`:           "rateLimit[0] has no requestTimeWindow",
		`{"rateLimit":[{"redisUrl":"x"}]}`:             "unknown option rateLimit[0].redisUrl",
		`{"rateLimit":[{"requestMethods":"PATCH"}]}`:   "matches none of GET",
		`{"requestKeywordDenylist":["constructor"]}`:   "want a list of objects",
		`{"requestKeywordDenylist":[{"keys":"a"}]}`:    "want a list of objects",
		`{"trustProxy":"somewhere"}`:                   `"somewhere" is not an IP address`,
		`{"allowOrigin":5}`:                            "option allowOrigin does not fit: want a list of texts",
		`{"defaultLimit":0}`:                           "option defaultLimit does not fit",
	} {
		var cfg auditserver.Config
		require.ErrorContains(t, auditserver.ParseConfig([]byte(file), &cfg), want, file)
	}
}

// All mistakes are named at once, those of the file and those of the settings.
func TestMistakesComeTogether(t *testing.T) {
	var cfg auditserver.Config
	err := auditserver.ParseConfig([]byte(`{"push":{},"maxLimit":0,"customIdSize":7,"fileUpload":{"a":1,"b":2},"rateLimit":[{"x":1,"zone":5}]}`), &cfg)
	for _, want := range []string{"option push", "option maxLimit", "option customIdSize", "fileUpload.a", "fileUpload.b", "rateLimit[0].x", "rateLimit[0].zone"} {
		require.ErrorContains(t, err, want)
	}
	_, err = auditserver.Open(context.Background(), auditserver.Config{
		MountPath: "/a b?c", PublicURL: "x", Idempotency: auditserver.Idempotency{Paths: []string{"("}}, ObjectIDSize: 4, SessionLength: -1, ExtendSessionOnUse: true,
		PreventUnverifiedLogin: true, AccountLockout: auditserver.AccountLockout{Threshold: 1000}, Limits: auditserver.Limits{DefaultSize: -1},
		PasswordPolicy: auditserver.PasswordPolicy{ValidatorPattern: "a(?=b)", MaxPasswordHistory: 21, MaxPasswordAge: -1},
		RateLimit:      []auditserver.RateLimit{{RequestPath: "/a?", RequestCount: -1, Zone: "country"}}, TrustProxy: auditserver.TrustProxy{Hops: -1},
		AllowOrigin: []string{"a, b"}, AllowHeaders: []string{""}, RequestKeywordDenylist: []auditserver.Keyword{{}, {Key: "("}, {Value: []any{}}},
	})
	for _, want := range []string{"AppID", "MountPath", "PublicURL", "Idempotency.Paths[0]", "ObjectIDSize", "ExtendSessionOnUse", "PreventUnverifiedLogin",
		"AccountLockout.Threshold", "AccountLockout.Duration", "Limits.DefaultSize", "PasswordPolicy.ValidatorPattern", "PasswordPolicy.MaxPasswordHistory", "PasswordPolicy.MaxPasswordAge",
		"RateLimit[0].RequestPath", "RateLimit[0].RequestTimeWindow", "RateLimit[0].RequestCount", "RateLimit[0].Zone", "TrustProxy.Hops", "AllowOrigin", "AllowHeaders",
		"RequestKeywordDenylist[0]", "RequestKeywordDenylist[1]", "RequestKeywordDenylist[2]"} {
		require.ErrorContains(t, err, want)
	}
}

// What Parse Server 9.10 answers with the same list.
func TestRequestKeywordDenylist(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) {
		c.RequestKeywordDenylist = []auditserver.Keyword{{Key: "secret"}, {Value: "evil"}, {Key: "num", Value: 5}, {Key: "^k$", Value: "^v$"}}
	})
	for body, refused := range map[string]bool{`{"secret":1}`: true, `{"mysecrets":1}`: true, `{"SECRET":1}`: false, `{"a":"an evil thing"}`: true, `{"b":["evil"]}`: true,
		`{"num":5}`: true, `{"num":6}`: false, `{"k":"v"}`: true, `{"k":"vv"}`: false, `{"c":{"d":{"secret":1}}}`: true, `{"e.secret":1}`: true, `{"a":{"constructor":1}}`: false} {
		if a := m.do(http.MethodPost, "/classes/D", body); refused {
			require.Equal(t, 105, a.code(), body)
		} else {
			require.Equal(t, http.StatusCreated, a.status, "%s %s", body, a.raw)
		}
	}
	m.refused(400, 105, http.MethodPost, "/users", `{"username":"evil","password":"x"}`)
	text := m.refused(400, 105, http.MethodPost, "/classes/D", `{"k":"v"}`).text("error")
	require.Equal(t, `Prohibited keyword in request data: {"key":"^k$","value":"^v$"}.`, text)

	_, m = open(t, nil)
	for body, refused := range map[string]bool{`{"a":{"__proto__":1}}`: true, `{"a":{"xconstructor":1}}`: true, `{"a":{"_bsontype":"Code"}}`: true, `{"a":{"_bsontype":"x"}}`: false} {
		require.Equal(t, refused, m.do(http.MethodPost, "/classes/D", body).code() == 105, body)
	}
	_, m = open(t, func(c *auditserver.Config) { c.RequestKeywordDenylist = []auditserver.Keyword{} })
	m.must(http.MethodPost, "/classes/D", `{"a":{"constructor":1}}`)
}

func TestDefaultLimit(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.Limits.DefaultSize, c.Limits.PageSize, c.ObjectIDSize = 2, 5, 16 })
	for range 7 {
		require.Len(t, m.create("Row", `{}`), 16)
	}
	id, _ := m.user("ann")
	require.Len(t, id, 16)
	for query, n := range map[string]int{"": 2, "?limit=100": 5, "?limit=3": 3, "?limit=0": 0} {
		require.Len(t, m.must(http.MethodGet, "/classes/Row"+query, nil).results(t), n, query)
	}
}

// Settings that could never have an effect are refused: whoever wrote them believes
// that they have one.
func TestSettingsWithoutEffectAreRefused(t *testing.T) {
	limit := func(path string, methods ...string) auditserver.Config {
		return auditserver.Config{RateLimit: []auditserver.RateLimit{{RequestPath: path, RequestMethods: methods, RequestTimeWindow: time.Second}}}
	}
	for want, wrong := range map[string][]auditserver.Config{
		"AllowOrigin": {{AllowOrigin: []string{"audits.example"}}, {AllowOrigin: []string{"https://audits.example/"}}, {AllowOrigin: []string{"https://Audits.example"}},
			{AllowOrigin: []string{"https://audits.example:443"}}, {AllowOrigin: []string{"https://audits.example/app"}}},
		"AllowHeaders":                {{AllowHeaders: []string{"X:Mine"}}, {AllowHeaders: []string{"X-Ä"}}, {AllowHeaders: []string{"X Mine"}}},
		"AllowHosts":                  {{AllowHosts: []string{"*"}}},
		"RateLimit[0].RequestMethods": {limit("/login", "post"), limit("/login", "PATCH")},
		"RateLimit[0].RequestPath":    {limit("/parse/login"), limit("/parse")},
		"GraphQLPath": {{GraphQLPath: "/graph?ql"}, {GraphQL: true, GraphQLPath: "/parse/login"}, {GraphQL: true, GraphQLPath: "/parse/users"},
			{GraphQL: true, GraphQLPath: "/parse/metrics"}, {GraphQL: true, GraphQLPath: "/"}},
	} {
		for _, cfg := range wrong {
			cfg.AppID, cfg.GraphQLEngine = "a", graphql.Engine()
			require.ErrorContains(t, cfg.Validate(), want, "%+v", cfg)
		}
	}
	right := limit("/login", "POST", "GET")
	right.AppID, right.AllowOrigin = "a", []string{"https://audits.example", "http://localhost:3000", "capacitor://localhost", "null"}
	right.AllowHosts, right.AllowHeaders = []string{"box", "[::1]", "192.0.2.1"}, []string{"X-Mine_1"}
	right.GraphQL, right.GraphQLEngine, right.GraphQLPath = true, graphql.Engine(), "/parse/graphql"
	require.NoError(t, right.Validate())
	for file, want := range map[string]string{
		`{"restAPIKey":""}`:                       "option restAPIKey does not fit: it is empty",
		`{"appId":""}`:                            "option appId does not fit: it is empty",
		`{"requestComplexity":{"queryDepth":0}}`:  "from 1, or -1 for no limit",
		`{"requestComplexity":{"queryDepth":-5}}`: "from 1, or -1 for no limit",
	} {
		require.ErrorContains(t, auditserver.ParseConfig([]byte(file), new(auditserver.Config)), want)
	}
	var cfg auditserver.Config
	require.NoError(t, auditserver.ParseConfig([]byte(`{"limits":{"bodies":"0.5b"}}`), &cfg))
	require.EqualValues(t, 1, cfg.Limits.Bodies, "not the default")
}
