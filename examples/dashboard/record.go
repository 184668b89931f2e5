package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// record is the page of one audit, finding, action or document.
type record struct {
	Text    string
	Facts   []fact
	Related string
	Links   []link // to records that belong to this one
	Next    []link // what can be done
	Form    *form
	History []happening
}

type fact struct{ Name, Text, Link string }

type link struct{ Text, Link, Note string }

// stepForm asks for the next status of a record. It offers every status: which one
// may follow is for the server's rules to say, and they say why.
func stepForm(class string, more ...*field) *form {
	fields := append([]*field{{Name: "status", Label: "New status", Kind: list, Choices: vocabulary(class, "status")}}, more...)
	fields = append(fields, &field{Name: "reason", Label: "Reason", Kind: line, Optional: true, Hint: "It is kept in the history."})
	return &form{Heading: "Change the status", Button: "Save", Fields: fields}
}

// save runs write with what was posted; done tells that the browser was sent on. A
// refusal is left in the form.
func (v *visit) save(ctx context.Context, f *form, write func(context.Context) (path string, err error)) (done bool, err error) {
	if v.r.Method != http.MethodPost {
		return false, nil
	}
	if err := v.r.ParseMultipartForm(1 << 20); err != nil && !errors.Is(err, http.ErrNotMultipart) { //nolint:gosec // bodies are bounded by mostSent
		return false, err
	}
	if !f.read(v.r) {
		return false, nil
	}
	if reason := f.field("reason"); reason != nil && reason.Value != "" {
		ctx = parse.WithReason(ctx, reason.Value)
	}
	path, err := write(ctx)
	if err == nil {
		return true, v.went(path)
	}
	if f.refused(err) {
		return false, nil
	}
	return false, err
}

// fill shows a form on a page of its own.
func (v *visit) fill(title string, f *form) error {
	v.render(f.status(), "fill", title, f)
	return nil
}

// showRecord shows a record with its history.
func (v *visit) showRecord(ctx context.Context, title string, of parse.Reference, r record) (err error) {
	if r.History, err = v.history(ctx, of); err != nil {
		return err
	}
	v.render(r.Form.status(), "record", title, r)
	return nil
}

// status is that of the answer with a form: 422 if something has to be changed.
func (f *form) status() int {
	if f != nil && f.HasProblems() {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// auditors are the choices of a person.
func (v *visit) auditors(ctx context.Context) ([]choice, error) {
	fields := isoaudit.AuditorFields
	var people []choice
	for auditor, err := range v.Auditors.Query().OrderBy(fields.Username.Asc()).All(ctx) {
		if err != nil {
			return nil, err
		}
		people = append(people, choice{auditor.ObjectID, auditor.Username + ", " + words(auditor.Role)})
	}
	return people, nil
}
