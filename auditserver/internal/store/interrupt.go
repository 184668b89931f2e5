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

// watch has the statement that is about to run interrupted when ctx ends, and
// gives the context to run it with. The caller must call done when it has run.
func (c *conn) watch(ctx context.Context) (_ context.Context, done func()) {
	if c.db == 0 || ctx.Done() == nil {
		return ctx, func() {}
	}
	var mu sync.Mutex
	over := false
	var interrupt func()
	interrupt = func() {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			sqlite3.Xsqlite3_interrupt(nil, c.db)
			time.AfterFunc(againAfter, interrupt)
		}
	}
	stop := context.AfterFunc(ctx, interrupt)
	return context.WithoutCancel(ctx), func() {
		if stop() {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		over = true
	}
}
