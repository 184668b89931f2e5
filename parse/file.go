package parse

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// File is a column's reference to a stored file. Upload makes one; it is kept
// by saving it in an object. Name is the server's own, with a random prefix.
type File struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

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

// FileContent is a stored file being read. It must be closed.
type FileContent struct {
	io.ReadCloser
	Size        int64  // -1: the server does not say
	ContentType string // "" where the server does not say
	// Progress is called, if set before the first Read, after each piece with
	// the bytes read so far. It must not block.
	Progress func(read int64)

	read int64
}

// Read implements io.Reader.
func (c *FileContent) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.read += int64(n)
	if n > 0 && c.Progress != nil {
		c.Progress(c.read)
	}
	return n, err
}

func (c *FileContent) take(resp *http.Response) {
	*c = FileContent{ReadCloser: resp.Body, Size: resp.ContentLength, ContentType: resp.Header.Get("Content-Type")}
}

// Open reads a stored file from its URL, as a stream. Anybody who knows the URL can
// read a file, and it often stands on another host, so neither keys nor sessions
// are sent. The context also bounds the reading. A missing file is an *Error
// with HTTPStatus 404.
func (c *Client) Open(ctx context.Context, file File) (*FileContent, error) {
	stored := new(FileContent)
	call := transport.Call{Op: "File.Open", Method: http.MethodGet, Safety: transport.SafeRead, Stream: stored.take}
	if address, err := url.Parse(file.URL); err != nil || address.Scheme != "https" && address.Scheme != "http" || address.Host == "" {
		call.Err = badInput(call.Op, "", "File.URL", "is not an absolute http or https URL; use the File of an object that was read")
	} else {
		call.Address = address
	}
	if err := c.do(ctx, call, nil); err != nil {
		return nil, err
	}
	return stored, nil
}

// DeleteFile deletes a stored file by its Name. A missing one is ErrFileDelete.
// Objects that refer to the file are not changed.
func (a *Admin) DeleteFile(ctx context.Context, name string) error {
	call := transport.Call{Op: "File.Delete", Method: http.MethodDelete, Path: []string{"files"}, Safety: transport.SafeDelete, EmptyOK: true, Master: true}
	call.Path = append(call.Path, strings.Split(name, "/")...)
	return a.do(ctx, call, nil)
}
