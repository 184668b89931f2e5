package wal

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// Sizes and numbers of the file format, https://www.sqlite.org/fileformat2.html#walformat.
const (
	headerSize      = 32
	frameHeaderSize = 24
	magicLittle     = 0x377f0682 // checksums of little-endian words
	magicBig        = 0x377f0683
	maxPageSize     = 64 << 10
)

// State is what a log holds. Frames are counted from 1.
type State struct {
	Empty   bool   // there are no frames
	BadHead bool   // the header is damaged: SQLite reads nothing
	Salt    uint64 // of this generation; each restart of the log has another
	Frames  uint32 // up to the last commit that SQLite finds
	Commits int    // up to there

	// Frames of this generation behind the first damaged one.
	Behind        uint32 // the last of them that ends a commit; 0: none
	BehindCommits int    // so many end a commit
}

// header is the beginning of a log.
type header struct {
	order    binary.ByteOrder // of the words that are summed up
	pageSize int64
	salt     uint64
	sum      [2]uint32
}

// errHeader says that a log does not begin as logs do.
var errHeader = errors.New("wal: damaged header")

func parseHeader(b []byte) (header, error) {
	h := header{order: binary.LittleEndian, pageSize: int64(binary.BigEndian.Uint32(b[8:])), salt: binary.BigEndian.Uint64(b[16:])}
	magic := binary.BigEndian.Uint32(b)
	if magic == magicBig {
		h.order = binary.BigEndian
	}
	h.sum = checksum(h.order, [2]uint32{}, b[:24])
	if magic|1 != magicBig || h.pageSize < 512 || h.pageSize > maxPageSize || h.pageSize&(h.pageSize-1) != 0 || h.sum != sumAt(b[24:]) {
		return header{}, errHeader
	}
	return h, nil
}

func sumAt(b []byte) [2]uint32 {
	return [2]uint32{binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])}
}

// checksum goes on with a checksum over b, whose length is a multiple of 8.
func checksum(order binary.ByteOrder, sum [2]uint32, b []byte) [2]uint32 {
	for ; len(b) >= 8; b = b[8:] {
		sum[0] += order.Uint32(b) + sum[1]
		sum[1] += order.Uint32(b[4:]) + sum[0]
	}
	return sum
}

// next goes on with the checksum over a whole frame.
func (h header) next(sum [2]uint32, frame []byte) [2]uint32 {
	return checksum(h.order, checksum(h.order, sum, frame[:8]), frame[frameHeaderSize:])
}

// frame is the header of a frame, or all of it.
type frame []byte

func (f frame) commits() bool  { return binary.BigEndian.Uint32(f[4:]) != 0 }
func (f frame) salt() uint64   { return binary.BigEndian.Uint64(f[8:]) }
func (f frame) sum() [2]uint32 { return sumAt(f[16:]) }

// Inspect reads a whole log.
func Inspect(r io.Reader) (State, error) {
	in := bufio.NewReaderSize(r, 1<<20)
	head := make([]byte, headerSize)
	switch n, err := io.ReadFull(in, head); {
	case errors.Is(err, io.EOF):
		return State{Empty: true}, nil
	case errors.Is(err, io.ErrUnexpectedEOF):
		return State{Empty: true, BadHead: !zero(head[:n])}, nil
	case err != nil:
		return State{}, err
	}
	h, err := parseHeader(head)
	if err != nil {
		blank := zero(head) // the file has grown, and a power cut came before its content
		return State{Empty: blank, BadHead: !blank}, nil
	}
	s := State{Salt: h.salt}
	buf := make([]byte, frameHeaderSize+h.pageSize)
	sum, intact := h.sum, true
	for n := uint32(1); ; n++ {
		if _, err := io.ReadFull(in, buf); err != nil {
			s.Empty = n == 1
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return s, nil
			}
			return s, err
		}
		f := frame(buf[:frameHeaderSize])
		ours := f.salt() == h.salt
		if intact {
			sum = h.next(sum, buf)
			intact = ours && sum == f.sum()
		}
		if !ours || !f.commits() {
			continue
		}
		if intact {
			s.Frames, s.Commits = n, s.Commits+1
		} else {
			s.Behind, s.BehindCommits = n, s.BehindCommits+1
		}
	}
}

func zero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
