package dump

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// folder is where a dump is. No name in a manifest leads out of it.
type folder struct{ root *os.Root }

func openFolder(name string) (*folder, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, fmt.Errorf("dump: %w", err)
	}
	return &folder{root}, nil
}

// replace writes a file as a whole or not at all.
func (f *folder) replace(name string, data []byte) error {
	file, err := f.create(name)
	if err != nil {
		return err
	}
	if _, err := file.Write(data); err != nil {
		return errors.Join(err, file.discard())
	}
	return file.keep(name)
}

// newFile is a file that has its name only once it is complete.
type newFile struct {
	*os.File
	in   *folder
	name string
}

func (f *folder) create(name string) (*newFile, error) {
	if err := f.root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return nil, err
	}
	file, err := f.root.OpenFile(name+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &newFile{file, f, name + ".new"}, nil
}

func (n *newFile) keep(name string) error {
	if err := errors.Join(n.Sync(), n.Close()); err != nil {
		return err
	}
	return n.in.root.Rename(n.name, name)
}

func (n *newFile) discard() error { return errors.Join(n.Close(), n.in.root.Remove(n.name)) }

// partWriter writes one part.
type partWriter struct {
	file *newFile
	sum  hash.Hash
	gz   *gzip.Writer
	size int // before compression
}

func (f *folder) newPart(name string) (*partWriter, error) {
	file, err := f.create(name)
	if err != nil {
		return nil, err
	}
	w := &partWriter{file: file, sum: sha256.New()}
	w.gz, err = gzip.NewWriterLevel(io.MultiWriter(file, w.sum), gzip.BestSpeed)
	return w, err
}

func (w *partWriter) write(e *entry) error {
	line, err := json.Marshal(e, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return err
	}
	w.size += len(line)
	_, err = w.gz.Write(append(line, '\n'))
	return err
}

// finish gives the sum of the complete part.
func (w *partWriter) finish(name string) (string, error) {
	if err := w.gz.Close(); err != nil {
		return "", errors.Join(err, w.file.discard())
	}
	return hex.EncodeToString(w.sum.Sum(nil)), w.file.keep(name)
}

// partName is what the name of a part looks like; a class never has a slash.
var partName = regexp.MustCompile(`^rows/[A-Za-z0-9_]+-[0-9]{6}\.jsonl\.gz$`)

// readPart gives the entries of a part, each valid until the next, and at the end
// whether the part was what the manifest says.
func (f *folder) readPart(p Part, each func(*entry) error) error {
	if !partName.MatchString(p.Name) {
		return &Damage{manifestFile, fmt.Sprintf("%q is no name of a part", p.Name)}
	}
	file, err := f.root.Open(p.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return &Damage{p.Name, "it is missing"}
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	content := io.TeeReader(bufio.NewReaderSize(file, 1<<16), sum)
	rows, err := eachLine(content, each)
	var stop *stopped
	if errors.As(err, &stop) {
		return stop.err
	}
	if _, unread := io.Copy(io.Discard, content); unread != nil {
		return unread
	}
	switch {
	case hex.EncodeToString(sum.Sum(nil)) != p.SHA256:
		return &Damage{p.Name, "its sum is another: it was edited or cut"}
	case err != nil:
		return &Damage{p.Name, err.Error()}
	case rows != p.Rows:
		return &Damage{p.Name, fmt.Sprintf("it has %d rows, not %d", rows, p.Rows)}
	}
	return nil
}

// stopped is an error of who reads the entries, not of the part.
type stopped struct{ err error }

func (s *stopped) Error() string { return s.err.Error() }

func eachLine(compressed io.Reader, each func(*entry) error) (rows int, err error) {
	gz, err := gzip.NewReader(compressed)
	if err != nil {
		return 0, err
	}
	lines := jsontext.NewDecoder(gz, jsontext.AllowInvalidUTF8(true))
	for {
		var e entry
		switch err := json.UnmarshalDecode(lines, &e); {
		case errors.Is(err, io.EOF):
			return rows, nil
		case err != nil:
			return rows, err
		}
		if e.File == nil {
			rows++
		}
		if err := each(&e); err != nil {
			return rows, &stopped{err}
		}
	}
}
