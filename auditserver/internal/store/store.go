package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/isoaudit/isoaudit-go/schema"
)

// Config says where data is kept and how carefully.
type Config struct {
	// Path of the database file, made if missing. Empty: a private temporary
	// file that Close removes, for tests and trials; it is never synced.
	Path string

	// Unsynced acknowledges writes before they are on the disk. They survive
	// a killed process, but not a power cut; the database is not damaged by
	// either. Without it every acknowledged write survives both.
	Unsynced bool

	// Recover goes on with a database whose log is damaged, without the writes
	// that are lost. Without it Open returns ErrDamaged.
	Recover bool

	// Readers is the number of connections for reading; 0 means 4, or the
	// number of processors if that is more.
	Readers int

	// OnCommit, if set, is called after each commit with its changes, in
	// commit order, never concurrently, and before the writers are answered.
	// It must return quickly and must not write to the store.
	OnCommit func([]Change)

	// Now is the clock for createdAt and updatedAt; nil means time.Now.
	Now func() time.Time

	IDSize int // length of new objectIds; 0 means IDSize

	Bounds Bounds // of the queries of clients

	Logger *slog.Logger // nil: silent
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	cfg     Config
	path    string
	tempDir string // to remove on Close

	recovered bool // the log was damaged

	lock    *fileLock
	writer  *writer
	readers chan *conn   // the pool
	quick   chan *conn   // more of them, for what is sure to be quick
	opened  int          // how many of both there are
	waiting atomic.Int64 // those who wait for one

	catalog atomic.Pointer[catalog]
	acls    aclCache
	rows    *rowCache

	newID func() string // NewID, except in tests

	closed    chan struct{}
	closeOnce sync.Once
	closeErr  error
}

// pageSize is that of a new file; one that is there keeps its own. A document
// takes half a kilobyte to a few. With pages of 4 KiB a batch of inserts was a
// seventh slower, with 16 KiB a single one.
const pageSize = "page_size(8192)"

// Open opens or makes the database of cfg. It returns ErrInUse (wrapped) if
// another process, or another Store, has the file open under whatever name, and
// ErrDamaged if its log does not hold what was acknowledged. A file with hard
// links is refused.
func Open(ctx context.Context, cfg Config) (_ *Store, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.IDSize == 0 {
		cfg.IDSize = IDSize
	}
	if cfg.Readers <= 0 {
		cfg.Readers = max(4, runtime.NumCPU())
	}
	s := &Store{cfg: cfg, path: cfg.Path, newID: func() string { return NewID(cfg.IDSize) }, closed: make(chan struct{}), readers: make(chan *conn, cfg.Readers), quick: make(chan *conn, quickReaders), rows: newRowCache()}
	defer func() {
		if err != nil {
			_ = s.Close()
		}
	}()
	if s.path == "" {
		if s.tempDir, err = os.MkdirTemp("", "isoaudit-"); err != nil {
			return nil, fmt.Errorf("store: temporary database: %w", err)
		}
		s.path = filepath.Join(s.tempDir, "data.db")
	}
	before, err := os.Stat(s.path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("store: open %s: %w", cfg.Path, err)
	}
	if s.path, s.lock, err = lockFile(s.path); err != nil {
		return nil, fmt.Errorf("store: open %s: %w", cfg.Path, err)
	}
	if err := s.inspectLog(before); err != nil {
		return nil, err
	}
	return s, s.start()
}

func (s *Store) start() error {
	sync := "synchronous(NORMAL)" // the syncer syncs the log
	if s.tempDir != "" {
		sync = "synchronous(OFF)"
	}
	c, err := openConn(s.path, "busy_timeout(5000)", pageSize, sync, "cache_size(-32000)", "wal_autocheckpoint(8000)", mapping, "temp_store(MEMORY)")
	if err != nil {
		return err
	}
	if err := s.startWriter(c); err != nil {
		return errors.Join(err, c.close())
	}
	for i := range s.cfg.Readers + quickReaders {
		r, err := openConn(s.path, "busy_timeout(5000)", "query_only(1)", "cache_size(-16000)", mapping)
		if err != nil {
			return err
		}
		s.opened++
		r.home = s.readers
		if i >= s.cfg.Readers {
			r.home = s.quick
		}
		r.home <- r
	}
	return s.Write(context.Background(), func(tx *Tx) error {
		if err := tx.alignIndexes(); err != nil {
			return err
		}
		return tx.dropUnfinished()
	})
}

// startWriter prepares the file and starts the writer.
func (s *Store) startWriter(c *conn) error {
	if err := prepareFile(c); err != nil {
		return err
	}
	if err := s.reportDamage(c); err != nil {
		return err
	}
	cat, err := loadCatalog(c)
	if err != nil {
		return err
	}
	log, err := s.openLog()
	if err != nil {
		return err
	}
	s.catalog.Store(cat)
	s.writer = newWriter(s, c, log)
	return nil
}

// Close waits for running calls, writes everything to the file and closes it.
// Calls that come later return ErrClosed.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		close(s.closed)
		s.closeErr = s.release()
	})
	return s.closeErr
}

func (s *Store) release() error {
	var errs []error
	if s.writer != nil {
		for range s.opened {
			select {
			case c := <-s.readers:
				errs = append(errs, c.close())
			case c := <-s.quick:
				errs = append(errs, c.close())
			}
		}
		errs = append(errs, s.writer.close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.close())
	}
	if s.tempDir != "" {
		errs = append(errs, os.RemoveAll(s.tempDir))
	}
	return errors.Join(errs...)
}

func isClosed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

// Classes returns all classes, sorted by name.
func (s *Store) Classes() []schema.Class { return s.catalog.Load().list() }

// ClassesState is the same value as long as no class changes.
func (s *Store) ClassesState() any { return s.catalog.Load() }

// Class returns the class called name. The value is a snapshot that nobody may
// change.
func (s *Store) Class(name string) (schema.Class, bool) { return s.catalog.Load().class(name) }

// SearchedClass is the class whose objects a query of class finds: the target of
// the relation that redirectClassNameForKey names, if it names one.
func (s *Store) SearchedClass(class, redirectKey string) string {
	return s.catalog.Load().searched(class, redirectKey)
}

// Get returns the object of class with the given objectId, whoever may read
// it, or ErrNotFound. A class that does not exist has no objects.
func (s *Store) Get(ctx context.Context, class, id string) (row Row, err error) {
	if err := s.usable(); err != nil {
		return Row{}, err
	}
	row, kept, state := s.rows.look(class, id)
	if kept {
		return row, nil
	}
	err = s.readQuick(ctx, func(r reader) error {
		row, err = r.get(class, id, false)
		return err
	})
	if err == nil {
		s.rows.keep(row, state)
	}
	return row, err
}

// usable returns the error of a read that asks nothing of SQLite.
func (s *Store) usable() error {
	if isClosed(s.closed) {
		return ErrClosed
	}
	return s.writer.syncer.broken()
}

// GetMany returns the objects with the given ids that exist and that readers
// (see Query.Readers) may read, by id. It is what `include` needs. spend is as in Query.
func (s *Store) GetMany(ctx context.Context, class string, ids []string, readers []string, spend func(bytes int) error) (rows map[string]Row, err error) {
	if err := s.usable(); err != nil {
		return nil, err
	}
	kept := make(map[string]Row, len(ids))
	bill := meter{spend: spend}
	var missing []string
	states := map[string]uint64{}
	for _, id := range ids {
		row, ok, state := s.rows.look(class, id)
		switch {
		case !ok:
			missing, states[id] = append(missing, id), state
		case row.readableBy(readers):
			kept[id] = row
			bill.add(row)
		}
	}
	if err := bill.settle(); err != nil || len(missing) == 0 {
		return kept, err
	}
	err = s.read(ctx, func(r reader) error {
		rows, err = r.getMany(ctx, class, missing, readers, spend)
		return err
	})
	for id, row := range rows {
		if err == nil {
			s.rows.keep(row, states[id])
		}
	}
	maps.Copy(kept, rows)
	return kept, err
}

// Find returns the objects q selects. Errors of the condition are *where.Error.
func (s *Store) Find(ctx context.Context, q Query) (rows []Row, err error) {
	watched, bounds := s.watch(ctx, &q)
	read := s.read
	if q.Quick {
		read = s.readQuick
	}
	err = read(watched, func(r reader) error {
		bounds.run()
		rows, err = r.limited(&q).find(watched, q)
		return err
	})
	return rows, bounds.end(err)
}

// Each calls visit for each object q selects until it returns false, without
// holding more than one. It holds a connection meanwhile, so visit must not
// call the store.
func (s *Store) Each(ctx context.Context, q Query, visit func(Row) bool) error {
	return s.read(ctx, func(r reader) error { return r.each(ctx, q, visit) })
}

// Count returns how many objects q selects; its Order, Skip and Limit are ignored.
func (s *Store) Count(ctx context.Context, q Query) (n int, err error) {
	watched, bounds := s.watch(ctx, &q)
	err = s.read(watched, func(r reader) error {
		bounds.run()
		n, err = r.limited(&q).count(watched, q)
		return err
	})
	return n, bounds.end(err)
}
