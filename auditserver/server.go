package auditserver

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/classes"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/live"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/query"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/render"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/session"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Server is an embedded Parse server. It is an [http.Handler] and safe for
// concurrent use.
type Server struct {
	cfg       Config
	store     *store.Store
	keys      *access.KeyRing
	protected access.Protected
	queries   *query.Queries
	render    *render.Settings
	sessions  *session.Sessions
	cloud     cloudCode
	jobs      sync.WaitGroup // running background jobs
	stop      context.CancelFunc
	alive     context.Context // ends at Close
	gate      sync.Mutex      // guards closed, and that no request enters after it
	closed    bool
	requests  sync.WaitGroup // running requests
	running   running        // requests with an id
	live      *live.Hub
	files     *os.Root // Config.FilesDir
	tagSeed   maphash.Seed
}

// Open opens or creates the database and gives a server ready to handle
// requests. Errors name the setting that is wrong.
func Open(ctx context.Context, cfg Config) (*Server, error) {
	cfg, err := cfg.prepared()
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, keys: access.NewKeyRing(access.Keys{AppID: cfg.AppID, Client: [4]string{cfg.RESTKey, cfg.JavaScriptKey, cfg.ClientKey, cfg.WindowsKey},
		Master: cfg.MasterKey, ReadOnly: cfg.ReadOnlyMasterKey, MasterIPs: cfg.MasterKeyIPs}), protected: access.Protected(cfg.ProtectedFields), tagSeed: maphash.MakeSeed()}
	s.alive, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	if cfg.FilesDir != "" {
		if s.files, err = os.OpenRoot(cfg.FilesDir); err != nil {
			s.stop()
			return nil, fmt.Errorf("auditserver: Config.FilesDir: %w", err)
		}
	}
	s.store, err = store.Open(ctx, store.Config{Path: cfg.Path, Unsynced: cfg.Unsynced, Logger: cfg.Logger,
		OnCommit: func(changes []store.Change) { s.live.Committed(changes) }})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("auditserver: %w", err), s.release())
	}
	s.sessions = session.New(s.store, cfg.SessionLength)
	s.queries = &query.Queries{Store: s.store, Sessions: s.sessions, Protected: s.protected, Quirks: cfg.Quirks, OpenClasses: cfg.AllowClientClassCreation,
		Limits: query.Limits{JSONDepth: cfg.Limits.Depth, PageSize: cfg.Limits.PageSize, Conditions: cfg.Limits.Conditions, QueryDepth: cfg.Limits.QueryDepth,
			SubqueryDepth: cfg.Limits.SubqueryDepth, IncludeDepth: cfg.Limits.IncludeDepth, IncludePaths: cfg.Limits.IncludePaths, NoRegex: cfg.Limits.NoRegex}}
	s.render = &render.Settings{Store: s.store, Protected: s.protected, AppID: cfg.AppID, Limit: cfg.Limits.AnswerSize}
	s.live = live.New(s.alive, live.Config{Classes: cfg.liveClasses, Keys: s.keys, Sessions: s.sessions, Queries: s.queries, Render: s.render, Logger: cfg.Logger})
	if err := s.prepareClasses(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("auditserver: %w", err), s.release())
	}
	s.jobs.Go(s.live.Run)
	return s, nil
}

// MountPath is where the server answers: Config.MountPath with one slash in
// front and none behind, "/parse" where it was left out, "" at the root.
func (s *Server) MountPath() string { return s.cfg.MountPath }

// Close waits for running requests and jobs until ctx ends, then closes the
// database. Requests that come later are answered 503. If registered code holds
// the database and does not end, Close returns an error without it, and the
// database is closed when that code ends.
func (s *Server) Close(ctx context.Context) error {
	s.gate.Lock()
	again := s.closed
	s.closed = true
	s.gate.Unlock()
	if again {
		return nil
	}
	s.stop()
	done := make(chan struct{})
	go func() {
		s.requests.Wait()
		s.jobs.Wait()
		close(done)
	}()
	select {
	case <-done:
		return s.release()
	case <-ctx.Done():
	}
	err := fmt.Errorf("auditserver: closing with requests still running: %w", ctx.Err())
	released := make(chan error, 1)
	go func() { released <- s.release() }()
	stuck := time.NewTimer(releaseTimeout)
	defer stuck.Stop()
	select {
	case failed := <-released:
		return errors.Join(err, failed)
	case <-stuck.C:
		return err
	}
}

// releaseTimeout is how long Close waits for the database once its time is up.
const releaseTimeout = time.Second

// release gives back what Open took.
func (s *Server) release() error {
	s.stop()
	var err error
	if s.store != nil {
		err = s.store.Close()
	}
	if s.files != nil {
		err = errors.Join(err, s.files.Close())
	}
	return err
}

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

// prepareClasses makes the system classes of a new database.
func (s *Server) prepareClasses(ctx context.Context) error {
	var missing []schema.Class
	for _, name := range classes.Own() {
		if _, ok := s.store.Class(name); !ok {
			missing = append(missing, classes.New(name))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		for _, c := range missing {
			if err := tx.PutClass(c); err != nil {
				return err
			}
		}
		return nil
	})
}
