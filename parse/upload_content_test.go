package parse_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// early is a transport that answers before it reads the body, as net/http does
// where a server refuses a request at its first bytes, and goes on reading.
type early struct {
	t       *testing.T
	answers []step
	bodies  []io.Reader
}

func (e *early) RoundTrip(req *http.Request) (*http.Response, error) {
	require.Less(e.t, len(e.bodies), len(e.answers))
	e.bodies = append(e.bodies, req.Body)
	return e.answers[len(e.bodies)-1](req)
}

func (e *early) client(t *testing.T) *isoaudit.Client {
	e.t = t
	client, err := isoaudit.NewClient(serverURL, parse.WithApplicationID("app"), parse.WithTransport(e))
	require.NoError(t, err)
	return client
}

func TestUploadReadsNothingAfterItReturned(t *testing.T) {
	transport := &early{answers: []step{reply(400, `{"code":130,"error":"refused"}`)}}
	content := strings.NewReader("evidence")
	_, err := transport.client(t).Upload(t.Context(), parse.Upload{Name: "a.txt", Content: content})
	require.ErrorIs(t, err, parse.ErrFileSave)
	_, err = io.ReadAll(transport.bodies[0])
	require.Error(t, err)
	require.Equal(t, 8, content.Len(), "the content is the caller's again")
}

// A repeated upload starts where its content begins, whatever the transport of
// the first attempt still does with its body.
func TestRepeatedUploadIsReadByOneAttemptOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		transport := &early{answers: []step{reply(503, "", "Retry-After", "1"), func(req *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(req.Body)
			require.NoError(t, err)
			require.Equal(t, "evidence", string(body))
			return reply(201, stored)(req)
		}}}
		client := transport.client(t)
		_, err := client.Upload(t.Context(), parse.Upload{Name: "a.txt", Content: strings.NewReader("evidence")})
		require.NoError(t, err)
		_, err = io.ReadAll(transport.bodies[0])
		require.Error(t, err)
	})
}

// slow is a content whose Read is under way until it is let go.
type slow struct {
	began, letGo chan struct{}
	mu           sync.Mutex
	reads        int
}

func (s *slow) Read([]byte) (int, error) {
	close(s.began)
	<-s.letGo
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	return 0, io.EOF
}

func TestUploadWaitsForAReadUnderWay(t *testing.T) {
	reading := func(content *slow, status int) step {
		return func(req *http.Request) (*http.Response, error) {
			go func() { _, _ = io.ReadAll(req.Body) }()
			<-content.began
			return reply(status, "", "Retry-After", "0")(req)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		content := &slow{began: make(chan struct{}), letGo: make(chan struct{})}
		transport := &early{answers: []step{reading(content, 413)}}
		time.AfterFunc(time.Second/2, func() { close(content.letGo) })
		_, err := transport.client(t).Upload(t.Context(), parse.Upload{Name: "a.txt", Content: content})
		require.Error(t, err)
		content.mu.Lock()
		defer content.mu.Unlock()
		require.Equal(t, 1, content.reads, "returned after the Read")
	})
	synctest.Test(t, func(t *testing.T) {
		content := &slow{began: make(chan struct{}), letGo: make(chan struct{})}
		transport := &early{answers: []step{reading(content, 503)}}
		_, err := transport.client(t).Upload(t.Context(), parse.Upload{Name: "a.txt", Content: content})
		require.Error(t, err, "a Read that blocks holds up neither the answer nor a second attempt")
		require.Len(t, transport.bodies, 1)
		close(content.letGo)
	})
}
