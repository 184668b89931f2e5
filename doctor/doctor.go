// Package doctor examines a Parse Server, a Back4app application or an auditserver
// from outside, as a program that uses it would, and says in order what is wrong
// and what to change. It only reads: no record, class or setting is changed.
//
//	for result := range (doctor.Server{URL: url, ApplicationID: id, MasterKey: key}).Examine(ctx) {
//		fmt.Println(result)
//	}
//
// What no request can ask is asked of the Cloud Code (cloud/main.js), which reports
// the options of its server to the master key. Where it is not deployed, those
// results are Unknown.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Server says which server to examine, and with which keys.
type Server struct {
	URL           string // with the mount path, as for isoaudit.NewClient
	ApplicationID string
	RESTKey       string // where the server wants one
	MasterKey     string

	// Want is the schema that the server should have; zero means schema.ISO9001().
	Want schema.Schema

	// Transport carries the requests; nil means http.DefaultTransport.
	Transport http.RoundTripper

	// Now is the clock that the server's is compared with; nil means time.Now.
	Now func() time.Time
}

// Level says how a result is to be taken.
type Level int

// The levels, from good to bad.
const (
	OK      Level = iota
	Unknown       // it could not be asked
	Warning       // it works, but something should be known or changed
	Wrong         // something does not work, or does not protect
)

// String gives the level as a word.
func (l Level) String() string {
	return [...]string{"ok", "unknown", "warning", "wrong"}[l]
}

// Result is what one check found.
type Result struct {
	Check string // "address", "REST key", "indexes"
	Level Level
	Found string // what is so
	Do    string // what to change; empty where nothing is to do
}

// String gives the result as a line, and a second one with what to do.
func (r Result) String() string {
	line := fmt.Sprintf("%-8s %s: %s", r.Level, r.Check, r.Found)
	if r.Do != "" {
		line += "\n         -> " + r.Do
	}
	return line
}

// Examine yields the results in the order in which they should be mended. It ends
// after the first Wrong among address and keys, because nothing behind them can be
// asked then.
func (s Server) Examine(ctx context.Context) iter.Seq[Result] {
	return func(yield func(Result) bool) {
		e := newExamination(s)
		for _, check := range []func(context.Context) Result{e.address, e.applicationID, e.restKey, e.masterKey, e.version} {
			result := check(ctx)
			if !yield(result) || result.Level == Wrong {
				return
			}
		}
		for _, check := range []func(context.Context) []Result{e.clock, e.schema, e.cloudCode, e.options, e.roles, e.live} {
			for _, result := range check(ctx) {
				if !yield(result) {
					return
				}
			}
		}
	}
}

// examination is one run over the checks; what one learns the later ones use.
type examination struct {
	Server
	http        *http.Client
	admin       *isoaudit.Admin
	auditserver bool
	date        time.Time // of the server, when it last answered
	info        parse.ServerInfo
	code        *isoaudit.CloudCode // nil: none answers
}

func newExamination(s Server) *examination {
	if s.Now == nil {
		s.Now = time.Now
	}
	if len(s.Want.Classes) == 0 {
		s.Want = schema.ISO9001()
	}
	return &examination{Server: s, http: &http.Client{
		Transport:     s.Transport,
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// patience is how long one request may take.
const patience = 20 * time.Second

// failed is the result of a check whose question was not answered.
func failed(check string, err error) Result {
	var refused *parse.Error
	if errors.As(err, &refused) && refused.HTTPStatus != 0 {
		return Result{check, Wrong, "the server refused the question: " + err.Error(), ""}
	}
	return Result{check, Unknown, "the question was not answered: " + err.Error(), "ask again"}
}
