package store

import (
	"context"
	"os"
)

// Stats are numbers for whoever operates a store.
type Stats struct {
	WritesWaiting int   // calls of Write that wait for their turn
	Readers       int   // connections for reading
	ReadersFree   int   // those that nobody uses
	FileSize      int64 // bytes
	LogSize       int64 // bytes; SQLite keeps the room of a log that it has begun again
}

// Stats gives the numbers of now.
func (s *Store) Stats() Stats {
	return Stats{
		WritesWaiting: len(s.writer.queue),
		Readers:       s.opened,
		ReadersFree:   len(s.readers),
		FileSize:      sizeOf(s.path),
		LogSize:       sizeOf(s.path + logSuffix),
	}
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// FilesSize gives the number of stored files and their bytes.
func (s *Store) FilesSize(ctx context.Context) (files int, bytes int64, err error) {
	err = s.read(ctx, func(r reader) error {
		row, err := r.c.queryRow("SELECT count(*), coalesce(sum(size), 0) FROM files WHERE size IS NOT NULL")
		if err == nil {
			files, bytes = int(row[0].(int64)), row[1].(int64)
		}
		return err
	})
	return files, bytes, err
}
