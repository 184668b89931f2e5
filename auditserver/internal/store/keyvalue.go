package store

import (
	"context"
	"database/sql/driver"
	"time"
)

// GetValue returns the value stored under a key of a bucket ("config",
// "password-reset", ...), false if there is none or it has expired.
func (s *Store) GetValue(ctx context.Context, bucket, key string) (value []byte, ok bool, err error) {
	err = s.readQuick(ctx, func(r reader) error {
		value, ok, err = r.value(bucket, key)
		return err
	})
	return value, ok, err
}

// Values returns all keys and values of a bucket that have not expired.
func (s *Store) Values(ctx context.Context, bucket string) (map[string][]byte, error) {
	values := map[string][]byte{}
	err := s.readQuick(ctx, func(r reader) error {
		return r.c.query(ctx, "SELECT key, value FROM keyvalues WHERE bucket=? AND (expires IS NULL OR expires>?)",
			[]any{bucket, s.cfg.Now().UnixMilli()}, func(v []driver.Value) (bool, error) {
				values[v[0].(string)] = blobOf(v[1])
				return true, nil
			})
	})
	return values, err
}

// CountValues is how many keys of a bucket have a value that has not expired.
func (s *Store) CountValues(ctx context.Context, bucket string) (n int, err error) {
	err = s.readQuick(ctx, func(r reader) error {
		row, err := r.c.queryRow("SELECT count(*) FROM keyvalues WHERE bucket=? AND (expires IS NULL OR expires>?)", bucket, s.cfg.Now().UnixMilli())
		if err == nil {
			n = int(row[0].(int64))
		}
		return err
	})
	return n, err
}

func (r reader) value(bucket, key string) ([]byte, bool, error) {
	row, err := r.c.queryRow("SELECT value FROM keyvalues WHERE bucket=? AND key=? AND (expires IS NULL OR expires>?)", bucket, key, r.s.cfg.Now().UnixMilli())
	if err != nil || row == nil {
		return nil, false, err
	}
	return blobOf(row[0]), true, nil
}

// GetValue is Store.GetValue inside the transaction.
func (tx *Tx) GetValue(bucket, key string) ([]byte, bool, error) {
	if tx.over {
		return nil, false, errOver
	}
	return tx.reader().value(bucket, key)
}

// PutValue stores a value; with ttl > 0 it is gone after that time.
func (tx *Tx) PutValue(bucket, key string, value []byte, ttl time.Duration) error {
	_, err := tx.putValue("INSERT OR REPLACE", bucket, key, value, ttl)
	return err
}

// AddValue is PutValue that reports false, and changes nothing, if the key has
// a value that has not expired: for X-Parse-Request-Id.
func (tx *Tx) AddValue(bucket, key string, value []byte, ttl time.Duration) (added bool, err error) {
	n, err := tx.putValue("INSERT OR IGNORE", bucket, key, value, ttl)
	return n == 1, err
}

func (tx *Tx) putValue(insert, bucket, key string, value []byte, ttl time.Duration) (int64, error) {
	if tx.over {
		return 0, errOver
	}
	now := tx.s.cfg.Now()
	var expires any
	if ttl > 0 {
		expires = now.Add(ttl).UnixMilli()
	}
	if _, err := tx.exec("DELETE FROM keyvalues WHERE expires<=?", now.UnixMilli()); err != nil {
		return 0, err
	}
	if value == nil {
		value = []byte{}
	}
	return tx.exec(insert+" INTO keyvalues(bucket, key, value, expires) VALUES(?, ?, ?, ?)", bucket, key, value, expires)
}

// Sweep removes the values that have expired. Whatever puts a value does so, too;
// Sweep is for a store in which nobody does.
func (s *Store) Sweep(ctx context.Context) (removed int64, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		removed, err = tx.exec("DELETE FROM keyvalues WHERE expires<=?", s.cfg.Now().UnixMilli())
		return err
	})
	return removed, err
}

// DeleteValue removes a key; a missing one is no error.
func (tx *Tx) DeleteValue(bucket, key string) error {
	if tx.over {
		return errOver
	}
	_, err := tx.exec("DELETE FROM keyvalues WHERE bucket=? AND key=?", bucket, key)
	return err
}
