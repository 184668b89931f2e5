package audittest

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/schema"
)

// TB is what a Server needs of a test. *testing.T, *testing.B and *testing.F
// implement it, and for any other framework that takes a few lines.
type TB interface {
	Helper()                           // marks the caller as a part of the kit, for the line of a failure
	Cleanup(func())                    // runs a function when the test has ended, the latest first
	Fatalf(format string, args ...any) // does not return
}

// patience is how long one step of the kit may take before the test fails.
const patience = 30 * time.Second

// Server is a running auditserver with the ISO 9001 schema, its roles, rules and
// live queries, in memory, on a free port of this machine. It ends with its test.
type Server struct {
	// URL is the server's with its mount path, for NewClient.
	URL string
	// The keys that the server takes. They are new for each server.
	AppID, RESTKey, JavaScriptKey, MasterKey string

	// HTTPClient reaches the server; one of NewBubbleServer is reached by no other.
	HTTPClient *http.Client

	// Client has the application's keys and no session.
	Client *isoaudit.Client
	// Admin has the master key.
	Admin *isoaudit.Admin

	// Backend is the server itself, to register triggers, functions and jobs
	// written in Go; see its BeforeSave, Function and Job.
	Backend *auditserver.Server

	// Faults is the script of failures that clients meet.
	Faults *Faults

	tb      TB
	names   atomic.Int64 // auditors signed up so far
	records atomic.Int64 // made by NewPlan and the like
	cast    cast
}

// NewServer starts a server for a test; configure may change its configuration
// first, for limits, quirks or a file to keep the data in. Anything that goes
// wrong fails the test.
func NewServer(tb TB, configure ...func(*auditserver.Config)) *Server {
	tb.Helper()
	return newServer(tb, overSockets, policy.Default(), schema.ISO9001(), configure)
}

// NewBubbleServer is NewServer for a test in a bubble of testing/synctest: the server
// has the clock of the bubble, as its clients have, and is reached through pipes in
// memory in the place of a port. A client of a test's own needs HTTPClient:
//
//	client, err := isoaudit.NewClient(server.URL, parse.WithApplicationID(server.AppID),
//		parse.WithRESTKey(server.RESTKey), parse.WithHTTPClient(server.HTTPClient))
func NewBubbleServer(tb TB, configure ...func(*auditserver.Config)) *Server {
	tb.Helper()
	return newServer(tb, overPipes, policy.Default(), schema.ISO9001(), configure)
}

// network makes what a server listens on, and the client that reaches it.
type network func(context.Context) (net.Listener, *http.Client, error)

func overSockets(ctx context.Context) (net.Listener, *http.Client, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	return listener, &http.Client{}, err
}

func overPipes(context.Context) (net.Listener, *http.Client, error) {
	listener := newPipeListener()
	return listener, listener.client(), nil
}

func newServer(tb TB, over network, rules policy.Rules, classes schema.Schema, configure []func(*auditserver.Config)) *Server {
	tb.Helper()
	config := auditserver.Config{
		AppID: "audittest", RESTKey: rand.Text(), JavaScriptKey: rand.Text(), MasterKey: rand.Text(),
		PasswordCost: bcrypt.MinCost, Rules: rules, Logger: slog.New(slog.DiscardHandler),
	}
	for _, class := range classes.Classes {
		config.LiveQueryClasses = append(config.LiveQueryClasses, class.Name)
	}
	for _, change := range configure {
		change(&config)
	}
	s := &Server{
		AppID: config.AppID, RESTKey: config.RESTKey, JavaScriptKey: config.JavaScriptKey, MasterKey: config.MasterKey,
		Faults: &Faults{}, tb: tb,
	}
	s.must("starting the server", func(ctx context.Context) error { return s.start(ctx, over, config) })
	s.must("applying the schema", func(ctx context.Context) error {
		_, err := s.Admin.ApplySchema(ctx, classes)
		return err
	})
	return s
}

func (s *Server) start(ctx context.Context, over network, config auditserver.Config) error {
	backend, err := auditserver.Open(ctx, config)
	if err != nil {
		return err
	}
	s.Backend = backend
	listener, reaches, err := over(ctx)
	if err != nil {
		return err
	}
	s.HTTPClient = reaches
	mount := backend.MountPath()
	web := &http.Server{Handler: s.Faults.Handler(mount, backend), ReadHeaderTimeout: patience}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	s.tb.Cleanup(func() {
		s.must("stopping the server", func(ctx context.Context) error {
			closed := backend.Close(ctx)
			if err := web.Close(); err != nil {
				return err
			}
			<-served
			return closed
		})
	})

	s.URL = "http://" + listener.Addr().String() + mount
	keys := []parse.Option{parse.WithApplicationID(s.AppID), parse.WithHTTPClient(reaches)}
	if s.RESTKey != "" { // taken out by the test: the application id is enough
		keys = append(keys, parse.WithRESTKey(s.RESTKey))
	}
	s.Client, err = isoaudit.NewClient(s.URL, keys...)
	if err != nil {
		return err
	}
	s.Admin, err = isoaudit.NewAdmin(s.URL, s.MasterKey, parse.WithApplicationID(s.AppID), parse.WithHTTPClient(reaches))
	return err
}

// must runs one step of the kit and fails the test if the step fails.
func (s *Server) must(step string, do func(context.Context) error) {
	s.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := do(ctx); err != nil {
		s.tb.Fatalf("audittest: %s: %v", step, err)
	}
}

// Login is an auditor with a client that is logged in as him.
type Login struct {
	*isoaudit.Client
	Auditor *isoaudit.Auditor
}

// As makes a new auditor with the role and logs him in; "" is somebody who has
// an account and no role. Every call makes another auditor: coordinator-1,
// auditor-2 and so on. Parallel tests may share a server.
func (s *Server) As(role isoaudit.AuditorRole) Login {
	s.tb.Helper()
	username := fmt.Sprintf("%s-%d", cmp.Or(role, "nobody"), s.names.Add(1))
	auditor := &isoaudit.Auditor{
		Username: username,
		Email:    username + "@pumps.example",
		Password: SamplePassword,
		Role:     cmp.Or(role, isoaudit.RoleAuditor), // the label is required; it grants nothing
		SiteCode: sites[0],
	}
	var login Login
	s.must("making an auditor", func(ctx context.Context) error {
		if err := s.Admin.Auditors.Create(ctx, auditor); err != nil {
			return err
		}
		if role != "" {
			if err := grantRoles(ctx, s.Admin, auditor); err != nil {
				return err
			}
		}
		session, err := s.Admin.LoginAs(ctx, auditor.ObjectID)
		if err == nil {
			login = Login{s.Client.As(session), auditor}
		}
		return err
	})
	return login
}

// LogIn logs an auditor in, one of a Sample for instance.
func (s *Server) LogIn(username, password string) Login {
	s.tb.Helper()
	var login Login
	s.must("logging in "+username, func(ctx context.Context) error {
		session, err := s.Client.LogIn(ctx, username, password)
		if err == nil {
			login = Login{s.Client.As(session), session.Auditor}
		}
		return err
	})
	return login
}

// LoadSample makes a sample and puts it on the server.
func (s *Server) LoadSample(now time.Time, seed uint64) *Sample {
	s.tb.Helper()
	sample := NewSample(now, seed)
	s.must("loading the sample", func(ctx context.Context) error { return sample.Load(ctx, s.Admin) })
	return sample
}
