package auditserver

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// batchEntry is one request of a batch with its handler found.
type batchEntry struct {
	req    *request
	handle handler
}

// batch answers POST /batch (protocol section 1.4). Writes of objects share one
// commit; each entry still succeeds or fails alone, unless the client asked for
// a transaction.
func (s *Server) batch(ctx context.Context, req *request) (*response, error) {
	if req.tx != nil {
		return nil, fault.New(wire.CodeInvalidJSON, "nested batch requests are not allowed")
	}
	v, ok := req.Body.Get("requests")
	if !ok || v.Kind() != '[' {
		return nil, fault.New(wire.CodeInvalidJSON, "requests must be an array")
	}
	raw := slices.Collect(rawjson.Elements(v))
	if len(raw) > s.cfg.Limits.Batch && !req.caller.Master {
		return nil, fault.New(wire.CodeInvalidJSON, "the batch has %d requests, the limit is %d (option %s)", len(raw), s.cfg.Limits.Batch, s.cfg.Limits.option("Batch"))
	}
	entries := make([]batchEntry, len(raw))
	for i, r := range raw {
		var err error
		if entries[i], err = s.batchEntry(req, r); err != nil {
			return nil, err
		}
	}
	if err := s.fewLogIns(req, entries); err != nil {
		return nil, err
	}
	for _, e := range entries {
		// One that comes too often refuses the batch, before anything is done.
		if err := s.limitRate(ctx, e.req, req.caller.Master, req.token, true); err != nil {
			return nil, batchTooOften(err)
		}
	}
	for _, e := range entries { // before the transaction, for which other writers wait
		if writesObjects(e.req) {
			_, _ = e.req.fields() // an error is reported when the entry's turn comes
		}
	}
	if v, _ := req.Body.Get("transaction"); string(v) == "true" {
		return s.batchTransaction(ctx, req, entries)
	}
	if req.caller.ReadOnly || slices.ContainsFunc(entries, func(e batchEntry) bool { return !writesObjects(e.req) }) {
		return s.batchOneByOne(ctx, entries)
	}
	return s.batchTogether(ctx, req, entries)
}

// batchEntry reads one request of a batch and finds its route. The path must
// begin with the path the batch itself was called through.
func (s *Server) batchEntry(outer *request, raw jsontext.Value) (batchEntry, error) {
	in, err := rawjson.Split(raw)
	if err != nil {
		return batchEntry{}, fault.New(wire.CodeInvalidJSON, "a request of the batch is not an object with method and path")
	}
	method, full := in.Text("method"), in.Text("path")
	prefix := s.cfg.MountPath
	if !strings.HasPrefix(full, prefix+"/") {
		if u, err := url.Parse(s.cfg.PublicURL); err == nil && u.Path != "" {
			prefix = u.Path
		}
	}
	path, ok := splitPath(prefix, full)
	if !ok || !strings.HasPrefix(full, prefix) {
		return batchEntry{}, fault.New(wire.CodeInvalidJSON, "cannot route batch path %s", full)
	}
	e := batchEntry{req: outer.inner(method, path)}
	fields, given := in.Get("body")
	if given && fields.Kind() == '{' {
		if e.req.Body, err = rawjson.Split(fields); err != nil {
			return e, err
		}
		e.req.Body.Take("_method")
	}
	switch {
	case e.req.at(0, "files"), e.req.at(0, "batch"), e.req.at(0, "health"):
	default:
		e.handle = s.route(method, path)
	}
	if e.handle == nil {
		return e, fault.New(wire.CodeInvalidJSON, "cannot route %s %s", method, full)
	}
	if given && fields.Kind() != '{' && fields.Kind() != 'n' {
		e.handle = func(context.Context, *request) (*response, error) {
			return nil, fault.New(wire.CodeInvalidJSON, "the body of %s %s is not a JSON object", method, full)
		}
	}
	return e, nil
}

// writesObjects tells whether a request is a plain write of objects, which may
// share a transaction with others.
func writesObjects(r *request) bool {
	if r.method == http.MethodGet || !r.at(0, "classes") && !r.at(0, "roles") {
		return false
	}
	return r.at(0, "roles") || len(r.path) > 1 && r.path[1] != "_User" && r.path[1] != "_Session"
}

// onlyCreates tells whether all entries create objects of plain classes.
func (s *Server) onlyCreates(entries []batchEntry) bool {
	return !slices.ContainsFunc(entries, func(e batchEntry) bool {
		return e.req.method != http.MethodPost || !e.req.at(0, "classes") || len(e.req.path) != 2 || !s.plain(e.req.path[1])
	})
}

// transactional tells whether a request may be part of a transaction: writes of
// objects of all classes.
func transactional(r *request) bool {
	return writesObjects(r) || r.method != http.MethodGet &&
		(r.at(0, "classes") || r.at(0, "users") || r.at(0, "sessions") || r.at(0, "installations"))
}

// batchOneByOne runs entries that need more than a transaction, each by itself.
func (s *Server) batchOneByOne(ctx context.Context, entries []batchEntry) (*response, error) {
	out, size, secret := make(outcomes, len(entries)), 0, false
	for i, e := range entries {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out[i].res, out[i].err = e.handle(ctx, e.req)
		if res := out[i].res; res != nil {
			secret = secret || res.secret
			if size += len(res.body); size > s.cfg.Limits.AnswerSize {
				size -= len(res.body)
				out[i].res, out[i].err = nil, s.render.AnswerTooLarge()
			}
		}
		if err := out[i].err; err != nil {
			if _, known := entryError(err); !known {
				s.cfg.Logger.ErrorContext(ctx, "request of a batch failed", "error", err)
			}
		}
	}
	return (&response{render: out.render, secret: secret}).rendered()
}

// batchTransaction runs all entries or none. The error names the entry that
// failed; with quirks the error hides that, as Parse Server's does.
func (s *Server) batchTransaction(ctx context.Context, req *request, entries []batchEntry) (*response, error) {
	for i, e := range entries {
		if !transactional(e.req) {
			return nil, fault.New(wire.CodeInvalidJSON, "request %d of the batch can't be part of a transaction: only writes of objects can", i)
		}
	}
	order, err := transactionOrder(req, entries)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if err := s.hashAhead(ctx, e.req); err != nil {
			return nil, err
		}
	}
	res, err := s.writeRehearsed(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		out, rewritten := make(outcomes, len(entries)), 0
		for _, i := range order {
			e := entries[i]
			e.req.tx, e.req.after, e.req.rewritten = tx, req.after, &rewritten
			err := ctx.Err()
			if err != nil {
				return nil, err
			}
			if out[i].res, err = e.handle(ctx, e.req); err != nil {
				return nil, transactionError(i, err)
			}
			if most := s.cfg.Limits.ObjectSize; rewritten > most && !req.caller.Master {
				return nil, transactionError(i, fault.New(wire.CodeObjectTooLarge, "the objects that the transaction changes have more than %d bytes together (option limits.objectSize)", most))
			}
		}
		return &response{render: out.render, secret: slices.ContainsFunc(entries, func(e batchEntry) bool { return hashes(e.req) })}, nil
	}, s.onlyCreates(entries))
	if err != nil && s.cfg.Quirks {
		return nil, errors.New("a request of the transaction failed")
	}
	return res, err
}

// transactionError says which entry undid the transaction.
func transactionError(i int, err error) error {
	e, known := entryError(err)
	if !known {
		return err
	}
	return fault.New(e.Code, "%s", wire.TransactionFailure(i, e.Message))
}

// entryError is clientError for an entry, whose answer always has a code.
func entryError(err error) (e *fault.Error, known bool) {
	var plain *fault.Plain
	if !errors.As(err, &plain) {
		return clientError(err)
	}
	return fault.New(wire.CodeForbidden, "%s", plain.Message), true
}

// outcomes are the results of the requests of a batch.
type outcomes []struct {
	res *response
	err error
}

// fail gives all requests from a place on an error.
func (o outcomes) fail(from int, err error) {
	for i := range o[from:] {
		o[from+i].res, o[from+i].err = nil, err
	}
}

// render writes a list of {"success":...} and {"error":...}.
func (o outcomes) render() ([]byte, error) {
	b := []byte{'['}
	for i, each := range o {
		if i > 0 {
			b = append(b, ',')
		}
		if each.err != nil {
			b = appendError(b, each.err)
			continue
		}
		res, err := each.res.rendered()
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, `{"success":`...), res.body...), '}')
	}
	return append(b, ']'), nil
}

// appendError writes {"error":...}.
func appendError(b []byte, err error) []byte {
	e, _ := entryError(err)
	text, err := json.Marshal(map[string]any{"error": map[string]any{"code": e.Code, "error": e.Message}}, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		text = []byte(`{"error":{"code":1,"error":"Internal server error."}}`)
	}
	return append(b, text...)
}
