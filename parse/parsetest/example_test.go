package parsetest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/parse/parsetest"
)

type Task struct {
	parse.Object
	Title string              `json:"title"`
	Due   time.Time           `json:"due,omitzero"`
	Owner parse.Pointer[User] `json:"owner,omitzero"`
}

var (
	title = parse.NewTextField[Task, string]("title")
	due   = parse.NewTimeField[Task]("due")
	owner = parse.NewPointerField[Task, User]("owner")
)

type User struct {
	parse.Object
	Name string `json:"username"`
}

func (*User) ParseClass() parse.Class { return parse.ClassOf[User]("_User") }

const url = "https://parse.example/parse"

// mocked is a client whose requests all end in httpmock.
func mocked() (*parse.Collection[Task], *parse.Client) {
	client, err := parse.NewClient(url, parse.WithApplicationID("app"), parse.WithoutRetries(), parse.WithTransport(httpmock.DefaultTransport))
	if err != nil {
		log.Panic(err)
	}
	return parse.NewCollection[Task](client, "Task"), client
}

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// Rows of a class are values of its struct; those come that the query asks for.
func ExampleResults() {
	defer httpmock.Reset()
	lena := &User{Object: parse.Object{ObjectID: "u1"}, Name: "lena"}
	httpmock.RegisterResponder("GET", url+"/classes/Task", parsetest.Results(
		&Task{Object: parse.Object{ObjectID: "t1"}, Title: "sweep", Due: noon, Owner: parse.Included(lena)},
		&Task{Object: parse.Object{ObjectID: "t2"}, Title: "paint", Due: noon.Add(time.Hour)},
	).Respond)

	tasks, _ := mocked()
	for task, err := range tasks.Query().Include(owner).OrderBy(due.Desc()).All(context.Background()) {
		if err != nil {
			log.Panic(err)
		}
		by, ok := task.Owner.Get()
		fmt.Println(task.Title, ok && by.Name == "lena")
	}
	fmt.Println(tasks.Query().Where(title.Eq("sweep")).Count(context.Background()))
	// Output:
	// paint false
	// sweep true
	// 1 <nil>
}

func ExampleObject() {
	defer httpmock.Reset()
	httpmock.RegisterResponder("GET", url+"/classes/Task/t1", parsetest.Object(&Task{Object: parse.Object{ObjectID: "t1"}, Title: "sweep"}).Respond)

	tasks, _ := mocked()
	task, err := tasks.Get(context.Background(), "t1")
	fmt.Println(task.Title, err)
	// Output: sweep <nil>
}

func ExampleCreated() {
	defer httpmock.Reset()
	httpmock.RegisterResponder("POST", url+"/classes/Task", parsetest.Created("t1", noon).Respond)

	tasks, _ := mocked()
	task := &Task{Title: "sweep"}
	err := tasks.Create(context.Background(), task)
	fmt.Println(task.ObjectID, task.CreatedAt.Format(time.TimeOnly), err)
	// Output: t1 12:00:00 <nil>
}

func ExampleUpdated() {
	defer httpmock.Reset()
	httpmock.RegisterResponder("PUT", url+"/classes/Task/t1", parsetest.Updated(noon).Respond)
	httpmock.RegisterResponder("DELETE", url+"/classes/Task/t1", parsetest.Deleted().Respond)

	tasks, _ := mocked()
	fmt.Println(tasks.Update(context.Background(), "t1", title.Set("sweep the yard")))
	fmt.Println(tasks.Delete(context.Background(), "t1"))
	// Output:
	// <nil>
	// <nil>
}

func ExampleBatch() {
	defer httpmock.Reset()
	httpmock.RegisterResponder("POST", url+"/batch", parsetest.Batch(
		parsetest.Created("t1", noon),
		parsetest.Failed(parse.ErrDuplicateValue, "the title is taken"),
		parsetest.Updated(noon),
	).Respond)

	tasks, client := mocked()
	first := &Task{Title: "sweep"}
	results, err := client.Batch(context.Background(),
		tasks.BatchCreate(first), tasks.BatchCreate(&Task{Title: "sweep"}), tasks.BatchUpdate("t9", title.Set("paint")))
	for _, result := range results {
		fmt.Println(result.Err == nil)
	}
	fmt.Println(first.ObjectID, errors.Is(err, parse.ErrDuplicateValue))
	// Output:
	// true
	// false
	// true
	// t1 true
}

func ExampleFailed() {
	defer httpmock.Reset()
	httpmock.RegisterResponder("GET", url+"/classes/Task/t1", parsetest.Failed(parse.ErrObjectNotFound, "Object not found.").Respond)

	tasks, _ := mocked()
	_, err := tasks.Get(context.Background(), "t1")
	fmt.Println(errors.Is(err, parse.ErrObjectNotFound), parse.StatusOf(err) == http.StatusNotFound)
	// Output: true true
}

func ExampleLoggedIn() {
	defer httpmock.Reset()
	lena := &User{Object: parse.Object{ObjectID: "u1"}, Name: "lena"}
	httpmock.RegisterResponder("POST", url+"/login", parsetest.LoggedIn(lena, "r:1").Respond)
	httpmock.RegisterResponder("POST", url+"/functions/greet", parsetest.Called("hello lena").Respond)

	_, client := mocked()
	user, session, err := parse.LogIn[User](context.Background(), client, "lena", "secret")
	if err != nil {
		log.Panic(err)
	}
	fmt.Println(user.Name)
	fmt.Println(parse.Call[string](context.Background(), client.As(session), "greet", nil))
	// Output:
	// lena
	// hello lena <nil>
}
