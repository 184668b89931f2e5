package auditserver

import (
	"bytes"
	"context"
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/session"
	"github.com/isoaudit/isoaudit-go/internal/where"
)

// maxForm bounds what a page takes.
const maxForm = 16 << 10

// page is what a page shows.
type page struct {
	AppName, Title, Text, Error string
	Token                       string // of a password reset: shows its form
	Resend                      bool   // shows the form for another mail
}

var pageTemplate = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}}</title>
<style>body{font-family:sans-serif;max-width:28em;margin:4em auto;padding:0 1em}input,button{font:inherit;display:block;width:100%;box-sizing:border-box;margin:.5em 0;padding:.4em}.error{color:#b00020}</style></head>
<body><h1>{{.Title}}</h1>
{{with .Text}}<p>{{.}}</p>{{end}}
{{with .Error}}<p class="error">{{.}}</p>{{end}}
{{if .Token}}<form method="post" action="request_password_reset">
<input type="hidden" name="token" value="{{.Token}}">
<label>New password <input type="password" name="new_password" autocomplete="new-password" required autofocus></label>
<button>Set the password</button></form>{{end}}
{{if .Resend}}<form method="post" action="resend_verification_email">
<label>User name <input name="username" autocomplete="username" required></label>
<button>Send the link again</button></form>{{end}}
<p>{{.AppName}}</p></body></html>
`))

// servePage answers /apps/appId/..., the pages to which the links of mails lead. They
// are those of Parse Server, without its redirects.
func (s *Server) servePage(w *exchange, r *http.Request, path []string) {
	if len(path) != 3 || path[1] != s.cfg.AppID || s.cfg.Mail == nil {
		notFoundPage(w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	get := r.Method == http.MethodGet || r.Method == http.MethodHead
	var p page
	err := r.ParseForm()
	switch {
	case isTooLarge(err): // what there was of it is not what the user has sent
		p, err = page{Title: "Form refused", Error: "The form has more than " + strconv.Itoa(maxForm) + " bytes."}, nil
	case path[2] == "verify_email" && get:
		p, err = s.verifyPage(r)
	case path[2] == "resend_verification_email" && r.Method == http.MethodPost:
		p, err = s.resendPage(r)
	case path[2] == "request_password_reset" && get:
		p, err = s.choosePage(r)
	case path[2] == "request_password_reset" && r.Method == http.MethodPost:
		p, err = s.resetPage(r)
	default:
		notFoundPage(w, r)
		return
	}
	w.route = "/apps/:appId/" + path[2]
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	p.AppName = s.cfg.AppName
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p); err != nil {
		s.writeError(w, r, err)
		return
	}
	h := w.Header()
	for name, value := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
	} {
		h.Set(name, value)
	}
	if p.Error != "" {
		w.WriteHeader(http.StatusBadRequest)
	}
	_, _ = w.Write(b.Bytes()) // the client is gone if this fails
}

const invalidLink = "The link is not valid: it was used, has expired, or is of another address."

func (s *Server) verifyPage(r *http.Request) (page, error) {
	p := page{Title: "E-mail address confirmed", Text: "Thank you. You can log in now."}
	token := r.URL.Query().Get("token")
	var err error
	if r.Method == http.MethodHead { // of a program that looks at links: it changes nothing
		err = s.verifiable(r.Context(), token)
	} else {
		err = s.verifyEmail(r.Context(), token)
	}
	if errors.Is(err, errVerifyToken) {
		return page{Title: "E-mail address not confirmed", Error: invalidLink, Resend: true}, nil
	}
	return p, err
}

func (s *Server) resendPage(r *http.Request) (page, error) {
	sent := page{Title: "Link sent", Text: "If there is such a user whose address is not confirmed, a message is on its way."}
	username := strings.TrimSpace(r.PostFormValue("username"))
	if username == "" {
		return page{Title: "Link not sent", Error: "The user name is missing.", Resend: true}, nil
	}
	req := &request{caller: access.NewCaller("", nil), method: http.MethodPost}
	_, _, err := s.verifyAgain(r.Context(), req, where.Equal("username", username))
	return sent, err
}

func (s *Server) choosePage(r *http.Request) (page, error) {
	token := r.URL.Query().Get("token")
	valid, err := s.resetTokenValid(r.Context(), token)
	if err != nil || valid {
		return page{Title: "Choose a new password", Token: token}, err
	}
	return page{Title: "Password not changed", Error: invalidLink}, nil
}

// resetTokenValid tells whether a token would reset a password now.
func (s *Server) resetTokenValid(ctx context.Context, token string) (bool, error) {
	_, known, err := s.store.GetValue(ctx, resetBucket, session.Digest(token))
	return known, err
}

func (s *Server) resetPage(r *http.Request) (page, error) {
	token, password := r.PostFormValue("token"), r.PostFormValue("new_password")
	err := s.resetPassword(r.Context(), token, password)
	var refused *fault.Error
	switch {
	case err == nil:
		return page{Title: "Password changed", Text: "You can log in with it now."}, nil
	case errors.Is(err, errResetToken):
		return page{Title: "Password not changed", Error: invalidLink}, nil
	case errors.As(err, &refused):
		return page{Title: "Choose a new password", Error: refused.Message, Token: token}, nil
	}
	return page{}, err
}
