package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/audittest"
)

// browser does what a browser does, without a script.
type browser struct {
	t    *testing.T
	base string
	http *http.Client
}

// opened is a page with what a test wants to know of it.
type opened struct {
	Status     int
	Path, Text string
	Header     http.Header
}

func newBrowser(t *testing.T, base string) *browser {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &browser{t, base, &http.Client{Jar: jar, Transport: new(http.Transport)}}
}

func (b *browser) send(r *http.Request) opened {
	b.t.Helper()
	resp, err := b.http.Do(r)
	require.NoError(b.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(b.t, err)
	return opened{resp.StatusCode, resp.Request.URL.Path, string(text), resp.Header}
}

func (b *browser) open(path string) opened {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.base+path, nil)
	require.NoError(b.t, err)
	return b.send(r)
}

// post sends a form; the name and content of a file are given as file.
func (b *browser) post(path string, values map[string]string, file ...string) opened {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range values {
		require.NoError(b.t, form.WriteField(name, value))
	}
	if len(file) == 2 {
		part, err := form.CreateFormFile("file", file[0])
		require.NoError(b.t, err)
		_, err = io.WriteString(part, file[1])
		require.NoError(b.t, err)
	}
	require.NoError(b.t, form.Close())
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.base+path, &body)
	require.NoError(b.t, err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Origin", b.base)
	return b.send(r)
}

func (b *browser) signIn(user string) *browser {
	b.t.Helper()
	page := b.post("/signin", map[string]string{"user": user, "password": audittest.SamplePassword})
	require.Equal(b.t, http.StatusOK, page.Status)
	require.Contains(b.t, page.Text, user+",", "the page says who is signed in")
	return b
}

// link finds the address of a link by what it is for.
func (o opened) link(t *testing.T, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(`href="(` + pattern + `)"`).FindStringSubmatch(o.Text)
	require.NotNil(t, found, "no link %s on %s", pattern, o.Path)
	return found[1]
}

// dashboard serves the pages on the embedded backend, as the program does.
func dashboard(t *testing.T) string {
	t.Helper()
	b, err := open(t.Context(), "", "")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.close()) })
	return served(t, b)
}

// served runs the program's own server until the test ends.
func served(t *testing.T, b *backend) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, listener, newApp(ctx, b, false, slog.New(slog.DiscardHandler))) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-done, "a graceful end, live streams included") })
	return "http://" + listener.Addr().String()
}
