package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// bucket keeps the type and metadata of files in a folder, by name.
const bucket = "file"

// Content keeps the content of files in a folder or in the database. Files that were
// uploaded to the database before there was a folder stay there, and are found.
type Content struct {
	Store    *store.Store
	Folder   *os.Root // of new files; nil: the database
	Unsynced bool     // do not wait until a file is on the disk
}

// Open opens a file in the folder or the database; store.ErrNotFound if
// there is none.
func (f *Content) Open(ctx context.Context, name string) (store.FileInfo, io.ReadSeekCloser, error) {
	if f.Folder == nil {
		return f.Store.OpenFile(ctx, name)
	}
	raw, ok, err := f.Store.GetValue(ctx, bucket, name)
	if err != nil {
		return store.FileInfo{}, nil, err
	}
	if !ok {
		return f.Store.OpenFile(ctx, name)
	}
	var info store.FileInfo
	if err := json.Unmarshal(raw, &info); err != nil {
		return info, nil, err
	}
	content, err := f.Folder.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return info, nil, store.ErrNotFound
	}
	if err != nil {
		return info, nil, err
	}
	stat, err := content.Stat()
	if err != nil {
		return info, nil, errors.Join(err, content.Close())
	}
	info.CreatedAt = stat.ModTime()
	return info, content, nil
}

// Save stores the content of a file under info.Name.
func (f *Content) Save(ctx context.Context, info store.FileInfo, content io.Reader) error {
	if f.Folder != nil {
		return f.saveInFolder(ctx, info, content)
	}
	_, err := f.Store.PutFile(ctx, info, content)
	return err
}

// Deleted tells whether a file of the folder has no entry any more.
func (f *Content) Deleted(ctx context.Context, name string) (bool, error) {
	_, known, err := f.Store.GetValue(ctx, bucket, name)
	return !known, err
}

// saveInFolder writes a file beside its final place and moves it there when it
// is complete and on the disk.
func (f *Content) saveInFolder(ctx context.Context, info store.FileInfo, content io.Reader) (err error) {
	part := partName(info.Name)
	file, err := f.Folder.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Folder.Remove(part))
		}
	}()
	info.Size, err = io.Copy(file, content)
	if err == nil && !f.Unsynced {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	raw, err := json.Marshal(info)
	if err != nil {
		return err
	}
	if err = f.Folder.Rename(part, info.Name); err != nil {
		return err
	}
	part = info.Name
	if !f.Unsynced {
		if err = store.SyncFolder(f.Folder.Open, "."); err != nil {
			return err
		}
	}
	return f.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutValue(bucket, info.Name, raw, 0) })
}

// partName is what a file is called until it is complete. No upload may have a
// name like it.
func partName(name string) string { return "." + name + partSuffix }

const partSuffix = ".part"

// Remove deletes a file; store.ErrNotFound if there is none.
func (f *Content) Remove(ctx context.Context, name string) error {
	if f.Folder == nil {
		return f.Store.DeleteFile(ctx, name)
	}
	known := false
	err := f.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if _, known, err = tx.GetValue(bucket, name); err != nil || !known {
			return err
		}
		return tx.DeleteValue(bucket, name)
	})
	if err != nil {
		return err
	}
	if !known {
		return f.Store.DeleteFile(ctx, name)
	}
	if err := f.Folder.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
