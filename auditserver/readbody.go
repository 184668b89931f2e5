package auditserver

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
)

// readBody reads a JSON or form body, or leaves a raw upload to be streamed.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, req *request) error {
	limit := s.cfg.Limits.BodySize
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.ContentLength > limit {
		return fault.ErrTooLarge
	}
	reader := http.MaxBytesReader(w, r.Body, limit)
	if req.at(0, "files") && r.Header.Get("X-Parse-Application-Id") != "" || req.at(0, "files") && r.Header.Get("Authorization") != "" {
		if req.method == http.MethodPost {
			req.stream = reader
			return nil
		}
	}
	if mediaType == "multipart/form-data" && req.at(0, "functions") {
		return s.readMultipart(r, reader, req)
	}
	raw, err := readAll(reader, r.ContentLength)
	if err != nil {
		if isTooLarge(err) {
			return fault.ErrTooLarge
		}
		return fault.BadRequest("the body could not be read")
	}
	if mediaType == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(string(raw))
		if err != nil {
			return fault.BadRequest("the form is not valid")
		}
		req.Body = rawjson.FromForm(form)
		return nil
	}
	req.Body, err = rawjson.Parse(raw, s.cfg.Limits.Depth)
	return err
}

func readAll(r io.Reader, length int64) ([]byte, error) {
	if length <= 0 {
		return io.ReadAll(r)
	}
	buf := make([]byte, length)
	_, err := io.ReadFull(r, buf) // a form that was cut off would still parse
	return buf, err
}

func isTooLarge(err error) bool {
	var tooLarge *http.MaxBytesError
	return errors.As(err, &tooLarge)
}

// readMultipart reads a multipart call of a function: files become
// {filename, contentType, data}, data being []byte.
func (s *Server) readMultipart(r *http.Request, limited io.ReadCloser, req *request) error {
	r.Body = limited
	parts, err := r.MultipartReader()
	if err != nil {
		return fault.BadRequest("the multipart body is not valid")
	}
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return multipartError(err)
		}
		if n == maxParts {
			return fault.BadRequest("the multipart body has more than " + strconv.Itoa(maxParts) + " parts")
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return multipartError(err)
		}
		if part.FileName() == "" {
			text, err := jsontext.AppendQuote(nil, data)
			if err != nil {
				return fault.BadRequest("a field of the multipart body is not text")
			}
			req.Body.Set(part.FormName(), text)
			continue
		}
		if req.uploads == nil {
			req.uploads = map[string]any{}
		}
		req.uploads[part.FormName()] = map[string]any{"filename": part.FileName(),
			"contentType": part.Header.Get("Content-Type"), "data": data}
	}
}

// maxParts is how many fields and files a multipart call may have, as in
// [http.Request.ParseMultipartForm].
const maxParts = 1000

func multipartError(err error) error {
	if isTooLarge(err) {
		return fault.ErrTooLarge
	}
	return fault.BadRequest("the multipart body is not valid")
}
