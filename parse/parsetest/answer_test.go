package parsetest_test

import (
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/parse/parsetest"
)

func tasksOf(t *testing.T, answer parsetest.Answer) (*parse.Collection[Task], *httpmock.MockTransport) {
	t.Helper()
	transport := httpmock.NewMockTransport()
	transport.RegisterNoResponder(answer.Respond)
	client, err := parse.NewClient(url, parse.WithApplicationID("app"), parse.WithoutRetries(), parse.WithTransport(transport))
	require.NoError(t, err)
	return parse.NewCollection[Task](client, "Task"), transport
}

func manyTasks(n int) []*Task {
	tasks := make([]*Task, n)
	for i := range tasks {
		at := noon.Add(time.Duration(i) * time.Minute)
		tasks[i] = &Task{Object: parse.Object{ObjectID: fmt.Sprintf("t%04d", n-i), CreatedAt: at, UpdatedAt: at}, Title: fmt.Sprint("task ", i%7)}
		if i%3 > 0 {
			tasks[i].Due = at
		}
	}
	return tasks
}

// All reads page after page, in every order, with columns that are empty too.
func TestResultsHavePages(t *testing.T) {
	rows := manyTasks(2500)
	tasks, transport := tasksOf(t, parsetest.Results(rows...))
	for name, query := range map[string]parse.Query[Task]{
		"by id": tasks.Query(), "by title": tasks.Query().OrderBy(title.Asc()), "by due": tasks.Query().OrderBy(due.Desc()),
		"newest": tasks.Query().OrderBy(parse.ObjectFieldsOf[Task]().CreatedAt.Desc()),
	} {
		seen := map[string]bool{}
		for task, err := range query.All(t.Context()) {
			require.NoError(t, err, name)
			require.False(t, seen[task.ObjectID], "%s: %s twice", name, task.ObjectID)
			seen[task.ObjectID] = true
		}
		require.Len(t, seen, len(rows), name)
	}
	require.Greater(t, transport.GetTotalCallCount(), 12)
}

func TestResultsHeedTheQuery(t *testing.T) {
	tasks, _ := tasksOf(t, parsetest.Results(manyTasks(300)...))
	found, err := tasks.Query().Find(t.Context())
	require.NoError(t, err)
	require.Len(t, found, 100, "as a server without a limit")

	page, total, err := tasks.Query().Where(title.Eq("task 3")).OrderBy(due.Desc()).Skip(5).Limit(2).FindAndCount(t.Context())
	require.NoError(t, err)
	require.Equal(t, 43, total)
	require.Len(t, page, 2)
	require.True(t, page[0].Due.After(page[1].Due))

	long := make([]string, 300) // goes as a POST
	for i := range long {
		long[i] = fmt.Sprint("task ", i)
	}
	count, err := tasks.Query().Where(title.In(long...)).Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, 300, count)

	none, err := tasks.Query().Where(title.Eq("x")).Find(t.Context())
	require.NoError(t, err)
	require.Empty(t, none)
}

// What needs other objects holds, and what stands beside it is asked.
func TestResultsCannotLookAtOtherObjects(t *testing.T) {
	tasks, _ := tasksOf(t, parsetest.Results(manyTasks(7)...))
	users := parse.NewCollection[User](client(t), "_User")
	count, err := tasks.Query().Where(title.Eq("task 3"), owner.Matches(users.Query())).Count(t.Context())
	require.NoError(t, err)
	require.Zero(t, count, "no row has an owner, and the query asks for one as well")
	count, err = tasks.Query().Where(title.Eq("task 3"), parse.Or(title.Eq("x"), owner.Matches(users.Query()))).Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, count)
}

// Applications that have a plain class in the place of _User get answers that name it.
func TestAnswersOfAServerWithAUserClass(t *testing.T) {
	lena := &User{Object: parse.Object{ObjectID: "u1"}, Name: "lena"}
	included := &Task{Object: parse.Object{ObjectID: "t1"}, Owner: parse.Included(lena)}
	referred := &Task{Object: parse.Object{ObjectID: "t2"}, Owner: parse.PointerTo[User]("u1")}
	for name, answer := range map[string]parsetest.Answer{"rows": parsetest.Results(included, referred), "an item": parsetest.Batch(parsetest.Object(included))} {
		response, err := answer.WithUserClass("Auditor").Respond(request(t, http.MethodGet, ""))
		require.NoError(t, err, name)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err, name)
		require.Contains(t, string(body), `"className":"Auditor"`, name)
		require.NotContains(t, string(body), "_User", name)
	}

	transport := httpmock.NewMockTransport()
	transport.RegisterNoResponder(parsetest.Results(included, referred).WithUserClass("Auditor").Respond)
	client, err := parse.NewClient(url, parse.WithApplicationID("app"), parse.WithUserClass("Auditor"), parse.WithTransport(transport))
	require.NoError(t, err)
	found, err := parse.NewCollection[Task](client, "Task").Query().Include(owner).Find(t.Context())
	require.NoError(t, err)
	by, ok := found[0].Owner.Get()
	require.True(t, ok)
	require.Equal(t, "lena", by.Name)
	require.Equal(t, "u1", found[1].Owner.ID)

	_, err = parsetest.Object(included).WithUserClass("no class").Respond(request(t, http.MethodGet, ""))
	require.ErrorContains(t, err, "WithUserClass")
	_, err = parse.AsSent(included, nil)
	require.ErrorContains(t, err, "option 0: is nil")
}

func client(t *testing.T) *parse.Client {
	t.Helper()
	c, err := parse.NewClient(url, parse.WithApplicationID("app"))
	require.NoError(t, err)
	return c
}

// One answer for every request is no server: All says so, and what to do.
func TestAllOverAFixedAnswer(t *testing.T) {
	transport := httpmock.NewMockTransport()
	transport.RegisterResponder("GET", url+"/classes/Task", httpmock.NewStringResponder(200, `{"results":[{"objectId":"a"}]}`))
	c, err := parse.NewClient(url, parse.WithApplicationID("app"), parse.WithTransport(transport))
	require.NoError(t, err)
	var last error
	for _, err := range parse.NewCollection[Task](c, "Task").Query().All(t.Context()) {
		last = err
	}
	require.ErrorContains(t, last, "Task.All: the server sent the same page twice")
	require.ErrorContains(t, last, "an answer of a mock")
	require.ErrorContains(t, last, "parsetest")
}

// A mistake in the values of an answer is the error of the request.
func TestAnswersNameTheirMistakes(t *testing.T) {
	type bad struct {
		parse.Object
		At time.Time `json:"at"`
	}
	late := &bad{At: time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)}
	for want, answer := range map[string]parsetest.Answer{
		"row 1":               parsetest.Results(&bad{}, late),
		"year 12000":          parsetest.Object(late),
		"the object is nil":   parsetest.Object((*Task)(nil)),
		"item 0":              parsetest.Batch(parsetest.Object(late)),
		"parsetest: GET":      parsetest.LoggedIn(late, "r:1"),
		"/parse/classes/Task": parsetest.Called(func() *big.Int { return nil }),
	} {
		_, err := answer.Respond(request(t, http.MethodGet, ""))
		require.ErrorContains(t, err, want)
	}
	_, err := parsetest.Results[Task]().Respond(request(t, http.MethodPost, `{"title":"x"}`))
	require.ErrorContains(t, err, "the request is no query: answer it with Created")
	_, err = parsetest.Results[Task]().Respond(request(t, http.MethodGet, "", "limit=many"))
	require.ErrorContains(t, err, "limit")
	_, err = parsetest.Results[Task]().Respond(request(t, http.MethodGet, "", "where={"))
	require.Error(t, err)
}

func request(t *testing.T, method, body string, query ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url+"/classes/Task?"+strings.Join(query, "&"), io.NopCloser(strings.NewReader(body)))
	require.NoError(t, err)
	return r
}
