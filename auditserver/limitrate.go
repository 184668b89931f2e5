package auditserver

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// tooOften refuses a request beyond a rate limit.
type tooOften struct {
	shown *fault.Error // what the client sees
	limit int
	ends  time.Time
}

func (e *tooOften) Error() string { return e.shown.Error() }
func (e *tooOften) Unwrap() error { return e.shown }

// batchTooOften is the error of a batch with a request beyond a limit, which Parse
// Server answers with status 400.
func batchTooOften(err error) error {
	var often *tooOften
	if errors.As(err, &often) {
		return often.shown
	}
	return err
}

// announce sets the headers that tell a client when to come again.
func (e *tooOften) announce(h http.Header) {
	wait := max(time.Until(e.ends), 0)
	h.Set("Retry-After", strconv.Itoa(max(int(math.Ceil(wait.Seconds())), 1)))
	h.Set("X-RateLimit-Limit", strconv.Itoa(e.limit))
	h.Set("X-RateLimit-Remaining", "0")
	h.Set("X-RateLimit-Reset", strconv.FormatInt(e.ends.Unix(), 10))
}

// limitRate counts a request whose keys were accepted, and refuses it where it comes
// too often. batched is true for a request of a batch, which is itself a POST.
func (s *Server) limitRate(ctx context.Context, req *request, master bool, token string, batched bool) error {
	if len(s.cfg.RateLimit) == 0 {
		return nil
	}
	// The path as it is routed: a second spelling of it is not a second path.
	path := "/" + strings.Join(req.path, "/")
	var refused error
	for i := range s.cfg.RateLimit {
		l := &s.cfg.RateLimit[i]
		if !l.path.MatchString(path) || l.passes(req, master, batched) {
			continue
		}
		if admitted, ends := l.limiter.Take(s.countedBy(ctx, l.Zone, req, token), time.Now()); !admitted && refused == nil {
			refused = &tooOften{&fault.Error{Code: wire.CodeRateLimited, Message: l.ErrorResponseMessage}, l.RequestCount, ends}
		}
	}
	return refused
}

// passes tells whether the limit is not for a request.
func (l *RateLimit) passes(req *request, master, batched bool) bool {
	switch {
	case !l.IncludeInternalRequests && clientIP(req.remote) == "127.0.0.1":
		return true
	case l.IncludeMasterKey:
		return false
	case master:
		return true
	case l.RequestMethods == nil:
		return false
	}
	method := strings.ToUpper(req.method)
	return !slices.Contains(l.RequestMethods, method) && !(batched && slices.Contains(l.RequestMethods, http.MethodPost))
}

// countedBy is the key under which a zone counts a request.
func (s *Server) countedBy(ctx context.Context, zone RateLimitZone, req *request, token string) string {
	if req.at(0, "login") { // where a session says nothing
		token = ""
	}
	switch {
	case zone == ZoneGlobal:
		return "all"
	case zone == ZoneSession && token != "":
		return "session " + token
	case zone == ZoneUser && token != "":
		if c, err := s.sessions.Caller(ctx, token); err == nil {
			return "user " + c.UserID
		}
	}
	return "ip " + clientIP(req.remote)
}

func clientIP(remote string) string {
	address, err := netip.ParseAddrPort(remote)
	if err != nil {
		return remote
	}
	return address.Addr().Unmap().String()
}
