package trail

import (
	"archive/zip"
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"iter"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/isoaudit/isoaudit-go/trail/event"
)

// The files of a bundle, a zip archive.
const (
	bundleReadme      = "README.txt"
	bundleCheckpoint  = "checkpoint"      // signed note
	bundleOlder       = "checkpoint.kept" // an older one, if one was given
	bundleConsistency = "consistency"     // proof that the log only grew since: hashes in base64, one a line
	bundleEvents      = "events.jsonl"    // a line for each event: index, proof, row
)

const readmeText = `An audit trail, to be checked without the server that it comes from.

checkpoint       signed note (C2SP tlog-checkpoint): name of the log, number of
                 events, root of the Merkle tree (RFC 6962) over them, signature
checkpoint.kept  an older checkpoint, if one was given for this bundle
consistency      proof (RFC 6962, 2.1.2) that the log only grew since the older one
events.jsonl     one event a line: {"index", "proof", "row"}
                 row: the event as the server stores it (class AuditTrail), but as
                 it was sealed if its save came to its end later
                 proof: audit path (RFC 6962, 2.1.1) of the leaf at index

The leaf is the canonical JSON (RFC 8785) of {"confirmed", "createdAt", "entry",
"objectId", "record"} of the row, where entry is the SHA-256, in hex, of the row's
text "entry". The entry has for each changed column the SHA-256 of the canonical
JSON of {"after", "before", "column", "salt"}; the values stand in the row's text
"values", null where they were redacted.

The public key and an older checkpoint must come from elsewhere than this bundle.
docs/trail.md of isoaudit-go shows how to check all this with openssl and Python.
`

// Exported is what Export wrote.
type Exported struct {
	Events  int64
	Waiting int64 // events that are not sealed yet, and therefore not in the bundle
}

// Export writes a bundle: the newest checkpoint of the log and events with proofs
// that the checkpoint covers them. The events come in the order of their createdAt
// and objectId, all of a trail or some, such as the history of one record. kept is an
// older checkpoint to prove the growth from, or the zero Checkpoint. An event whose save
// came to its end after it was sealed is there as it was sealed. One that is not what was
// sealed is an error that names it.
func Export(w io.Writer, log *Log, events iter.Seq2[event.Event, error], kept Checkpoint) (Exported, error) {
	x := &export{log: log, zip: zip.NewWriter(w)}
	if err := x.run(events, kept); err != nil {
		return x.done, err
	}
	return x.done, x.zip.Close()
}

type export struct {
	log    *Log
	zip    *zip.Writer
	hashes tlog.HashReader
	done   Exported
}

func (x *export) run(events iter.Seq2[event.Event, error], kept Checkpoint) error {
	newest := x.log.checkpoint
	if newest.Size == 0 {
		return fmt.Errorf("trail: log %s has no checkpoint yet: seal first", x.log.dir)
	}
	file, err := x.log.openHashes(0)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	x.hashes = hashReader{file}
	if err := x.file(bundleReadme, []byte(readmeText)); err != nil {
		return err
	}
	if err := x.file(bundleCheckpoint, newest.Note); err != nil {
		return err
	}
	if kept.Size > 0 {
		if err := x.consistency(kept); err != nil {
			return err
		}
	}
	out, err := x.zip.Create(bundleEvents)
	if err != nil {
		return err
	}
	lines := bufio.NewWriter(out)
	if err := x.events(lines, events); err != nil {
		return err
	}
	return lines.Flush()
}

func (x *export) file(name string, data []byte) error {
	out, err := x.zip.Create(name)
	if err != nil {
		return err
	}
	_, err = out.Write(data)
	return err
}

func (x *export) consistency(kept Checkpoint) error {
	newest := x.log.checkpoint
	if kept.Origin != newest.Origin {
		return fmt.Errorf("trail: the kept checkpoint is %w: it is of log %q, this log is %q", ErrOtherOrigin, kept.Origin, newest.Origin)
	}
	if kept.Size > newest.Size {
		return fmt.Errorf("trail: log %s is %w: it has %d events, the kept checkpoint covers %d", x.log.dir, ErrOlder, newest.Size, kept.Size)
	}
	proof, err := tlog.ProveTree(newest.Size, kept.Size, x.hashes)
	if err != nil {
		return fmt.Errorf("trail: log %s is %w: %w", x.log.dir, ErrDamaged, err)
	}
	if err := tlog.CheckTree(proof, newest.Size, newest.Root, kept.Size, kept.Root); err != nil {
		return fmt.Errorf("trail: log %s is %w: it did not grow from the kept checkpoint, so it was rewritten", x.log.dir, ErrDamaged)
	}
	if err := x.file(bundleOlder, kept.Note); err != nil {
		return err
	}
	var text strings.Builder
	for _, hash := range proof {
		fmt.Fprintln(&text, hash)
	}
	return x.file(bundleConsistency, []byte(text.String()))
}

// events finds the place of each event in the log, which is in the same order but for
// what came late.
func (x *export) events(w *bufio.Writer, events iter.Seq2[event.Event, error]) error {
	late, err := x.log.lateLines()
	if err != nil {
		return err
	}
	lines, stop := iter.Pull2(x.log.inTime())
	defer stop()
	next, err, more := lines()
	if err != nil {
		return err
	}
	for e, err := range events {
		if err != nil {
			return err
		}
		at := placeOf(&e)
		found, ok := late[e.ObjectID]
		for !ok && more && next.compare(at) < 0 {
			if next, err, more = lines(); err != nil {
				return err
			}
		}
		if !ok && more && next.compare(at) == 0 {
			found, ok = next, true
		}
		if !ok {
			x.done.Waiting++
			continue
		}
		if err := x.event(w, &e, found); err != nil {
			return err
		}
	}
	return nil
}

func (x *export) event(w *bufio.Writer, e *event.Event, l line) error {
	if written := e.AsWritten(); tlog.RecordHash(LeafOf(&written)) == l.leaf {
		e = &written // its save came to its end after it was sealed
	}
	if tlog.RecordHash(LeafOf(e)) != l.leaf {
		return fmt.Errorf("trail: event %s in row %s is %w: it is not what was sealed; see what verify says", e.ID, e.ObjectID, ErrDamaged)
	}
	proof, err := tlog.ProveRecord(x.log.checkpoint.Size, l.index, x.hashes)
	if err != nil {
		return fmt.Errorf("trail: log %s is %w: %w", x.log.dir, ErrDamaged, err)
	}
	dst := fmt.Appendf(w.AvailableBuffer(), `{"index":%d,"proof":[`, l.index)
	for i, hash := range proof {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(base64.StdEncoding.AppendEncode(append(dst, '"'), hash[:]), '"')
	}
	dst = append(e.AppendRow(append(dst, `],"row":`...)), "}\n"...)
	x.done.Events++
	_, err = w.Write(dst)
	return err
}
