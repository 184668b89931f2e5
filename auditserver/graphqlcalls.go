package auditserver

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// graphQLCalls makes the requests of one document.
type graphQLCalls struct {
	s      *Server
	outer  *request
	inside *request // the transaction that the calls belong to; nil: none
	logIns int
	secret bool
}

// Do implements document.Server.
func (c *graphQLCalls) Do(ctx context.Context, call document.Call) (jsontext.Value, error) {
	req := c.outer.inner(call.Method, call.Path)
	if c.inside != nil {
		req.tx, req.after = c.inside.tx, c.inside.after
	}
	if err := c.fill(ctx, req, call); err != nil {
		return nil, err
	}
	handle := c.s.route(req.method, req.path)
	if handle == nil {
		return nil, fmt.Errorf("graphql: no route %s %v", call.Method, call.Path)
	}
	if hashes(req) {
		if err := c.fewLogIns(); err != nil {
			return nil, err
		}
	}
	if err := c.s.limitRate(ctx, req, req.caller.Master, req.token, true); err != nil {
		return nil, batchTooOften(err)
	}
	res, err := handle(ctx, req)
	if err == nil {
		res, err = res.rendered()
	}
	if err != nil {
		return nil, c.shown(ctx, err)
	}
	c.secret = c.secret || res.secret
	return res.body, nil
}

// fill gives the request its parameters and its caller.
func (c *graphQLCalls) fill(ctx context.Context, req *request, call document.Call) error {
	if call.File != nil {
		req.header = http.Header{"Content-Type": {call.File.ContentType}}
		req.stream = io.NopCloser(call.File.Content())
	}
	if len(call.Params) > 0 {
		raw, err := json.Marshal(call.Params, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
		if err != nil {
			return err
		}
		if err := c.s.measured(raw); err != nil {
			return err
		}
		if req.Body, err = rawjson.Parse(raw); err != nil {
			return err
		}
	}
	if call.Token == "" || req.caller.Master {
		return nil
	}
	var err error
	req.token = call.Token
	req.caller, err = c.s.sessions.Use(ctx, call.Token)
	return err
}

// fewLogIns refuses to try many passwords in one document, as in one batch.
func (c *graphQLCalls) fewLogIns() error {
	most := c.s.cfg.Limits.BatchLogIns
	if c.logIns++; c.logIns > most && !c.outer.caller.Master {
		return tooManyLogIns("document", c.logIns, most)
	}
	return nil
}

// shown gives an error its Parse code. The server's own are logged.
func (c *graphQLCalls) shown(ctx context.Context, err error) error {
	e, known := entryError(err)
	if !known && ctx.Err() == nil {
		c.s.cfg.Logger.ErrorContext(ctx, "request of a GraphQL document failed", "error", err)
	}
	return e
}

// ResetPassword implements document.Server.
func (c *graphQLCalls) ResetPassword(ctx context.Context, token, password string) error {
	if err := c.fewLogIns(); err != nil {
		return err
	}
	if err := c.s.resetPassword(ctx, token, password); err != nil {
		return c.shown(ctx, err)
	}
	return nil
}

// Together implements document.Server.
func (c *graphQLCalls) Together(ctx context.Context, fn func(document.Server) error) error {
	_, err := c.s.write(ctx, c.outer, func(tx *store.Tx, req *request) (*response, error) {
		req.tx = tx
		in := *c
		in.inside = req
		err := fn(&in)
		c.logIns, c.secret = in.logIns, in.secret
		return emptyResponse, err
	})
	if err != nil {
		return c.shown(ctx, err)
	}
	return nil
}
