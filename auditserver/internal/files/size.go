package files

import (
	"context"
	"io/fs"
)

// Size gives the number of files and their bytes.
func (f *Content) Size(ctx context.Context) (files int, bytes int64, err error) {
	if f.Folder == nil {
		return f.Store.FilesSize(ctx)
	}
	entries, err := fs.ReadDir(f.Folder.FS(), ".")
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() { // else it was deleted meanwhile
			files, bytes = files+1, bytes+info.Size()
		}
	}
	return files, bytes, err
}
