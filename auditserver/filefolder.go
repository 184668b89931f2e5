package auditserver

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// fileBucket keeps the type and metadata of files in a folder, by name.
const fileBucket = "file"

// openFile opens a file in the folder or the database; store.ErrNotFound if
// there is none.
func (s *Server) openFile(ctx context.Context, name string) (store.FileInfo, io.ReadSeekCloser, error) {
	if s.cfg.FilesDir == "" {
		return s.store.OpenFile(ctx, name)
	}
	raw, ok, err := s.store.GetValue(ctx, fileBucket, name)
	if err != nil {
		return store.FileInfo{}, nil, err
	}
	if !ok {
		return store.FileInfo{}, nil, store.ErrNotFound
	}
	var info store.FileInfo
	if err := json.Unmarshal(raw, &info); err != nil {
		return info, nil, err
	}
	f, err := s.files.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return info, nil, store.ErrNotFound
	}
	if err != nil {
		return info, nil, err
	}
	stat, err := f.Stat()
	if err != nil {
		return info, nil, errors.Join(err, f.Close())
	}
	info.CreatedAt = stat.ModTime()
	return info, f, nil
}

// saveInFolder writes a file beside its final place and moves it there when it
// is complete and on the disk.
func (s *Server) saveInFolder(ctx context.Context, info store.FileInfo, content io.Reader) (err error) {
	part := info.Name + ".part"
	f, err := s.files.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.files.Remove(part))
		}
	}()
	_, err = io.Copy(f, content)
	if err == nil && !s.cfg.Unsynced {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	raw, err := json.Marshal(info)
	if err != nil {
		return err
	}
	if err = s.files.Rename(part, info.Name); err != nil {
		return err
	}
	part = info.Name
	if !s.cfg.Unsynced {
		if err = store.SyncFolder(s.files.Open, "."); err != nil {
			return err
		}
	}
	return s.store.Write(ctx, func(tx *store.Tx) error { return tx.PutValue(fileBucket, info.Name, raw, 0) })
}

func (s *Server) removeFile(ctx context.Context, name string) error {
	if s.cfg.FilesDir == "" {
		return s.store.DeleteFile(ctx, name)
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		if _, ok, err := tx.GetValue(fileBucket, name); err != nil || !ok {
			return errors.Join(err, store.ErrNotFound)
		}
		if err := tx.DeleteValue(fileBucket, name); err != nil {
			return err
		}
		if err := s.files.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}
