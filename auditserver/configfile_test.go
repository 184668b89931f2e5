package auditserver_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestParseConfig(t *testing.T) {
	var cfg auditserver.Config
	require.NoError(t, auditserver.ParseConfig([]byte(`{
		"appId":"a","masterKey":"m","restAPIKey":"r","javascriptKey":"j","maintenanceKey":"k","mountPath":"/1","publicServerURL":"https://x/1",
		"allowClientClassCreation":true,"enforcePrivateUsers":false,"allowCustomObjectId":true,
		"idempotencyOptions":{"paths":["classes/.*"],"ttl":60},"maxLimit":500,"sessionLength":3600,"maxUploadSize":"5mb",
		"fileUpload":{"enableForPublic":true,"enableForAnonymousUser":true,"enableForAuthenticatedUser":false,"fileExtensions":["png"]},
		"masterKeyIps":["10.0.0.1","192.168.0.0/16"],"liveQuery":{"classNames":["A.*"]},
		"requestComplexity":{"includeDepth":3,"batchRequestLimit":20,"allowRegex":false},"quirks":true}`), &cfg))
	require.Equal(t, auditserver.Config{
		AppID: "a", MasterKey: "m", RESTKey: "r", JavaScriptKey: "j", MaintenanceKey: "k", MountPath: "/1", PublicURL: "https://x/1",
		AllowClientClassCreation: true, PublicUsers: true, AllowCustomObjectID: true,
		Idempotency:      auditserver.Idempotency{Paths: []string{"classes/.*"}, TTL: time.Minute},
		SessionLength:    time.Hour,
		FileUpload:       auditserver.FileUpload{Public: true, Anonymous: true, NoUsers: true, Extensions: []string{"png"}},
		MasterKeyIPs:     []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32"), netip.MustParsePrefix("192.168.0.0/16")},
		LiveQueryClasses: []string{"A.*"},
		Limits:           auditserver.Limits{PageSize: 500, BodySize: 5 << 20, IncludeDepth: 3, Batch: 20, NoRegex: true},
		Quirks:           true,
	}, cfg)
}

// What is protected by default stays so when something else is, as on Parse Server.
func TestProtectedFieldsAreAdded(t *testing.T) {
	for file, want := range map[string]auditserver.Protection{
		`{}`:                                {"_User": {"*": {"email"}}},
		`{"Order":{"*":["margin"]}}`:        {"_User": {"*": {"email"}}, "Order": {"*": {"margin"}}},
		`{"_User":{"role:boss":["phone"]}}`: {"_User": {"*": {"email"}, "role:boss": {"phone"}}},
	} {
		var cfg auditserver.Config
		require.NoError(t, auditserver.ParseConfig([]byte(`{"protectedFields":`+file+`}`), &cfg))
		require.Equal(t, want, cfg.ProtectedFields, file)
	}
}

// Sessions that do not expire have no length: the order of the options plays no part.
func TestSessionsThatDoNotExpire(t *testing.T) {
	for _, file := range []string{`{"expireInactiveSessions":false,"sessionLength":60}`, `{"expireInactiveSessions":false}`} {
		var cfg auditserver.Config
		require.NoError(t, auditserver.ParseConfig([]byte(file), &cfg))
		require.Negative(t, cfg.SessionLength, file)
	}
	var cfg auditserver.Config
	require.NoError(t, auditserver.ParseConfig([]byte(`{"expireInactiveSessions":true,"sessionLength":60}`), &cfg))
	require.Equal(t, time.Minute, cfg.SessionLength)
}

func TestParseConfigNamesWhatIsWrong(t *testing.T) {
	for file, want := range map[string]string{
		`{"databaseURI":"x"}`:                      "unknown option databaseURI",
		`{"fileUpload":{"directory":"x"}}`:         "unknown option fileUpload.directory",
		`{"masterKeyIps":["nowhere"]}`:             `"nowhere" is not an IP address`,
		`{"maxUploadSize":"big"}`:                  "option maxUploadSize",
		`{"maxLimit":0}`:                           "option maxLimit",
		`{"protectedFields":["email"]}`:            "want fields by class and audience",
		`{"sessionLength":-1}`:                     "option sessionLength",
		`{"allowCustomObjectId":"yes"}`:            "option allowCustomObjectId",
		`{"requestComplexity":7}`:                  "option requestComplexity",
		`{"requestComplexity":{"graphQLWidth":7}}`: "unknown option requestComplexity.graphQLWidth",
		`{"maxUploadSize":"1099511627776gb"}`:      "option maxUploadSize",
		`{"masterKey":5}`:                          "option masterKey does not fit: want text",
		`{"quirks":"yes"}`:                         "option quirks does not fit: want true or false",
		`{"requestComplexity":{"queryDepth":"a"}}`: "option requestComplexity.queryDepth does not fit: want a whole number",
		`{"idempotencyOptions":{"paths":"x"}}`:     "option idempotencyOptions.paths does not fit: want a list of texts",
		`[]`:                                       "not a JSON object",
	} {
		var cfg auditserver.Config
		require.ErrorContains(t, auditserver.ParseConfig([]byte(file), &cfg), want, file)
	}
	var cfg auditserver.Config
	err := auditserver.ParseConfig([]byte(`{"masterKey":["very-secret"]}`), &cfg)
	require.ErrorContains(t, err, "masterKey")
	require.NotContains(t, err.Error(), "very-secret")
}

// Windows editors put a byte order mark before a text.
func TestParseConfigWithByteOrderMark(t *testing.T) {
	var cfg auditserver.Config
	require.NoError(t, auditserver.ParseConfig([]byte("\xef\xbb\xbf"+`{"appId":"marked"}`), &cfg))
	require.Equal(t, "marked", cfg.AppID)
	err := auditserver.ParseConfig([]byte(`[]`), &cfg)
	require.NotContains(t, err.Error(), "Go ")
}

// A null is what a template leaves when it has no value: taken for false, it
// would make users public, and taken for an empty list, lock the master key out.
func TestParseConfigRefusesNull(t *testing.T) {
	for _, name := range []string{"enforcePrivateUsers", "masterKeyIps", "appId", "maxLimit", "requestComplexity"} {
		var cfg auditserver.Config
		err := auditserver.ParseConfig([]byte(`{"`+name+`":null}`), &cfg)
		require.ErrorContains(t, err, "option "+name+" is null", name)
		require.Zero(t, cfg, name)
	}
	var cfg auditserver.Config
	require.ErrorContains(t, auditserver.ParseConfig([]byte(`{"fileUpload":{"enableForAuthenticatedUser":null}}`), &cfg),
		"option fileUpload.enableForAuthenticatedUser is null")
	require.Zero(t, cfg)
}

// Behind a proxy serverURL is the address inside; clients are told the public one.
func TestPublicServerURLComesFirst(t *testing.T) {
	for file, want := range map[string]string{
		`{"serverURL":"http://localhost:1337/parse","publicServerURL":"https://audits.example/parse"}`: "https://audits.example/parse",
		`{"serverURL":"http://localhost:1337/parse"}`:                                                  "http://localhost:1337/parse",
	} {
		var cfg auditserver.Config
		require.NoError(t, auditserver.ParseConfig([]byte(file), &cfg))
		require.Equal(t, want, cfg.PublicURL)
	}
}

func TestMasterKeyFromAllAddresses(t *testing.T) {
	var cfg auditserver.Config
	require.NoError(t, auditserver.ParseConfig([]byte(`{"masterKeyIps":["0.0.0.0","::0"]}`), &cfg))
	require.Equal(t, []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}, cfg.MasterKeyIPs)
}
