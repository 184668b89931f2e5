package auditserver

import (
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/metrics"
)

// exchange is a request and its answer, for those who count and log them.
type exchange struct {
	http.ResponseWriter
	began  time.Time
	remote string   // the client's address
	route  string   // its pattern: no names and no ids
	path   []string // below the mount, of a route that is known; it tells the pattern
	status int
	bytes  int64
	req    *request // nil: it was refused before it was read
	live   bool     // it was a live query connection
}

// otherRoute is the pattern of all routes that are not known.
const otherRoute = "other"

func (s *Server) begin(w http.ResponseWriter, r *http.Request) *exchange {
	s.counts.Begin()
	return &exchange{ResponseWriter: w, began: time.Now(), remote: r.RemoteAddr, route: otherRoute}
}

// end counts and logs the exchange.
func (s *Server) end(x *exchange, r *http.Request) {
	took := time.Since(x.began)
	if x.live {
		x.status, x.route = http.StatusSwitchingProtocols, "live"
	} else if x.status == 0 {
		x.status = http.StatusOK
	}
	if x.path != nil {
		x.route = routePattern(x.path)
	}
	method := r.Method
	if x.req != nil {
		method = x.req.method
	}
	if !countedMethod[method] {
		method = otherRoute
	}
	s.counts.End(metrics.Kind{Method: method, Route: x.route, Status: x.status}, took)
	s.logExchange(r, x, method, took)
}

// countedMethod are those that are told apart; the others a client may invent.
var countedMethod = map[string]bool{http.MethodGet: true, http.MethodHead: true, http.MethodPost: true, http.MethodPut: true, http.MethodDelete: true, http.MethodOptions: true}

// WriteHeader notes the status.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (x *exchange) Write(b []byte) (int, error) {
	n, err := x.ResponseWriter.Write(b)
	x.bytes += int64(n)
	return n, err
}

// ReadFrom lets files go to the network without a copy.
func (x *exchange) ReadFrom(r io.Reader) (int64, error) {
	n, err := io.Copy(x.ResponseWriter, r)
	x.bytes += n
	return n, err
}

// Unwrap is for http.ResponseController.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// routeNames are the names of what varies in the paths of routes.
var routeNames = map[string][]string{
	"classes": {":className", ":objectId"}, "users": {":objectId"}, "sessions": {":objectId"}, "roles": {":objectId"}, "installations": {":objectId"},
	"functions": {":name"}, "jobs": {":name"}, "schemas": {":className"}, "purge": {":className"}, "aggregate": {":className"}, "events": {":name"},
	"files": {":name"},
}

// routePattern gives the pattern of a path whose route is known.
func routePattern(path []string) string {
	first := strings.ToLower(path[0])
	pattern := append(make([]byte, 0, 64), '/')
	pattern = append(pattern, first...)
	names := routeNames[first]
	for i, element := range path[1:] {
		switch {
		case first == "cloud_code", i == 0 && (first == "users" || first == "sessions") && strings.EqualFold(element, "me"):
			pattern = append(append(pattern, '/'), strings.ToLower(element)...)
		case i < len(names):
			pattern = append(append(pattern, '/'), names[i]...)
		default:
			return string(pattern) // the rest of a file's name
		}
	}
	return string(pattern)
}
