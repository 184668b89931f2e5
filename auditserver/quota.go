package auditserver

import (
	"io"
	"net/http"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
)

const quotaWindow = 24 * time.Hour

// withinQuota counts what a user uploads (Limits.UploadsADay); those without a
// session count by their address.
func (s *Server) withinQuota(req *request, content io.Reader) io.Reader {
	if req.caller.Master {
		return content
	}
	key := "user " + req.caller.UserID
	if req.caller.UserID == "" {
		key = "ip " + clientIP(req.remote)
	}
	return &quotaReader{Reader: content, s: s, key: key}
}

type quotaReader struct {
	io.Reader
	s   *Server
	key string
}

// Read implements io.Reader.
func (q *quotaReader) Read(p []byte) (int, error) {
	n, err := q.Reader.Read(p)
	now := time.Now()
	if admitted, ends := q.s.budgets.uploads.TakeMany(q.key, int64(n), now); !admitted {
		limit := q.s.cfg.Limits.shared("UploadsADay")
		return 0, fault.NewBusy(http.StatusTooManyRequests, ends.Sub(now), "%d %s are too many (option %s)", limit.Value, limit.What, limit.Option)
	}
	return n, err
}
