package conformance_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/conformance"
	"github.com/isoaudit/isoaudit-go/parse"
)

// requestTimeout bounds one raw request: a server that hangs is a failure.
const requestTimeout = 30 * time.Second

// behaviour is one thing that every server does.
type behaviour struct {
	name string
	run  func(t *testing.T, w *world)
}

// world is a server with what all behaviours start from.
type world struct {
	target
	run    string // part of every name this run makes, so that runs can share a server
	client *isoaudit.Client
	admin  *isoaudit.Admin

	rowsOnce     sync.Once
	pointingOnce sync.Once
	pointingID   string // of the last object of the class that pointing makes
	rows         *rows

	hiddenOnce sync.Once // the class of hiddenColumns

	t           *testing.T // of the whole suite
	backendOnce sync.Once
	backend     *backend

	mu   sync.Mutex
	seen map[string]bool // differences that were observed
}

// name makes a name of this run.
func (w *world) name(prefix string) string { return prefix + w.run }

// behaviours is the suite.
func behaviours() []behaviour {
	return slices.Concat(
		errorCodes(),
		defects(),
		services(),
		sessions(),
		accounts(),
		installations(),
		newColumns(),
		files(),
		graphQL(),
		graphQLObjects(),
		graphQLErrors(),
		objects(),
		anyClass(),
		stored(),
		asked(),
		walks(),
		queries(),
		parameters(),
		plainIDs(),
		getFinds(),
		forms(),
		requests(),
		includes(),
		keywords(),
		hiddenColumns(),
		said(),
		calls(),
		idempotency(),
		liveQueries(),
		liveFrames(),
		oddValues(),
		schemas(),
		rules(),
		evasions(),
	)
}

func TestAuditServer(t *testing.T) {
	runSuite(t, embeddedTarget(t))
}

// TestParseServer runs where the environment names a real server (make conformance).
func TestParseServer(t *testing.T) {
	tg, ok := realTarget(t)
	if !ok {
		t.Skip("ISOAUDIT_PARSE_URL is not set: make conformance starts a real Parse Server")
	}
	runSuite(t, tg)
}

func runSuite(t *testing.T, tg target) {
	w := newWorld(t, tg)
	suite, started := behaviours(), time.Now()
	began, done := 0, 0
	for _, b := range suite {
		t.Run(b.name, func(t *testing.T) {
			began++
			b.run(t, w)
			done++
		})
	}
	t.Logf("%s: %d of %d behaviours shown in %v", tg.server, done, len(suite), time.Since(started).Round(time.Millisecond))
	if t.Failed() || began < len(suite) { // -run chose some
		return
	}
	require.Equal(t, len(suite), done, "a behaviour was skipped")
	if tg.front != nil {
		for i := range tg.front.served {
			served := tg.front.served[i].Load()
			t.Logf("node %d answered %d requests", i+1, served)
			require.Greater(t, served, int64(len(suite)), "requests land on every node")
		}
	}
	for _, d := range conformance.Differences() {
		require.Truef(t, w.seen[d.Key] || ofJavaScript(d), "the difference %q is listed but no behaviour looks at it", d.Key)
	}
}

func newWorld(t *testing.T, tg target) *world {
	w := &world{t: t, target: tg, run: strings.ToLower(rand.Text()[:8]), seen: map[string]bool{}}
	var err error
	w.client, err = isoaudit.NewClient(tg.url, tg.options()...)
	require.NoError(t, err)
	w.admin, err = isoaudit.NewAdmin(tg.url, tg.masterKey, tg.options()...)
	require.NoError(t, err)
	w.makeClasses(t)
	return w
}

// options are what every client of the suite is made with.
func (tg target) options(more ...parse.Option) []parse.Option {
	options := []parse.Option{parse.WithApplicationID(tg.appID), parse.WithRESTKey(tg.restKey), parse.WithHTTPClient(suiteClient)}
	if tg.graphQL != "" {
		options = append(options, parse.WithGraphQLURL(tg.graphQL))
	}
	return append(options, more...)
}

// suiteClient gives up an idle connection before Parse Server does, after 5 s:
// a write sent at that moment has an unknown outcome.
var suiteClient = &http.Client{Transport: &http.Transport{IdleConnTimeout: 3 * time.Second, MaxIdleConnsPerHost: 16}}

// member is a user who signed up for one behaviour.
type member struct {
	id, name, password string
	session            *isoaudit.Session
	*isoaudit.Client   // acts as him
}

// signUp makes a user of this run.
func (w *world) signUp(t testing.TB, prefix string) member {
	t.Helper()
	m := member{name: w.name(prefix), password: "pw of " + prefix}
	a := w.must(t, nobody, "POST", "/users", fmt.Sprintf(`{"username":%q,"password":%q,"email":"%s@example.com","role":"auditor","siteCode":"PLANT-07"}`, m.name, m.password, m.name))
	m.id, m.session = a.text("objectId"), isoaudit.SessionWithToken(a.text("sessionToken"))
	m.Client = w.client.As(m.session)
	return m
}

// differs holds an observation to the table of differences: each server must
// do exactly what the table says of it.
func (tg target) differs(t *testing.T, key, observed string) {
	t.Helper()
	all := conformance.Differences()
	i := slices.IndexFunc(all, func(d conformance.Difference) bool { return d.Key == key })
	require.GreaterOrEqualf(t, i, 0, "%q is not in the table of differences; %s: %s", key, tg.server, observed)
	require.Equal(t, all[i].Of(tg.server), observed, key)
}

// differs also notes that a behaviour looked at the difference.
func (w *world) differs(t *testing.T, key, observed string) {
	t.Helper()
	w.mu.Lock()
	w.seen[key] = true
	w.mu.Unlock()
	w.target.differs(t, key, observed)
}

// expects is differs for what all servers but those in the table do alike.
func (w *world) expects(t *testing.T, key, usual, observed string) {
	t.Helper()
	if slices.ContainsFunc(conformance.Differences(), func(d conformance.Difference) bool { return d.Key == key }) {
		w.differs(t, key, observed)
		return
	}
	require.Equal(t, usual, observed, key)
}

// refusal says in the words of the table how a server refused; usual where it did not.
func refusal(t *testing.T, err error, usual string) string {
	t.Helper()
	if err == nil {
		return usual
	}
	var e *parse.Error
	require.ErrorAs(t, err, &e)
	return fmt.Sprintf("status %d, code %d", e.HTTPStatus, e.Code)
}

// openCLP lets everybody do everything, adding columns too.
const openCLP = `{"find":{"*":true},"get":{"*":true},"count":{"*":true},"create":{"*":true},"update":{"*":true},"delete":{"*":true},"addField":{"*":true}}`

// itemClass has a column of every kind; behaviours make their rows in it.
func (w *world) itemClass() string { return w.name("CheckItem") }

// makeClass makes a class of this run; columns are those of the schema API.
func (w *world) makeClass(t testing.TB, name, columns, permissions string) {
	t.Helper()
	w.must(t, master, "POST", "/schemas/"+name, fmt.Sprintf(`{"className":%q,"fields":{%s},"classLevelPermissions":%s}`, name, columns, permissions))
	// Several nodes hear of a new class one after the other; one that is asked
	// for its schema reads it anew.
	if s, ok := startedStack(); ok && w.server != conformance.AuditServer {
		for _, node := range s.nodes {
			tg := w.target
			tg.url = node
			tg.must(t, master, "GET", "/schemas/"+name, "")
		}
	}
}

func (w *world) makeClasses(t testing.TB) {
	w.makeClass(t, w.itemClass(), fmt.Sprintf(itemColumns, w.itemClass()), openCLP)
	w.makeClass(t, w.name("CheckTitled"), `"title":{"type":"String","required":true}, "state":{"type":"String","defaultValue":"open"}`, openCLP)
}
