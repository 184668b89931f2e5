package isoaudit

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// config is everything a client knows. It is never changed after NewClient;
// derived clients copy it.
type config struct {
	base          *url.URL // with the mount path, without a trailing slash
	live          *url.URL // of the live query server
	graphQL       *url.URL
	credentials   credentials
	http          http.Client       // follows redirects on the same host only
	open          http.Client       // as the caller gave it, for files on other hosts; carries no credentials
	transport     http.RoundTripper // of WithTransport
	logger        *slog.Logger
	auditorClass  string
	userAgent     string
	retry         RetryPolicy
	requestIDs    RequestIDs
	codec         *codec
	batchItems    int           // in one request
	batchParallel int           // requests at once
	transactions  chan struct{} // shared by all clients derived from one
	maxRequest    int64
	maxResponse   int64
	liveMessage   int64 // bytes; 0 and those below: livequery's default
	liveEvents    int   // waiting in each subscription
	liveBytes     int
	sessions      *sessionKeeper // nil: no session source
	err           error          // a mistake in a derivation; every call reports it
}

// credentials are the identity of a client: data, applied by authorize alone.
type credentials struct {
	appID                             string
	restKey, javaScriptKey, clientKey secret
	masterKey                         secret
	session                           secret
}

func newConfig(serverURL string, options []Option) (*config, error) {
	c := &config{
		logger:        slog.New(slog.DiscardHandler),
		auditorClass:  userClass,
		userAgent:     defaultUserAgent,
		retry:         RetryPolicy{}.withDefaults(),
		maxRequest:    defaultMaxRequest,
		maxResponse:   defaultMaxResponse,
		batchItems:    defaultBatchItems,
		batchParallel: defaultBatchParallel,
		transactions:  make(chan struct{}, maxTransactions),
	}
	var errs []error
	base, err := parseAddress("serverURL", serverURL, "http", "https")
	errs = append(errs, err)
	for i, option := range options {
		if option == nil {
			errs = append(errs, optionError(fmt.Sprintf("option %d", i), "is nil"))
			continue
		}
		errs = append(errs, option(c))
	}
	if c.credentials.appID == "" {
		errs = append(errs, optionError("WithApplicationID", "is required"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	c.base = base
	c.codec = newCodec(c.auditorClass)
	if c.graphQL == nil {
		c.graphQL = &url.URL{Scheme: base.Scheme, Host: base.Host, Path: "/graphql"}
	}
	if c.live == nil {
		live := *base
		live.Scheme = strings.Replace(base.Scheme, "http", "ws", 1)
		c.live = &live
	}
	if c.transport != nil {
		c.http.Transport = c.transport
	}
	c.open = c.http
	c.http.CheckRedirect = sameHostOnly(c.open.CheckRedirect)
	return c, nil
}

// parseAddress reads an absolute URL that holds nothing but scheme, host and path.
func parseAddress(option, address string, schemes ...string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil: // not wrapped: it repeats the address, which may hold a password
		return nil, optionError(option, "not a URL")
	case !slices.Contains(schemes, u.Scheme):
		return nil, optionError(option, "want an absolute URL that begins with %s://", strings.Join(schemes, ":// or "))
	case u.Host == "":
		return nil, optionError(option, "the URL names no host")
	case u.User != nil:
		return nil, optionError(option, "the URL holds a user name or password; credentials have options of their own")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, optionError(option, "the URL has a query or a fragment; want scheme, host and mount path only")
	}
	return &url.URL{
		Scheme: u.Scheme, Host: u.Host,
		Path: strings.TrimRight(u.Path, "/"), RawPath: strings.TrimRight(u.RawPath, "/"),
	}, nil
}

// sameHostOnly keeps credentials on the host they were meant for, and writes
// from turning into reads: any other redirect is returned as the answer.
func sameHostOnly(callers func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		first := via[0]
		sameHost := req.URL.Scheme == first.URL.Scheme && req.URL.Host == first.URL.Host
		if !sameHost || req.Method != first.Method || len(via) >= 10 {
			return http.ErrUseLastResponse
		}
		if callers != nil {
			return callers(req, via)
		}
		return nil
	}
}

// authorize is the one place that puts an identity into a request.
func (c *credentials) authorize(header http.Header) {
	set := func(name, value string) {
		if value != "" {
			header[name] = []string{value}
		}
	}
	set("X-Parse-Application-Id", c.appID)
	set("X-Parse-Rest-Api-Key", c.restKey.value())
	set("X-Parse-Javascript-Key", c.javaScriptKey.value())
	set("X-Parse-Client-Key", c.clientKey.value())
	set("X-Parse-Master-Key", c.masterKey.value())
	set("X-Parse-Session-Token", c.session.value())
}

// scrub hides every credential, and what else is secret, in a text.
func (c *credentials) scrub(text string, more ...string) string {
	own := []string{c.masterKey.value(), c.session.value(), c.restKey.value(), c.javaScriptKey.value(), c.clientKey.value()}
	for _, hidden := range append(own, more...) {
		if hidden != "" {
			text = strings.ReplaceAll(text, hidden, redacted)
		}
	}
	return text
}

// isLoopback says whether plain text to host stays on this machine.
func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
