package auditserver

import (
	"context"
	"net/http"
	"net/netip"
	"runtime"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/metrics"
)

// fromHere tells of a request, as it came over the connection, whether a program on
// this machine has sent it directly, not through a proxy.
func fromHere(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback() && loopbackName(hostName(r.Host))
}

// serveMetrics answers GET /metrics in the text format of Prometheus, to the master
// key and to programs on this machine. A key counts as on every other route: from
// the address of the client, whatever proxy it came through, and in the logs.
func (s *Server) serveMetrics(w *exchange, r, peer *http.Request) {
	w.route, w.req = "/metrics", s.newRequest(r, []string{"metrics"})
	defer w.req.release()
	creds := access.HeaderCredentials(r.Header)
	w.req.noteKeys(creds)
	w.req.grant, _ = s.keys.Admit(creds, w.req.remote)
	if !w.req.grant.Master && !fromHere(peer) {
		http.Error(w, "metrics are for the master key, and for programs on this machine that come directly", http.StatusForbidden)
		return
	}
	text := s.measure(r.Context())
	w.Header().Set("Content-Type", metrics.ContentType)
	_, _ = w.Write(text) // the client is gone if this fails
}

func (s *Server) measure(ctx context.Context) []byte {
	var t metrics.Text
	s.counts.Write(&t)
	stats := s.store.Stats()
	t.Gauge("auditserver_writes_waiting", "Writes that wait for their turn.", float64(stats.WritesWaiting))
	t.Gauge("auditserver_readers", "Connections to the database for reading.", float64(stats.Readers))
	t.Gauge("auditserver_readers_busy", "Connections for reading that are in use.", float64(stats.Readers-stats.ReadersFree))
	t.Gauge("auditserver_database_bytes", "Size of the database file.", float64(stats.FileSize))
	t.Gauge("auditserver_log_bytes", "Size of the database's log (WAL).", float64(stats.LogSize))
	files, bytes, err := s.filesSize.get(func() (int, int64, error) { return s.files.Size(ctx) })
	if err == nil {
		t.Gauge("auditserver_files", "Uploaded files.", float64(files))
		t.Gauge("auditserver_files_bytes", "Size of the uploaded files.", float64(bytes))
	}
	s.budgets.measure(&t)
	live := s.live.Stats()
	t.Gauge("auditserver_live_connections", "Connections for live queries.", float64(live.Connections))
	t.Gauge("auditserver_live_subscriptions", "Subscriptions to live queries.", float64(live.Subscriptions))
	t.Gauge("auditserver_live_commits_waiting", "Commits that wait for delivery to subscribers.", float64(live.Waiting))
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	t.Gauge("auditserver_goroutines", "Goroutines.", float64(runtime.NumGoroutine()))
	t.Gauge("auditserver_memory_bytes", "Memory that Go has taken from the system.", float64(memory.Sys))
	t.Gauge("auditserver_heap_bytes", "Memory of objects that live, or that were not collected yet.", float64(memory.HeapAlloc))
	t.Gauge("auditserver_start_time_seconds", "When the server was opened, in seconds since 1970.", float64(s.opened.UnixMilli())/1000)
	return t.Bytes()
}
