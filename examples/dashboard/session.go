package main

import (
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// sessions keeps who is signed in. The browser has a random id and never the token
// of the session: a cookie that leaks is good for these pages only, and for no longer
// than this program remembers it. The price is that a restart signs everybody out.
type sessions struct {
	mu   sync.Mutex
	held map[string]held
}

type held struct {
	session *isoaudit.Session
	used    time.Time
}

const (
	cookieName   = "dashboard"
	idle         = 8 * time.Hour // without a request, after which a session is forgotten
	mostSessions = 10_000
)

// add keeps a session and gives its id; false if there are too many.
func (s *sessions) add(session *isoaudit.Session) (id string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, h := range s.held {
		if time.Since(h.used) > idle {
			delete(s.held, id)
		}
	}
	if len(s.held) >= mostSessions {
		return "", false
	}
	id = rand.Text()
	s.held[id] = held{session, time.Now()}
	return id, true
}

// of gives the session of a request, nil if there is none.
func (s *sessions) of(r *http.Request) (id string, session *isoaudit.Session) {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return "", nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h, ok := s.held[cookie.Value]
	if !ok || time.Since(h.used) > idle {
		return "", nil
	}
	s.held[cookie.Value] = held{h.session, time.Now()}
	return cookie.Value, h.session
}

func (s *sessions) drop(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.held, id)
}

type signIn struct {
	User, To string
	Problem  string
	People   []*isoaudit.Auditor
	Password string // of the people
}

func (a *app) signInPage(w http.ResponseWriter, r *http.Request) {
	a.render(w, http.StatusOK, "signin", page{Title: "Sign in", Body: a.signIn(r, "")})
}

func (a *app) signIn(r *http.Request, problem string) signIn {
	return signIn{User: r.FormValue("user"), To: r.FormValue("to"), Problem: problem, People: a.people, Password: a.password}
}

func (a *app) logIn(w http.ResponseWriter, r *http.Request) {
	session, err := a.client.LogIn(r.Context(), r.PostFormValue("user"), r.PostFormValue("password"))
	status, problem := http.StatusOK, ""
	input := new(parse.InputError)
	switch {
	case errors.Is(err, parse.ErrObjectNotFound), errors.As(err, &input):
		status, problem = http.StatusUnauthorized, "The name or the password is wrong."
	case errors.Is(err, parse.ErrEmailNotFound):
		status, problem = http.StatusUnauthorized, "Your e-mail address is not verified yet: open the link in the message that was sent to you."
	case err != nil:
		a.log.WarnContext(r.Context(), "sign-in failed", "error", err)
		status, problem = http.StatusServiceUnavailable, "The audit server cannot be reached. Try again in a moment."
	}
	var id string
	if err == nil {
		var ok bool
		if id, ok = a.sessions.add(session); !ok {
			status, problem = http.StatusServiceUnavailable, "Too many people are signed in. Try again later."
		}
	}
	if problem != "" {
		a.render(w, status, "signin", page{Title: "Sign in", Body: a.signIn(r, problem)})
		return
	}
	http.SetCookie(w, a.cookie(id, 0))
	http.Redirect(w, r, local(r.PostFormValue("to")), http.StatusSeeOther) //nolint:gosec // local is for that
}

func (a *app) logOut(w http.ResponseWriter, r *http.Request) {
	if id, session := a.sessions.of(r); session != nil {
		a.sessions.drop(id)
		if err := a.client.As(session).LogOut(r.Context()); err != nil {
			a.log.WarnContext(r.Context(), "the server was not told of a sign-out", "error", err)
		}
	}
	http.SetCookie(w, a.cookie("", -1))
	http.Redirect(w, r, "/signin", http.StatusSeeOther)
}

// cookie carries the id of a session; a negative age takes it away.
func (a *app) cookie(id string, age int) *http.Cookie {
	//nolint:gosec // Secure is set where browsers come over HTTPS
	return &http.Cookie{Name: cookieName, Value: id, Path: "/", MaxAge: age, HttpOnly: true, Secure: a.secure, SameSite: http.SameSiteLaxMode}
}

// local keeps a redirection on this site.
func local(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return to
}
