package dump

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"regexp"

	"github.com/isoaudit/isoaudit-go/parse"
)

// contentName is where the content of a file is kept: under its own sum, so that equal
// contents are kept once and one that is there need not be looked at again.
func contentName(sum string) string { return "files/" + sum }

var sumForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// file copies the content of a file into the folder; nil where the server has no such
// file.
func (w *writing) file(ref reference) (*storedFile, error) {
	if ref.URL == "" {
		return nil, fmt.Errorf("the server does not say where the file %s is", ref.Name)
	}
	content, err := w.from.Client().Open(w.ctx, parse.File{Name: ref.Name, URL: ref.URL})
	var failure *parse.Error
	if errors.As(err, &failure) && failure.HTTPStatus == http.StatusNotFound {
		w.manifest.Lost = append(w.manifest.Lost, ref.Name)
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("file %s: %w", ref.Name, err)
	}
	defer func() { _ = content.Close() }()
	out, err := w.in.create("files/content")
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(out, sum), content)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("file %s: %w", ref.Name, err), out.discard())
	}
	w.files++
	stored := &storedFile{Name: ref.Name, SHA256: hex.EncodeToString(sum.Sum(nil)), Size: size, Type: content.ContentType}
	return stored, out.keep(contentName(stored.SHA256))
}

// checkContent tells whether the content of a file is what was written.
func (f *folder) checkContent(file *storedFile) error {
	if !sumForm.MatchString(file.SHA256) {
		return &Damage{manifestFile, fmt.Sprintf("%q is no sum of a file", file.SHA256)}
	}
	content, err := f.root.Open(contentName(file.SHA256))
	if errors.Is(err, fs.ErrNotExist) {
		return &Damage{contentName(file.SHA256), "it is missing"}
	}
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, content); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != file.SHA256 {
		return &Damage{contentName(file.SHA256), "its sum is another: it was edited or cut"}
	}
	return nil
}

// prefix is what a server puts before the name of a file.
var prefix = regexp.MustCompile(`^[0-9a-f]{32}_`)

// upload gives a file of the dump to another server, under the name it had before any
// server put a prefix before it.
func (f *folder) upload(ctx context.Context, to *parse.Client, file *storedFile) (parse.File, error) {
	content, err := f.root.Open(contentName(file.SHA256))
	if err != nil {
		return parse.File{}, err
	}
	defer func() { _ = content.Close() }()
	stored, err := to.Upload(ctx, parse.Upload{
		Name: prefix.ReplaceAllString(file.Name, ""), Content: content, Size: file.Size, ContentType: file.Type,
	})
	if err != nil {
		return parse.File{}, fmt.Errorf("file %s: %w", file.Name, err)
	}
	return stored, nil
}
