package trail

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/isoaudit/isoaudit-go/trail/event"
)

// SealOptions say which events are ready to be sealed. The zero value has defaults.
type SealOptions struct {
	// Now is the present; the zero value is time.Now().
	Now time.Time

	// Grace is how long an event waits before it is sealed, so that one that was
	// begun earlier and stored later still finds its place, and that the save it
	// tells of has come to its end. 0 is DefaultGrace.
	Grace time.Duration

	// LookBack is how far before the newest sealed event others are looked for that
	// came late. 0 is DefaultLookBack; negative looks at all of them.
	LookBack time.Duration
}

// The defaults of SealOptions.
const (
	DefaultGrace    = time.Minute
	DefaultLookBack = 24 * time.Hour
)

// Sealed is what Seal did.
type Sealed struct {
	Checkpoint Checkpoint // the newest, also if nothing was new
	Added      int64      // events
	Late       int64      // of them came late: they were stored before others that were sealed already
}

// Seal appends to the log the events of a source that are older than the grace
// period, in the server's order, and signs a checkpoint over all. Events that came
// late get the next place and are marked; nothing is ever inserted. Give the
// checkpoint to somebody who does not run the server: only a checkpoint that was kept
// elsewhere proves anything. A seal that is cut off leaves the log as it was.
func (l *Log) Seal(ctx context.Context, source Source, signer note.Signer, o SealOptions) (Sealed, error) {
	if signer.Name() != l.key.Name() || signer.KeyHash() != l.key.KeyHash() {
		return Sealed{}, fmt.Errorf("trail: log %s is of key %s, the private key is %w: %s+%08x", l.dir, keyName(l.key), ErrOtherOrigin, signer.Name(), signer.KeyHash())
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	s := &sealing{
		log: l, ready: o.Now.Add(-cmp.Or(o.Grace, DefaultGrace)),
		sealed: Sealed{Checkpoint: l.checkpoint}, size: l.checkpoint.Size,
	}
	if err := s.recall(cmp.Or(o.LookBack, DefaultLookBack)); err != nil {
		return Sealed{}, err
	}
	return s.run(ctx, source, signer)
}

// sealing is one run of Seal.
type sealing struct {
	log    *Log
	ready  time.Time       // events stored later wait
	since  time.Time       // events stored earlier are not looked at
	newest place           // of the events that came in time
	known  map[string]bool // row ids of the sealed events since then

	unlock func() error
	lines  *os.File
	hashes *os.File
	size   int64 // of the tree
	sealed Sealed
}

// recall reads from the log what was sealed since the time from which on events are
// looked at.
func (s *sealing) recall(lookBack time.Duration) error {
	for l, err := range s.log.lines() {
		if err != nil {
			return err
		}
		if !l.late {
			s.newest = l.place
		}
	}
	if lookBack > 0 && !s.newest.createdAt.IsZero() {
		s.since = s.newest.createdAt.Add(-lookBack)
	}
	s.known = map[string]bool{}
	for l, err := range s.log.lines() {
		if err != nil {
			return err
		}
		if !l.createdAt.Before(s.since) {
			s.known[l.objectID] = true
		}
	}
	return nil
}

func (s *sealing) run(ctx context.Context, source Source, signer note.Signer) (_ Sealed, err error) {
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.open(); err != nil {
		return Sealed{}, err
	}
	lines, hashes := bufio.NewWriter(s.lines), bufio.NewWriter(s.hashes)
	grown := tree{size: s.size}
	if err := grown.resume(hashReader{s.hashes}); err != nil {
		return Sealed{}, fmt.Errorf("trail: log %s is %w: %w", s.log.dir, ErrDamaged, err)
	}
	for e, err := range source.Events(ctx, s.since) {
		var damage *event.Damage
		if err != nil && !errors.As(err, &damage) {
			return Sealed{}, err
		}
		if !e.CreatedAt.Before(s.ready) {
			break
		}
		if s.known[e.ObjectID] {
			continue
		}
		if err := s.add(&e, &grown, lines, hashes); err != nil {
			return Sealed{}, err
		}
	}
	if s.sealed.Added == 0 {
		return s.sealed, nil
	}
	if err := errors.Join(lines.Flush(), hashes.Flush(), s.lines.Sync(), s.hashes.Sync()); err != nil {
		return Sealed{}, err
	}
	root, err := grown.root()
	if err != nil {
		return Sealed{}, err
	}
	if s.sealed.Checkpoint, err = signCheckpoint(grown.size, root, signer); err != nil {
		return Sealed{}, err
	}
	if err := s.log.keep(s.sealed.Checkpoint); err != nil {
		return Sealed{}, err
	}
	return s.sealed, nil
}

func (s *sealing) add(e *event.Event, grown *tree, lines, hashes io.Writer) error {
	if !sealable(e.ObjectID) {
		return fmt.Errorf("trail: event %q cannot be sealed: its row has no readable objectId", e.ID)
	}
	l := line{place: place{e.CreatedAt, e.ObjectID}, index: grown.size, event: e.ID, leaf: tlog.RecordHash(LeafOf(e))}
	if !sealable(l.event) {
		l.event = "-" // an entry that nobody can read is sealed as it is
	}
	if l.late = l.compare(s.newest) < 0; l.late {
		s.sealed.Late++
	} else {
		s.newest = l.place
	}
	stored, err := grown.add(l.leaf)
	if err != nil {
		return err
	}
	for _, hash := range stored {
		if _, err := hashes.Write(hash[:]); err != nil {
			return err
		}
	}
	s.sealed.Added++
	_, err = lines.Write(l.append(nil))
	return err
}

// open opens the log for appending, behind what its newest checkpoint covers.
func (s *sealing) open() (err error) {
	dir := s.log.dir
	if err := os.MkdirAll(filepath.Join(dir, checkpointsDir), 0o700); err != nil {
		return err
	}
	if s.unlock, err = lockFile(filepath.Join(dir, "lock")); err != nil {
		return fmt.Errorf("trail: log %s: %w", dir, err)
	}
	again, err := OpenLog(dir, s.log.key)
	if err != nil {
		return err
	}
	if again.checkpoint.Size != s.size {
		return fmt.Errorf("trail: log %s was sealed by another program meanwhile: seal again", dir)
	}
	flags := os.O_RDWR
	if s.size == 0 {
		flags |= os.O_CREATE
	}
	if s.hashes, err = s.log.openHashes(flags); err != nil {
		return err
	}
	if err := cutTo(s.hashes, tlog.StoredHashCount(s.size)*tlog.HashSize); err != nil {
		return err
	}
	if s.lines, err = os.OpenFile(filepath.Join(dir, linesFile), flags, 0o600); err != nil {
		return err
	}
	end, err := endOfLine(s.lines, s.size)
	if err != nil {
		return err
	}
	return cutTo(s.lines, end)
}

func (s *sealing) close() error {
	var errs []error
	for _, f := range []*os.File{s.lines, s.hashes} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	if s.unlock != nil {
		errs = append(errs, s.unlock())
	}
	return errors.Join(errs...)
}
