package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// partSize is how much of a file one row holds. It is part of the file format.
const partSize = 256 << 10

// FileInfo describes a stored file.
type FileInfo struct {
	Name        string
	ContentType string
	Size        int64     // in bytes; set by the store
	CreatedAt   time.Time // zero for PutFile: now
	Metadata    []byte    // whatever the server keeps with it
}

// PutFile stores what r yields, part by part, so that neither memory nor other
// writers wait for all of it. The file appears when it is complete; after an
// error nothing of it stays. A taken name is a *UniqueError.
func (s *Store) PutFile(ctx context.Context, info FileInfo, r io.Reader) (_ FileInfo, err error) {
	var id int64
	if info.CreatedAt.IsZero() {
		info.CreatedAt = s.cfg.Now()
	}
	info.CreatedAt, info.Size = time.UnixMilli(info.CreatedAt.UnixMilli()).UTC(), 0
	err = s.Write(ctx, func(tx *Tx) error {
		row, err := tx.returning("INSERT INTO files(name, type, created, metadata) VALUES(?, ?, ?, ?) RETURNING id",
			info.Name, info.ContentType, info.CreatedAt.UnixMilli(), info.Metadata)
		var e *sqlite.Error
		if errors.As(err, &e) && e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE {
			return &UniqueError{Class: "@File", Fields: []string{"name"}}
		}
		if err == nil {
			id = row[0].(int64)
		}
		return err
	})
	if err != nil {
		return FileInfo{}, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Write(context.WithoutCancel(ctx), func(tx *Tx) error { return tx.deleteFile(id) }))
		}
	}()
	buf := make([]byte, partSize)
	for part := int64(0); ; part++ {
		n, readErr := fill(r, buf)
		if readErr != nil && readErr != io.EOF {
			return FileInfo{}, fmt.Errorf("store: read file %q: %w", info.Name, readErr)
		}
		info.Size += int64(n)
		err := s.Write(ctx, func(tx *Tx) error {
			if n > 0 {
				if _, err := tx.exec("INSERT INTO file_parts(file, part, data) VALUES(?, ?, ?)", id, part, buf[:n]); err != nil {
					return err
				}
			}
			if readErr != nil { // the last one
				_, err := tx.exec("UPDATE files SET size=? WHERE id=?", info.Size, id)
				return err
			}
			return nil
		})
		if err != nil || readErr != nil {
			return info, err
		}
	}
}

// fill reads until buf is full. Unlike io.ReadFull it keeps the end of r, io.EOF,
// apart from content that was cut off, which readers tell by io.ErrUnexpectedEOF.
func fill(r io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var more int
		more, err = r.Read(buf[n:])
		n += more
	}
	return n, err
}

func (tx *Tx) deleteFile(id int64) error {
	_, err := tx.exec("DELETE FROM file_parts WHERE file=?", id)
	_, err2 := tx.exec("DELETE FROM files WHERE id=?", id)
	return errors.Join(err, err2)
}

// dropUnfinished removes files whose upload a crash has cut off.
func (tx *Tx) dropUnfinished() error {
	_, err := tx.exec("DELETE FROM file_parts WHERE file IN (SELECT id FROM files WHERE size IS NULL)")
	_, err2 := tx.exec("DELETE FROM files WHERE size IS NULL")
	return errors.Join(err, err2)
}

// DeleteFile removes a stored file; ErrNotFound if there is none.
func (s *Store) DeleteFile(ctx context.Context, name string) error {
	return s.Write(ctx, func(tx *Tx) error {
		row, err := tx.c.queryRow("SELECT id FROM files WHERE name=? AND size IS NOT NULL", name)
		if err != nil {
			return err
		}
		if row == nil {
			return fmt.Errorf("%w: file %q", ErrNotFound, name)
		}
		return tx.deleteFile(row[0].(int64))
	})
}

// FileNames returns the names of all stored files, sorted.
func (s *Store) FileNames(ctx context.Context) (names []string, err error) {
	err = s.read(ctx, func(r reader) error {
		return r.c.query(ctx, "SELECT name FROM files WHERE size IS NOT NULL ORDER BY name", nil, func(v []driver.Value) (bool, error) {
			names = append(names, v[0].(string))
			return true, nil
		})
	})
	return names, err
}

// OpenFile opens a stored file for reading from any place; ErrNotFound if there
// is none. When the file is deleted meanwhile, reads return ErrNotFound.
func (s *Store) OpenFile(ctx context.Context, name string) (info FileInfo, _ io.ReadSeekCloser, err error) {
	f := &file{s: s, ctx: ctx, name: name, loaded: -1}
	err = s.read(ctx, func(r reader) error {
		row, err := r.c.queryRow("SELECT id, type, size, created, metadata FROM files WHERE name=? AND size IS NOT NULL", name)
		if err != nil {
			return err
		}
		if row == nil {
			return fmt.Errorf("%w: file %q", ErrNotFound, name)
		}
		info = FileInfo{Name: name, ContentType: row[1].(string), Size: row[2].(int64), CreatedAt: time.UnixMilli(row[3].(int64)).UTC()}
		info.Metadata = blobOf(row[4])
		f.id, f.size = row[0].(int64), info.Size
		return nil
	})
	if err != nil {
		return FileInfo{}, nil, err
	}
	return info, f, nil
}

// file reads one part at a time and holds no connection in between.
type file struct {
	s      *Store
	ctx    context.Context // of OpenFile, as io.Reader has none
	name   string
	id     int64
	size   int64
	offset int64
	loaded int64 // number of the part in memory, -1: none
	part   []byte
}

func (f *file) Read(p []byte) (int, error) {
	if f.offset >= f.size {
		return 0, io.EOF
	}
	if want := f.offset / partSize; want != f.loaded {
		err := f.s.read(f.ctx, func(r reader) error {
			row, err := r.c.queryRow("SELECT data FROM file_parts WHERE file=? AND part=?", f.id, want)
			if err == nil && row == nil {
				err = fmt.Errorf("%w: file %q was deleted", ErrNotFound, f.name)
			}
			if err != nil {
				return err
			}
			f.part, f.loaded = blobOf(row[0]), want
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
	n := copy(p, f.part[f.offset%partSize:])
	f.offset += int64(n)
	return n, nil
}

func (f *file) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.offset
	case io.SeekEnd:
		offset += f.size
	}
	if offset < 0 {
		return 0, fmt.Errorf("store: seek before the start of file %q", f.name)
	}
	f.offset = offset
	return offset, nil
}

func (f *file) Close() error { return nil }
