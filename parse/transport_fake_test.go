package parse_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/internal/scripted"
	"github.com/isoaudit/isoaudit-go/parse"
)

// The tests of this package write these often.
type (
	script       = scripted.Transport
	step         = scripted.Step
	roundTripper = scripted.Func
)

func reply(status int, body string, header ...string) step {
	return scripted.Reply(status, body, header...)
}

func fails(err error) step { return scripted.Fails(err) }

// breaksOff answers with the beginning of a body and then an error.
func breaksOff(status int, body string, err error) step {
	return func(req *http.Request) (*http.Response, error) {
		resp, _ := reply(status, body)(req)
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), failingReader{err}))
		resp.ContentLength = -1
		return resp, nil
	}
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

const (
	serverURL = "https://parse.example/mount"
	masterKey = "the-master-key-9"
)

// scriptedClient makes a client whose requests meet these steps, each once.
func scriptedClient(t *testing.T, options []parse.Option, steps ...step) (*isoaudit.Client, *script) {
	t.Helper()
	s := &script{Test: t, Steps: steps}
	options = append([]parse.Option{parse.WithApplicationID("app"), parse.WithTransport(s)}, options...)
	client, err := isoaudit.NewClient(serverURL, options...)
	require.NoError(t, err)
	return client, s
}

// scriptedAdmin is scriptedClient with the master key.
func scriptedAdmin(t *testing.T, options []parse.Option, steps ...step) (*isoaudit.Admin, *script) {
	t.Helper()
	s := &script{Test: t, Steps: steps}
	options = append([]parse.Option{parse.WithApplicationID("app"), parse.WithTransport(s)}, options...)
	admin, err := isoaudit.NewAdmin(serverURL, masterKey, options...)
	require.NoError(t, err)
	return admin, s
}
