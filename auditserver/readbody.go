package auditserver

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
)

// readBody reads a JSON or form body, or leaves a raw upload to be streamed.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, req *request) error {
	limit := s.cfg.Limits.BodySize
	mediaType, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
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
	raw, err := readText(reader, r, parameters["charset"], limit)
	if err != nil {
		return err
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

// byteOrderMark may begin a text. JSON knows none, but Windows programs write one.
var byteOrderMark = []byte("\xef\xbb\xbf")

// readText reads a body that is text, unpacked and without its byte order mark.
// limit bounds what it unpacks to.
func readText(body io.Reader, r *http.Request, charset string, limit int64) ([]byte, error) {
	if charset != "" && !strings.EqualFold(charset, "utf-8") {
		return nil, &fault.Plain{Status: http.StatusUnsupportedMediaType, Message: "unsupported charset " + strconv.Quote(charset) + ": send UTF-8"}
	}
	unpacked, err := unpack(body, r.Header.Get("Content-Encoding"), limit)
	if err != nil {
		return nil, err
	}
	length := r.ContentLength
	if unpacked != body {
		length = -1 // that of the packed body
	}
	raw, err := readAll(unpacked, length)
	switch {
	case isTooLarge(err):
		return nil, fault.ErrTooLarge
	case err != nil && unpacked != body:
		return nil, fault.BadRequest("the body is not what its Content-Encoding says")
	case err != nil:
		return nil, fault.BadRequest("the body could not be read")
	}
	return bytes.TrimPrefix(raw, byteOrderMark), nil
}

// unpack gives a body without its encoding. An empty one has none.
func unpack(body io.Reader, encoding string, limit int64) (io.Reader, error) {
	var open func(io.Reader) (io.ReadCloser, error)
	switch strings.ToLower(encoding) {
	case "", "identity":
		return body, nil
	case "gzip":
		open = func(packed io.Reader) (io.ReadCloser, error) { return gzip.NewReader(packed) }
	case "deflate":
		open = zlib.NewReader
	default:
		return nil, &fault.Plain{Status: http.StatusUnsupportedMediaType, Message: "unsupported content encoding " + strconv.Quote(encoding) + ": send gzip, deflate or none"}
	}
	unpacked, err := open(body)
	switch {
	case errors.Is(err, io.EOF):
		return http.NoBody, nil
	case isTooLarge(err):
		return nil, fault.ErrTooLarge
	case err != nil:
		return nil, fault.BadRequest("the body is not what its Content-Encoding says")
	}
	return http.MaxBytesReader(nil, unpacked, limit), nil
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
