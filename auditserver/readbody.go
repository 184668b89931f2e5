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
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/budget"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// readBody reads a JSON or form body, or leaves a raw upload to be streamed. What it
// holds counts in the budget of bodies until the request is answered.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, req *request, pool *budget.Pool) error {
	limit := s.cfg.Limits.BodySize
	mediaType, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.ContentLength > limit {
		return fault.TooLarge(limit)
	}
	steady := newSteadyBody(w, r.Body)
	reader := http.MaxBytesReader(w, steady, limit)
	if req.at(0, "files") && r.Header.Get("X-Parse-Application-Id") != "" || req.at(0, "files") && r.Header.Get("Authorization") != "" {
		if req.method == http.MethodPost {
			req.stream = reader
			return nil
		}
	}
	defer steady.release()
	req.held = pool.Open(freeBytes)
	turn := func(n int) error { return s.takeTurn(r.Context(), req, n) }
	if mediaType == "multipart/form-data" && (req.at(0, "functions") || req.at(0, graphQLRoute)) {
		return s.readMultipart(r, &countedBody{reader, req.held}, req)
	}
	if mediaType == "application/x-www-form-urlencoded" {
		raw, err := readText(reader, r, parameters["charset"], limit, req.held, nil, turn)
		if err != nil {
			return err
		}
		if err := turn(len(raw)); err != nil {
			return err
		}
		form, err := url.ParseQuery(string(raw))
		if err != nil {
			return fault.BadRequest("the form is not valid")
		}
		if bytes.HasPrefix(raw, []byte("{")) { // curl -d says so of JSON unless told otherwise
			return fault.New(wire.CodeInvalidKeyName, "Invalid field name: the body is JSON but was sent as a form; send it with Content-Type: application/json.")
		}
		req.Body = rawjson.FromForm(form)
		return nil
	}
	meter := rawjson.NewMeter(s.cfg.Limits.Depth, s.cfg.Limits.Values)
	raw, err := readText(reader, r, parameters["charset"], limit, req.held, meter, turn)
	if err != nil {
		return err
	}
	if err := req.held.Spend(meter.Values * valueSize); err != nil {
		return err
	}
	if err := turn(len(raw)); err != nil {
		return err
	}
	req.Body, err = rawjson.Parse(raw)
	return err
}

// valueSize is about what a decoded JSON value takes beside its text.
const valueSize = 64

// byteOrderMark may begin a text. JSON knows none, but Windows programs write one.
var byteOrderMark = []byte("\xef\xbb\xbf")

// readText reads a body that is text, unpacked and without its byte order mark.
// limit bounds what it unpacks to, turn is asked for while it is unpacked; the meter
// may be nil.
func readText(body io.Reader, r *http.Request, charset string, limit int64, held *budget.Account, meter *rawjson.Meter, turn func(n int) error) ([]byte, error) {
	if charset != "" && !strings.EqualFold(charset, "utf-8") {
		return nil, &fault.Plain{Status: http.StatusUnsupportedMediaType, Message: "unsupported charset " + strconv.Quote(charset) + ": send UTF-8"}
	}
	open, err := unpacker(r.Header.Get("Content-Encoding"))
	if err != nil {
		return nil, err
	}
	if open == nil {
		metered := meteredBody{Reader: body, meter: meter, rest: body}
		raw, err := readAll(&metered, r.ContentLength, held)
		return bytes.TrimPrefix(raw, byteOrderMark), readError(err, metered.refusal, "the body could not be read")
	}
	packed, err := readAll(body, r.ContentLength, held)
	if err != nil || len(packed) == 0 { // an empty one has no encoding
		return nil, readError(err, nil, "the body could not be read")
	}
	const notPacked = "the body is not what its Content-Encoding says"
	unpacked, err := open(bytes.NewReader(packed))
	if err != nil {
		return nil, fault.BadRequest(notPacked)
	}
	bounded := &packedBody{Reader: http.MaxBytesReader(nil, unpacked, limit), turn: turn}
	metered := meteredBody{Reader: bounded, meter: meter}
	raw, err := readAll(&metered, -1, held)
	return bytes.TrimPrefix(raw, byteOrderMark), readError(err, metered.refusal, notPacked)
}

// readError is the error of a request whose body could not be read: a budget was used
// up, the meter refused it, or it is too large; otherwise says why if none of these.
func readError(err, refusal error, otherwise string) error {
	var busy *fault.Busy
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &busy):
		return busy
	case refusal != nil:
		return refusal
	case errors.As(err, &tooLarge):
		return fault.TooLarge(tooLarge.Limit)
	case err != nil:
		return fault.BadRequest(otherwise)
	}
	return nil
}

// unpacker gives what unpacks a body of an encoding; nil for one that has none.
func unpacker(encoding string) (func(io.Reader) (io.ReadCloser, error), error) {
	switch strings.ToLower(encoding) {
	case "", "identity":
		return nil, nil
	case "gzip":
		return func(packed io.Reader) (io.ReadCloser, error) { return gzip.NewReader(packed) }, nil
	case "deflate":
		return zlib.NewReader, nil
	}
	return nil, &fault.Plain{Status: http.StatusUnsupportedMediaType, Message: "unsupported content encoding " + strconv.Quote(encoding) + ": send gzip, deflate or none"}
}

// readAll reads all of r, length bytes if that is known. It takes memory as the bytes
// come, not as they are announced.
func readAll(r io.Reader, length int64, held *budget.Account) ([]byte, error) {
	if length <= 0 {
		return io.ReadAll(&countedBody{io.NopCloser(r), held})
	}
	buf := make([]byte, 0, min(length, freeBytes))
	for {
		if err := held.Spend(cap(buf) - len(buf)); err != nil {
			return nil, err
		}
		n, err := io.ReadFull(r, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err != nil || int64(len(buf)) == length { // a form that was cut off would still parse
			return buf, err
		}
		buf = append(make([]byte, 0, min(length, 2*int64(cap(buf)))), buf...)
	}
}

// meteredBody lets the meter see what is read. What comes after a refusal is read and
// thrown away, because a client that is still sending would not hear the answer; but
// slowly, so that one who does that again and again takes little of the machine.
type meteredBody struct {
	io.Reader
	meter   *rawjson.Meter
	rest    io.Reader // what a client may still be sending; nil if all of it has come
	refusal error
}

// discardPause comes after each piece of a refused body: about 12 MiB a second are read.
const discardPause = 5 * time.Millisecond

// Read implements io.Reader.
func (b *meteredBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if b.meter == nil {
		return n, err
	}
	if b.refusal = b.meter.See(p[:n]); b.refusal != nil {
		b.discard()
		return 0, b.refusal
	}
	return n, err
}

func (b *meteredBody) discard() {
	if b.rest == nil {
		return
	}
	for {
		if _, err := io.CopyN(io.Discard, b.rest, piece); err != nil {
			return
		}
		<-time.After(discardPause)
	}
}

// countedBody counts what is read in the account of the request.
type countedBody struct {
	io.ReadCloser
	held *budget.Account
}

// Read implements io.Reader.
func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if full := b.held.Spend(n); full != nil {
		return 0, full
	}
	return n, err
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
	return readError(err, nil, "the multipart body is not valid")
}
