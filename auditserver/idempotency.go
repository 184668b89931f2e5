package auditserver

import (
	"context"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/session"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// requestBucket holds the responses to requests with an id.
const requestBucket = "request"

// remembered is the response to a request with an id, stored together with what
// the request wrote.
type remembered struct {
	Print    string         `json:"print"` // what was asked: a repeat must ask the same
	Status   int            `json:"status,omitempty"`
	Location string         `json:"location,omitempty"`
	Body     jsontext.Value `json:"body,omitempty"` // absent: can't be repeated
}

var errDuplicateRequest = &fault.Error{Code: wire.CodeDuplicateRequest, Message: "Duplicate request"}

// idempotent runs the handler at most once for a request id, where the
// configuration says so. Unlike Parse Server it repeats the first answer, and a
// request that failed may be sent again; with quirks it answers 159 to both
// (protocol section 6).
func (s *Server) idempotent(ctx context.Context, req *request, handle handler) (*response, error) {
	if req.requestID == "" || !s.honoursRequestID(req) {
		req.requestID = ""
		return handle(ctx, req)
	}
	if s.cfg.Quirks {
		if err := s.burn(ctx, req); err != nil {
			return nil, err
		}
		req.requestID = ""
		return handle(ctx, req)
	}
	leave, err := s.running.enter(ctx, req.requestID)
	if err != nil {
		return nil, err
	}
	defer leave()
	req.print = fingerprint(req)
	raw, known, err := s.store.GetValue(ctx, requestBucket, session.Digest(req.requestID))
	if err != nil {
		return nil, err
	}
	if known {
		return repeat(raw, req.print)
	}
	res, err := handle(ctx, req)
	if err == nil && !req.stored {
		// A function or job wrote nothing itself, so the response is stored now.
		err = s.store.Write(ctx, func(tx *store.Tx) error { return s.rememberResponse(tx, req, res) })
	}
	return res, err
}

// burn marks a request id as used, before the request runs.
func (s *Server) burn(ctx context.Context, req *request) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		added, err := tx.AddValue(requestBucket, session.Digest(req.requestID), []byte("{}"), s.cfg.Idempotency.TTL)
		if err == nil && !added {
			err = errDuplicateRequest
		}
		return err
	})
}

// honoursRequestID tells whether the id of a request is used.
func (s *Server) honoursRequestID(req *request) bool {
	if len(s.cfg.Idempotency.paths) == 0 {
		return false
	}
	post, put := req.method == http.MethodPost, req.method == http.MethodPut
	switch {
	case req.at(0, "classes"), req.at(0, "users"), req.at(0, "installations"):
		if !post && !put {
			return false
		}
	case req.at(0, "functions"), req.at(0, "jobs"):
		if !post {
			return false
		}
	default:
		return false
	}
	path := strings.Join(req.path, "/")
	for _, re := range s.cfg.Idempotency.paths {
		if re.MatchString(path) {
			return true
		}
	}
	return false
}

// fingerprint tells one request from another: method, path, caller and body.
func fingerprint(req *request) string {
	var b strings.Builder
	b.WriteString(req.method + " " + strings.Join(req.path, "/") + "\n" + req.Query.Encode() + "\n" + req.caller.UserID + "\n")
	if req.caller.Master {
		b.WriteString("master")
	}
	for _, m := range req.Body {
		b.WriteString("\n" + m.Name + ":" + string(m.Value))
	}
	return session.Digest(b.String())
}

// rememberResponse keeps the answer to a request with an id in the transaction
// of its write. Answers with session tokens are not kept: their repeat is 159.
func (s *Server) rememberResponse(tx *store.Tx, req *request, res *response) error {
	if req.requestID == "" || req.print == "" || res == nil {
		return nil
	}
	keep := remembered{Print: req.print}
	if !res.secret {
		if _, err := res.rendered(); err != nil {
			return err
		}
		keep.Status, keep.Location, keep.Body = res.status, res.location, res.body
	}
	raw, err := json.Marshal(keep)
	if err != nil {
		return err
	}
	return tx.PutValue(requestBucket, session.Digest(req.requestID), raw, s.cfg.Idempotency.TTL)
}

// repeat gives the remembered answer to the same request; another request with
// its id is refused.
func repeat(raw []byte, fingerprint string) (*response, error) {
	var kept remembered
	if err := json.Unmarshal(raw, &kept); err != nil {
		return nil, err
	}
	if kept.Print != fingerprint || len(kept.Body) == 0 {
		return nil, errDuplicateRequest
	}
	return &response{status: kept.Status, location: kept.Location, body: kept.Body}, nil
}
