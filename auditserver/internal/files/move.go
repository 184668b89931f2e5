package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// Gather copies the content of the folder into a copy of the database, so that one
// file holds all. It leaves out what gone says was deleted after the copy was made.
func Gather(ctx context.Context, to *store.Store, folder *os.Root, gone func(name string) (bool, error)) error {
	entries, err := to.Values(ctx, bucket)
	if err != nil {
		return err
	}
	in := &Content{Store: to, Folder: folder}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		info, content, err := in.Open(ctx, name)
		switch {
		case errors.Is(err, store.ErrNotFound):
			deleted, err := gone(name)
			if err != nil {
				return err
			}
			if !deleted {
				return fmt.Errorf("the content of the file %s is missing in the folder", name)
			}
		case err != nil:
			return err
		default:
			_, err = to.PutFile(ctx, info, content)
			if err = errors.Join(err, content.Close()); err != nil {
				return err
			}
		}
		if err := to.Write(ctx, func(tx *store.Tx) error { return tx.DeleteValue(bucket, name) }); err != nil {
			return err
		}
	}
	return nil
}

// Spread moves the content of all files of a database into a folder.
func Spread(ctx context.Context, from *store.Store, folder *os.Root) error {
	names, err := from.FileNames(ctx)
	if err != nil {
		return err
	}
	to := &Content{Store: from, Folder: folder}
	for _, name := range names {
		info, content, err := from.OpenFile(ctx, name)
		if err != nil {
			return err
		}
		if err := errors.Join(to.Save(ctx, info, content), content.Close()); err != nil {
			return err
		}
		if err := folder.Chtimes(name, info.CreatedAt, info.CreatedAt); err != nil { // it is when the file was uploaded
			return err
		}
		if err := from.DeleteFile(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// Known tells whether the database at path, which a server may have open, has an
// entry for a file of the folder.
func Known(path, name string) (bool, error) { return store.HasValue(path, bucket, name) }

// Check reads a database and the folder beside it; see store.Check. It is given no
// folder where all files are in the database.
func Check(ctx context.Context, path string, folder *os.Root) (*store.Report, error) {
	return store.Check(ctx, path, bucket, func(entries map[string][]byte) (problems []string, err error) {
		for _, name := range slices.Sorted(maps.Keys(entries)) {
			if folder == nil {
				return []string{fmt.Sprintf("%d files are in a folder, which was not given (-files)", len(entries))}, nil
			}
			var info store.FileInfo
			if err := json.Unmarshal(entries[name], &info); err != nil {
				problems = append(problems, fmt.Sprintf("the entry of the file %s can't be read: %v", name, err))
				continue
			}
			size, err := contentSize(folder, name)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				problems = append(problems, fmt.Sprintf("the content of the file %s is missing in the folder", name))
			case err != nil:
				problems = append(problems, fmt.Sprintf("the content of the file %s can't be read: %v", name, err))
			case info.Size != 0 && info.Size != size:
				problems = append(problems, fmt.Sprintf("the file %s should have %d bytes and has %d", name, info.Size, size))
			}
		}
		return problems, nil
	})
}

// contentSize reads a file to its end.
func contentSize(folder *os.Root, name string) (int64, error) {
	f, err := folder.Open(name)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(io.Discard, f)
	return n, errors.Join(err, f.Close())
}
