package audittest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/audittest"
)

const page = `{"results":[{"objectId":"a"},{"objectId":"b"}]}`

// backend counts what reaches it and answers with a page, or with the query's limit.
type backend struct {
	mu   sync.Mutex
	seen []string
	body string
}

func (b *backend) requests() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.seen
}

func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen = append(b.seen, r.Method+" "+r.URL.RequestURI())
	b.body = string(raw)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	_, _ = io.WriteString(w, page)
}

func serve(t *testing.T) (*audittest.Faults, *backend, string) {
	t.Helper()
	faults, behind := &audittest.Faults{}, &backend{}
	server := httptest.NewServer(faults.Handler("/parse", behind))
	t.Cleanup(server.Close)
	return faults, behind, server.URL + "/parse"
}

func send(t *testing.T, method, url, body string) (*http.Response, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	return res, string(raw), err
}

func TestFaultsMatch(t *testing.T) {
	for name, c := range map[string]struct {
		match audittest.Match
		fails []int // which of the requests below, from 1
	}{
		"everything": {audittest.Match{}, []int{1, 2, 3, 4, 5}},
		"method":     {audittest.Match{Method: "POST"}, []int{1, 4}},
		"override":   {audittest.Match{Method: "GET"}, []int{2, 3, 5}},
		"path":       {audittest.Match{Path: "/classes/AuditPlan"}, []int{1, 2, 3}},
		"pattern":    {audittest.Match{Path: "/classes/*/*"}, []int{5}},
		"nth":        {audittest.Match{Nth: 4}, []int{4, 5}},
		"times":      {audittest.Match{Times: 2}, []int{1, 2}},
		"nth, times": {audittest.Match{Path: "/classes/AuditPlan", Nth: 2, Times: 1}, []int{2}},
	} {
		t.Run(name, func(t *testing.T) {
			faults, behind, url := serve(t)
			fault := faults.Add(c.match, audittest.Status(http.StatusBadGateway))
			var failed []int
			for i, request := range [][3]string{
				{"POST", "/classes/AuditPlan", `{"auditRef":"A"}`},
				{"GET", "/classes/AuditPlan", ""},
				{"POST", "/classes/AuditPlan", `{"_method":"GET","limit":2}`},
				{"POST", "/batch", `{"requests":[]}`},
				{"GET", "/classes/AuditPlan/x", ""},
			} {
				res, _, err := send(t, request[0], url+request[1], request[2])
				require.NoError(t, err)
				if res.StatusCode == http.StatusBadGateway {
					failed = append(failed, i+1)
				}
			}
			require.Equal(t, c.fails, failed)
			require.Equal(t, len(c.fails), fault.Fired())
			require.Len(t, behind.requests(), 5-len(c.fails))
		})
	}
}

func TestFaultsEnd(t *testing.T) {
	faults, _, url := serve(t)
	first := faults.Add(audittest.Match{}, audittest.Status(http.StatusBadGateway))
	faults.Add(audittest.Match{}, audittest.Status(http.StatusServiceUnavailable))

	res, _, err := send(t, "GET", url, "")
	require.NoError(t, err)
	require.Equal(t, http.StatusBadGateway, res.StatusCode, "the fault added first is outermost")

	first.Remove()
	res, _, err = send(t, "GET", url, "")
	require.NoError(t, err)
	require.Equal(t, http.StatusServiceUnavailable, res.StatusCode)

	faults.Clear()
	res, body, err := send(t, "GET", url, "")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Equal(t, page, body)
}

func TestFaultsRefuseABadPattern(t *testing.T) {
	require.PanicsWithValue(t, `audittest: Match.Path [: syntax error in pattern`, func() {
		new(audittest.Faults).Add(audittest.Match{Path: "["}, audittest.Drop)
	})
}

// A script that cannot be played stops the test that wrote it, not the server's
// goroutine that meets it later.
func TestFaultsRefuseABadScript(t *testing.T) {
	for want, script := range map[string]func(){
		"audittest: the effect is nil":                               func() { new(audittest.Faults).Add(audittest.Match{}, nil) },
		"audittest: 0 is no status of an answer: want 200 to 599":    func() { audittest.Status(0) },
		"audittest: 99 is no status of an answer: want 200 to 599":   func() { audittest.RetryAfter(99, time.Second) },
		"audittest: 1000 is no status of an answer: want 200 to 599": func() { audittest.ParseError(1000, 1, "x") },
		"audittest: Match.Nth and Match.Times are not negative: 0 is the first, and all of them": func() {
			new(audittest.Faults).Add(audittest.Match{Times: -1}, audittest.Drop)
		},
	} {
		require.PanicsWithValue(t, want, script)
	}
	require.PanicsWithValue(t, "audittest: the effect is nil", func() { audittest.AfterCommit(nil) })
}

func TestEffects(t *testing.T) {
	for name, c := range map[string]struct {
		effect  audittest.Effect
		reached int // requests that the server saw
		check   func(t *testing.T, res *http.Response, body string, err error)
	}{
		"drop": {audittest.Drop, 0, func(t *testing.T, _ *http.Response, _ string, err error) {
			require.ErrorIs(t, err, io.EOF)
		}},
		"drop after commit": {audittest.AfterCommit(audittest.Drop), 1, func(t *testing.T, _ *http.Response, _ string, err error) {
			require.ErrorIs(t, err, io.EOF)
		}},
		"bad gateway after commit": {audittest.AfterCommit(audittest.Status(502)), 1, func(t *testing.T, res *http.Response, body string, err error) {
			require.NoError(t, err)
			require.Equal(t, 502, res.StatusCode)
			require.Contains(t, body, "<h1>502 Bad Gateway</h1>")
			require.Equal(t, "text/html; charset=utf-8", res.Header.Get("Content-Type"))
		}},
		"late after commit": {audittest.AfterCommit(audittest.Delay(time.Millisecond)), 1, func(t *testing.T, res *http.Response, body string, err error) {
			require.NoError(t, err)
			require.Equal(t, 200, res.StatusCode)
			require.Equal(t, page, body)
		}},
		"truncate after commit": {audittest.AfterCommit(audittest.Truncate(20)), 1, func(t *testing.T, _ *http.Response, body string, err error) {
			require.NoError(t, err)
			require.Equal(t, page[:20], body)
		}},
		"retry after": {audittest.RetryAfter(429, 1500*time.Millisecond), 0, func(t *testing.T, res *http.Response, _ string, err error) {
			require.NoError(t, err)
			require.Equal(t, 429, res.StatusCode)
			require.Equal(t, "2", res.Header.Get("Retry-After"))
		}},
		"parse error": {audittest.ParseError(400, 119, `no "way"`), 0, func(t *testing.T, res *http.Response, body string, err error) {
			require.NoError(t, err)
			require.Equal(t, 400, res.StatusCode)
			require.JSONEq(t, `{"code":119,"error":"no \"way\""}`, body)
		}},
		"truncate": {audittest.Truncate(20), 1, func(t *testing.T, res *http.Response, body string, err error) {
			require.NoError(t, err)
			require.Equal(t, 200, res.StatusCode)
			require.Equal(t, page[:20], body)
		}},
		"truncate beyond the end": {audittest.Truncate(1 << 20), 1, func(t *testing.T, _ *http.Response, body string, err error) {
			require.NoError(t, err)
			require.Equal(t, page, body)
		}},
		"break": {audittest.Break(20), 1, func(t *testing.T, res *http.Response, body string, err error) {
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			require.Equal(t, int64(len(page)), res.ContentLength)
			require.Equal(t, page[:20], body)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			faults, behind, url := serve(t)
			faults.Add(audittest.Match{Times: 1}, c.effect)
			res, body, err := send(t, "POST", url+"/classes/AuditPlan", "{}")
			c.check(t, res, body, err)
			require.Len(t, behind.requests(), c.reached)

			_, body, err = send(t, "POST", url+"/classes/AuditPlan", "{}")
			require.NoError(t, err, "the next request is served as ever")
			require.Equal(t, page, body)
		})
	}
}

func TestCapLimit(t *testing.T) {
	faults, behind, url := serve(t)
	faults.Add(audittest.Match{}, audittest.CapLimit(50))

	for query, want := range map[string]string{
		"?limit=1000&skip=7": "?limit=50&skip=7",
		"?limit=10":          "?limit=10",
		"?limit=0":           "?limit=0",
		"":                   "",
	} {
		_, _, err := send(t, "GET", url+"/classes/AuditPlan"+query, "")
		require.NoError(t, err)
		require.Equal(t, "GET /parse/classes/AuditPlan"+want, behind.requests()[len(behind.requests())-1])
	}
	for sent, want := range map[string]string{
		`{"_method":"GET","limit":1000,"where":{"a":1}}`: `{"_method":"GET","limit":50,"where":{"a":1}}`,
		`{"_method":"GET","limit":7}`:                    `{"_method":"GET","limit":7}`,
		`{"limit":1000}`:                                 `{"limit":1000}`, // an object with a field of that name
	} {
		_, _, err := send(t, "POST", url+"/classes/AuditPlan", sent)
		require.NoError(t, err)
		require.JSONEq(t, want, behind.body)
	}
}

func TestDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		served := false
		handler := audittest.Delay(time.Minute)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served = true }))
		start := time.Now()
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
		require.True(t, served)
		require.Equal(t, time.Minute, time.Since(start))
	})
}
