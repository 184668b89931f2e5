package auditserver

import (
	"sync"
	"time"
)

// sizeFor is how long a size of the files is good: to find it may read a long list.
const sizeFor = time.Minute

// filesSize remembers the number and size of the files for a while.
type filesSize struct {
	mu    sync.Mutex
	at    time.Time
	files int
	bytes int64
}

func (f *filesSize) get(read func() (int, int64, error)) (files int, bytes int64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.at.IsZero() || time.Since(f.at) >= sizeFor {
		if f.files, f.bytes, err = read(); err != nil {
			return 0, 0, err
		}
		f.at = time.Now()
	}
	return f.files, f.bytes, nil
}
