package main

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"os"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/schema"
)

// backend is the audit server behind the pages.
type backend struct {
	client *isoaudit.Client    // without a session
	people []*isoaudit.Auditor // of the sample, whom the sign-in page offers
	close  func() error
}

// quick gives up soon, so that a page says that the server is lost rather than wait.
var quick = parse.RetryPolicy{MaxAttempts: 3, AttemptTimeout: 10 * time.Second}

func open(ctx context.Context, url, appID string) (*backend, error) {
	if url == "" {
		if appID != "" {
			return nil, errors.New("-app-id is that of the server at -url, which is missing")
		}
		return embedded(ctx)
	}
	options := []parse.Option{parse.WithApplicationID(appID), parse.WithRetryPolicy(quick)}
	if key := os.Getenv("PARSE_REST_KEY"); key != "" {
		options = append(options, parse.WithRESTKey(key))
	}
	client, err := isoaudit.NewClient(url, options...)
	return &backend{client: client, close: func() error { return nil }}, err
}

// embedded starts a server of our own, in memory, with a year of sample data.
func embedded(ctx context.Context) (*backend, error) {
	classes := schema.ISO9001()
	config := auditserver.Config{AppID: "dashboard", MasterKey: rand.Text(), Rules: policy.Default()}
	for i, class := range classes.Classes {
		config.LiveQueryClasses = append(config.LiveQueryClasses, class.Name)
		if class.Name == "AuditFinding" {
			classes.Classes[i].Fields["evidence"] = schema.Field{Type: schema.File}
		}
	}
	server, err := auditserver.Open(ctx, config)
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, server.Close(ctx))
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() { done <- server.Serve(serving, listener) }()
	b := &backend{close: func() error {
		stop()
		return errors.Join(<-done, server.Close(context.WithoutCancel(ctx)))
	}}
	if err := b.fill(ctx, "http://"+listener.Addr().String()+"/parse", config, classes); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

// fill brings the schema and the sample to a new server.
func (b *backend) fill(ctx context.Context, url string, config auditserver.Config, classes schema.Schema) (err error) {
	id := parse.WithApplicationID(config.AppID)
	if b.client, err = isoaudit.NewClient(url, id, parse.WithRetryPolicy(quick)); err != nil {
		return err
	}
	admin, err := isoaudit.NewAdmin(url, config.MasterKey, id)
	if err != nil {
		return err
	}
	if _, err := admin.ApplySchema(ctx, classes); err != nil {
		return err
	}
	sample := audittest.NewSample(time.Now(), 1)
	b.people = sample.Auditors
	return sample.Load(ctx, admin)
}
