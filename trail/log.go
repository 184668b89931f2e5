package trail

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The files in the folder of a log.
const (
	linesFile      = "log"         // a line for each sealed event
	hashesFile     = "hashes"      // the hashes of the tree in the order of package tlog; follows from the lines
	checkpointFile = "checkpoint"  // the newest checkpoint
	checkpointsDir = "checkpoints" // all of them, by their size
)

// Log is a folder with the sealed events of a trail: the hash of each in the order in
// which they were sealed, and the signed checkpoints over them. It holds no values.
// It belongs to whoever seals, outside of the server. Open one with [OpenLog].
type Log struct {
	dir        string
	key        note.Verifier
	checkpoint Checkpoint // the newest; zero if nothing is sealed yet
}

// OpenLog opens the folder of a log whose newest checkpoint was signed with key. A
// folder that is not there, or is empty, is a log without events. The errors are
// [ErrDamaged], [ErrOtherOrigin] and those of reading files.
func OpenLog(dir string, key note.Verifier) (*Log, error) {
	l := &Log{dir: dir, key: key}
	signed, err := readSmall(filepath.Join(dir, checkpointFile))
	if errors.Is(err, fs.ErrNotExist) {
		// A seal that found nothing, or was cut off, leaves the folder of the checkpoints empty.
		earlier, err := os.ReadDir(filepath.Join(dir, checkpointsDir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("trail: log %s: %w", dir, err)
		}
		if len(earlier) > 0 {
			return nil, fmt.Errorf("trail: log %s is %w: it has earlier checkpoints, but file %s is gone", dir, ErrDamaged, checkpointFile)
		}
		return l, nil
	}
	if err != nil {
		return nil, fmt.Errorf("trail: log %s: %w", dir, err)
	}
	if l.checkpoint, err = OpenCheckpoint(signed, key); err != nil {
		return nil, fmt.Errorf("log %s: %w", dir, err)
	}
	return l, nil
}

// Checkpoint returns the newest checkpoint; one of Size 0 if nothing is sealed yet.
func (l *Log) Checkpoint() Checkpoint { return l.checkpoint }

// lines yields the lines that the newest checkpoint covers. What a seal that was cut
// off left behind them is not looked at.
func (l *Log) lines() iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		if l.checkpoint.Size == 0 {
			return
		}
		f, err := os.Open(filepath.Join(l.dir, linesFile))
		if err != nil {
			yield(line{}, fmt.Errorf("trail: log %s is %w: %w", l.dir, ErrDamaged, err))
			return
		}
		defer func() { _ = f.Close() }() // it was only read
		scanner := bufio.NewScanner(f)
		for index := range l.checkpoint.Size {
			if !scanner.Scan() {
				err := errors.Join(scanner.Err(), io.ErrUnexpectedEOF)
				yield(line{}, fmt.Errorf("trail: log %s is %w: file %s ends after %d events, the checkpoint covers %d: %w", l.dir, ErrDamaged, linesFile, index, l.checkpoint.Size, err))
				return
			}
			one, err := parseLine(scanner.Text(), index)
			if err != nil {
				yield(line{}, fmt.Errorf("trail: log %s is %w: line %d of file %s: %w", l.dir, ErrDamaged, index+1, linesFile, err))
				return
			}
			if !yield(one, nil) {
				return
			}
		}
	}
}

// inTime yields the lines of events that did not come late, which are in the order
// of the server.
func (l *Log) inTime() iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		for one, err := range l.lines() {
			if !one.late && !yield(one, err) {
				return
			}
		}
	}
}

// lateLines gives the other lines by the objectId of their event's row; they are few.
func (l *Log) lateLines() (map[string]line, error) {
	late := map[string]line{}
	for one, err := range l.lines() {
		if err != nil {
			return nil, err
		}
		if one.late {
			late[one.objectID] = one
		}
	}
	return late, nil
}

// hashReader reads the stored hashes of the tree.
type hashReader struct{ file *os.File }

// ReadHashes implements tlog.HashReader.
func (r hashReader) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if _, err := r.file.ReadAt(hashes[i][:], index*tlog.HashSize); err != nil {
			return nil, fmt.Errorf("file %s: hash %d: %w", hashesFile, index, err)
		}
	}
	return hashes, nil
}

// openHashes opens the stored hashes and compares their root with the newest
// checkpoint.
func (l *Log) openHashes(flag int) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(l.dir, hashesFile), flag, 0o600)
	if err != nil {
		return nil, fmt.Errorf("trail: log %s is %w: %w", l.dir, ErrDamaged, err)
	}
	if l.checkpoint.Size == 0 {
		return f, nil
	}
	root, err := tlog.TreeHash(l.checkpoint.Size, hashReader{f})
	if err == nil && root != l.checkpoint.Root {
		err = errors.New("the root of the tree is not the one that the checkpoint signs")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("trail: log %s is %w: file %s: %w", l.dir, ErrDamaged, hashesFile, err), f.Close())
	}
	return f, nil
}
