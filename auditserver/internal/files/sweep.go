package files

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"time"
)

// Sweep removes what unfinished uploads have left in the folder and nobody has
// written to since a time; the zero time: all of it, before anybody uploads.
func (f *Content) Sweep(since time.Time) error {
	if f.Folder == nil {
		return nil
	}
	entries, err := fs.ReadDir(f.Folder.FS(), ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") || path.Ext(e.Name()) != partSuffix {
			continue
		}
		info, err := e.Info()
		if err == nil && (since.IsZero() || info.ModTime().Before(since)) {
			err = f.Folder.Remove(e.Name())
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // its upload has ended meanwhile
			return err
		}
	}
	return nil
}
