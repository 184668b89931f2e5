package auditserver

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// beforeFind runs the triggers of a find or get.
func (s *Server) beforeFind(ctx context.Context, req *request, class string) error {
	for _, hook := range s.cloud.findsOf(class) {
		err := s.guarded(func() error { return hook(ctx, publicCaller(req.caller), class) })
		if err != nil {
			return scriptError(err)
		}
	}
	return nil
}

// guarded runs registered code and waits for it. A panic becomes an error, and its
// stack is logged. The code runs in a goroutine of its own, because it may end
// that goroutine with runtime.Goexit, as t.FailNow does in a test; here it would
// be the one that writes to the store.
func (s *Server) guarded(f func() error) error {
	done := make(chan error, 1)
	go func() {
		err := error(fault.New(wire.CodeScriptFailed, "the function or trigger ended its goroutine"))
		defer func() {
			if p := recover(); p != nil {
				s.cfg.Logger.Error("registered code panicked", "panic", p, "stack", string(debug.Stack()))
				err = fault.New(wire.CodeScriptFailed, "the function or trigger panicked")
			}
			done <- err
		}()
		err = f()
	}()
	return <-done
}

// scriptError is the error of registered code as the client sees it.
func scriptError(err error) error {
	if err == nil {
		return nil
	}
	var own *Error
	if errors.As(err, &own) {
		return &fault.Error{Code: own.Code, Message: own.Message}
	}
	if e, known := clientError(err); known {
		return e
	}
	return fault.New(wire.CodeScriptFailed, "%s", fmt.Sprint(err))
}

// publicCaller is a caller as registered code sees it.
func publicCaller(c *access.Caller) Caller {
	out := Caller{Master: c.Master, UserID: c.UserID}
	for _, r := range c.Roles {
		out.Roles = append(out.Roles, r[len("role:"):])
	}
	return out
}
