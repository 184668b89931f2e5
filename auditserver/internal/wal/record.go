package wal

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
)

// Record is kept in a small file beside a database and says how much of the log
// is on the disk. It is written after each sync of the log and not synced itself,
// so it never promises too much: after a kill it is exact, after a power cut it may
// be older.
type Record struct {
	Position
	Unsynced bool // the log is not synced; the position means nothing
}

// Known is a record that was read.
type Known struct {
	Record
	Found   bool // there is a file
	Damaged bool // it holds no record
}

const (
	recordMagic = "isoaulog"
	recordSize  = len(recordMagic) + 1 + 8 + 4 + 4
)

// ReadRecord reads the record of a file.
func ReadRecord(path string) (Known, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Known{}, nil
	}
	if err != nil {
		return Known{}, err
	}
	k := Known{Found: true}
	end := recordSize - 4
	if len(b) != recordSize || string(b[:len(recordMagic)]) != recordMagic || binary.BigEndian.Uint32(b[end:]) != crc32.ChecksumIEEE(b[:end]) {
		k.Damaged = true
		return k, nil
	}
	b = b[len(recordMagic):]
	k.Unsynced = b[0] != 0
	k.Position = Position{Salt: binary.BigEndian.Uint64(b[1:]), Frames: binary.BigEndian.Uint32(b[9:])}
	return k, nil
}

// Put writes the record to its file, in one call.
func (r Record) Put(w io.WriterAt) error {
	b := append(make([]byte, 0, recordSize), recordMagic...)
	if r.Unsynced {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	b = binary.BigEndian.AppendUint64(b, r.Salt)
	b = binary.BigEndian.AppendUint32(b, r.Frames)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	_, err := w.WriteAt(b, 0)
	return err
}
