package main

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
)

// form is what somebody fills in. Its fields are named like the columns they are
// for, so that a rule that the server finds broken stands beside its field.
type form struct {
	Heading, Button string
	Fields          []*field
	Problems        []problem // of no single field
	Unsure          bool      // it may have been saved
}

type field struct {
	Name, Label, Hint string
	Kind              kind
	Choices           []choice
	Optional          bool
	Value             string
	Problems          []problem
}

type kind string

// The kinds of fields.
const (
	line kind = "line"
	area kind = "area"
	date kind = "date"
	list kind = "list"
	file kind = "file"
)

type choice struct{ Value, Text string }

// problem is what is wrong and what to do, with the clause of the rule that says so.
type problem struct{ Text, Clause string }

// vocabulary are the choices of a column, as the rules list them.
func vocabulary(class, column string) []choice {
	known, _ := policy.Default().Vocabulary(class, column)
	choices := make([]choice, len(known.Values))
	for i, value := range known.Values {
		choices[i] = choice{value, words(value)}
	}
	return choices
}

// read takes what was typed; false if something is lacking.
func (f *form) read(r *http.Request) bool {
	complete := true
	for _, field := range f.Fields {
		if field.Kind == file {
			continue
		}
		field.Value = strings.TrimSpace(r.PostFormValue(field.Name))
		switch {
		case field.Value == "" && !field.Optional:
			field.Problems, complete = []problem{{Text: "This is needed."}}, false
		case field.Kind == date && field.Value != "" && f.day(field.Name).IsZero():
			field.Problems, complete = []problem{{Text: "This is no day: write it like 2026-03-31."}}, false
		}
	}
	return complete
}

func (f *form) field(name string) *field {
	for _, field := range f.Fields {
		if field.Name == name {
			return field
		}
	}
	return nil
}

func (f *form) text(name string) string { return f.field(name).Value }

// day is a day as it is stored, midnight in UTC; zero for what is none.
func (f *form) day(name string) time.Time {
	day, _ := time.Parse(time.DateOnly, f.text(name))
	return day
}

// refused puts the reason for which nothing was saved into the form; false if the
// error is no such reason.
func (f *form) refused(err error) bool {
	var broken *isoaudit.PolicyError
	var input *parse.InputError
	say := func(text string) bool {
		f.Problems = append(f.Problems, problem{Text: text})
		return true
	}
	switch {
	case errors.As(err, &broken):
		for _, v := range broken.Violations {
			f.broken(v)
		}
		return true
	case errors.Is(err, parse.ErrForbidden):
		return say("Your roles do not allow this.")
	case errors.Is(err, parse.ErrObjectNotFound):
		return say("The record is gone, or it is not yours to change.")
	case errors.Is(err, parse.ErrDuplicateValue):
		return say("Another record has this reference already. Choose another one.")
	case errors.Is(err, parse.ErrFileSave):
		return say("The audit server does not take this file. It may be empty, or of a kind that a browser would run, such as HTML.")
	case errors.Is(err, parse.ErrOutcomeUnknown):
		f.Unsure = true
		return say("The answer of the audit server was lost, so it is not known whether this was saved. Look for the record before you send it again.")
	case unreachable(err):
		return say("The audit server cannot be reached. What you typed is still here: send it again in a moment.")
	case errors.As(err, &input) && f.field(input.Field) != nil:
		f.field(input.Field).Problems = []problem{{Text: input.Reason}}
		return true
	}
	return false
}

func (f *form) broken(v isoaudit.Violation) {
	p := problem{Text: v.Message}
	for _, rule := range policy.Default().All() {
		if rule.ID == v.Rule {
			p.Clause = rule.Source
		}
	}
	if field := f.field(v.Field); field != nil {
		field.Problems = append(field.Problems, p)
		return
	}
	p.Text = words(v.Field) + ": " + p.Text
	f.Problems = append(f.Problems, p)
}

// HasProblems tells whether the form came back.
func (f *form) HasProblems() bool { return len(f.Problems) > 0 || f.HasMarks() }

// HasMarks tells whether fields have to be changed.
func (f *form) HasMarks() bool {
	return slices.ContainsFunc(f.Fields, func(field *field) bool { return len(field.Problems) > 0 })
}

// HasFile tells whether a file can be sent with the form.
func (f *form) HasFile() bool {
	return slices.ContainsFunc(f.Fields, func(field *field) bool { return field.Kind == file })
}
