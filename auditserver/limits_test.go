package auditserver_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLimits(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) {
		c.Limits = auditserver.Limits{BodySize: 1000, Depth: 10, PageSize: 2, Conditions: 5, QueryDepth: 3, SubqueryDepth: 1, IncludeDepth: 2, IncludePaths: 2, NoRegex: true}
	})
	for range 3 {
		m.create("Row", `{"n":1}`)
	}
	large := m.do(http.MethodPost, "/classes/Row", `{"s":"`+strings.Repeat("x", 1000)+`"}`)
	require.Equal(t, http.StatusRequestEntityTooLarge, large.status)
	require.Equal(t, map[string]any{"error": "request entity too large"}, large.body)
	chunked := m.do(http.MethodPost, "/files/a.txt", strings.Repeat("x", 2000))
	require.Equal(t, http.StatusRequestEntityTooLarge, chunked.status)

	m.refused(400, 107, http.MethodPost, "/classes/Row", `{"o":`+strings.Repeat(`{"a":`, 20)+"1"+strings.Repeat("}", 21))
	require.Len(t, m.must(http.MethodGet, "/classes/Row?limit=100", nil).results(t), 2, "maxLimit clips silently")
	require.Len(t, m.must(http.MethodGet, "/classes/Row", nil).results(t), 3, "but not the default")
	where := func(doc string) string { return "/classes/Row?where=" + url.QueryEscape(doc) }
	m.refused(400, 102, http.MethodGet, where(`{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1}`), nil)
	m.refused(400, 102, http.MethodGet, where(`{"$or":[{"$and":[{"$or":[{"$and":[{"a":1}]}]}]}]}`), nil)
	m.public().refused(400, 102, http.MethodGet, where(`{"s":{"$regex":"a"}}`), nil)
	m.refused(400, 102, http.MethodGet, "/classes/Row?include=a,b,c", nil)
	m.refused(400, 102, http.MethodGet, "/classes/Row?include=a.b.c", nil)
}

// A $match is bounded like any other condition.
func TestAggregateLimits(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.Limits = auditserver.Limits{Conditions: 2, QueryDepth: 3} })
	m.create("Row", `{"n":1}`)
	for _, stages := range []string{`[{"$match":%s}]`, `[{"$sort":{"n":1}},{"$match":%s}]`} {
		send := func(where string) answer {
			return m.do(http.MethodPost, "/aggregate/Row", `{"_method":"GET","pipeline":`+fmt.Sprintf(stages, where)+`}`)
		}
		require.Equal(t, http.StatusOK, send(`{"n":1,"a":null}`).status)
		require.Equal(t, 102, send(`{"n":1,"a":1,"b":1}`).code())
		require.Equal(t, 102, send(`{"$or":[{"$or":[{"$or":[{"n":1}]}]}]}`).code())
	}
}

// What SQLite could not run is refused before, and what the limits allow runs.
func TestLimitsOfTheDatabase(t *testing.T) {
	_, m := open(t, nil)
	id := m.create("Row", `{"n":999,"s":"x"}`)
	find := func(params string) answer {
		return m.do(http.MethodPost, "/classes/Row", `{"_method":"GET",`+params+`}`)
	}
	list := func(n int, item, between string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = strings.ReplaceAll(item, "#", strconv.Itoa(i+1))
		}
		return strings.Join(items, between)
	}
	found := find(`"where":{"$or":[` + list(999, `{"n":#}`, ",") + `]}`)
	require.Equal(t, http.StatusOK, found.status, "%s", found.raw)
	require.Equal(t, id, found.results(t)[0]["objectId"])
	require.Len(t, find(`"where":{"$and":[`+list(998, `{"n":{"$gt":#}}`, ",")+`]}`).results(t), 1)

	values := `{"s":{"$nin":[` + list(900, `"#"`, ",") + `]}}`
	require.Equal(t, 102, find(`"where":{"$or":[`+list(60, strings.ReplaceAll(values, "#", "v"), ",")+`]}`).code())
	require.Equal(t, 102, find(`"order":"`+list(101, "n", ",")+`"`).code())
	m.refused(400, 103, http.MethodPost, "/classes/"+strings.Repeat("C", 129), `{}`)
	m.refused(400, 105, http.MethodPost, "/classes/Row", `{"`+strings.Repeat("f", 129)+`":1}`)
	m.refused(400, 111, http.MethodPost, "/classes/Row", `{`+list(1600, `"f#":1`, ",")+`}`)
	m.must(http.MethodPost, "/classes/Row", `{`+list(100, `"f#":1`, ",")+`}`)
}

func TestBrokenBodies(t *testing.T) {
	_, m := open(t, nil)
	for _, body := range []string{`{`, `[1]`, `7`, `{"a":}`, `{"a":1}x`, `{"a":1,}`, "{\"a\":\"\x01\"}"} {
		a := m.do(http.MethodPost, "/classes/Row", body)
		require.Equal(t, http.StatusBadRequest, a.status, body)
		require.NotContains(t, a.body, "code", body)
		require.NotEmpty(t, a.text("error"), body)
	}
	asForm := m.with("Content-Type", "application/x-www-form-urlencoded").refused(400, 105, http.MethodPost, "/classes/Row", `{"password":"secret"}`)
	require.Contains(t, asForm.text("error"), "Content-Type: application/json")
	require.NotContains(t, asForm.text("error"), "secret")
	long := m.refused(400, 105, http.MethodPost, "/classes/Row", `{"`+strings.Repeat("-", 5000)+`":1}`)
	require.Less(t, len(long.raw), 500)
	form := m.with("Content-Type", "application/x-www-form-urlencoded").must(http.MethodPost, "/classes/Row", "a=1&b=x%20y")
	got := m.must(http.MethodGet, "/classes/Row/"+form.text("objectId"), nil)
	require.Equal(t, "1", got.text("a"))
	require.Equal(t, "x y", got.text("b"))
	m.must(http.MethodPost, "/classes/Row", nil)
	a := m.must(http.MethodPost, "/classes/Row", `{"a":"first","a":"last"}`)
	require.Equal(t, "last", m.must(http.MethodGet, "/classes/Row/"+a.text("objectId"), nil).text("a"))
}

// A body that is cut off is no body, also where what came reads like one.
func TestBodyThatIsCutOff(t *testing.T) {
	srv, m := open(t, nil)
	m.create("Row", `{"a":"whole"}`)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- srv.Serve(ctx, ln) }()
	for _, body := range []string{"a=cut", `{"a":"cut"}`} {
		conn, err := net.Dial("tcp", ln.Addr().String())
		require.NoError(t, err)
		kind := "application/json"
		if body[0] != '{' {
			kind = "application/x-www-form-urlencoded"
		}
		_, err = io.WriteString(conn, "POST /parse/classes/Row HTTP/1.1\r\nHost: x\r\nX-Parse-Application-Id: "+appID+"\r\nX-Parse-Master-Key: "+master+
			"\r\nContent-Type: "+kind+"\r\nContent-Length: 100\r\n\r\n"+body)
		require.NoError(t, err)
		require.NoError(t, conn.(*net.TCPConn).CloseWrite())
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusBadRequest, res.StatusCode, body)
		require.NoError(t, res.Body.Close())
		require.NoError(t, conn.Close())
	}
	stop()
	require.NoError(t, <-done)
	require.Len(t, m.must(http.MethodGet, "/classes/Row", nil).results(t), 1)
}

func TestServe(t *testing.T) {
	srv, _ := open(t, func(c *auditserver.Config) { c.Limits.HeaderSize = 4 << 10 })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- srv.Serve(ctx, ln) }()

	transport := &http.Transport{}
	res, err := (&http.Client{Transport: transport}).Get("http://" + ln.Addr().String() + "/parse/health")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusOK, res.StatusCode)

	conn, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(t, err)
	_, err = io.WriteString(conn, "GET /parse/health HTTP/1.1\r\nHost: x\r\nX-Big: "+strings.Repeat("x", 64<<10)+"\r\n\r\n")
	require.NoError(t, err)
	res, err = http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, res.StatusCode)
	require.NoError(t, res.Body.Close())
	require.NoError(t, conn.Close())
	transport.CloseIdleConnections()
	stop()
	require.NoError(t, <-done)
}

func TestClosedServer(t *testing.T) {
	srv, err := auditserver.Open(t.Context(), auditserver.Config{AppID: appID})
	require.NoError(t, err)
	require.NoError(t, srv.Close(t.Context()))
	require.NoError(t, srv.Close(t.Context()), "closing twice is harmless")
	a := (&client{t: t, handler: srv, header: http.Header{}}).do(http.MethodGet, "/health", nil)
	require.Equal(t, http.StatusServiceUnavailable, a.status)
	require.Equal(t, "1", a.header.Get("Retry-After"))
}

// Closing waits for what runs, and only as long as it may.
func TestCloseWaitsForRequests(t *testing.T) {
	srv, err := auditserver.Open(t.Context(), auditserver.Config{AppID: appID})
	require.NoError(t, err)
	started, release := make(chan struct{}), make(chan struct{})
	srv.Function("slow", func(context.Context, *auditserver.FunctionCall) (any, error) {
		close(started)
		<-release
		return "done", nil
	})
	c := &client{t: t, handler: srv, header: http.Header{"X-Parse-Application-Id": {appID}}}
	answers := make(chan answer, 1)
	go func() { answers <- c.do(http.MethodPost, "/functions/slow", `{}`) }()
	<-started
	closed := make(chan error, 1)
	go func() { closed <- srv.Close(t.Context()) }()
	require.Eventually(t, func() bool {
		return c.do(http.MethodPost, "/login", `{}`).status == http.StatusServiceUnavailable
	}, 5*time.Second, time.Millisecond)
	require.Empty(t, closed, "a request is still running")
	close(release)
	require.Equal(t, "done", (<-answers).text("result"))
	require.NoError(t, <-closed)
}

// A server under concurrent use keeps every increment and every user once.
func TestConcurrentWrites(t *testing.T) {
	_, m := open(t, nil)
	id := m.create("Counter", `{"n":0}`)
	var wg sync.WaitGroup
	statuses := make(chan int, 20)
	for range 20 {
		wg.Go(func() {
			m.do(http.MethodPut, "/classes/Counter/"+id, `{"n":{"__op":"Increment","amount":1}}`)
			statuses <- m.public().do(http.MethodPost, "/users", `{"username":"one","password":"x"}`).status
		})
	}
	wg.Wait()
	close(statuses)
	require.Equal(t, 20.0, m.must(http.MethodGet, "/classes/Counter/"+id, nil).body["n"])
	made := 0
	for s := range statuses {
		if s == http.StatusCreated {
			made++
		}
	}
	require.Equal(t, 1, made)
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
