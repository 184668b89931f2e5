package wal

import (
	"errors"
	"io"
)

// Position is a place in a log: the last frame of a commit.
type Position struct {
	Salt   uint64 // of the generation
	Frames uint32
}

// Follower finds the end of a log that grows. Only the goroutine that writes the
// log may use it, between its transactions.
type Follower struct {
	log   io.ReaderAt
	at    Position
	head  header
	doubt bool // the frames behind at may be those of a commit that failed
}

// NewFollower returns a follower that begins at the start of the log.
func NewFollower(log io.ReaderAt) *Follower { return &Follower{log: log, doubt: true} }

// Doubt says that a commit has failed. It may have left frames that look like a
// commit behind the end of the log, so the follower sums up what it reads until
// nothing stands there.
func (f *Follower) Doubt() { f.doubt = true }

// Last gives the last commit. It reads the headers of the frames that have come
// since the last call.
func (f *Follower) Last() (Position, error) {
	var buf [headerSize]byte
	if _, err := f.log.ReadAt(buf[:], 0); err != nil {
		return Position{}, unlessEnd(err)
	}
	head, err := parseHeader(buf[:])
	if err != nil {
		return Position{}, err
	}
	if head.salt != f.at.Salt { // SQLite has begun again at the start of the file
		f.doubt = f.doubt && f.at == Position{} // what stands behind now has another salt
		f.at, f.head = Position{Salt: head.salt}, head
	}
	if f.doubt {
		return f.lastChecked()
	}
	for n := f.at.Frames + 1; ; n++ {
		h := frame(buf[:frameHeaderSize])
		if _, err := f.log.ReadAt(h, f.offset(n)); err != nil {
			return f.at, unlessEnd(err)
		}
		if h.salt() != f.at.Salt {
			return f.at, nil
		}
		if h.commits() {
			f.at.Frames = n
		}
	}
}

// lastChecked is Last that reads frames whole, as SQLite does when it opens a log.
func (f *Follower) lastChecked() (Position, error) {
	buf := make([]byte, frameHeaderSize+f.head.pageSize)
	sum := f.head.sum
	if f.at.Frames > 0 {
		if _, err := f.log.ReadAt(buf[:frameHeaderSize], f.offset(f.at.Frames)); err != nil {
			return f.at, err
		}
		sum = frame(buf).sum()
	}
	for n := f.at.Frames + 1; ; n++ {
		if _, err := f.log.ReadAt(buf, f.offset(n)); err != nil {
			f.doubt = !errors.Is(err, io.EOF)
			return f.at, unlessEnd(err)
		}
		if sum = f.head.next(sum, buf); frame(buf).salt() != f.at.Salt || frame(buf).sum() != sum {
			return f.at, nil
		}
		if frame(buf).commits() {
			f.at.Frames = n
		}
	}
}

// offset is where frame n begins.
func (f *Follower) offset(n uint32) int64 {
	return headerSize + int64(n-1)*(frameHeaderSize+f.head.pageSize)
}

func unlessEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
