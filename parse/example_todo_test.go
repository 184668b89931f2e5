package parse_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"net/http/httptest"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/parse"
)

// Task is a class of a to-do application.
type Task struct {
	parse.Object
	Title string              `json:"title"`
	Done  bool                `json:"done"`
	Owner parse.Pointer[User] `json:"owner,omitzero"`
}

// User is a user of it: every user has a name and a password.
type User struct {
	parse.Object
	Username string         `json:"username"`
	Password parse.Password `json:"password,omitzero"`
}

var userClass = parse.ClassOf[User]("_User")

// ParseClass lets pointers to users know their class.
func (*User) ParseClass() parse.Class { return userClass }

var (
	taskTitle = parse.NewTextField[Task, string]("title")
	taskOwner = parse.NewPointerField[Task, User]("owner")
	taskDone  = parse.NewBoolField[Task]("done")
)

// todoServer starts an embedded server; a program has one elsewhere.
func todoServer() (url string, stop func()) {
	backend, err := auditserver.Open(context.Background(), auditserver.Config{
		AppID: "todo", MasterKey: "key", AllowClientClassCreation: true, LiveQueryClasses: []string{"Task"},
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		log.Panic(err)
	}
	front := httptest.NewServer(backend)
	return front.URL + backend.MountPath(), func() {
		front.CloseClientConnections()
		if err := backend.Close(context.Background()); err != nil {
			log.Panic(err)
		}
		front.Close()
	}
}

// A class, its fields, a user and a query.
func Example() {
	url, stop := todoServer()
	defer stop()
	ctx := context.Background()
	client, err := parse.NewClient(url, parse.WithApplicationID("todo"))
	if err != nil {
		log.Panic(err)
	}
	anna := &User{Username: "anna", Password: "correct horse"}
	session, err := parse.SignUp(ctx, client, anna)
	if err != nil {
		log.Panic(err)
	}
	tasks := parse.NewCollection[Task](client.As(session), "Task")

	task := &Task{Title: "Order gaskets", Owner: parse.PointerTo[User](anna.ObjectID)}
	if err := tasks.Create(ctx, task); err != nil {
		log.Panic(err)
	}
	if err := tasks.Update(ctx, task.ObjectID, taskTitle.Set("Order gaskets and seals")); err != nil {
		log.Panic(err)
	}
	for task, err := range tasks.Query().Where(taskDone.Eq(false)).Include(taskOwner).All(ctx) {
		if err != nil {
			log.Panic(err)
		}
		user, _ := task.Owner.Get()
		fmt.Println(task.Title, user.Username)
	}
	// Output: Order gaskets and seals anna
}

func ExampleLogIn() {
	url, stop := todoServer()
	defer stop()
	ctx := context.Background()
	client, err := parse.NewClient(url, parse.WithApplicationID("todo"))
	if err != nil {
		log.Panic(err)
	}
	if _, err := parse.SignUp(ctx, client, &User{Username: "anna", Password: "correct horse"}); err != nil {
		log.Panic(err)
	}
	user, session, err := parse.LogIn[User](ctx, client, "anna", "correct horse")
	if err != nil {
		log.Panic(err)
	}
	me, err := parse.CurrentUser[User](ctx, client.As(session))
	fmt.Println(me.ObjectID == user.ObjectID, err, session)
	// Output: true <nil> session of a user, token [redacted]
}

// Many writes go out in one request.
func ExampleClient_Batch() {
	url, stop := todoServer()
	defer stop()
	ctx := context.Background()
	client, err := parse.NewClient(url, parse.WithApplicationID("todo"))
	if err != nil {
		log.Panic(err)
	}
	tasks := parse.NewCollection[Task](client, "Task")
	results, err := client.Batch(ctx,
		tasks.BatchCreate(&Task{Title: "Order gaskets"}),
		tasks.BatchCreate(&Task{Title: "Calibrate gauge 17"}),
		tasks.BatchDelete("missing001"))
	for _, result := range results {
		fmt.Println(result.Err == nil)
	}
	fmt.Println(err != nil)
	// Output:
	// true
	// true
	// false
	// true
}

// Every change of the open tasks, as it happens.
func ExampleQuery_Subscribe() {
	url, stop := todoServer()
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client, err := parse.NewClient(url, parse.WithApplicationID("todo"))
	if err != nil {
		log.Panic(err)
	}
	tasks := parse.NewCollection[Task](client, "Task")
	task := &Task{Title: "Order gaskets"}
	if err := tasks.Create(ctx, task); err != nil {
		log.Panic(err)
	}
	sub, err := tasks.Query().Where(taskDone.Eq(false)).Subscribe(ctx, parse.WithSnapshot())
	if err != nil {
		log.Panic(err)
	}
	for event, err := range sub.Events() {
		if err != nil {
			log.Panic(err)
		}
		if event.Kind == parse.CaughtUp {
			fmt.Println("these were there already")
			if err := tasks.Update(ctx, task.ObjectID, taskDone.Set(true)); err != nil {
				log.Panic(err)
			}
			continue
		}
		fmt.Println(event.Kind, event.Object.Title)
		if event.Kind == parse.Left {
			break
		}
	}
	fmt.Println(sub.Close())
	// Output:
	// snapshot Order gaskets
	// these were there already
	// left Order gaskets
	// <nil>
}
