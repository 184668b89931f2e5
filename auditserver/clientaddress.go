package auditserver

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// fromClient gives a request the address of its client: that of the connection, or,
// where it comes through proxies that Config.TrustProxy names, what they say.
func (s *Server) fromClient(r *http.Request) *http.Request {
	trust := &s.cfg.TrustProxy
	if trust.Hops == 0 && len(trust.Networks) == 0 {
		return r
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r
	}
	client := trust.client(peer.Addr(), r.Header.Values("X-Forwarded-For"))
	if client == peer.Addr() {
		return r
	}
	behind := *r // the headers are shared, and not changed
	behind.RemoteAddr = net.JoinHostPort(client.String(), "0")
	return &behind
}

// client goes back from proxy to proxy, as far as they are trusted. The last entry
// of X-Forwarded-For is what the nearest proxy says; whatever stands before the first
// address that is not trusted may be invented.
func (t *TrustProxy) client(peer netip.Addr, forwarded []string) netip.Addr {
	entries := strings.Split(strings.Join(forwarded, ","), ",")
	at := peer
	for hop := 0; t.trusts(at, hop) && len(entries) > 0; hop++ {
		last := strings.TrimSpace(entries[len(entries)-1])
		entries = entries[:len(entries)-1]
		next, err := netip.ParseAddr(strings.Trim(last, "[]"))
		if err != nil {
			withPort, err := netip.ParseAddrPort(last) // some proxies add it
			if err != nil {
				return at
			}
			next = withPort.Addr()
		}
		at = next
	}
	return at
}

func (t *TrustProxy) trusts(addr netip.Addr, hop int) bool {
	if hop < t.Hops {
		return true
	}
	addr = addr.Unmap().WithZone("")
	return slices.ContainsFunc(t.Networks, func(p netip.Prefix) bool { return p.Contains(addr) })
}
