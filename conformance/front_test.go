package conformance_test

import (
	"bytes"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// front is one address before several nodes, as a load balancer is: requests
// go to the nodes in turn, a node that cannot be reached is passed over, and a
// node that dies with a request in its hands gives 502.
type front struct {
	nodes   []*url.URL
	next    atomic.Uint64
	served  []atomic.Int64 // answers by node
	replies atomic.Int64
	drop    int64 // every drop-th reply of a write is thrown away and the connection closed; 0: none
	dropped atomic.Int64
}

// startFront serves the nodes, URLs with their mount path, at the address it returns.
func startFront(t testing.TB, nodes []string, drop int64) (*front, string) {
	t.Helper()
	f := &front{drop: drop, served: make([]atomic.Int64, len(nodes))}
	for _, node := range nodes {
		u, err := url.Parse(node)
		require.NoError(t, err)
		f.nodes = append(f.nodes, u)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.Out.Host = "" },
		Transport:      f,
		ModifyResponse: f.maybeDrop,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			if errors.Is(err, errDropped) {
				panic(http.ErrAbortHandler)
			}
			http.Error(w, "<html><h1>502 Bad Gateway</h1></html>", http.StatusBadGateway)
		},
		ErrorLog: log.New(io.Discard, "", 0),
	}
	server := httptest.NewServer(proxy)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(server.Close)
	return f, server.URL + f.nodes[0].Path
}

// RoundTrip implements http.RoundTripper: it picks the node.
func (f *front) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	var err error
	if r.Body != nil { // a reverse proxy sends none for an empty one
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	first := f.next.Add(1)
	for i := range f.nodes {
		n := int(first+uint64(i)) % len(f.nodes)
		out := r.Clone(r.Context())
		out.URL.Scheme, out.URL.Host = f.nodes[n].Scheme, f.nodes[n].Host
		out.Body = io.NopCloser(bytes.NewReader(body))
		var res *http.Response
		res, err = nodeTransport.RoundTrip(out)
		if err == nil {
			f.served[n].Add(1)
			return res, nil
		}
		var dial *net.OpError
		if !errors.As(err, &dial) || dial.Op != "dial" {
			return nil, err // the node may have done it: another one must not be asked
		}
	}
	return nil, err
}

// nodeTransport opens a connection for each request: a kept one may turn out
// to be dead only after the request was sent.
var nodeTransport = &http.Transport{DisableKeepAlives: true}

var errDropped = errors.New("reply dropped")

func (f *front) maybeDrop(res *http.Response) error {
	if f.drop == 0 || res.Request.Method == http.MethodGet || res.StatusCode == http.StatusSwitchingProtocols {
		return nil
	}
	if f.replies.Add(1)%f.drop != 0 {
		return nil
	}
	_, _ = io.Copy(io.Discard, res.Body) // the node has finished its work
	f.dropped.Add(1)
	return errDropped
}
