package main

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
)

//go:embed static
var static embed.FS

// app is the web application.
type app struct {
	client   *isoaudit.Client // without a session
	sessions *sessions
	pages    pages
	people   []*isoaudit.Auditor
	password string
	secure   bool
	ending   context.Context // ends the live streams
	log      *slog.Logger
}

func newApp(ctx context.Context, b *backend, secure bool, log *slog.Logger) *app {
	a := &app{
		client: b.client, sessions: &sessions{held: map[string]held{}}, pages: parsePages(),
		people: b.people, secure: secure, ending: ctx, log: log,
	}
	if len(b.people) > 0 {
		a.password = audittest.SamplePassword
	}
	return a
}

// visit is one request of somebody who is signed in. Its client is made for this
// request and has this person's rights: what may be seen and done is decided by the
// audit server.
type visit struct {
	*isoaudit.Client
	app *app
	id  string // of the session
	me  *isoaudit.Auditor
	w   http.ResponseWriter
	r   *http.Request
}

// view answers a request, or returns why it cannot.
type view func(ctx context.Context, v *visit) error

const (
	patience = 20 * time.Second // for all that a page asks of the audit server
	mostSent = 12 << 20         // bytes of a form with its file
)

func (a *app) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /static/", http.FileServerFS(static))
	mux.HandleFunc("GET /signin", a.signInPage)
	mux.HandleFunc("POST /signin", a.logIn)
	mux.HandleFunc("POST /signout", a.logOut)
	mux.HandleFunc("GET /live", a.live)
	for pattern, view := range map[string]view{
		"GET /{$}":                 auditQueue,
		"/audits/{id}":             auditPage,
		"/audits/{id}/finding":     newFinding,
		"GET /findings":            findingList,
		"GET /findings/{id}":       findingPage,
		"GET /findings/{id}/file":  evidenceFile,
		"/findings/{id}/action":    newAction,
		"GET /actions":             actionBoard,
		"/actions/{id}":            actionPage,
		"GET /documents":           documentRegister,
		"/documents/{id}":          documentPage,
		"/documents/{id}/revision": newRevision,
		"GET /figures":             figuresPage,
	} {
		mux.HandleFunc(pattern, a.serve(view))
	}
	return guarded(http.NewCrossOriginProtection().Handler(http.MaxBytesHandler(mux, mostSent)))
}

// guarded lets browsers load nothing from elsewhere, run no script but ours, and
// show the pages in no frame.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if !strings.HasPrefix(r.URL.Path, "/static/") {
			h.Set("Cache-Control", "no-store") // pages show what may be confidential
		}
		next.ServeHTTP(w, r)
	})
}

// visitor derives a client for the person of a request.
func (a *app) visitor(w http.ResponseWriter, r *http.Request) (*visit, bool) {
	id, session := a.sessions.of(r)
	if session == nil {
		return nil, false
	}
	return &visit{Client: a.client.As(session), app: a, id: id, me: session.Auditor, w: w, r: r}, true
}

func (a *app) serve(view view) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, ok := a.visitor(w, r)
		if !ok {
			toSignIn(w, r)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		if err := view(ctx, v); err != nil {
			v.failed(err)
		}
	}
}

func toSignIn(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/signin?to="+url.QueryEscape(r.URL.Path), http.StatusSeeOther)
}

type apology struct {
	Text  string
	Again bool // the page tries again by itself
}

// failed answers a request whose view could not.
func (v *visit) failed(err error) {
	status, title, sorry := http.StatusInternalServerError, "Something went wrong", apology{Text: "The page could not be made. What happened is in the log of this program."}
	tooLarge := new(http.MaxBytesError)
	switch {
	case errors.Is(err, parse.ErrInvalidSession):
		v.app.sessions.drop(v.id)
		toSignIn(v.w, v.r)
		return
	case errors.Is(err, parse.ErrObjectNotFound):
		status, title, sorry = http.StatusNotFound, "Not found", apology{Text: "There is no such record, or you may not see it."}
	case errors.As(err, &tooLarge), errors.Is(err, multipart.ErrMessageTooLarge):
		status, title, sorry = http.StatusRequestEntityTooLarge, "Too large", apology{Text: "A form with its file may have 12 MB. Go back and choose a smaller file."}
	case unreachable(err):
		v.app.log.WarnContext(v.r.Context(), "the audit server does not answer", "page", v.r.URL.Path, "error", err)
		v.w.Header().Set("Retry-After", "5")
		status, title, sorry = http.StatusServiceUnavailable, "The audit server cannot be reached", apology{
			Text:  "It is not known whether what you sent was saved. Go back: the form still has what you typed. Look for the record before you send it again.",
			Again: v.r.Method == http.MethodGet,
		}
	default:
		v.app.log.ErrorContext(v.r.Context(), "a page failed", "page", v.r.URL.Path, "error", err)
	}
	v.render(status, "sorry", title, sorry)
}

// unreachable tells whether there was no answer, or that of a server in trouble.
func unreachable(err error) bool {
	var failed *parse.Error
	return errors.As(err, &failed) && (failed.HTTPStatus == 0 || failed.HTTPStatus >= 500)
}
