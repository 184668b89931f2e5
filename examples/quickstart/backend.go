package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/schema"
)

// backend is the server that the story plays on.
type backend struct {
	client *isoaudit.Client // without a session
	admin  *isoaudit.Admin
	suffix string // keeps the references of one run apart from those of another
	close  func() error
}

// open makes the backend ready: its classes, permissions and roles.
func open(ctx context.Context, url, appID, keyFile string) (b *backend, err error) {
	switch {
	case url != "":
		b, err = remote(url, appID, keyFile)
	case appID != "" || keyFile != "":
		return nil, errors.New("-app-id and -keys are those of the server at -url, which is missing")
	default:
		b, err = embedded(ctx)
	}
	if err != nil {
		return nil, err
	}
	want := schema.ISO9001()
	for i, class := range want.Classes {
		if class.Name == "AuditFinding" {
			want.Classes[i].Fields["evidence"] = schema.Field{Type: schema.File}
		}
	}
	if _, err := b.admin.ApplySchema(ctx, want); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

// embedded starts a server of our own, in memory, on a free port.
func embedded(ctx context.Context) (*backend, error) {
	appID, restKey, masterKey := "quickstart", rand.Text(), rand.Text()
	server, err := auditserver.Open(ctx, auditserver.Config{
		AppID: appID, RESTKey: restKey, MasterKey: masterKey, Rules: policy.Default(),
	})
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, server.Close(ctx))
	}
	serving, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- server.Serve(serving, listener) }()
	closeServer := func() error {
		stop()
		return errors.Join(<-done, server.Close(context.WithoutCancel(ctx)))
	}

	b, err := connect("http://"+listener.Addr().String()+"/parse", appID, restKey, masterKey)
	if err != nil {
		return nil, errors.Join(err, closeServer())
	}
	b.close = closeServer
	return b, nil
}

// remote uses a server that runs already, for which there are keys.
func remote(url, appID, keyFile string) (*backend, error) {
	key := os.Getenv
	if keyFile != "" {
		keys, err := readKeys(keyFile)
		if err != nil {
			return nil, err
		}
		key = func(name string) string { return keys[name] }
	}
	if appID == "" || key("PARSE_MASTER_KEY") == "" {
		return nil, errors.New("the server at -url needs -app-id, and PARSE_MASTER_KEY in the environment or the file of -keys")
	}
	b, err := connect(url, appID, key("PARSE_REST_KEY"), key("PARSE_MASTER_KEY"))
	if err != nil {
		return nil, err
	}
	b.suffix = "-" + rand.Text()[:6]
	b.close = func() error { return nil }
	return b, nil
}

func connect(url, appID, restKey, masterKey string) (*backend, error) {
	keys := []parse.Option{parse.WithApplicationID(appID)}
	if restKey != "" { // a server without client keys wants none
		keys = append(keys, parse.WithRESTKey(restKey))
	}
	client, err := isoaudit.NewClient(url, keys...)
	if err != nil {
		return nil, err
	}
	admin, err := isoaudit.NewAdmin(url, masterKey, parse.WithApplicationID(appID))
	if err != nil {
		return nil, err
	}
	return &backend{client: client, admin: admin}, nil
}

// readKeys reads NAME=value lines.
func readKeys(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	keys := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, found := strings.Cut(strings.TrimSpace(line), "="); found {
			keys[name] = value
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s has no NAME=value lines", path)
	}
	return keys, nil
}
