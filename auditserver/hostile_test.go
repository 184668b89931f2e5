package auditserver_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// The attacks that once stopped the server, on small sizes: each is refused, by the
// limit that it meets.

// busy asserts the refusal of a budget.
func busy(t *testing.T, a answer, option string) {
	t.Helper()
	require.Equal(t, http.StatusServiceUnavailable, a.status, "%s", a.raw)
	require.Equal(t, 100, a.code())
	require.Contains(t, a.text("error"), "(option "+option+")")
	require.NotEmpty(t, a.header.Get("Retry-After"))
}

// S1: a body of many members costs nothing but reading it, and nothing at all
// without the permission.
func TestS1ManyMembers(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.Limits.Values, c.Limits.Fields = 1000, 50 })
	text := m.public().refused(400, 107, http.MethodPost, "/classes/Row", "{"+numbered(1001, `"k#":1`)+"}").text("error")
	require.Contains(t, text, "(option limits.values)")
	deep := `{"a":[` + numbered(1001, "#") + `]}`
	m.refused(400, 107, http.MethodPost, "/classes/Row", deep)
	m.refused(400, 107, http.MethodPost, "/functions/f", deep)
	m.refused(400, 107, http.MethodPost, "/batch", `{"requests":[{"method":"POST","path":"/parse/classes/Row","body":`+deep+`}]}`)
	m.create("Row", `{"k1":1}`)
	text = m.refused(400, 107, http.MethodPost, "/classes/Row", "{"+numbered(51, `"k#":1`)+"}").text("error")
	require.Contains(t, text, "51 fields, the limit is 50 (option limits.fields)")
}

// dialed gives a server on a network, and how to dial it.
func dialed(t *testing.T, change func(*auditserver.Config)) (dial func() net.Conn, m *client) {
	srv, m := open(t, change)
	ln := newPipes()
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-served)
	})
	return ln.dial, m
}

// S4: without a key nothing of a body is read.
func TestS4BodyWithoutKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, _ := dialed(t, nil)
		conn := dial()
		_, err := fmt.Fprintf(conn, "POST /parse/classes/Note HTTP/1.1\r\nHost: h\r\nX-Parse-Application-Id: wrong\r\nContent-Length: 10000000\r\n\r\n")
		require.NoError(t, err)
		res, err := http.ReadResponse(bufio.NewReader(conn), nil) // before the rest of the body is sent
		require.NoError(t, err)
		require.Equal(t, http.StatusForbidden, res.StatusCode)
		require.NoError(t, conn.Close())
	})
}

// S4: bodies in flight have a budget; the memory that counts is what has come, not
// what was announced; and small ones go on.
func TestS4BodiesInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, m := dialed(t, func(c *auditserver.Config) { c.Limits.BodySize, c.Limits.Bodies = 1<<20, 1<<20 })
		half := strings.Repeat("x", 600_000)
		begin := func(keys string) net.Conn {
			conn := dial()
			_, err := fmt.Fprintf(conn, "POST /parse/classes/Note HTTP/1.1\r\nHost: h\r\n%sContent-Length: 1000000\r\n\r\n", keys)
			require.NoError(t, err)
			return conn
		}
		keys := "X-Parse-Application-Id: " + appID + "\r\n"
		announced := begin(keys)
		sent := begin(keys)
		_, err := io.WriteString(sent, `{"text":"`+half)
		require.NoError(t, err)
		synctest.Wait()
		large := `{"text":"` + half + `"}`
		busy(t, m.do(http.MethodPost, "/classes/Note", large), "limits.bodies")
		m.must(http.MethodPost, "/classes/Note", `{"text":"small"}`)

		// Those who do not go on sending are cut off within seconds.
		for _, conn := range []net.Conn{announced, sent} {
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(t, err)
			require.Equal(t, http.StatusBadRequest, res.StatusCode)
			require.NoError(t, conn.Close())
		}
		synctest.Wait()
		m.must(http.MethodPost, "/classes/Note", large)
	})
}

// S4: the body of a request whose headers show no key has a smaller budget.
func TestS4KeylessBodies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, m := dialed(t, func(c *auditserver.Config) { c.Limits.BodySize, c.Limits.Bodies = 200_000, 800_000 })
		conn := dial()
		_, err := fmt.Fprintf(conn, "POST /parse/classes/Note HTTP/1.1\r\nHost: h\r\nContent-Length: 190000\r\n\r\n%s", strings.Repeat(" ", 180_000))
		require.NoError(t, err)
		synctest.Wait()
		none := m.with("X-Parse-Application-Id", "").with("X-Parse-Master-Key", "")
		large := strings.Repeat("x", 150_000)
		busy(t, none.do(http.MethodPost, "/classes/Note", `{"_ApplicationId":"`+appID+`","a":"`+large+`"}`), "limits.bodies")
		m.must(http.MethodPost, "/classes/Note", `{"a":"`+large+`"}`)
		require.NoError(t, conn.Close())
	})
}

// S4: a new connection takes the place of one that has been idle for longer, and is
// told to come again if none is.
func TestS4Connections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, _ := dialed(t, func(c *auditserver.Config) { c.Limits.Connections = 2 })
		idle := dial()
		synctest.Wait()
		asking := dial()
		get := func(conn net.Conn) (*http.Response, error) {
			if _, err := fmt.Fprintf(conn, "GET /parse/health HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
				return nil, err
			}
			return http.ReadResponse(bufio.NewReader(conn), nil)
		}
		res, err := get(asking)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, res.StatusCode)
		third := dial()
		synctest.Wait()
		_, err = get(idle)
		require.Error(t, err, "it had asked nothing for the longest time")
		for _, conn := range []net.Conn{asking, third} { // both in the middle of a request
			_, err = fmt.Fprintf(conn, "POST /parse/classes/Note HTTP/1.1\r\nHost: h\r\nX-Parse-Application-Id: %s\r\nContent-Length: 100\r\n\r\n{", appID)
			require.NoError(t, err)
		}
		synctest.Wait()
		refusal, err := io.ReadAll(dial())
		require.NoError(t, err, "closed: no other is idle")
		require.Contains(t, string(refusal), "the server has 2 connections, the limit (option limits.connections)")
		for _, conn := range []net.Conn{idle, asking, third} {
			require.NoError(t, conn.Close())
		}
	})
}

// slowRecorder is a client that takes its answer when it is told to.
type slowRecorder struct {
	*httptest.ResponseRecorder
	once          sync.Once
	writing, take chan struct{}
}

func (r *slowRecorder) Write(p []byte) (int, error) {
	r.once.Do(func() { close(r.writing) })
	<-r.take
	return r.ResponseRecorder.Write(p)
}

// S6: answers that nobody takes have a budget; small ones go on.
func TestS6AnswersInFlight(t *testing.T) {
	srv, m := open(t, func(c *auditserver.Config) { c.Limits.AnswerSize, c.Limits.Answers = 1<<20, 1<<20 })
	m.create("Row", `{"n":1,"s":"`+strings.Repeat("x", 200_000)+`"}`)
	m.create("Row", `{"n":2}`)
	slow := &slowRecorder{ResponseRecorder: httptest.NewRecorder(), writing: make(chan struct{}), take: make(chan struct{})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		req := httptest.NewRequest(http.MethodGet, "/parse/classes/Row?limit=1&order=n", nil)
		req.Header.Set("X-Parse-Application-Id", appID)
		srv.ServeHTTP(slow, req)
	}()
	<-slow.writing
	defer func() { <-done }()
	defer close(slow.take)
	for range 3 { // each gives back what it took
		m.must(http.MethodGet, "/classes/Row?limit=2&order=n", nil)
	}
	many := `{"requests":[` + strings.TrimSuffix(strings.Repeat(`{"method":"GET","path":"/parse/classes/Row","body":{"limit":1,"order":"n"}},`, 3), ",") + `]}`
	a := m.must(http.MethodPost, "/batch", many)
	require.Contains(t, string(a.raw), "(option limits.answers)", "the parts of a batch are held together")
	m.must(http.MethodGet, "/classes/Row?where="+`{"n":2}`, nil)
}

// S6: a client that does not take its answer is cut off within seconds.
func TestS6AnswerThatNobodyTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, m := dialed(t, nil)
		m.create("Row", `{"s":"`+strings.Repeat("x", 1<<20)+`"}`)
		conn := dial()
		began := time.Now()
		_, err := fmt.Fprintf(conn, "GET /parse/classes/Row HTTP/1.1\r\nHost: h\r\nX-Parse-Application-Id: %s\r\n\r\n", appID)
		require.NoError(t, err)
		_, err = io.ReadFull(conn, make([]byte, 1000))
		require.NoError(t, err)
		time.Sleep(30 * time.Second) // in the bubble's own time
		rest, err := io.Copy(io.Discard, conn)
		require.NoError(t, err)
		require.Less(t, rest, int64(1<<20), "it was cut off")
		require.LessOrEqual(t, time.Since(began), 31*time.Second)
		require.NoError(t, conn.Close())
	})
}

// S5: a query ends when it has cost enough, and says which limit it met.
func TestS5ExpensiveQueries(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.Limits.QueryWork = 300 })
	for range 20 {
		m.create("Row", `{"n":1,"s":"aaaa","list":[1,2,3],"o":{"a":1}}`)
	}
	find := func(c *client, where string) answer {
		return c.do(http.MethodPost, "/classes/Row", `{"_method":"GET","where":`+where+`}`)
	}
	regexes := `{"$or":[{"s":{"$regex":"b$"}},{"s":{"$regex":"c$"}}]}`
	inside := `{"$or":[` + strings.TrimSuffix(strings.Repeat(`{"o.a":2},`, 20), ",") + `]}`
	lists := `{"list":{"$all":[` + numbered(50, "#") + `]}}`
	counted := func(where string) answer {
		return m.public().do(http.MethodPost, "/classes/Row", `{"_method":"GET","count":1,"limit":0,"where":`+where+`}`)
	}
	for _, where := range []string{regexes, inside, lists} {
		for _, a := range []answer{find(m.public(), where), counted(where)} {
			require.Equal(t, http.StatusBadRequest, a.status, where)
			require.Equal(t, 102, a.code())
			require.Contains(t, a.text("error"), "more than 300 values (option limits.queryWork)")
		}
		require.Equal(t, http.StatusOK, find(m, where).status, "the master key may")
	}
	require.Len(t, find(m.public(), `{"s":{"$in":[`+numbered(5000, `"s#"`)+`,"aaaa"]}}`).results(t), 20, "a long list is no work")
}

// S5: the time of a query is bounded, and a get does not wait for queries.
func TestS5TimeOfAQuery(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.Limits.QueryTime = time.Nanosecond })
	id := m.create("Row", `{"s":"a"}`)
	slow := m.public().do(http.MethodGet, "/classes/Row?where="+`{"s":{"$regex":"a"}}`, nil)
	for slow.status == http.StatusOK { // the clock was slower
		slow = m.public().do(http.MethodGet, "/classes/Row?where="+`{"s":{"$regex":"a"}}`, nil)
	}
	busy(t, slow, "limits.queryTime")
	m.public().must(http.MethodGet, "/classes/Row/"+id, nil)
	m.must(http.MethodGet, "/classes/Row", nil)
}

// S1: a large object is checked and encoded beside the writers, which go on meanwhile;
// what was worked out is not written if the object has changed since.
func TestS1LargeObjectsBesideWriters(t *testing.T) {
	srv, m := open(t, nil)
	id := m.create("Row", `{"n":0,"list":[]}`)
	m.must(http.MethodPut, "/schemas/Row", `{"classLevelPermissions":{"get":{"*":true},"find":{"*":true},"update":{"*":true},"create":{"requiresAuthentication":true}}}`)
	_, token := m.user("ann")
	writing, end := make(chan struct{}), make(chan struct{})
	goOn := sync.OnceFunc(func() { close(end) })
	defer goOn()
	srv.BeforeSave("Slow", func(context.Context, *auditserver.Trigger) error {
		close(writing)
		<-end
		return nil
	})
	var all sync.WaitGroup
	all.Go(func() { m.must(http.MethodPost, "/classes/Slow", `{}`) })
	<-writing
	large := `"list":[` + numbered(5000, "1#") + `]`
	m.public().refused(404, 101, http.MethodPut, "/classes/Row/nobody", "{"+large+"}")
	m.public().refused(404, 101, http.MethodPost, "/classes/Row", "{"+large+"}")
	m.as(token).refused(400, 111, http.MethodPost, "/classes/Row", `{"n":"no number",`+large+"}")
	m.public().refused(400, 111, http.MethodPut, "/classes/Row/"+id, `{"n":"no number",`+large+"}")
	goOn()
	all.Wait()

	for range 20 {
		all.Go(func() {
			m.public().must(http.MethodPut, "/classes/Row/"+id, `{"n":{"__op":"Increment","amount":1},`+large+"}")
		})
	}
	all.Wait()
	require.EqualValues(t, 20, m.must(http.MethodGet, "/classes/Row/"+id, nil).body["n"])
	made := m.as(token).create("Row", "{"+large+"}")
	require.Len(t, m.must(http.MethodGet, "/classes/Row/"+made, nil).body["list"], 5000)
}
