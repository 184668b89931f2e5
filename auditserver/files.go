package auditserver

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/files"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

const maxFileName = 128

var fileName = regexp.MustCompile(`^[_a-zA-Z0-9][a-zA-Z0-9@. ~_-]*$`)

// fileData is what a client stores beside the content of a file.
type fileData struct {
	Metadata jsontext.Value `json:"metadata,omitempty"`
	Tags     jsontext.Value `json:"tags,omitempty"`
}

// check refuses names that no object may have.
func (d *fileData) check(denied values.Denylist) error {
	for _, raw := range []jsontext.Value{d.Metadata, d.Tags} {
		if err := denied.CheckJSON(raw); err != nil {
			return err
		}
	}
	return nil
}

// upload is a file that a client sends.
type upload struct {
	name, contentType string
	data              fileData
	content           io.Reader
}

// postFile answers POST /files/name: raw bytes, or JSON with base64.
func (s *Server) postFile(ctx context.Context, req *request) (*response, error) {
	if req.caller.ReadOnly {
		return nil, fault.ErrPermission
	}
	if len(req.path) < 2 {
		return nil, fault.New(wire.CodeInvalidFileName, "Filename not provided.")
	}
	if err := s.mayUpload(ctx, req.caller); err != nil {
		return nil, err
	}
	up, err := readUpload(req)
	if err != nil {
		return nil, err
	}
	switch {
	case len(up.name) > maxFileName:
		return nil, fault.New(wire.CodeInvalidFileName, "Filename too long.")
	case !fileName.MatchString(up.name):
		return nil, fault.New(wire.CodeInvalidFileName, "Filename contains invalid characters.")
	}
	if !req.caller.Master {
		if err := s.cfg.FileUpload.rules.Check(up.name, up.contentType); err != nil {
			return nil, err
		}
	}
	if path.Ext(up.name) == "" {
		up.name += extensionOf(up.contentType)
	}
	var prefix [16]byte
	_, _ = rand.Read(prefix[:]) // never fails
	up.name = hex.EncodeToString(prefix[:]) + "_" + up.name
	up.content = s.withinQuota(req, up.content)
	if err := s.saveFile(ctx, up); err != nil {
		return nil, err
	}
	res, err := jsonResponse(map[string]string{"url": s.render.FileURL(req.baseURL, up.name), "name": up.name})
	if err == nil {
		res.status, res.location = http.StatusCreated, s.render.FileURL(req.location, up.name)
	}
	return res, err
}

// mayUpload checks Config.FileUpload.
func (s *Server) mayUpload(ctx context.Context, c *access.Caller) error {
	if c.Master {
		return nil
	}
	if c.UserID == "" {
		if !s.cfg.FileUpload.Public {
			return fault.New(wire.CodeFileSave, "File upload by public is disabled.")
		}
		return nil
	}
	user, err := s.store.Get(ctx, "_User", c.UserID)
	if err != nil {
		return err
	}
	authData, _ := user.Value("authData").(map[string]any)
	if _, anonymous := authData["anonymous"]; anonymous {
		if !s.cfg.FileUpload.Anonymous {
			return fault.New(wire.CodeFileSave, "File upload by anonymous user is disabled.")
		}
		return nil
	}
	if s.cfg.FileUpload.NoUsers {
		return fault.New(wire.CodeFileSave, "File upload by authenticated user is disabled.")
	}
	return nil
}

// readUpload gives the content as a stream, whatever form it came in.
func readUpload(req *request) (upload, error) {
	up := upload{name: req.path[1]}
	if req.stream != nil {
		up.contentType, up.content = req.header.Get("Content-Type"), req.stream
		for name, to := range map[string]*jsontext.Value{"X-Parse-File-Metadata": &up.data.Metadata, "X-Parse-File-Tags": &up.data.Tags} {
			if v := jsontext.Value(req.header.Get(name)); len(v) > 0 {
				if v.Kind() != '{' || !v.IsValid() {
					return up, fault.New(wire.CodeInvalidJSON, "%s is not a JSON object", name)
				}
				*to = v
			}
		}
		return up, up.data.check(req.denied)
	}
	encoded := req.Body.Text("base64")
	if _, data, ok := strings.Cut(encoded, ";base64,"); ok {
		encoded = data // a data URI
	}
	if up.contentType = req.contentType; strings.ContainsFunc(up.contentType, unicode.IsControl) {
		return up, fault.New(wire.CodeFileSave, "_ContentType holds a control character, so that no client could read the answer with the file")
	}
	up.content = base64.NewDecoder(base64.RawStdEncoding, strings.NewReader(wire.PlainBase64(encoded)))
	if err := req.Body.Decode("fileData", &up.data, "an object with metadata and tags"); err != nil {
		return up, err
	}
	return up, up.data.check(req.denied)
}

func extensionOf(contentType string) string {
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	if known, err := mime.ExtensionsByType(mediaType); err == nil && len(known) > 0 {
		switch mediaType { // the usual one of several
		case "text/plain":
			return ".txt"
		case "image/jpeg":
			return ".jpg"
		}
		return known[0]
	}
	return ""
}

// saveFile streams the content into the folder or the database.
func (s *Server) saveFile(ctx context.Context, up upload) error {
	info := store.FileInfo{Name: up.name, ContentType: up.contentType}
	if byName, said := files.MediaType(up.name), files.Subtype(up.contentType); said == "" || byName != "" && files.RunByBrowsers(said) {
		info.ContentType = byName // the name is what was checked
	}
	var err error
	if info.Metadata, err = json.Marshal(up.data); err != nil {
		return err
	}
	content := &firstByte{r: up.content}
	err = s.files.Save(ctx, info, content)
	var busy *fault.Busy
	switch {
	case errors.Is(err, errEmptyFile):
		return fault.New(wire.CodeFileSave, "Invalid file upload.")
	case isTooLarge(err):
		return fault.TooLarge(s.cfg.Limits.BodySize)
	case errors.As(err, &busy):
		return busy
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fault.New(wire.CodeFileSave, "The file's content is cut off.")
	}
	return err
}

var errEmptyFile = errors.New("empty file")

// firstByte refuses empty content.
type firstByte struct {
	r    io.Reader
	some bool
}

func (f *firstByte) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	f.some = f.some || n > 0
	if err == io.EOF && !f.some {
		err = errEmptyFile
	}
	return n, err
}

// getFile answers GET /files/appId/name, without keys, in whole or in ranges;
// /files/appId/metadata/name gives what is kept with it.
func (s *Server) getFile(ctx context.Context, req *request) (*response, error) {
	name := strings.Join(req.path[2:], "/")
	metadata := len(req.path) > 3 && req.path[2] == "metadata"
	if metadata {
		name = strings.Join(req.path[3:], "/")
	}
	if req.path[1] != s.cfg.AppID {
		return nil, fault.ErrMasterOnly // as Parse Server answers, even with the master key
	}
	info, content, err := s.files.Open(ctx, name)
	if errors.Is(err, store.ErrNotFound) {
		return fileNotFound, nil
	}
	if err != nil {
		return nil, err
	}
	if metadata {
		if err := content.Close(); err != nil {
			return nil, err
		}
		return &response{body: info.Metadata}, nil
	}
	return &response{write: func(w http.ResponseWriter, r *http.Request) {
		defer func() { _ = content.Close() }() // only read from
		h := w.Header()
		h.Set("Content-Type", cmp.Or(info.ContentType, "application/octet-stream"))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		if strings.Count(r.Header.Get("Range"), ",") >= maxRanges {
			r.Header.Del("Range") // each of thousands costs more than sending all
		}
		http.ServeContent(w, r, "", info.CreatedAt.Truncate(time.Second), content)
	}}, nil
}

// maxRanges is how many parts of a file one request may ask for; beyond it the whole
// file is the answer, as RFC 9110, section 14.2, allows.
const maxRanges = 20

var fileNotFound = &response{write: func(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte("File not found.")) // the client is gone if this fails
}}

// deleteFile answers DELETE /files/name with the master key; the body is empty.
func (s *Server) deleteFile(ctx context.Context, req *request) (*response, error) {
	if !req.caller.Master {
		return nil, fault.ErrMasterOnly
	}
	if req.caller.ReadOnly {
		return nil, fault.ErrPermission
	}
	err := s.files.Remove(ctx, strings.Join(req.path[1:], "/"))
	if errors.Is(err, store.ErrNotFound) {
		return nil, fault.New(wire.CodeFileDelete, "Could not delete file.")
	}
	if err != nil {
		return nil, err
	}
	return &response{write: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }}, nil
}
