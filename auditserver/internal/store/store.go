package store

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Config says where data is kept and how carefully.
type Config struct {
	// Path of the database file, made if missing. Empty: a private temporary
	// file that Close removes, for tests and trials.
	Path string

	// Unsynced acknowledges writes before they are on the disk. They survive
	// a killed process, but not a power cut; the database is not damaged by
	// either. Without it every acknowledged write survives both.
	Unsynced bool

	// Readers is the number of connections for reading; 0 means 4.
	Readers int

	// OnCommit, if set, is called after each commit with its changes, in
	// commit order, never concurrently. It must return quickly and must not
	// write to the store.
	OnCommit func([]Change)

	// Now is the clock for createdAt and updatedAt; nil means time.Now.
	Now func() time.Time

	Logger *slog.Logger // nil: silent
}

// Errors of this package; check them with errors.Is. See also UniqueError and
// ValueError.
var (
	ErrNotFound  = errors.New("store: object not found")
	ErrNoClass   = errors.New("store: class does not exist")
	ErrInUse     = errors.New("store: the database file is in use by another process")
	ErrClosed    = errors.New("store: closed")
	ErrNotEmpty  = errors.New("store: class is not empty")
	ErrDuplicate = errors.New("store: duplicate value") // every *UniqueError
)

// UniqueError says that a write would give two objects of a class the same
// values in Fields. It is an ErrDuplicate.
type UniqueError struct {
	Class  string
	Fields []string // sorted as the constraint was declared; ["objectId"] for a taken id
}

// ValueError says that a value does not fit its column.
type ValueError struct {
	Class, Field string
	Want         schema.Type // the column's type; empty: there is no such column
	Got          string      // the kind of the value, in words
}

// Store is an open database. It is safe for concurrent use.
type Store struct{ cfg Config }

// Open opens or makes the database of cfg. It returns ErrInUse (wrapped) if
// another process, or another Store, has the file open.
func Open(ctx context.Context, cfg Config) (*Store, error) { return nil, ErrClosed }

// Close waits for running calls, writes everything to the file and closes it.
// Calls that come later return ErrClosed.
func (s *Store) Close() error { return nil }

// Classes returns all classes, sorted by name.
func (s *Store) Classes() []schema.Class { return nil }

// Class returns the class called name. The value is a snapshot that nobody may
// change.
func (s *Store) Class(name string) (schema.Class, bool) { return schema.Class{}, false }

// Order is one sort key of a Query. Objects without a value come last in
// ascending and first in descending order, as on PostgreSQL. Texts compare by
// their code points.
type Order struct {
	Field      string // may be dotted; a field the class does not have is ignored
	Descending bool
}

// Query selects objects of one class.
type Query struct {
	Class string
	Where *where.Node // nil: all

	// Readers are the principals the caller has: "*", its user id, and
	// "role:..." of each of its roles. Only objects whose ACL lets one of
	// them read are found, here and in sub-queries. Nil: everything (master).
	Readers []string

	// Order of the results. A $nearSphere condition without an Order sorts by
	// distance; else the order is stable but not defined.
	Order []Order
	Skip  int
	Limit int // 0 means none at all; negative: no limit

	// Hidden loads Row.Hidden too.
	Hidden bool
}

// Get returns the object of class with the given objectId, whoever may read
// it, or ErrNotFound. A class that does not exist has no objects.
func (s *Store) Get(ctx context.Context, class, id string) (Row, error) { return Row{}, ErrNotFound }

// GetMany returns the objects with the given ids that exist and that readers
// (see Query.Readers) may read, by id. It is what `include` needs.
func (s *Store) GetMany(ctx context.Context, class string, ids []string, readers []string) (map[string]Row, error) {
	return nil, nil
}

// Find returns the objects q selects. Errors of the condition are *where.Error.
func (s *Store) Find(ctx context.Context, q Query) ([]Row, error) { return nil, nil }

// Each calls visit for each object q selects until it returns false, without
// holding more than one. The Row is valid only during the call.
func (s *Store) Each(ctx context.Context, q Query, visit func(Row) bool) error { return nil }

// Count returns how many objects q selects; its Order, Skip and Limit play no part.
func (s *Store) Count(ctx context.Context, q Query) (int, error) { return 0, nil }
