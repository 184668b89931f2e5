package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// restartable is an auditserver that keeps its data and address over a restart.
type restartable struct {
	t       *testing.T
	cfg     auditserver.Config
	address string
	stop    func()
}

func (r *restartable) start() {
	server, err := auditserver.Open(context.Background(), r.cfg)
	require.NoError(r.t, err)
	var listen net.ListenConfig
	ln, err := listen.Listen(context.Background(), "tcp", r.address)
	require.NoError(r.t, err)
	r.address = ln.Addr().String()
	front := &http.Server{Handler: server}
	go func() { _ = front.Serve(ln) }()
	r.stop = func() {
		require.NoError(r.t, front.Close())
		require.NoError(r.t, server.Close(context.Background()))
	}
}

func TestWatchSurvivesARestart(t *testing.T) {
	r := &restartable{t: t, address: "127.0.0.1:0", cfg: auditserver.Config{
		Path: filepath.Join(t.TempDir(), "watch.db"), Unsynced: true, AppID: "watch", MasterKey: "master",
		LiveQueryClasses: []string{"AuditFinding", "CorrectiveAction"}, PasswordCost: bcrypt.MinCost, Logger: slog.New(slog.DiscardHandler),
	}}
	r.start()
	t.Cleanup(func() { r.stop() })
	url := "http://" + r.address + "/parse"
	admin, err := isoaudit.NewAdmin(url, "master", parse.WithApplicationID("watch"))
	require.NoError(t, err)
	_, err = admin.ApplySchema(t.Context(), schema.ISO9001())
	require.NoError(t, err)
	require.NoError(t, admin.Auditors.Create(t.Context(), &isoaudit.Auditor{Username: "ada", Password: "pw", Email: "ada@example.com", Role: "auditor", SiteCode: "PLANT-07"}))

	client, err := isoaudit.NewClient(url, parse.WithApplicationID("watch"), parse.WithSessionSource(parse.PasswordLogin("ada", "pw")))
	require.NoError(t, err)
	pictures := make(chan string, 1000)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- watch(ctx, client, func(b *board, status parse.LiveStatus) { pictures <- b.text(time.Now(), status) })
	}()
	t.Cleanup(func() { cancel(); require.ErrorIs(t, <-ended, context.Canceled) })

	add := func(ref string) {
		f := &isoaudit.AuditFinding{FindingRef: ref, FindingType: isoaudit.FindingNonconformity, Severity: isoaudit.SeverityMajor,
			Clause: "8.5.1", Statement: "a gauge is not calibrated", EvidenceNote: "record 17",
			AuditPlan: isoaudit.PointerTo[isoaudit.AuditPlan]("plan"), ReportedBy: isoaudit.PointerTo[isoaudit.Auditor]("ada")}
		f.ACL = parse.ACL{parse.Everyone: {Read: true}}
		require.NoError(t, admin.AuditFindings.Create(t.Context(), f))
	}
	shows := func(want string) {
		t.Helper()
		timeout := time.After(30 * time.Second)
		for {
			select {
			case picture := <-pictures:
				if strings.Contains(picture, want) && strings.Contains(picture, "connected") {
					return
				}
			case err := <-ended:
				ended <- err
				t.Fatal("watch ended:", err)
			case <-timeout:
				t.Fatal("no picture shows ", want)
			}
		}
	}
	shows("OPEN FINDINGS 0")
	add("F-1")
	shows("F-1")
	r.stop()
	r.start()
	add("F-2")
	shows("OPEN FINDINGS 2")
}
