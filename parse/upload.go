package parse

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// Upload is a file on its way to the server.
type Upload struct {
	// Name is the file's name: at most 128 letters, digits and "_ -.@~", and it
	// begins with a letter, a digit or "_". The server puts a random prefix
	// before it.
	Name string
	// Content is read once, to its end, and not closed. When Upload has returned
	// it is no longer read, and may be closed or read by others, unless a Read is
	// still blocked a second later.
	Content io.Reader
	// Size is the content's length in bytes; 0: unknown, then the content goes
	// out in chunks.
	Size int64
	// ContentType is a media type as in "application/pdf"; "": by the name's
	// extension, else "application/octet-stream".
	ContentType string
	// Progress is called, if set, after each piece that was read from Content,
	// with the bytes read so far. It must not block.
	Progress func(sent int64)
}

// Upload streams a file to the server; nothing is held in memory. A server
// takes files from callers who are logged in only, unless it is configured
// otherwise, and refuses empty ones and those a browser would execute
// (ErrFileSave), and those larger than its own limit, by default 20 MB, with
// HTTPStatus 413.
//
// An upload is sent again only if none of Content has been read. If the reply is
// lost the error is ErrOutcomeUnknown, and the server may hold a file that nothing
// refers to.
func (c *Client) Upload(ctx context.Context, upload Upload) (File, error) {
	const op = "File.Upload"
	call := transport.Call{Op: op, Method: http.MethodPost, Path: []string{"files", upload.Name}, Needs: []string{"name", "url"}}
	mediaType, err := upload.check()
	if err != nil {
		call.Err = badInput(op, "", "Upload", "%v", err)
	}
	call.Header = http.Header{"Content-Type": {mediaType}}
	call.Content = transport.NewContent(upload.Content, upload.Size, upload.Progress)
	var stored struct { // plain, without the __type of a File in an object
		Name string `json:"name"`
		URL  string `json:"url"`
	}
	if err := c.do(ctx, call, &stored); err != nil {
		return File{}, err
	}
	return File{Name: stored.Name, URL: stored.URL}, nil
}

func (u *Upload) check() (mediaType string, err error) {
	switch {
	case u.Content == nil:
		return "", fmt.Errorf("Content is nil")
	case u.Size < 0:
		return "", fmt.Errorf("Size is negative; 0 means unknown")
	case !validFileName(u.Name):
		return "", fmt.Errorf("Name must be 1 to 128 letters, digits and characters of \"_ -.@~\", and begin with a letter, a digit or _")
	}
	mediaType = u.ContentType
	if mediaType == "" {
		mediaType = mime.TypeByExtension(path.Ext(u.Name))
	}
	if mediaType == "" {
		mediaType = "application/octet-stream"
	}
	if _, _, err := mime.ParseMediaType(mediaType); err != nil {
		return "", fmt.Errorf("ContentType is not a media type such as \"application/pdf\"")
	}
	return mediaType, nil
}

// validFileName is the server's own rule (protocol section 1.5, error 122).
func validFileName(name string) bool {
	if name == "" || len(name) > 128 {
		return false
	}
	for i, r := range name {
		alphanumeric := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
		if !alphanumeric && (i == 0 || !strings.ContainsRune(" -.@~", r)) {
			return false
		}
	}
	return true
}
