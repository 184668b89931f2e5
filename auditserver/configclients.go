package auditserver

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/ratelimit"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
)

// RateLimit limits how often a path is requested, as Parse Server's option
// rateLimit does. A request beyond it is answered with status 429, code 100 and
// Retry-After; a request of a batch counts like one that comes alone. Requests from
// 127.0.0.1 and those of the master key are not limited, unless the limit says so.
type RateLimit struct {
	RequestPath             string        // /login, /functions/:name, /functions/*rest, /users{/:id}; below the mount path
	RequestMethods          []string      // GET, POST, ...; nil: all
	RequestTimeWindow       time.Duration // begins with the first request
	RequestCount            int           // requests in a window; 0 refuses all
	ErrorResponseMessage    string        // "": Too many requests.
	IncludeMasterKey        bool          // limit the master key too; RequestMethods do not count then, as on Parse Server
	IncludeInternalRequests bool          // limit 127.0.0.1 too
	Zone                    RateLimitZone

	path    *regexp.Regexp
	limiter *ratelimit.Limiter
}

// RateLimitZone says whose requests a [RateLimit] counts together.
type RateLimitZone string

// The zones of a rate limit. Requests without a session, of zone user or session,
// are counted by address.
const (
	ZoneIP      RateLimitZone = "ip" // what "" is
	ZoneUser    RateLimitZone = "user"
	ZoneSession RateLimitZone = "session"
	ZoneGlobal  RateLimitZone = "global"
)

func (l RateLimit) prepared(i int, mount string) (RateLimit, error) {
	var errs []error
	bad := func(field, option, format string, args ...any) {
		errs = append(errs, fmt.Errorf("auditserver: Config.RateLimit[%d].%s (rateLimit.%s) "+format, append([]any{i, field, option}, args...)...))
	}
	var err error
	if l.path, err = ratelimit.CompilePath(l.RequestPath); err != nil {
		bad("RequestPath", "requestPath", "is %q: %w", l.RequestPath, err)
	}
	if mount != "" && (l.RequestPath == mount || strings.HasPrefix(l.RequestPath, mount+"/")) {
		bad("RequestPath", "requestPath", "is %q, below the mount path of which it would limit nothing: leave out %s", l.RequestPath, mount)
	}
	for _, method := range l.RequestMethods {
		if !slices.Contains(rateLimitMethods, method) {
			bad("RequestMethods", "requestMethods", "holds %q: want some of %s", method, strings.Join(rateLimitMethods, ", "))
		}
	}
	if l.RequestTimeWindow <= 0 {
		bad("RequestTimeWindow", "requestTimeWindow", "is %v: want a time above zero, in milliseconds in a configuration file", l.RequestTimeWindow)
	}
	if l.RequestCount < 0 {
		bad("RequestCount", "requestCount", "is %d: want a whole number from 0", l.RequestCount)
	}
	if !slices.Contains([]RateLimitZone{"", ZoneIP, ZoneUser, ZoneSession, ZoneGlobal}, l.Zone) {
		bad("Zone", "zone", "is %q: want ip, user, session or global", string(l.Zone))
	}
	if l.ErrorResponseMessage == "" {
		l.ErrorResponseMessage = "Too many requests."
	}
	l.limiter = ratelimit.New(int64(l.RequestCount), l.RequestTimeWindow)
	return l, errors.Join(errs...)
}

// TrustProxy says whose X-Forwarded-For is believed, as Express, and so Parse
// Server, has it. The address of the client decides about master keys and rate
// limits. The zero value trusts nobody.
type TrustProxy struct {
	Hops     int            // so many proxies stand before the server
	Networks []netip.Prefix // the addresses of proxies
}

// checkHosts refuses what is no name of a host.
func checkHosts(hosts []string) error {
	var errs []error
	for _, h := range hosts {
		if u, err := url.Parse("//" + h); err != nil || h == "" || h == "*" || u.Hostname() != strings.Trim(h, "[]") {
			errs = append(errs, fmt.Errorf("auditserver: Config.AllowHosts (allowHosts) holds %q: want names such as audits.example, without scheme, port and path", h))
		}
	}
	return errors.Join(errs...)
}

// checkHeaders refuses what can't stand in the headers of CORS.
func checkHeaders(origins, headers []string) error {
	var errs []error
	for _, o := range origins {
		if !isOrigin(o) {
			errs = append(errs, fmt.Errorf("auditserver: Config.AllowOrigin (allowOrigin) holds %q: want * or origins as browsers send them, such as https://audits.example, in small letters and without a slash at the end", o))
		}
	}
	for _, h := range headers {
		if !headerName.MatchString(h) {
			errs = append(errs, fmt.Errorf("auditserver: Config.AllowHeaders (allowHeaders) holds %q: want names of headers", h))
		}
	}
	return errors.Join(errs...)
}

// headerName is what RFC 9110, section 5.6.2, lets the name of a header be.
var headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

// isOrigin tells whether a browser would send an origin so: one that is written in
// any other way equals none.
func isOrigin(o string) bool {
	if o == "*" || o == "null" {
		return true
	}
	u, err := url.Parse(o)
	if err != nil || u.Scheme == "" || u.Host == "" || o != strings.ToLower(u.Scheme+"://"+u.Host) {
		return false
	}
	return !(u.Scheme == "http" && u.Port() == "80" || u.Scheme == "https" && u.Port() == "443")
}

// rateLimitMethods are the methods that a limit may name, as requests have them.
var rateLimitMethods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete}

func (c *Config) prepareClients() error {
	errs := []error{checkHeaders(c.AllowOrigin, c.AllowHeaders), checkHosts(c.AllowHosts)}
	c.RateLimit = slices.Clone(c.RateLimit)
	for i, l := range c.RateLimit {
		var err error
		c.RateLimit[i], err = l.prepared(i, c.MountPath)
		errs = append(errs, err)
	}
	if c.TrustProxy.Hops < 0 {
		errs = append(errs, fmt.Errorf("auditserver: Config.TrustProxy.Hops (trustProxy) is %d: want a number of proxies", c.TrustProxy.Hops))
	}
	if c.RequestKeywordDenylist == nil {
		c.denied = values.DefaultDenylist()
	}
	for i, k := range c.RequestKeywordDenylist {
		if err := c.denied.Add(k.Key, k.Value); err != nil {
			errs = append(errs, fmt.Errorf("auditserver: Config.RequestKeywordDenylist[%d] (requestKeywordDenylist): %w", i, err))
		}
	}
	return errors.Join(errs...)
}
