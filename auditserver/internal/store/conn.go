package store

import (
	"cmp"
	"container/list"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// maxStatements is how many prepared statements a connection keeps.
const maxStatements = 256

// mapping lets SQLite read up to 2 GiB of the file, its most, without copying
// pages. It reserves addresses, not memory.
const mapping = "mmap_size(2147418112)"

// conn is one SQLite connection with its prepared statements and the Go
// functions SQL may call. It is used by one goroutine at a time.
type conn struct {
	dc    driver.Conn
	db    uintptr                  // SQLite's handle; see interruptible
	stmts map[string]*list.Element // of *statement
	used  *list.List               // most recently used first

	inTransaction bool
	lost          error // why the transaction is over; see begin
	missed        bool  // lost was the answer to something

	home chan *conn // the pool it belongs to

	work, mostWork int   // values that the conditions of a query looked at, and may; 0: no bound
	tooMuch        error // beyond it

	operands map[int64]operand // of running queries; see functions.go
	lastOp   int64
	args     []driver.NamedValue
}

type statement struct {
	driver.Stmt
	sql  string
	busy bool
}

func newConn() *conn {
	return &conn{stmts: map[string]*list.Element{}, used: list.New(), operands: map[int64]operand{}}
}

// openConn opens the file at path and sets the given pragmas in this order.
func openConn(path string, pragmas ...string) (*conn, error) { return openMode(path, "", pragmas) }

// openReadOnly opens a file that is there and writes nothing to it.
func openReadOnly(path string) (*conn, error) {
	return openMode(path, "mode=ro", []string{"busy_timeout(5000)", mapping})
}

func openMode(path, mode string, pragmas []string) (*conn, error) {
	c := newConn()
	drv := &sqlite.Driver{} // its own, so that functions reach this connection's operands
	if err := c.registerFunctions(drv); err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	slashed := filepath.ToSlash(abs)
	if slashed[0] != '/' {
		slashed = "/" + slashed // a Windows drive
	}
	dsn := url.URL{Scheme: "file", Path: slashed, RawQuery: mode}
	if c.dc, err = drv.Open(dsn.String()); err != nil {
		return nil, fmt.Errorf("store: open %s: %w", path, err)
	}
	c.db = handle(c.dc)
	for _, pragma := range pragmas { // the driver's own way would sort them
		if _, err := c.exec("PRAGMA " + pragma); err != nil {
			return nil, errors.Join(fmt.Errorf("store: open %s: %w", path, err), c.close())
		}
	}
	return c, nil
}

func (c *conn) close() error {
	for _, e := range c.stmts {
		_ = e.Value.(*statement).Close()
	}
	return c.dc.Close()
}

// prepare returns the statement for sql, which stays the caller's until release.
func (c *conn) prepare(sql string) (*statement, error) {
	if e, ok := c.stmts[sql]; ok && !e.Value.(*statement).busy {
		c.used.MoveToFront(e)
		st := e.Value.(*statement)
		st.busy = true
		return st, nil
	}
	s, err := c.dc.Prepare(sql)
	if err != nil {
		return nil, err
	}
	st := &statement{Stmt: s, sql: sql, busy: true}
	if _, taken := c.stmts[sql]; taken {
		return st, nil // a query within a query: closed by release
	}
	c.stmts[sql] = c.used.PushFront(st)
	for e := c.used.Back(); e != nil && c.used.Len() > maxStatements; {
		old := e.Value.(*statement)
		prev := e.Prev()
		if !old.busy {
			c.used.Remove(e)
			delete(c.stmts, old.sql)
			_ = old.Close()
		}
		e = prev
	}
	return st, nil
}

func (c *conn) release(st *statement) {
	st.busy = false
	if e, ok := c.stmts[st.sql]; !ok || e.Value.(*statement) != st {
		_ = st.Close()
	}
}

func (c *conn) named(args []any) []driver.NamedValue {
	c.args = c.args[:0]
	for i, a := range args {
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return c.args
}

// begin starts a transaction. On a full disk and the like SQLite ends one by
// itself, and what follows would each be a transaction of its own: after such
// an error every statement returns it, until rollback.
func (c *conn) begin() error {
	if _, err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("store: begin: %w", err)
	}
	c.inTransaction = true
	return nil
}

func (c *conn) commit() error {
	if _, err := c.exec("COMMIT"); err != nil {
		return fmt.Errorf("store: commit: %w", err)
	}
	c.inTransaction = false
	return nil
}

// rollback ends the transaction, if SQLite has not done so.
func (c *conn) rollback() {
	c.inTransaction, c.lost = false, nil
	_, _ = c.exec("ROLLBACK")
}

// failed notes an error after which the transaction may be over.
func (c *conn) failed(err error) error {
	var e *sqlite.Error
	if c.inTransaction && errors.As(err, &e) {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE:
		default:
			c.lost = fmt.Errorf("store: the transaction was rolled back: %w", err)
		}
	}
	return err
}

// gone tells why the transaction is over, and nothing if it is not.
func (c *conn) gone() error {
	c.missed = c.missed || c.lost != nil
	return c.lost
}

// exec runs a statement and returns the number of rows it changed.
func (c *conn) exec(sql string, args ...any) (int64, error) {
	if err := c.gone(); err != nil {
		return 0, err
	}
	n, err := c.execute(sql, args)
	if err != nil {
		return 0, c.failed(err)
	}
	return n, nil
}

func (c *conn) execute(sql string, args []any) (int64, error) {
	st, err := c.prepare(sql)
	if err != nil {
		return 0, err
	}
	defer c.release(st)
	res, err := st.Stmt.(driver.StmtExecContext).ExecContext(context.Background(), c.named(args))
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// query calls visit with each result row until it returns false or an error.
// The values are SQLite's: nil, int64, float64, string, []byte, each owned by
// visit; the slice is reused.
func (c *conn) query(ctx context.Context, sql string, args []any, visit func([]driver.Value) (bool, error)) (err error) {
	if err := cmp.Or(c.gone(), ctx.Err()); err != nil {
		return err
	}
	defer func() {
		if err = c.failed(err); err != nil && ctx.Err() != nil {
			err = ctx.Err() // the statement was interrupted
		}
	}()
	st, err := c.prepare(sql)
	if err != nil {
		return err
	}
	defer c.release(st)
	running, interruption := c.interruptible(ctx)
	defer interruption.end()
	rows, err := st.Stmt.(driver.StmtQueryContext).QueryContext(running, c.named(args))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	dest := make([]driver.Value, len(rows.Columns()))
	for n := 0; ; n++ {
		if n%64 == 63 && ctx.Err() != nil {
			return ctx.Err()
		}
		switch err := rows.Next(dest); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if more, err := visit(dest); err != nil || !more {
			return err
		}
	}
}

// queryRow reads the first result row into a new slice; nil if there is none.
func (c *conn) queryRow(sql string, args ...any) (row []driver.Value, err error) {
	err = c.query(context.Background(), sql, args, func(v []driver.Value) (bool, error) {
		row = v
		return false, nil
	})
	return row, err
}
