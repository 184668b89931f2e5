package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"syscall"

	"github.com/go-json-experiment/json"
)

// mounts are the paths at which servers are found when a URL lacks its own.
var mounts = []string{"parse", "1", "api", "api/parse", ""}

// address checks that the URL is that of a Parse Server, mount path included.
func (e *examination) address(ctx context.Context) Result {
	const check = "address"
	base, err := url.Parse(e.URL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return Result{check, Wrong, "the URL is no absolute one of http or https", "write it as https://host/mount-path"}
	}
	if base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return Result{check, Wrong, "the URL has a user, a query or a fragment", "leave them out: keys have fields of their own"}
	}
	if base.Scheme == "http" && !loopback(base.Hostname()) {
		return Result{check, Wrong, "the keys would travel unencrypted to " + base.Host, "use https"}
	}
	kind, err := e.visit(ctx, base)
	if err != nil {
		return unreachable(check, base, err)
	}
	switch kind.what {
	case parseServer:
		return Result{check, OK, "a Parse Server answers at " + base.String(), ""}
	case starting:
		return Result{check, Wrong, "the server is there and answers 503: it is starting, or its database is down", "wait, then look into its log"}
	case redirect:
		return Result{check, Wrong, "the server redirects to " + kind.detail, "use that address"}
	}
	for _, mount := range mounts {
		other := *base
		other.Path = "/" + mount
		if path.Clean("/"+base.Path) == path.Clean(other.Path) {
			continue
		}
		if found, err := e.visit(ctx, &other); err == nil && found.what == parseServer {
			return Result{check, Wrong, fmt.Sprintf("something answers at %s, but the Parse Server is at %s", base, &other), "use " + other.String() + ": the mount path belongs to the URL"}
		}
	}
	return Result{check, Wrong, "something answers, but no Parse Server: " + kind.detail, "look up the URL and the mount path that the server is started with"}
}

// A visit finds one of these at an address.
const (
	parseServer = iota
	starting
	redirect
	foreign
)

type visited struct {
	what   int
	detail string // for people; the target of a redirect
}

// visit asks for what only a Parse Server answers, without any key. Its answer has
// the health of the server, or else Parse's own error for a request without keys.
func (e *examination) visit(ctx context.Context, base *url.URL) (visited, error) {
	health, err := e.ask(ctx, base.JoinPath("health"), nil)
	if err != nil {
		return visited{}, err
	}
	switch {
	case health.status >= 300 && health.status < 400:
		return visited{redirect, health.location}, nil
	case health.body.Status == "ok":
		return visited{what: parseServer}, nil
	case health.status == http.StatusServiceUnavailable:
		return visited{what: starting}, nil
	}
	// Hosts may keep the health to themselves.
	if refused, err := e.ask(ctx, base.JoinPath("config"), nil); err == nil && refused.status == http.StatusForbidden && refused.body.Error == "unauthorized" {
		return visited{what: parseServer}, nil
	}
	return visited{foreign, fmt.Sprintf("status %d, %s", health.status, health.contentType)}, nil
}

// answered is what the checks read of an answer.
type answered struct {
	status      int
	contentType string
	location    string
	body        struct {
		Status string `json:"status"`
		Error  string `json:"error"`
	}
}

// maxAnswer is how much of an answer is read: a page that stands in the place of a
// server may be long.
const maxAnswer = 64 << 10

// ask sends one GET request. Redirects are not followed: the keys stay here.
func (e *examination) ask(ctx context.Context, at *url.URL, headers map[string]string) (answered, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return answered{}, err
	}
	for name, value := range headers {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	resp, err := e.http.Do(req)
	if err != nil {
		return answered{}, err
	}
	defer resp.Body.Close()
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		e.date = date
	}
	a := answered{status: resp.StatusCode, contentType: resp.Header.Get("Content-Type")}
	if a.contentType == "" {
		a.contentType = "without a content type"
	}
	if target, err := url.Parse(resp.Header.Get("Location")); err == nil && target.Host != "" {
		a.location = target.Scheme + "://" + target.Host
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return answered{}, err
	}
	if json.Unmarshal(body, &a.body) != nil {
		a.body.Error = "" // it is no answer of Parse
	}
	return a, nil
}

// unreachable says why nobody answered, and what that is likely to mean.
func unreachable(check string, base *url.URL, err error) Result {
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	var notTLS tls.RecordHeaderError
	var timeout net.Error
	switch {
	case errors.As(err, &name):
		return Result{check, Wrong, fmt.Sprintf("there is no host %q", base.Hostname()), "look for a slip in the URL"}
	case errors.Is(err, syscall.ECONNREFUSED):
		return Result{check, Wrong, "nothing listens at " + base.Host, "start the server, or correct the port"}
	case errors.As(err, &certificate):
		return Result{check, Wrong, "the certificate is not trusted: " + certificate.Err.Error(), "give the server a certificate for this name, from an authority this machine trusts"}
	case errors.As(err, &notTLS), strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		return Result{check, Wrong, base.Host + " does not speak https", "use http for a server on this machine, or put TLS before the server"}
	case errors.As(err, &timeout) && timeout.Timeout():
		return Result{check, Wrong, "no answer within " + patience.String(), "look whether a firewall is between, and whether the server is busy"}
	}
	return Result{check, Wrong, "the server cannot be reached: " + err.Error(), "look at the URL and the network"}
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
