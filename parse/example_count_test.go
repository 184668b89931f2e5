package parse_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/parse/parsetest"
	"github.com/isoaudit/isoaudit-go/schema"
)

// answering is a client whose requests all get one answer.
func answering(respond func(*http.Request) (*http.Response, error)) *parse.Client {
	client, err := parse.NewClient("https://parse.example/parse", parse.WithApplicationID("todo"), parse.WithoutRetries(),
		parse.WithTransport(roundTripper(respond)))
	if err != nil {
		log.Panic(err)
	}
	return client
}

// Everyone may count what he may see; the calendar of a zone says which day it was.
func ExampleCountBy() {
	at := func(day int) parse.Object {
		return parse.Object{ObjectID: fmt.Sprint("t", day), CreatedAt: time.Date(2026, 12, day, 23, 30, 0, 0, time.UTC)}
	}
	client := answering(parsetest.Results(
		&Task{Object: at(29), Title: "sweep"}, &Task{Object: at(30), Title: "paint", Done: true}, &Task{Object: at(31), Title: "sweep"},
	).Respond)
	tasks := parse.NewCollection[Task](client, "Task")

	fmt.Println(parse.CountBy(context.Background(), tasks.Query(), parse.By(taskTitle)))
	berlin := time.FixedZone("CET", 3600)
	months, err := parse.CountBy(context.Background(), tasks.Query(), parse.ByMonth(parse.ObjectFieldsOf[Task]().CreatedAt, berlin))
	for _, month := range months {
		fmt.Println(month.Key, month.Count, err)
	}
	// Output:
	// [{paint false 1} {sweep false 2}] <nil>
	// 2026-12 2 <nil>
	// 2027-01 1 <nil>
}

// A query may be asked of an object without a server.
func ExampleQuery_Matches() {
	tasks := parse.NewCollection[Task](answering(nil), "Task")
	open := tasks.Query().Where(taskDone.Eq(false), taskTitle.HasPrefix("Order"))
	fmt.Println(open.Matches(&Task{Title: "Order gaskets"}))
	fmt.Println(open.Matches(&Task{Title: "Order seals", Done: true}))
	// Output:
	// true <nil>
	// false <nil>
}

// What stands between client and network knows what a request is for.
func ExampleOperationFrom() {
	client := answering(func(r *http.Request) (*http.Response, error) {
		if op, ok := parse.OperationFrom(r.Context()); ok {
			fmt.Println("span:", op.Name, "attempt", op.Attempt)
		}
		return parsetest.Results[Task]().Respond(r)
	})
	_, err := parse.NewCollection[Task](client, "Task").Query().Find(context.Background())
	fmt.Println(err)
	// Output:
	// span: Task.Find attempt 1
	// <nil>
}

// The struct is the declaration of its class.
func Example_schemaOfAStruct() {
	want := schema.Schema{Classes: []schema.Class{schema.ClassOf[Task]("Task")}}
	fmt.Println(want.Err(), want.Classes[0].Fields["owner"])

	// A misspelt column is told before anything is sent.
	dun := parse.NewBoolField[Task]("dun")
	_, err := parse.NewCollection[Task](answering(nil), "Task").Query().Where(dun.Eq(true)).Count(context.Background())
	fmt.Println(err)
	// Output:
	// <nil> {Pointer _User false <nil>}
	// parse: Task.Count: dun: no field of parse_test.Task has this JSON name: correct it or add the field (a column that the struct is to lack has NewAnyField) (nothing was sent)
}
