package auditserver_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// ofRequest finds members that are about the request, such as _method.
var ofRequest = regexp.MustCompile(`"(_[A-Za-z]|\\u005[fF])`)

// FuzzOddMembers: whatever an object holds, it is kept or refused with a reason; what
// was kept is read again, alone and among others, and can be asked for.
func FuzzOddMembers(f *testing.F) {
	for _, seed := range []string{
		`"a":"cut \ud83d","o":{"\udc00":"\ud800x"},"l":["\ud83d"]`, "\"a\":\"\xff\"", `"d":{"__type":"Date","iso":"+010000-01-01T01:59:59.000Z"}`,
		`"d":{"__type":"Date","iso":"-000001-01-01T00:00:00.000Z"}`, `"d":{"__type":"Date","iso":"9999-12-31T24:00:00.000Z"}`, `"n":1e400`, `"n":-1e308,"o":{"n":1e-400}`,
		`"n":9223372036854775808,"m":12345678901234567890123`, `"n":1,"n":"x"`, `"o":{"a":1,"a":{"a":1}}`, `"o":` + strings.Repeat(`{"a":`, 300) + `1` + strings.Repeat(`}`, 300),
		`"l":` + strings.Repeat(`[`, 12_000) + strings.Repeat(`]`, 12_000), `"p":{"__type":"Pointer","className":"Odd","objectId":"\ud83d"}`, `"f":{"__type":"File","name":"\ud83d","url":"x"}`,
		`"ACL":{"*":{"read":true},"\ud83d":{"read":true}}`, `"g":{"__type":"GeoPoint","latitude":1e300,"longitude":0}`, `"b":{"__type":"Bytes","base64":"\ud83d"}`, `"x":{"__op":"Add","objects":["\ud83d"]}`,
	} {
		f.Add(seed)
	}
	_, m := open(f, func(c *auditserver.Config) { c.AllowClientClassCreation = true })
	m.create("Odd", `{"good":1}`)
	f.Fuzz(func(t *testing.T, members string) {
		if !jsontext.Value("{"+members+"}").IsValid(wire.Tolerant()) || ofRequest.MatchString(members) {
			return
		}
		m.t = t
		a := m.do(http.MethodPost, "/classes/Odd", "{"+members+"}")
		switch {
		case a.status == http.StatusCreated:
		case a.status >= 400 && a.status < 500:
			require.NotZero(t, a.code(), "%s", a.raw)
			require.NotEmpty(t, a.text("error"), "%s", a.raw)
		default:
			t.Fatalf("%q: %d %s", members, a.status, a.raw)
		}
		if id := a.text("objectId"); id != "" {
			for _, path := range []string{"/classes/Odd/" + id, "/classes/Odd?limit=1000&order=-updatedAt"} {
				read := m.do(http.MethodGet, path, nil)
				require.Equal(t, http.StatusOK, read.status, "%s", read.raw)
				require.Contains(t, string(read.raw), id)
				require.True(t, jsontext.Value(read.raw).IsValid(), "what is read is Unicode: %q", read.raw)
			}
			require.Equal(t, http.StatusOK, m.do(http.MethodDelete, "/classes/Odd/"+id, nil).status)
		}
		asked := m.do(http.MethodGet, "/classes/Odd?where="+url.QueryEscape("{"+members+"}"), nil)
		require.NotEqual(t, http.StatusInternalServerError, asked.status, "%q: %s", members, asked.raw)
	})
}
