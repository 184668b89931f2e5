package trail

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
)

// NewKey makes a key for a log. Its name is the log's origin: a name that nobody
// else uses, such as "audit.example.com/trail", without spaces and plus signs. The
// private key belongs outside of the server whose trail it seals, the public one to
// whoever verifies.
func NewKey(origin string) (private, public string, err error) {
	unfit := func(r rune) bool { return r == '+' || unicode.IsSpace(r) || unicode.IsControl(r) }
	if origin == "" || !utf8.ValidString(origin) || strings.ContainsFunc(origin, unfit) {
		return "", "", fmt.Errorf("trail: the name of a log is readable text that is not empty and has no space and no plus sign: %q", origin)
	}
	return note.GenerateKey(rand.Reader, origin)
}

// WriteKey stores a private key in a new file that only its owner may read.
func WriteKey(name, private string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(private + "\n")
	return errors.Join(err, f.Sync(), f.Close())
}

// ReadKey reads a private key from a file that nobody but its owner may read. Its
// errors show nothing of the key.
func ReadKey(name string) (note.Signer, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("trail: key %s: others may read it (mode %04o): make it 0600, and a new key if others could", name, info.Mode().Perm())
	}
	text, err := readSmall(name)
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("trail: key %s is %w: want a line that begins with PRIVATE+KEY+", name, ErrDamaged)
	}
	return signer, nil
}

// ParsePublicKey reads a public key as [NewKey] gives it: name+hash+key.
func ParsePublicKey(text string) (note.Verifier, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "PRIVATE+KEY+") {
		return nil, errors.New("trail: this is a private key: want the public one, and nobody else should have seen this one")
	}
	key, err := note.NewVerifier(text)
	if err != nil {
		return nil, fmt.Errorf("trail: the public key is %w: want a line name+hash+key", ErrDamaged)
	}
	return key, nil
}

// maxSmallFile is the size of a key or a checkpoint at most, in bytes.
const maxSmallFile = 64 << 10

func readSmall(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("not a file")}
	case info.Size() > maxSmallFile:
		return nil, fmt.Errorf("trail: %s is %w: it has more than %d bytes", name, ErrDamaged, maxSmallFile)
	}
	return os.ReadFile(name)
}
