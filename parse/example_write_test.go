package parse_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/isoaudit/isoaudit-go/parse"
)

// Of two who have read the same state, the second to write is told.
func ExampleIfUnchangedSince() {
	url, stop := todoServer()
	defer stop()
	ctx := context.Background()
	client, err := parse.NewClient(url, parse.WithApplicationID("todo"))
	if err != nil {
		log.Panic(err)
	}
	tasks := parse.NewCollection[Task](client, "Task")
	task := &Task{Title: "Order gaskets"}
	if err := tasks.Create(ctx, task); err != nil {
		log.Panic(err)
	}
	err = tasks.Update(ctx, task.ObjectID, taskDone.Set(true), parse.IfUnchangedSince(task))
	fmt.Println(err)
	err = tasks.Update(ctx, task.ObjectID, taskTitle.Set("Order seals"), parse.IfUnchangedSince(task))
	fmt.Println(errors.Is(err, parse.ErrStaleWrite))
	// Output:
	// <nil>
	// true
}

// A list from elsewhere, as often as it comes.
func ExampleCollection_Upsert() {
	url, stop := todoServer()
	defer stop()
	ctx := context.Background()
	client, err := parse.NewClient(url, parse.WithApplicationID("todo"))
	if err != nil {
		log.Panic(err)
	}
	tasks := parse.NewCollection[Task](client, "Task")
	for _, list := range [][]*Task{
		{{Title: "Order gaskets"}, {Title: "Calibrate gauge 17"}},
		{{Title: "Order gaskets"}, {Title: "Calibrate gauge 17", Done: true}, {Title: "Ship pump 3"}},
	} {
		for done, err := range tasks.Upsert(ctx, list, taskTitle) {
			if err != nil {
				log.Panic(err)
			}
			fmt.Println(done.Row.Title, done.Kind, done.Changes)
		}
	}
	// Output:
	// Order gaskets created []
	// Calibrate gauge 17 created []
	// Order gaskets unchanged []
	// Calibrate gauge 17 updated [done.Set]
	// Ship pump 3 created []
}

func ExampleDiff() {
	changes, err := parse.Diff(&Task{Title: "Order gaskets"}, &Task{Title: "Order seals", Done: true})
	fmt.Println(changes, err)
	// Output: [done.Set title.Set] <nil>
}

// A test waits for what it has caused.
func ExampleSubscription_Next() {
	url, stop := todoServer()
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client, err := parse.NewClient(url, parse.WithApplicationID("todo"))
	if err != nil {
		log.Panic(err)
	}
	tasks := parse.NewCollection[Task](client, "Task")
	sub, err := tasks.Query().Subscribe(ctx)
	if err != nil {
		log.Panic(err)
	}
	if err := tasks.Create(ctx, &Task{Title: "Order gaskets"}); err != nil {
		log.Panic(err)
	}
	event, err := sub.Next(ctx)
	if err != nil {
		log.Panic(err)
	}
	fmt.Println(event.Kind, event.Object.Title, sub.Close())
	// Output: created Order gaskets <nil>
}

func ExampleCurrentRoles() {
	url, stop := todoServer()
	defer stop()
	ctx := context.Background()
	client, err := parse.NewClient(url, parse.WithApplicationID("todo"))
	if err != nil {
		log.Panic(err)
	}
	session, err := parse.SignUp(ctx, client, &User{Username: "anna", Password: "correct horse"})
	if err != nil {
		log.Panic(err)
	}
	roles, err := parse.CurrentRoles(ctx, client.As(session))
	fmt.Println(roles, err)
	// Output: [] <nil>
}
