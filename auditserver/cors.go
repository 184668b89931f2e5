package auditserver

import (
	"net/http"
	"slices"
	"strings"
)

// cors are the headers that tell a browser what pages of other origins may do.
type cors struct {
	origins []string // the first is what a foreign origin is told
	headers string   // that pages may send
}

func newCORS(origins, headers []string) cors {
	if len(origins) == 0 {
		origins = []string{"*"}
	}
	return cors{origins: origins, headers: strings.Join(append([]string{allowedHeaders}, headers...), ", ")}
}

// answer sets the headers of every answer.
func (c *cors) answer(h http.Header, r *http.Request) {
	allowed := c.origins[0]
	if len(c.origins) > 1 {
		h.Set("Vary", "Origin")
		if origin := r.Header.Get("Origin"); slices.Contains(c.origins, origin) {
			allowed = origin
		}
	}
	h.Set("Access-Control-Allow-Origin", allowed)
	h.Set("Access-Control-Expose-Headers", exposedHeaders)
}

// preflight answers the question that a browser asks before a request.
func (c *cors) preflight(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET,PUT,POST,DELETE,OPTIONS")
	h.Set("Access-Control-Allow-Headers", c.headers)
	_, _ = w.Write([]byte("OK")) // the client is gone if this fails
}

const (
	allowedHeaders = "X-Parse-Master-Key, X-Parse-REST-API-Key, X-Parse-Javascript-Key, X-Parse-Application-Id, X-Parse-Client-Version, " +
		"X-Parse-Session-Token, X-Requested-With, X-Parse-Revocable-Session, X-Parse-Request-Id, Content-Type, Pragma, Cache-Control"
	exposedHeaders = "X-Parse-Job-Status-Id, X-Parse-Push-Status-Id"
)
