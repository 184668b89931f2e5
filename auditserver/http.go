package auditserver

import (
	"errors"
	"hash/maphash"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/live"
)

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	if !s.admitted() {
		h.Set("Retry-After", "1")
		s.writeError(w, r, &fault.Plain{Status: http.StatusServiceUnavailable, Message: "the server is shutting down"})
		return
	}
	defer s.requests.Done()
	if live.IsUpgrade(r) { // on any path, as Parse Server takes them
		s.live.Serve(w, r, s.baseURL(r))
		return
	}
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", "GET,PUT,POST,DELETE,OPTIONS")
		h.Set("Access-Control-Allow-Headers", allowedHeaders)
		h.Set("Access-Control-Expose-Headers", exposedHeaders)
		_, _ = w.Write([]byte("OK"))
		return
	}
	path, ok := splitPath(s.cfg.MountPath, r.URL.EscapedPath())
	if !ok {
		notFoundPage(w, r)
		return
	}
	s.serve(w, r, path)
}

// admitted counts a request in, unless the server is closed.
func (s *Server) admitted() bool {
	s.gate.Lock()
	defer s.gate.Unlock()
	if s.closed {
		return false
	}
	s.requests.Add(1)
	return true
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, path []string) {
	// Unknown routes are answered before anything is read, but only where no
	// _method in the body could make them known.
	if r.Method != http.MethodPost && s.route(r.Method, path) == nil {
		notFoundPage(w, r)
		return
	}
	req, err := s.readRequest(w, r, path)
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	handle := s.route(req.method, req.path)
	if handle == nil {
		notFoundPage(w, r)
		return
	}
	res, err := s.idempotent(r.Context(), req, handle)
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	s.writeResponse(w, r, res)
}

func (s *Server) writeResponse(w http.ResponseWriter, r *http.Request, res *response) {
	if res.write != nil {
		res.write(w, r)
		return
	}
	h := w.Header()
	for k, v := range res.header {
		h.Set(k, v)
	}
	if res.location != "" {
		h.Set("Location", res.location)
	}
	h.Set("Content-Type", "application/json; charset=utf-8")
	status := res.status
	if status == 0 {
		status = http.StatusOK
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		tag := s.etag(res.body)
		h.Set("ETag", tag)
		if status == http.StatusOK && r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(res.body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(res.body) // the client is gone if this fails
	}
}

// etag is a weak tag of length and digest. It holds while the server runs.
func (s *Server) etag(b []byte) string {
	return `W/"` + strconv.FormatInt(int64(len(b)), 16) + "-" + strconv.FormatUint(maphash.Bytes(s.tagSeed, b), 36) + `"`
}

// writeError answers with one of the two shapes of protocol section 7.
func (s *Server) writeError(w http.ResponseWriter, r *http.Request, err error) {
	var plain *fault.Plain
	var body any
	status := 0
	if errors.As(err, &plain) {
		status, body = plain.Status, map[string]any{"error": plain.Message}
	} else {
		e, known := clientError(err)
		if !known && r.Context().Err() == nil {
			s.cfg.Logger.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		}
		status, body = e.Status(), map[string]any{"code": e.Code, "error": e.Message}
		if !known { // a fault of the server has its text elsewhere
			body = map[string]any{"code": e.Code, "message": e.Message}
		}
	}
	b, err := json.Marshal(body, json.Deterministic(true))
	if err != nil {
		b = []byte(`{"error":"Internal server error."}`)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b) // the client is gone if this fails
}

func notFoundPage(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte("<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>Error</title></head>\n<body><pre>Cannot serve this method and path</pre></body>\n</html>\n"))
}

const (
	allowedHeaders = "X-Parse-Master-Key, X-Parse-REST-API-Key, X-Parse-Javascript-Key, X-Parse-Application-Id, X-Parse-Client-Version, " +
		"X-Parse-Session-Token, X-Requested-With, X-Parse-Revocable-Session, X-Parse-Request-Id, Content-Type, Pragma, Cache-Control"
	exposedHeaders = "X-Parse-Job-Status-Id, X-Parse-Push-Status-Id"
)
