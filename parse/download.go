package parse

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

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
