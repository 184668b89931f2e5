package store

import (
	"context"
	"database/sql/driver"
	"reflect"
	"sync"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// againAfter is when a statement that still runs is interrupted again: SQLite forgets
// an interruption that comes before the statement's first step.
const againAfter = 10 * time.Millisecond

// handle gives SQLite's handle of a connection, 0 if the driver does not have it
// where it is known to be. The driver can interrupt a statement too, but starts
// a goroutine for each, which costs more than finding a row by an index, and
// does not watch it any more once it has found its first row.
func handle(dc driver.Conn) uintptr {
	conn := reflect.Indirect(reflect.ValueOf(dc))
	if conn.Kind() != reflect.Struct {
		return 0
	}
	if db := conn.FieldByName("db"); db.Kind() == reflect.Uintptr {
		return uintptr(db.Uint())
	}
	return 0
}

// interruption ends a statement that runs on a connection.
type interruption struct {
	c    *conn
	stop func() bool

	mu   sync.Mutex
	over bool
}

// interruptible has the statement that is about to run interrupted when ctx ends. It
// gives the context to run it with, and what must be told that it has run.
func (c *conn) interruptible(ctx context.Context) (context.Context, *interruption) {
	if c.db == 0 || ctx.Done() == nil {
		return ctx, nil
	}
	i := &interruption{c: c}
	i.stop = context.AfterFunc(ctx, i.interrupt)
	return context.Background(), i
}

func (i *interruption) interrupt() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.over {
		sqlite3.Xsqlite3_interrupt(nil, i.c.db)
		time.AfterFunc(againAfter, i.interrupt)
	}
}

// end is called when the statement has run.
func (i *interruption) end() {
	if i == nil || i.stop() {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.over = true
}
