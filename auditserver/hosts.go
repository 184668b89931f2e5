package auditserver

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
)

// hosts knows the names under which the server is called. Any web page that a
// developer visits can call a server on his machine: its requests carry the page's
// origin, or, where the page's own name leads to this machine (DNS rebinding), the
// page's host. So whoever comes over loopback must name this machine, or what the
// configuration names.
type hosts struct {
	names   []string // beside those of loopback
	origins []string // whose pages may call the server; "*": all
}

func newHosts(c *Config) hosts {
	h := hosts{names: slices.Clone(c.AllowHosts), origins: c.AllowOrigin}
	if u, err := url.Parse(c.PublicURL); err == nil && u.Host != "" {
		h.names = append(h.names, u.Hostname())
	}
	return h
}

var (
	errForeignHost   = &fault.Plain{Status: http.StatusForbidden, Message: "the request is for another host: on this machine the server answers for localhost, the host of publicServerURL and those of allowHosts"}
	errForeignOrigin = &fault.Plain{Status: http.StatusForbidden, Message: "the request comes from a page of another origin: on this machine the server answers pages of this machine, of publicServerURL and of allowOrigin"}
)

// check refuses a request over loopback that is for another host, or comes from a
// page of another origin.
func (h *hosts) check(r *http.Request) error {
	if !overLoopback(r.Context().Value(http.LocalAddrContextKey)) {
		return nil
	}
	if !h.ours(hostName(r.Host)) {
		return errForeignHost
	}
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(h.origins, "*") || slices.Contains(h.origins, origin) {
		return nil
	}
	if u, err := url.Parse(origin); err != nil || !h.ours(u.Hostname()) {
		return errForeignOrigin
	}
	return nil
}

// overLoopback tells of the address at which a request came.
func overLoopback(at any) bool {
	switch at := at.(type) {
	case *net.TCPAddr: // of every listener but one that wraps it
		return at.IP.IsLoopback()
	case net.Addr:
		parsed, err := netip.ParseAddrPort(at.String())
		return err == nil && parsed.Addr().Unmap().IsLoopback()
	}
	return false
}

func (h *hosts) ours(name string) bool {
	return loopbackName(name) || slices.ContainsFunc(h.names, func(n string) bool { return strings.EqualFold(n, name) })
}

// hostName is the host of a Host header, without the port.
func hostName(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	return strings.Trim(host, "[]")
}

// loopbackName tells whether a host is this machine, whatever a resolver says.
func loopbackName(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
