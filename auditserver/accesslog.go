package auditserver

import (
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// maxLoggedID bounds what a client chooses of a log line.
const maxLoggedID = 64

// logExchange writes the access log and the log of the master keys. What they say is
// listed here and is all they say: no keys, no tokens, no queries, no bodies, no
// names and ids but that of the user.
func (s *Server) logExchange(r *http.Request, x *exchange, method string, took time.Duration) {
	uses := ""
	if x.req != nil {
		uses = x.req.masterUse()
	}
	if s.cfg.AccessLog == nil && (s.cfg.MasterKeyLog == nil || uses == "") {
		return
	}
	host, _, err := net.SplitHostPort(x.remote)
	if err != nil {
		host = ""
	}
	attrs := []slog.Attr{
		slog.String("method", method),
		slog.String("route", x.route),
		slog.Int("status", x.status),
		slog.Duration("duration", took),
		slog.Int64("bytes", x.bytes),
		slog.String("client", host),
	}
	if id := r.Header.Get("X-Parse-Request-Id"); id != "" {
		attrs = append(attrs, slog.String("requestId", plainID(id)))
	}
	if x.req != nil && x.req.caller != nil && x.req.caller.UserID != "" {
		attrs = append(attrs, slog.String("user", x.req.caller.UserID))
	}
	if uses != "" {
		attrs = append(attrs, slog.String("masterKey", uses))
	}
	ctx := r.Context()
	if s.cfg.AccessLog != nil {
		s.cfg.AccessLog.LogAttrs(ctx, slog.LevelInfo, "request", attrs...)
	}
	if s.cfg.MasterKeyLog != nil && uses != "" {
		level := slog.LevelInfo
		if uses == masterRefused {
			level = slog.LevelWarn
		}
		s.cfg.MasterKeyLog.LogAttrs(ctx, level, "master key", attrs...)
	}
}

// What a request may have done with a master key.
const (
	masterUsed     = "used"
	masterReadOnly = "read-only"
	masterRefused  = "refused" // it was wrong, or came from an address that Config.MasterKeyIPs does not name
)

// masterUse says what the request did with a master key; "": nothing.
func (r *request) masterUse() string {
	switch {
	case r.grant.ReadOnly:
		return masterReadOnly
	case r.grant.Master:
		return masterUsed
	case r.masterSent:
		return masterRefused
	}
	return ""
}

// plainID is an id of a client as far as it is fit for a log.
func plainID(id string) string {
	id = strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || c == '.' {
			return c
		}
		return -1
	}, id[:min(len(id), maxLoggedID)])
	return id
}

// logLiveMaster logs that a live query connection was opened with a master key.
func (s *Server) logLiveMaster(remote string, accepted bool) {
	if s.cfg.MasterKeyLog == nil {
		return
	}
	use, level := masterUsed, slog.LevelInfo
	if !accepted {
		use, level = masterRefused, slog.LevelWarn
	}
	host, _, _ := net.SplitHostPort(remote)
	s.cfg.MasterKeyLog.LogAttrs(s.alive, level, "master key", slog.String("route", "live"), slog.String("client", host), slog.String("masterKey", use))
}
