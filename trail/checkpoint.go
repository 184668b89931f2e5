package trail

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// What a checkpoint, a key, a log or a bundle can be besides right. Errors of this
// package say which thing it is and what that means; errors.Is tells them apart.
var (
	ErrDamaged     = errors.New("damaged")
	ErrOtherOrigin = errors.New("from another origin")
	ErrOlder       = errors.New("older than what was seen")
)

// Checkpoint is a signed statement of what a log holds: the root of the tree over
// its first Size events. Whoever kept one can prove later that none of these events
// was changed, taken out or moved.
type Checkpoint struct {
	Origin string // name of the log, and of its key
	Size   int64
	Root   tlog.Hash
	Note   []byte // the signed note (C2SP tlog-checkpoint), as it was given
}

// OpenCheckpoint reads a checkpoint and checks its signature against the log's
// public key. Its errors are [ErrDamaged] or [ErrOtherOrigin].
func OpenCheckpoint(signed []byte, key note.Verifier) (Checkpoint, error) {
	opened, err := note.Open(signed, note.VerifierList(key))
	var unsigned *note.UnverifiedNoteError
	var invalid *note.InvalidSignatureError
	switch {
	case errors.As(err, &unsigned):
		return Checkpoint{}, fmt.Errorf("trail: the checkpoint is %w: it is signed by %s, not by %s", ErrOtherOrigin, signerNames(unsigned.Note.UnverifiedSigs), keyName(key))
	case errors.As(err, &invalid):
		return Checkpoint{}, fmt.Errorf("trail: the checkpoint is %w: its signature by %s does not fit its text, so one of them was changed", ErrDamaged, key.Name())
	case err != nil:
		return Checkpoint{}, fmt.Errorf("trail: the checkpoint is %w: it is not a signed note", ErrDamaged)
	}
	c, err := parseCheckpoint(opened.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != key.Name() {
		return Checkpoint{}, fmt.Errorf("trail: the checkpoint is %w: it is of log %q, the key is of %q", ErrOtherOrigin, c.Origin, key.Name())
	}
	c.Note = bytes.Clone(signed)
	return c, nil
}

// keyName is the name of a key with its hash, which tells keys of one name apart.
func keyName(key note.Verifier) string { return fmt.Sprintf("%s+%08x", key.Name(), key.KeyHash()) }

func signerNames(signatures []note.Signature) string {
	names := make([]string, len(signatures))
	for i, s := range signatures {
		names[i] = fmt.Sprintf("%s+%08x", s.Name, s.Hash)
	}
	return strings.Join(names, " and ")
}

func parseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	damaged := func(what string) (Checkpoint, error) {
		return Checkpoint{}, fmt.Errorf("trail: the checkpoint is %w: %s", ErrDamaged, what)
	}
	if len(lines) < 4 || lines[0] == "" {
		return damaged("want three lines, the log's name, its size and its root")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return damaged("its second line is not a size")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return damaged("its third line is not a hash in base64")
	}
	return Checkpoint{Origin: lines[0], Size: size, Root: tlog.Hash(root)}, nil
}

// signCheckpoint signs the state of a tree.
func signCheckpoint(size int64, root tlog.Hash, signer note.Signer) (Checkpoint, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), size, root)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("trail: sign the checkpoint: %w", err)
	}
	return Checkpoint{Origin: signer.Name(), Size: size, Root: root, Note: signed}, nil
}
