package conformance

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/auditserver/graphql"
	"github.com/isoaudit/isoaudit-go/policy"
)

// Embedded is an auditserver set up like the Parse Server of parse/start.js.
type Embedded struct {
	URL, AppID, RESTKey, JavaScriptKey, MasterKey string

	config  auditserver.Config
	address string
	stop    context.CancelFunc
	stopped chan error
}

// StartEmbedded starts an auditserver on a free loopback port, with its data in
// the file at path, or in memory where that is empty.
func StartEmbedded(ctx context.Context, path string, logger *slog.Logger) (*Embedded, error) {
	e := &Embedded{AppID: "conformance", RESTKey: rand.Text(), JavaScriptKey: rand.Text(), MasterKey: rand.Text(), address: "127.0.0.1:0"}
	e.config = auditserver.Config{
		Path:  path,
		AppID: e.AppID, RESTKey: e.RESTKey, JavaScriptKey: e.JavaScriptKey, MasterKey: e.MasterKey,
		GraphQL:          true,
		GraphQLEngine:    graphql.Engine(),
		Idempotency:      auditserver.Idempotency{Paths: []string{"classes/.*", "users.*", "functions/.*"}},
		LiveQueryClasses: []string{"_User", "AuditPlan", "AuditFinding", "CorrectiveAction", "DocumentControlLog", "AuditReview", "Check.*"},
		AllowOrigin:      []string{"*"},    // over loopback, too, as Parse Server does
		PasswordCost:     4,                // bcrypt's least: what is checked is the protocol, not the hash
		Rules:            policy.Default(), // as cloud/main.js has them
		RateLimit: []auditserver.RateLimit{{RequestPath: "/functions/checkLimited", RequestTimeWindow: 10 * time.Minute, RequestCount: 2,
			IncludeInternalRequests: true}},
		Logger: logger,
	}
	if err := e.start(ctx); err != nil {
		return nil, err
	}
	return e, nil
}

func (e *Embedded) start(ctx context.Context) error {
	server, err := auditserver.Open(ctx, e.config)
	if err != nil {
		return err
	}
	registerChecks(server)
	var listen net.ListenConfig
	ln, err := listen.Listen(ctx, "tcp", e.address)
	if err != nil {
		return errors.Join(err, server.Close(ctx))
	}
	e.address = ln.Addr().String()
	e.URL = fmt.Sprintf("http://%s/parse", e.address)
	ctx, e.stop = context.WithCancel(ctx)
	stopped := make(chan error, 1)
	e.stopped = stopped
	go func() {
		err := server.Serve(ctx, ln)
		stopped <- errors.Join(err, server.Close(context.WithoutCancel(ctx)))
	}()
	return nil
}

// Restart stops the server and starts it again, on the same file and port.
func (e *Embedded) Restart(ctx context.Context) error {
	if err := e.Close(); err != nil {
		return err
	}
	return e.start(ctx)
}

// Close stops the server.
func (e *Embedded) Close() error {
	e.stop()
	return <-e.stopped
}

// GraphQLURL is where the server takes GraphQL.
func (e *Embedded) GraphQLURL() string { return strings.TrimSuffix(e.URL, "/parse") + "/graphql" }

// Environ are the variables with which run.sh describes its server to a command.
func (e *Embedded) Environ() []string {
	return []string{
		"ISOAUDIT_PARSE_URL=" + e.URL,
		"ISOAUDIT_PARSE_GRAPHQL_URL=" + e.GraphQLURL(),
		"ISOAUDIT_PARSE_APP_ID=" + e.AppID,
		"ISOAUDIT_PARSE_REST_KEY=" + e.RESTKey,
		"ISOAUDIT_PARSE_JS_KEY=" + e.JavaScriptKey,
		"ISOAUDIT_PARSE_MASTER_KEY=" + e.MasterKey,
	}
}

// registerChecks registers the Go twins of parse/cloud.js.
func registerChecks(s *auditserver.Server) {
	s.Function("checkEcho", func(_ context.Context, call *auditserver.FunctionCall) (any, error) {
		return call.Params, nil
	})
	s.Function("checkWhoAmI", func(_ context.Context, call *auditserver.FunctionCall) (any, error) {
		if call.Caller.UserID == "" {
			return nil, nil
		}
		user, err := call.Data.Get("_User", call.Caller.UserID)
		return user["username"], err
	})
	s.Function("checkFail", func(_ context.Context, call *auditserver.FunctionCall) (any, error) {
		message, _ := call.Params["message"].(string)
		if code, ok := call.Params["code"].(float64); ok {
			return nil, &auditserver.Error{Code: int(code), Message: message}
		}
		return nil, errors.New(message)
	})
	s.Function("checkMembersOnly", func(_ context.Context, call *auditserver.FunctionCall) (any, error) {
		if call.Caller.UserID == "" && !call.Caller.Master {
			return nil, &auditserver.Error{Code: 142, Message: "Validation failed. Please login to continue."}
		}
		return "welcome", nil
	})
	s.Job("checkJob", func(_ context.Context, call *auditserver.FunctionCall) error {
		message, _ := call.Params["message"].(string)
		if message == "fail" {
			return errors.New(message)
		}
		call.Progress(message)
		return nil
	})
	s.BeforeSave("CheckGuarded", func(_ context.Context, t *auditserver.Trigger) error {
		if t.Object["refuse"] == true {
			return &auditserver.Error{Code: 4242, Message: "refused by the check trigger"}
		}
		t.Object["stamp"] = "checked"
		return nil
	})
	stumble := func(_ context.Context, t *auditserver.Trigger) error {
		if t.Object["stumble"] == true {
			return &auditserver.Error{Code: 4244, Message: "the check trigger stumbled"}
		}
		return nil
	}
	s.AfterSave("CheckGuarded", stumble)
	s.AfterDelete("CheckGuarded", stumble)
	s.BeforeDelete("CheckGuarded", func(_ context.Context, t *auditserver.Trigger) error {
		if t.Object["keep"] == true {
			return &auditserver.Error{Code: 4243, Message: "kept by the check trigger"}
		}
		return nil
	})
}
