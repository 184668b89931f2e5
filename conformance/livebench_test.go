//go:build unix

package conformance_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	isoaudit "github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/parse"
)

// BenchmarkLiveDelivery creates objects that a hundred subscriptions of one
// connection receive. CPU-ns/event is processor time of both sides, which says
// more than wall time on a busy machine.
func BenchmarkLiveDelivery(b *testing.B) {
	const subscriptions = 100
	server, err := auditserver.Open(b.Context(), auditserver.Config{
		AppID: "app", MasterKey: "master", LiveQueryClasses: []string{"CheckSpeed"}, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(b, err)
	defer func() { require.NoError(b, server.Close(context.Background())) }()
	front := httptest.NewServer(server)
	defer front.Close()
	admin, err := isoaudit.NewAdmin(front.URL+"/parse", "master", parse.WithApplicationID("app"))
	require.NoError(b, err)
	rows := parse.NewCollection[speedRow](admin.Client, "CheckSpeed")
	write := func() {
		require.NoError(b, rows.Create(b.Context(), &speedRow{Text: "The calibration record of gauge 17 is missing for the second quarter."}))
	}
	write() // makes the class

	ctx, cancel := context.WithCancel(b.Context())
	var streams sync.WaitGroup
	defer func() { cancel(); streams.Wait() }()
	var count atomic.Int64
	got := make(chan struct{}, 64)
	for range subscriptions {
		sub, err := rows.Query().Subscribe(ctx)
		require.NoError(b, err)
		streams.Go(func() {
			for _, err := range sub.Events() {
				if err != nil {
					return
				}
				if count.Add(1)%subscriptions == 0 {
					got <- struct{}{}
				}
			}
		})
	}
	const ahead = 8 // writes under way
	before := cpuTime(b)
	b.ReportAllocs()
	events, waiting := 0, 0
	for b.Loop() {
		write()
		events += subscriptions
		if waiting++; waiting > ahead {
			<-got
			waiting--
		}
	}
	for ; waiting > 0; waiting-- {
		<-got
	}
	b.ReportMetric(float64(cpuTime(b)-before)/float64(events), "CPU-ns/event")
}

func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
