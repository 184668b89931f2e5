package trail

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// cutTo cuts off what a seal that did not come to its end left in a file, and puts
// the next write behind size bytes.
func cutTo(f *os.File, size int64) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() < size {
		return fmt.Errorf("trail: %s is %w: it has %d bytes, the checkpoint covers %d", f.Name(), ErrDamaged, info.Size(), size)
	}
	if err := f.Truncate(size); err != nil {
		return err
	}
	_, err = f.Seek(size, io.SeekStart)
	return err
}

// endOfLine returns how many bytes the first n lines of a file have.
func endOfLine(f *os.File, n int64) (int64, error) {
	var size int64
	r := bufio.NewReader(f)
	for range n {
		text, err := r.ReadSlice('\n')
		if err != nil {
			return 0, fmt.Errorf("trail: %s is %w: it ends before line %d: %w", f.Name(), ErrDamaged, n, err)
		}
		size += int64(len(text))
	}
	return size, nil
}

// keep makes c the newest checkpoint, by a rename, so that a reader finds the one
// before or this one, and files a copy of it.
func (l *Log) keep(c Checkpoint) error {
	if err := replaceFile(filepath.Join(l.dir, checkpointFile), c.Note); err != nil {
		return err
	}
	l.checkpoint = c
	return replaceFile(filepath.Join(l.dir, checkpointsDir, strconv.FormatInt(c.Size, 10)), c.Note)
}

func replaceFile(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()) // a checkpoint is for everybody
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(name))
}
