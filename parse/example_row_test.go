package parse_test

import (
	"context"
	"fmt"
	"log"

	"github.com/isoaudit/isoaudit-go/parse"
)

// A class whose columns the program does not know.
func ExampleRows() {
	url, stop := todoServer()
	defer stop()
	ctx := context.Background()
	client, err := parse.NewClient(url, parse.WithApplicationID("todo"))
	if err != nil {
		log.Panic(err)
	}
	rows := parse.Rows(client, "Task")
	row := &parse.Row{}
	for name, value := range map[string]any{"title": "Order gaskets", "done": false, "hours": 1.5} {
		if err := row.Set(name, value); err != nil {
			log.Panic(err)
		}
	}
	if err := rows.Create(ctx, row); err != nil {
		log.Panic(err)
	}
	hours := parse.NewAnyField[parse.Row]("hours")
	for row, err := range rows.Query().Where(hours.Lt(2)).All(ctx) {
		if err != nil {
			log.Panic(err)
		}
		fmt.Println(row.Columns(), row.Get("title"), row.Get("hours"))
	}
	// Output: [done hours title] Order gaskets 1.5
}

// Another program has added a column; a copy of the task keeps it.
func ExampleRest() {
	type KeptTask struct {
		parse.Object
		Title string     `json:"title"`
		Rest  parse.Rest `json:",embed"`
	}
	url, stop := todoServer()
	defer stop()
	ctx := context.Background()
	client, err := parse.NewClient(url, parse.WithApplicationID("todo"))
	if err != nil {
		log.Panic(err)
	}
	tasks := parse.NewCollection[KeptTask](client, "Task")
	first := &KeptTask{Title: "Order gaskets"}
	if err := first.Rest.Set("supplier", "Seals & Sons"); err != nil {
		log.Panic(err)
	}
	if err := tasks.Create(ctx, first); err != nil {
		log.Panic(err)
	}
	read, err := tasks.Get(ctx, first.ObjectID)
	if err != nil {
		log.Panic(err)
	}
	second := &KeptTask{Title: "Order seals", Rest: read.Rest}
	if err := tasks.Create(ctx, second); err != nil {
		log.Panic(err)
	}
	again, err := tasks.Get(ctx, second.ObjectID)
	fmt.Println(again.Title, again.Rest.Get("supplier"), err)
	// Output: Order seals Seals & Sons <nil>
}

// Code that reads an included pointer is tested without a server.
func ExampleIncluded() {
	ownerOf := func(task *Task) string {
		if owner, ok := task.Owner.Get(); ok {
			return owner.Username
		}
		return "nobody"
	}
	anna := &User{Object: parse.Object{ObjectID: "u1"}, Username: "anna"}
	fmt.Println(ownerOf(&Task{Owner: parse.Included(anna)}), ownerOf(&Task{Owner: parse.PointerTo[User]("u1")}))
	// Output: anna nobody
}
