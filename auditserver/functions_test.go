package auditserver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestFunctions(t *testing.T) {
	srv, m := open(t, nil)
	srv.Function("hello", func(_ context.Context, call *auditserver.FunctionCall) (any, error) {
		switch call.Params["how"] {
		case "code":
			return nil, &auditserver.Error{Code: 4242, Message: "own"}
		case "plain":
			return nil, errors.New("plain")
		case "data":
			roles, err := call.Data.Roles(call.Caller.UserID)
			return roles, err
		}
		return map[string]any{"params": call.Params, "user": call.Caller.UserID, "at": time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, nil
	})
	id, token := m.user("ann")
	a := m.as(token).must(http.MethodPost, "/functions/hello?q=1", `{"a":2}`)
	require.Equal(t, map[string]any{"params": map[string]any{"a": 2.0, "q": "1"}, "user": id,
		"at": map[string]any{"__type": "Date", "iso": "2026-01-02T03:04:05.000Z"}}, a.body["result"])
	m.refused(400, 4242, http.MethodPost, "/functions/hello", `{"how":"code"}`)
	m.refused(400, 141, http.MethodPost, "/functions/hello", `{"how":"plain"}`)
	m.refused(400, 141, http.MethodPost, "/functions/nosuch", `{}`)

	srv.Function("size", func(_ context.Context, call *auditserver.FunctionCall) (any, error) {
		file := call.Params["doc"].(map[string]any)
		return fmt.Sprint(file["filename"], len(file["data"].([]byte)), call.Params["note"]), nil
	})
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("doc", "a.txt")
	require.NoError(t, err)
	_, err = part.Write([]byte("12345"))
	require.NoError(t, err)
	require.NoError(t, w.WriteField("note", "x"))
	require.NoError(t, w.Close())
	got := m.with("Content-Type", w.FormDataContentType()).must(http.MethodPost, "/functions/size", form.Bytes())
	require.Equal(t, "a.txt5x", got.text("result"))
	parts := m.with("Content-Type", "multipart/form-data; boundary=x")
	require.Equal(t, http.StatusBadRequest, parts.do(http.MethodPost, "/functions/size", "garbage").status)
	field := "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
	parts.must(http.MethodPost, "/functions/hello", strings.Repeat(field, 1000)+"--x--\r\n")
	require.Equal(t, http.StatusBadRequest, parts.do(http.MethodPost, "/functions/hello", strings.Repeat(field, 1001)+"--x--\r\n").status)
}

func TestJobs(t *testing.T) {
	srv, m := open(t, nil)
	release := make(chan struct{})
	srv.Job("tidy", func(_ context.Context, call *auditserver.FunctionCall) error {
		call.Progress("half way")
		<-release
		return errors.New("no luck")
	})
	require.Equal(t, http.StatusForbidden, m.public().do(http.MethodPost, "/jobs/tidy", `{}`).status)
	m.refused(400, 141, http.MethodPost, "/jobs/nosuch", `{}`)
	id := m.must(http.MethodPost, "/jobs/tidy", `{"p":1}`).header.Get("X-Parse-Job-Status-Id")
	state := func() (string, string) {
		a := m.must(http.MethodGet, "/classes/_JobStatus/"+id, nil)
		return a.text("status"), a.text("message")
	}
	status, _ := state()
	require.Equal(t, "running", status)
	close(release)
	require.Eventually(t, func() bool { s, _ := state(); return s == "failed" }, 5*time.Second, time.Millisecond)
	_, message := state()
	require.Equal(t, "no luck", message)
	require.Equal(t, []any{"tidy"}, m.must(http.MethodGet, "/cloud_code/jobs/data", nil).body["jobs"])
}
