package files

import (
	"context"
	"io/fs"
)

// Size gives the number of files and their bytes, in the database and the folder.
func (f *Content) Size(ctx context.Context) (files int, bytes int64, err error) {
	files, bytes, err = f.Store.FilesSize(ctx)
	if err != nil || f.Folder == nil {
		return files, bytes, err
	}
	entries, err := fs.ReadDir(f.Folder.FS(), ".")
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() { // else it was deleted meanwhile
			files, bytes = files+1, bytes+info.Size()
		}
	}
	return files, bytes, err
}

// Unreachable is how many files are in a folder that was not given.
func (f *Content) Unreachable(ctx context.Context) (int, error) {
	if f.Folder != nil {
		return 0, nil
	}
	return f.Store.CountValues(ctx, bucket)
}
