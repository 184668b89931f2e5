package parse_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

const stored = `{"name":"abc_report.pdf","url":"https://files.example/abc_report.pdf"}`

func TestUploadStreams(t *testing.T) {
	var received, mediaType, method, path, appID string
	var length int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received, length, mediaType = string(body), r.ContentLength, r.Header.Get("Content-Type")
		method, path, appID = r.Method, r.URL.Path, r.Header.Get("X-Parse-Application-Id")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(stored))
	}))
	defer server.Close()
	client, err := isoaudit.NewClient(server.URL, parse.WithApplicationID("app"))
	require.NoError(t, err)

	var progress []int64
	file, err := client.Upload(t.Context(), parse.Upload{
		Name: "report.pdf", Content: strings.NewReader("evidence"), Size: 8, ContentType: "application/pdf",
		Progress: func(sent int64) { progress = append(progress, sent) },
	})
	require.NoError(t, err)
	require.Equal(t, parse.File{Name: "abc_report.pdf", URL: "https://files.example/abc_report.pdf"}, file)
	require.Equal(t, "POST /files/report.pdf app evidence application/pdf", strings.Join([]string{method, path, appID, received, mediaType}, " "))
	require.EqualValues(t, 8, length)
	require.EqualValues(t, 8, progress[len(progress)-1])

	_, err = client.Upload(t.Context(), parse.Upload{Name: "raw", Content: strings.NewReader("evidence")})
	require.NoError(t, err)
	require.EqualValues(t, -1, length, "in chunks")
	require.Equal(t, "application/octet-stream", mediaType)
}

func TestUploadChecksItsInput(t *testing.T) {
	client, _ := scriptedClient(t, nil)
	good := parse.Upload{Name: "a.txt", Content: strings.NewReader("x")}
	for reason, change := range map[string]func(*parse.Upload){
		"Content":      func(u *parse.Upload) { u.Content = nil },
		"Size":         func(u *parse.Upload) { u.Size = -1 },
		"Name":         func(u *parse.Upload) { u.Name = "../x" },
		"Name must":    func(u *parse.Upload) { u.Name = "" },
		"Name must be": func(u *parse.Upload) { u.Name = strings.Repeat("a", 129) },
		"ContentType":  func(u *parse.Upload) { u.ContentType = "not a type" },
	} {
		bad := good
		change(&bad)
		_, err := client.Upload(t.Context(), bad)
		require.ErrorContains(t, err, reason)
		require.ErrorContains(t, err, "nothing was sent")
	}
}

func TestUploadFaults(t *testing.T) {
	upload := func(t *testing.T, client *isoaudit.Client) error {
		_, err := client.Upload(t.Context(), parse.Upload{Name: "a.txt", Content: strings.NewReader("evidence")})
		return err
	}
	synctest.Test(t, func(t *testing.T) {
		client, s := scriptedClient(t, nil, fails(errReset))
		require.ErrorIs(t, upload(t, client), parse.ErrOutcomeUnknown)
		require.Len(t, s.Sent, 1)
	})
	synctest.Test(t, func(t *testing.T) {
		client, s := scriptedClient(t, nil, reply(503, "", "Retry-After", "1"))
		err := upload(t, client)
		require.Error(t, err)
		require.NotErrorIs(t, err, parse.ErrOutcomeUnknown)
		require.Len(t, s.Sent, 1, "its content has been read")
	})
	synctest.Test(t, func(t *testing.T) {
		transport := &unreadFirst{next: &script{Test: t, Steps: []step{reply(201, stored)}}}
		client, err := isoaudit.NewClient(serverURL, parse.WithApplicationID("app"), parse.WithTransport(transport))
		require.NoError(t, err)
		require.NoError(t, upload(t, client), "a dial that failed read nothing")
		require.Equal(t, "evidence", transport.next.Sent[0].Body)
	})
}

// unreadFirst fails to connect once.
type unreadFirst struct {
	next   *script
	failed bool
}

func (u *unreadFirst) RoundTrip(req *http.Request) (*http.Response, error) {
	if !u.failed {
		u.failed = true
		return nil, errDial
	}
	return u.next.RoundTrip(req)
}

func TestUploadWhoseReaderFails(t *testing.T) {
	disk := errors.New("disk failure")
	for name, upload := range map[string]parse.Upload{
		"fails":     {Name: "a", Content: io.MultiReader(strings.NewReader("ev"), failingReader{disk})},
		"too short": {Name: "a", Content: strings.NewReader("ev"), Size: 3},
		"too long":  {Name: "a", Content: strings.NewReader("evidence"), Size: 3},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := scriptedClient(t, nil, reply(201, stored))
			_, err := client.Upload(t.Context(), upload)
			require.ErrorContains(t, err, "reading the content")
			require.NotErrorIs(t, err, parse.ErrOutcomeUnknown)
			require.Equal(t, name == "fails", errors.Is(err, disk))
		})
	}
}
