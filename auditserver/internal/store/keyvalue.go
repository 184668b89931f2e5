package store

import (
	"context"
	"io"
	"iter"
	"time"
)

// GetValue returns the value stored under a key of a bucket ("config",
// "password-reset", ...), false if there is none or it has expired.
func (s *Store) GetValue(ctx context.Context, bucket, key string) ([]byte, bool, error) {
	return nil, false, nil
}

// Values yields all keys and values of a bucket, sorted by key.
func (s *Store) Values(ctx context.Context, bucket string) (iter.Seq2[string, []byte], error) {
	return nil, nil
}

// GetValue is Store.GetValue inside the transaction.
func (tx *Tx) GetValue(bucket, key string) ([]byte, bool, error) { return nil, false, nil }

// PutValue stores a value; with ttl > 0 it is gone after that time.
func (tx *Tx) PutValue(bucket, key string, value []byte, ttl time.Duration) error { return nil }

// AddValue is PutValue that reports false, and changes nothing, if the key has
// a value already: for X-Parse-Request-Id.
func (tx *Tx) AddValue(bucket, key string, value []byte, ttl time.Duration) (added bool, err error) {
	return false, nil
}

// DeleteValue removes a key; a missing one is no error.
func (tx *Tx) DeleteValue(bucket, key string) error { return nil }

// FileInfo describes a stored file.
type FileInfo struct {
	Name        string
	ContentType string
	Size        int64
	CreatedAt   time.Time
	Metadata    []byte // whatever the server keeps with it
}

// PutFile stores what r yields, piece by piece, so that neither memory nor
// other writers wait for all of it. The file appears when it is complete.
// A taken name is a *UniqueError. Size and CreatedAt are set by the store.
func (s *Store) PutFile(ctx context.Context, info FileInfo, r io.Reader) (FileInfo, error) {
	return FileInfo{}, ErrClosed
}

// OpenFile opens a stored file for reading from any place. ErrNotFound if
// there is none. It stays readable when the file is deleted meanwhile, or a
// read returns ErrNotFound.
func (s *Store) OpenFile(ctx context.Context, name string) (FileInfo, io.ReadSeekCloser, error) {
	return FileInfo{}, nil, ErrNotFound
}

// DeleteFile removes a stored file; ErrNotFound if there is none.
func (s *Store) DeleteFile(ctx context.Context, name string) error { return ErrNotFound }
