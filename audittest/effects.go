package audittest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Effect is what happens to a request: ordinary HTTP middleware, so that a
// test may bring its own.
type Effect func(server http.Handler) http.Handler

// Drop ends the connection before the server has seen the request.
func Drop(http.Handler) http.Handler {
	return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
}

// AfterCommit lets the server carry out the request and then lets its reply go
// through effect. AfterCommit(Drop) is a reply that is lost, AfterCommit(Status(502))
// a proxy that gives up too early, and AfterCommit(Delay(d)) a reply that comes late.
// AfterCommit panics if there is no effect.
func AfterCommit(effect Effect) Effect {
	effect.check()
	return func(server http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			recorded := record(server, r)
			effect(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				recorded.send(w, recorded.body.Len())
			})).ServeHTTP(w, r)
		})
	}
}

func (e Effect) check() {
	if e == nil {
		panic("audittest: the effect is nil")
	}
}

// checkStatus panics on a number that no answer can have as its status: the client
// would see a broken connection instead.
func checkStatus(status int) {
	if status < 200 || status > 599 {
		panic(fmt.Sprintf("audittest: %d is no status of an answer: want 200 to 599", status))
	}
}

// Status answers in the server's place with an HTML page, as a proxy does. Like
// the other effects with a status it panics on one that is not 200 to 599.
func Status(status int) Effect {
	checkStatus(status)
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(status)
			fmt.Fprintf(w, "<html><body><h1>%d %s</h1></body></html>\n", status, http.StatusText(status))
		})
	}
}

// RetryAfter answers in the server's place with status, usually 429 or 503,
// and asks for a wait, rounded up to whole seconds.
func RetryAfter(status int, wait time.Duration) Effect {
	checkStatus(status)
	return func(server http.Handler) http.Handler {
		page := Status(status)(server)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
			page.ServeHTTP(w, r)
		})
	}
}

// ParseError answers in the server's place with an error of Parse's form.
func ParseError(status, code int, text string) Effect {
	checkStatus(status)
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			body := struct {
				Code  int    `json:"code"`
				Error string `json:"error"`
			}{code, text}
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			w.WriteHeader(status)
			if err := json.MarshalWrite(w, body, jsontext.AllowInvalidUTF8(true)); err != nil {
				panic(http.ErrAbortHandler) // the client has gone away
			}
		})
	}
}

// Delay keeps the request back for a while, or until the client goes away.
func Delay(wait time.Duration) Effect {
	return func(server http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			timer := time.NewTimer(wait)
			defer timer.Stop()
			select {
			case <-timer.C:
				server.ServeHTTP(w, r)
			case <-r.Context().Done():
				panic(http.ErrAbortHandler)
			}
		})
	}
}

// Truncate lets the reply end after n bytes of its body, as if that were all.
func Truncate(n int) Effect {
	return func(server http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			recorded := record(server, r)
			recorded.header.Del("Content-Length")
			recorded.send(w, n)
		})
	}
}

// Break lets the connection end after n bytes of the reply's body.
func Break(n int) Effect {
	return func(server http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			recorded := record(server, r)
			recorded.header.Set("Content-Length", strconv.Itoa(recorded.body.Len()))
			recorded.send(w, n)
			if err := http.NewResponseController(w).Flush(); err != nil {
				panic(err)
			}
			panic(http.ErrAbortHandler)
		})
	}
}

// CapLimit lowers every limit above n to n before the server sees it, silently,
// as a server with a smaller maxLimit does.
func CapLimit(n int) Effect {
	return func(server http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			query := r.URL.Query()
			if asked, err := strconv.Atoi(query.Get("limit")); err == nil && asked > n {
				query.Set("limit", strconv.Itoa(n))
				r.URL.RawQuery = query.Encode()
			}
			capBodyLimit(r, n)
			server.ServeHTTP(w, r)
		})
	}
}

// reply keeps what a handler answers.
type reply struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func record(server http.Handler, r *http.Request) *reply {
	recorded := &reply{header: http.Header{}}
	server.ServeHTTP(recorded, r)
	return recorded
}

func (r *reply) Header() http.Header { return r.header }

func (r *reply) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *reply) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

// send passes the reply on, with at most n bytes of its body. It ignores errors:
// they say that the client has gone away.
func (r *reply) send(w http.ResponseWriter, n int) {
	maps.Copy(w.Header(), r.header)
	r.WriteHeader(http.StatusOK)
	w.WriteHeader(r.status)
	_, _ = io.CopyN(w, &r.body, int64(min(n, r.body.Len())))
}
