package auditserver

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/session"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// request is one call, from a client or from a batch, with its credentials
// checked and its method override resolved.
type request struct {
	method string
	path   []string // below the mount path
	rawjson.Params
	caller *access.Caller

	installationID string
	requestID      string // X-Parse-Request-Id
	remote         string
	baseURL        string // this server's URL as the client knows it
	header         http.Header
	context        map[string]any // X-Parse-Cloud-Context

	stream  io.ReadCloser  // the body of a raw upload, not read yet
	uploads map[string]any // files of a multipart call of a function
	print   string         // fingerprint of a request with an id
	stored  bool           // its answer is kept

	decoded *decodedFields // of the body, once fields has read them
	hashed  []byte         // its password, if hashAhead has hashed it

	tx    *store.Tx // the batch's transaction, if it has one
	after *[]func() // what to do once that transaction is committed
}

// later runs f once the transaction of the request is committed.
func (r *request) later(f func()) { *r.after = append(*r.after, f) }

// opening is a session for a user, as the request asks for it.
func (r *request) opening(userID string, createdWith map[string]any) session.Opening {
	return session.Opening{UserID: userID, InstallationID: r.installationID, CreatedWith: createdWith}
}

// response is the answer of a handler: body is JSON text.
type response struct {
	status   int // 0: 200
	body     []byte
	render   func() ([]byte, error) // makes the body once the write is committed: others wait to write
	location string
	header   map[string]string
	write    func(http.ResponseWriter, *http.Request) // answers by itself: files
	secret   bool                                     // shows a session token: never stored
}

// rendered returns the response with its body made.
func (res *response) rendered() (*response, error) {
	if res == nil || res.render == nil {
		return res, nil
	}
	var err error
	res.body, err = res.render()
	res.render = nil
	return res, err
}

func jsonResponse(v any) (*response, error) {
	b, err := json.Marshal(v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, err
	}
	return &response{body: b}, nil
}

var emptyResponse = &response{body: []byte("{}")}

// readRequest makes a request of what came over HTTP.
func (s *Server) readRequest(w http.ResponseWriter, r *http.Request, path []string) (*request, error) {
	req := &request{method: r.Method, path: path, remote: r.RemoteAddr, header: r.Header,
		requestID: r.Header.Get("X-Parse-Request-Id"), baseURL: s.baseURL(r)}
	var err error
	if req.Query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return nil, fault.BadRequest("the query string is not valid")
	}
	creds := access.HeaderCredentials(r.Header)
	if r.Body != nil && r.Body != http.NoBody {
		if err := s.readBody(w, r, req); err != nil {
			return nil, err
		}
	}
	creds.FromBody(&req.Body)
	req.installationID = creds.InstallationID
	if req.method == http.MethodPost {
		if m := req.Body.Take("_method"); m != "" {
			req.method = m
		}
	}
	if openRoute(req) {
		req.caller = access.NewCaller("", nil)
		return req, nil
	}
	if req.caller, err = s.identify(r.Context(), creds, req); err != nil {
		return nil, err
	}
	if creds.Context != "" {
		if json.Unmarshal([]byte(creds.Context), &req.context, rawjson.Options) != nil || req.context == nil {
			return nil, fault.New(wire.CodeInvalidJSON, "Invalid object for context.")
		}
	}
	return req, nil
}

// openRoute tells the routes that need no keys (protocol section 1.2).
func openRoute(req *request) bool {
	return req.at(0, "health") && len(req.path) == 1 ||
		req.at(0, "files") && (req.method == http.MethodGet || req.method == http.MethodHead)
}

// identify checks the keys and finds the session's user.
func (s *Server) identify(ctx context.Context, creds access.Credentials, req *request) (*access.Caller, error) {
	master, readOnly, err := s.keys.Admit(creds, req.remote)
	if err != nil {
		return nil, err
	}
	if master {
		return &access.Caller{Master: true, ReadOnly: readOnly}, nil
	}
	if creds.SessionToken == "" || req.at(0, "login") {
		return access.NewCaller("", nil), nil
	}
	return s.sessions.Caller(ctx, creds.SessionToken)
}

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
	_, err := io.ReadFull(r, buf) // a form that is cut off still looks like one
	return buf, err
}

// at compares a path element, static ones in any case.
func (r *request) at(i int, name string) bool {
	return i < len(r.path) && strings.EqualFold(r.path[i], name)
}

// baseURL is the server's URL with the mount path, without a slash at the end.
func (s *Server) baseURL(r *http.Request) string {
	if s.cfg.PublicURL != "" {
		return s.cfg.PublicURL
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host + s.cfg.MountPath
}
