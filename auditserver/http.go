package auditserver

import (
	"bytes"
	"errors"
	"hash/maphash"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/live"
)

// The way of a request, with the words that the code uses for it:
//
//	ServeHTTP (here)           counts the call in and finds the path below the mount
//	readRequest                makes a request of it: parameters, body, and the caller,
//	                           who is the master key, a user with his roles, or nobody
//	                           (access.KeyRing, session.Sessions)
//	route (router.go)          finds the handler
//	idempotent                 repeats the response if the request id is known
//	handler                    makes the response, in one of two ways:
//
//	  a find or get (read.go)  query.Queries parses the parameters, adds what class
//	                           permissions and protected fields demand of the caller
//	                           (query/authorize.go), and asks the store, which turns
//	                           the query into SQL (store/compile.go); the renderer
//	                           writes the rows as the caller may see them
//	  a write (write.go)       runs in a transaction of the store; a batch shares one.
//	                           A save (save.go) is one create or update in it: works out
//	                           operations (package ops), runs beforeSave triggers, then
//	                           the rules (rules.go), fits the values to the class, and
//	                           stores the row. Whatever waits for the commit is left to
//	                           request.later
//
//	writeResponse, writeError  answer with the response, or with an error in one of the
//	                           two shapes of package fault
//
// After its commit a write becomes events of live queries: live.Hub.Committed takes
// the changes, and for each viewer live.event.seenBy checks the ACL.

// ServeHTTP answers one request, or serves one live query connection.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	behind := s.fromClient(r)
	x := s.begin(w, behind)
	defer s.end(x, behind)
	s.answer(x, r, behind)
}

// answer answers a request. peer is the same as it came over the connection, with
// the address of a proxy where there is one.
func (s *Server) answer(w *exchange, peer, r *http.Request) {
	if err := s.hosts.check(r); err != nil {
		s.writeError(w, r, err)
		return
	}
	s.cors.answer(w.Header(), r)
	if !s.admitted() {
		s.writeError(w, r, &fault.Plain{Status: http.StatusServiceUnavailable, Message: "the server is shutting down", After: time.Second})
		return
	}
	defer s.requests.Done()
	if live.IsUpgrade(r) { // on any path, as Parse Server takes them
		w.live = true
		s.live.Serve(w.ResponseWriter, r, s.baseURL(r))
		return
	}
	if r.Method == http.MethodOptions {
		s.cors.preflight(w)
		return
	}
	if s.isGraphQL(r.URL.Path) {
		s.serveGraphQL(w, r)
		return
	}
	path, ok := splitPath(s.cfg.MountPath, r.URL.EscapedPath())
	if !ok && s.cfg.Pages != nil {
		s.cfg.Pages.ServeHTTP(w, r)
		return
	}
	if !ok {
		notFoundPage(w, r)
		return
	}
	if len(path) == 1 && path[0] == "metrics" && r.Method == http.MethodGet {
		s.serveMetrics(w, r, peer)
		return
	}
	if len(path) > 0 && path[0] == "apps" {
		s.servePage(w, r, path)
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

// serve answers a request to a path below the mount.
func (s *Server) serve(w *exchange, r *http.Request, path []string) {
	// Unknown routes are answered before anything is read, but only where no
	// _method in the body could make them known.
	known := s.route(r.Method, path) != nil
	if r.Method != http.MethodPost && !known {
		notFoundPage(w, r)
		return
	}
	if known {
		w.path = path
	}
	req := s.newRequest(r, path)
	w.req = req
	defer req.release()
	if err := s.readRequest(w, r, req); err != nil {
		s.writeError(w, r, err)
		return
	}
	handle := s.route(req.method, req.path)
	if handle == nil {
		w.path = nil
		notFoundPage(w, r)
		return
	}
	w.path = req.path
	res, err := s.idempotent(r.Context(), req, handle)
	req.worked() // a client that takes its answer slowly needs no turn
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	s.writeResponse(w, r, res)
}

// newRequest is a request of which only the headers are read.
func (s *Server) newRequest(r *http.Request, path []string) *request {
	return &request{method: r.Method, path: path, remote: r.RemoteAddr, header: r.Header, denied: s.cfg.denied, limits: &s.cfg.Limits,
		requestID: r.Header.Get("X-Parse-Request-Id"), baseURL: s.baseURL(r), location: s.cfg.location(), answer: s.budgets.answers.Open(freeBytes)}
}

// writeResponse answers with what a handler made.
func (s *Server) writeResponse(w http.ResponseWriter, r *http.Request, res *response) {
	if res.write != nil || len(res.body) > freeBytes {
		steady := newSteadyWriter(w)
		defer steady.release()
		w = steady
	}
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
	if res.secret || !res.page && bytes.Contains(res.body, showsToken) {
		h.Set("Cache-Control", "no-store")
	}
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

// showsToken is in each answer that shows a session token.
var showsToken = []byte(`"sessionToken"`)

// etag is a weak tag of length and digest. It holds while the server runs.
func (s *Server) etag(b []byte) string {
	return `W/"` + strconv.FormatInt(int64(len(b)), 16) + "-" + strconv.FormatUint(maphash.Bytes(s.tagSeed, b), 36) + `"`
}

// writeError answers with one of the two shapes of protocol section 7.
func (s *Server) writeError(w http.ResponseWriter, r *http.Request, err error) {
	var plain *fault.Plain
	var body any
	status := 0
	var often *tooOften
	if errors.As(err, &often) {
		often.announce(w.Header())
	}
	var busy *fault.Busy
	if errors.As(err, &busy) {
		busy.Announce(w.Header())
	}
	if errors.As(err, &plain) {
		plain.Announce(w.Header())
		status, body = plain.Status, map[string]any{"error": plain.Message}
	} else {
		e, known := clientError(err)
		if !known && r.Context().Err() == nil {
			s.cfg.Logger.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		}
		status, body = e.Status(), map[string]any{"code": e.Code, "error": e.Message}
		switch {
		case often != nil:
			status = http.StatusTooManyRequests
		case busy != nil:
			status = busy.Status
		}
		if !known { // an internal error has its text under another key
			body = map[string]any{"code": e.Code, "message": e.Message}
		}
	}
	b, err := json.Marshal(body, json.Deterministic(true), jsontext.AllowInvalidUTF8(true)) // it may name what was sent
	if err != nil {
		b = []byte(`{"error":"Internal server error."}`)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b) // the client is gone if this fails
}

// notFoundPage answers an unknown route as Parse Server does.
func notFoundPage(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte("<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>Error</title></head>\n<body><pre>Cannot serve this method and path</pre></body>\n</html>\n"))
}
