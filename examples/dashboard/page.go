package main

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/quality"
)

//go:embed templates
var templates embed.FS

// pages are the templates of the pages by name, each in the same layout.
type pages map[string]*template.Template

// page is what the layout shows around a page's body.
type page struct {
	Title string
	Me    *isoaudit.Auditor // nil: nobody is signed in
	Path  string
	Body  any
}

func parsePages() pages {
	all := pages{}
	for _, name := range []string{"signin", "queue", "findings", "board", "documents", "figures", "record", "fill", "sorry"} {
		functions := template.FuncMap{"day": day, "moment": moment, "words": words, "who": who, "overdue": overdue, "severity": severity}
		all[name] = template.Must(template.New("layout.html").Funcs(functions).
			ParseFS(templates, "templates/layout.html", "templates/form.html", "templates/"+name+".html"))
	}
	return all
}

// render writes a page, whole or not at all.
func (a *app) render(w http.ResponseWriter, status int, name string, p page) {
	var text bytes.Buffer
	if err := a.pages[name].Execute(&text, p); err != nil {
		a.log.Error("a template failed", "page", name, "error", err)
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // a reader that went away is nobody's mistake
}

func (v *visit) render(status int, name, title string, body any) {
	v.app.render(v.w, status, name, page{Title: title, Me: v.me, Path: v.r.URL.Path, Body: body})
}

func (v *visit) show(name, title string, body any) error {
	v.render(http.StatusOK, name, title, body)
	return nil
}

// went sends the browser to where the saved record is shown.
func (v *visit) went(path string) error {
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}

func today() quality.Date { return quality.Today(time.Now(), time.Local) }

func day(t time.Time) string {
	if t.IsZero() {
		return "no day"
	}
	return quality.DateOf(t, time.Local).String()
}

func moment(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

// overdue is how many days the day is over.
func overdue(t time.Time) int { return max(0, int(today()-quality.DateOf(t, time.Local))) }

// words writes a name of the schema for people: in_progress, plannedStartDate.
func words(name any) string {
	value := fmt.Sprint(name)
	if value == string(isoaudit.FindingOFI) {
		return "opportunity for improvement"
	}
	var text strings.Builder
	for _, r := range strings.ReplaceAll(value, "_", " ") {
		if r >= 'A' && r <= 'Z' {
			text.WriteByte(' ')
			r += 'a' - 'A'
		}
		text.WriteRune(r)
	}
	return strings.TrimSpace(text.String())
}

// who is the user name of somebody whom a query included.
func who(p isoaudit.Pointer[isoaudit.Auditor]) string {
	if auditor, ok := p.Get(); ok {
		return auditor.Username
	}
	return "somebody who is gone"
}

// severity is that of a finding that a query included.
func severity(p isoaudit.Pointer[isoaudit.AuditFinding]) isoaudit.Severity {
	if found, ok := p.Get(); ok {
		return found.Severity
	}
	return ""
}
