package auditserver_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestETag(t *testing.T) {
	_, m := open(t, nil)
	m.create("Row", `{"n":1}`)
	tag := m.must(http.MethodGet, "/classes/Row", nil).header.Get("ETag")
	require.Regexp(t, `^W/"`, tag)
	same := m.with("If-None-Match", tag).do(http.MethodGet, "/classes/Row", nil)
	require.Equal(t, http.StatusNotModified, same.status)
	require.Empty(t, same.raw)
	m.create("Row", `{"n":2}`)
	require.Equal(t, http.StatusOK, m.with("If-None-Match", tag).do(http.MethodGet, "/classes/Row", nil).status)
}

func FuzzRequest(f *testing.F) {
	f.Add("POST", "/classes/Row", `{"a":1,"b":{"__type":"Date","iso":"2026-01-01"}}`)
	f.Add("POST", "/classes/Row", `{"_method":"GET","where":{"a":{"$in":[1,null]}},"include":"p","keys":"a.b"}`)
	f.Add("PUT", "/classes/Row/x", `{"o.a":{"__op":"Increment","amount":1}}`)
	f.Add("POST", "/batch", `{"requests":[{"method":"POST","path":"/parse/classes/Row","body":{}}]}`)
	f.Add("POST", "/schemas/New", `{"fields":{"a":{"type":"Pointer"}},"classLevelPermissions":{"find":{"*":true}}}`)
	f.Add("POST", "/users", `{"username":"a","password":"b","authData":{"anonymous":{"id":"x"}}}`)
	f.Add("GET", "/classes/Row?where=%7B%22a%22%3A1%7D&order=-a&count=1", ``)
	f.Add("POST", "/files/a.txt", `{"base64":"aGVsbG8=","_ApplicationId":"app"}`)
	f.Add("GET", "/aggregate/Row?pipeline=%5B%7B%22%24match%22%3A%7B%7D%7D%5D", ``)
	srv, m := open(f, func(c *auditserver.Config) { c.AllowClientClassCreation = true })
	_ = srv
	f.Fuzz(func(t *testing.T, method, path, body string) {
		line := method + " /parse" + path + " HTTP/1.0\r\n\r\n"
		if _, err := http.ReadRequest(bufio.NewReader(strings.NewReader(line))); err != nil {
			t.Skip("not a request line: net/http answers it")
		}
		m.t = t
		a := m.do(method, path, body)
		require.NotZero(t, a.status)
		if a.status == http.StatusInternalServerError {
			t.Fatalf("a fault of the server: %s %s %s: %s", method, path, body, a.raw)
		}
	})
}
