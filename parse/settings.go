package parse

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
	"github.com/isoaudit/isoaudit-go/schema"
)

// config is everything a client knows. It is never changed after NewClient;
// derived clients copy it.
type config struct {
	transport.Client // the calls: address, identity, retries and limits

	live          *url.URL // of the live query server
	graphQL       *url.URL
	roundTripper  http.RoundTripper // of WithTransport
	userClass     string            // that stands for _User
	codec         *codec
	batchItems    int           // in one request
	batchParallel int           // requests at once
	transactions  chan struct{} // shared by all clients derived from one
	links         *liveLinks    // shared by them too
	liveMessage   int64         // bytes; 0 and those below: livequery's default
	liveEvents    int           // waiting in each subscription
	liveBytes     int
	sessions      *sessionKeeper // nil: no session source
	details       func(*Error) error
	cloudACLs     func(context.Context, *Admin) (map[string]map[string]schema.Access, error)
}

func newConfig(serverURL string, options []Option) (*config, error) {
	c := &config{
		Client: transport.Client{
			Logger:     slog.New(slog.DiscardHandler),
			LogMessage: "parse request",
			UserAgent:  defaultUserAgent,
			Retry:      transport.RetryPolicy(RetryPolicy{}.withDefaults()),
			SendIDs:    true,
			MaxRequest: defaultMaxRequest,
			MaxAnswer:  defaultMaxResponse,
		},
		userClass:     userClass,
		batchItems:    defaultBatchItems,
		batchParallel: defaultBatchParallel,
		transactions:  make(chan struct{}, maxTransactions),
		links:         new(liveLinks),
	}
	base, err := parseAddress("serverURL", serverURL, "http", "https")
	errs := []error{err, c.apply(options)}
	if c.Credentials.AppID == "" {
		errs = append(errs, optionError("WithApplicationID", "is required"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	c.Base = base
	c.codec = newCodec(c.userClass)
	c.Codec = c.codec
	if c.graphQL == nil {
		c.graphQL = &url.URL{Scheme: base.Scheme, Host: base.Host, Path: "/graphql"}
	}
	if c.live == nil {
		live := *base
		live.Scheme = strings.Replace(base.Scheme, "http", "ws", 1)
		c.live = &live
	}
	if c.roundTripper != nil {
		c.HTTP.Transport = c.roundTripper
	}
	c.Streams = c.HTTP
	c.HTTP.CheckRedirect = sameHostOnly(c.Streams.CheckRedirect)
	return c, nil
}

// apply sets what the options say; the error names every bad one.
func (c *config) apply(options []Option) error {
	var errs []error
	for i, option := range options {
		if option == nil {
			errs = append(errs, optionError(fmt.Sprintf("option %d", i), "is nil"))
			continue
		}
		errs = append(errs, option(c))
	}
	return errors.Join(errs...)
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

// sameHostOnly follows redirects only within a host, so that no other host gets
// credentials, and only those that keep the method, so that no write becomes a read.
// Any other redirect is returned as the answer.
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

// isLoopback reports whether plain text to host stays on this machine.
func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
