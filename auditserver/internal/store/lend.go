package store

import (
	"cmp"
	"context"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// quickReaders is how many connections are kept for what is sure to be quick, so that
// it never waits for queries.
const quickReaders = 2

// read lends fn a connection of the pool. It returns when all that fn may have
// seen is on the disk.
func (s *Store) read(ctx context.Context, fn func(reader) error) error {
	return s.readOn(ctx, nil, fn)
}

// readQuick is read for what needs a few rows that an index finds.
func (s *Store) readQuick(ctx context.Context, fn func(reader) error) error {
	return s.readOn(ctx, s.quick, fn)
}

func (s *Store) readOn(ctx context.Context, more chan *conn, fn func(reader) error) error {
	err := s.lend(ctx, more, fn)
	return errors.Join(err, s.writer.syncer.wait(ctx))
}

// lend lends fn a connection of the pool, or of more, if that is not nil.
func (s *Store) lend(ctx context.Context, more chan *conn, fn func(reader) error) error {
	if isClosed(s.closed) {
		return ErrClosed
	}
	var c *conn
	select {
	case c = <-s.readers:
	default:
		s.waiting.Add(1)
		select {
		case c = <-s.readers:
		case c = <-more:
		case <-s.closed:
		case <-ctx.Done():
		}
		s.waiting.Add(-1)
		if c == nil {
			return cmp.Or(ctx.Err(), ErrClosed)
		}
	}
	c.work, c.mostWork, c.tooMuch = 0, 0, nil
	defer func() { c.home <- c }()
	for {
		cat := s.catalog.Load()
		err := fn(reader{s: s, c: c, cat: cat})
		if c.mostWork > 0 && c.work > c.mostWork { // SQLite keeps only the text of an error
			return c.tooMuch
		}
		if code := sqliteCode(err); code != sqlite3.SQLITE_ERROR && code != sqlite3.SQLITE_SCHEMA {
			return err
		}
		// Perhaps a column or table went away meanwhile. The catalog that says
		// so follows the commit and is there when the round is settled.
		if err := s.writer.syncer.settled(ctx); err != nil {
			return err
		}
		if s.catalog.Load() == cat {
			return err
		}
	}
}

func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return sqlite3.SQLITE_OK
}
