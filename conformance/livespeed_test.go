package conformance_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	isoaudit "github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// speedRow is an object that says when its write was sent.
type speedRow struct {
	parse.Object
	At   float64 `json:"at"` // Unix ms
	Text string  `json:"text"`
}

// speed is what one receiver achieved.
type speed struct {
	events   int
	took     time.Duration
	p50, p99 time.Duration // of single writes: from sending the write to having its last event
}

func (s speed) String() string {
	return fmt.Sprintf("%8.0f events/s   p50 %6.1f ms   p99 %6.1f ms   (%d events)", float64(s.events)/s.took.Seconds(),
		float64(s.p50.Microseconds())/1000, float64(s.p99.Microseconds())/1000, s.events)
}

// TestLiveQuerySpeed measures, it demands nothing. It runs where
// ISOAUDIT_LIVE_SPEED is set, on auditserver and, under run.sh, on a real
// Parse Server, with this SDK and the JavaScript SDK as receivers.
func TestLiveQuerySpeed(t *testing.T) {
	if os.Getenv("ISOAUDIT_LIVE_SPEED") == "" {
		t.Skip("ISOAUDIT_LIVE_SPEED is not set")
	}
	servers := []soakServer{embeddedSoakServer(t)}
	if server, ok := realSoakServer(t); ok {
		servers = append(servers, server)
	}
	for _, load := range []struct{ subscriptions, writes int }{{1, 2000}, {100, 400}, {1000, 120}} {
		for _, server := range servers {
			r := newSpeedRun(t, server, load.subscriptions, load.writes)
			t.Logf("%4d subscriptions  %-12s  isoaudit        %v", load.subscriptions, server.server, r.measure(r.startGo()))
			if _, err := os.Stat("parse/node_modules/parse"); err == nil {
				t.Logf("%4d subscriptions  %-12s  JavaScript SDK  %v", load.subscriptions, server.server, r.measure(r.startJS()))
			}
		}
	}
}

// speedRun is a server, a class and a load.
type speedRun struct {
	t                     *testing.T
	server                soakServer
	subscriptions, writes int
	class                 string
	rows                  *isoaudit.Collection[speedRow]
}

// receiver is a program that has subscribed. wait returns when it has got so
// many events in all.
type receiver struct {
	wait func(events int)
	stop func()
}

func newSpeedRun(t *testing.T, server soakServer, subscriptions, writes int) *speedRun {
	r := &speedRun{t: t, server: server, subscriptions: subscriptions, writes: writes}
	r.class = fmt.Sprintf("CheckSpeed%x", time.Now().UnixNano())
	server.must(t, master, "POST", "/schemas/"+r.class, fmt.Sprintf(
		`{"className":%q,"fields":{"at":{"type":"Number"},"text":{"type":"String"}}}`, r.class))
	admin, err := isoaudit.NewAdmin(server.url, server.masterKey, parse.WithApplicationID(server.appID), parse.WithRESTKey(server.restKey))
	require.NoError(t, err)
	r.rows = parse.NewCollection[speedRow](admin.Client, r.class)
	return r
}

// measure writes first one object at a time, for the latency, and then as fast
// as eight writers can, for the throughput.
func (r *speedRun) measure(rec receiver) speed {
	defer rec.stop()
	const singles = 50
	var latencies []time.Duration
	for i := range singles {
		start := time.Now()
		r.write()
		rec.wait((i + 1) * r.subscriptions)
		latencies = append(latencies, time.Since(start))
	}
	slices.Sort(latencies)
	start := time.Now()
	var left atomic.Int64
	left.Store(int64(r.writes))
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for left.Add(-1) >= 0 {
				r.write()
			}
		})
	}
	writers.Wait()
	rec.wait((singles + r.writes) * r.subscriptions)
	return speed{
		events: r.writes * r.subscriptions, took: time.Since(start),
		p50: latencies[singles/2], p99: latencies[singles*99/100],
	}
}

func (r *speedRun) write() {
	row := &speedRow{At: float64(time.Now().UnixMilli()), Text: "The calibration record of gauge 17 is missing for the second quarter."}
	if err := r.rows.Create(r.t.Context(), row); err != nil {
		r.t.Error(err)
	}
}

// startGo subscribes with this SDK.
func (r *speedRun) startGo() receiver {
	client, err := isoaudit.NewClient(r.server.url, parse.WithApplicationID(r.server.appID), parse.WithRESTKey(r.server.restKey),
		parse.WithHTTPClient(&http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}))
	require.NoError(r.t, err)
	rows := parse.NewCollection[speedRow](client, r.class)
	ctx, cancel := context.WithCancel(r.t.Context())
	got := make(chan struct{}, 1)
	var count atomic.Int64
	var streams, starting sync.WaitGroup
	turn := make(chan struct{}, 16)
	for range r.subscriptions {
		starting.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			sub, err := rows.Query().Subscribe(ctx)
			if err != nil {
				r.t.Error(err)
				return
			}
			streams.Go(func() {
				for event, err := range sub.Events() {
					if err != nil {
						return
					}
					if event.Kind.Present() {
						count.Add(1)
						select {
						case got <- struct{}{}:
						default:
						}
					}
				}
			})
		})
	}
	starting.Wait()
	return receiver{
		wait: func(events int) { awaitCount(r.t, got, func() int { return int(count.Load()) }, events) },
		stop: func() { cancel(); streams.Wait() },
	}
}

// startJS subscribes with the JavaScript SDK.
func (r *speedRun) startJS() receiver {
	script := exec.CommandContext(r.t.Context(), "node", "speed.js")
	script.Dir = "parse"
	script.Env = append(os.Environ(), "SPEED_URL="+r.server.url, "SPEED_APP="+r.server.appID, "SPEED_KEY="+r.server.jsKey,
		"SPEED_CLASS="+r.class, "SPEED_SUBSCRIPTIONS="+strconv.Itoa(r.subscriptions))
	script.Stderr = os.Stderr
	out, err := script.StdoutPipe()
	require.NoError(r.t, err)
	require.NoError(r.t, script.Start())
	got := make(chan struct{}, 1)
	var count atomic.Int64
	count.Store(-1)
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var n int64
			if json.Unmarshal(lines.Bytes(), &n) == nil {
				count.Store(n)
				select {
				case got <- struct{}{}:
				default:
				}
			}
		}
	}()
	wait := func(events int) { awaitCount(r.t, got, func() int { return int(count.Load()) }, events) }
	wait(0) // subscribed
	return receiver{wait: wait, stop: func() {
		_ = script.Process.Kill()
		_ = script.Wait()
	}}
}

// awaitCount waits for a counter; a receiver that stands still fails the test.
func awaitCount(t *testing.T, changed <-chan struct{}, count func() int, want int) {
	for count() < want {
		select {
		case <-changed:
		case <-time.After(30 * time.Second):
			require.GreaterOrEqual(t, count(), want, "events are missing")
		}
	}
}
