package auditserver_test

import (
	"bytes"
	"context"
	"encoding/base64"
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

func TestTriggers(t *testing.T) {
	srv, m := open(t, nil)
	var events []string
	srv.BeforeSave("Case", func(_ context.Context, tr *auditserver.Trigger) error {
		if tr.Object["bad"] == true {
			return &auditserver.Error{Code: 4242, Message: "no"}
		}
		if tr.Object["worse"] == true {
			return errors.New("plain")
		}
		if tr.Object["panic"] == true {
			panic("boom")
		}
		tr.Object["seen"] = tr.Original != nil
		delete(tr.Object, "scratch")
		same, err := tr.Data.Find("Case", map[string]any{"ref": tr.Object["ref"]}, 10)
		if err != nil {
			return err
		}
		if tr.Original == nil && len(same) > 0 {
			return &auditserver.Error{Code: 142, Message: "ref is taken"}
		}
		return nil
	})
	srv.AfterSave("Case", func(_ context.Context, tr *auditserver.Trigger) error {
		events = append(events, fmt.Sprint("saved ", tr.Object["ref"], " ", tr.Context["why"]))
		return errors.New("ignored")
	})
	srv.BeforeDelete("Case", func(_ context.Context, tr *auditserver.Trigger) error {
		if tr.Object["ref"] == "keep" {
			return errors.New("kept")
		}
		return nil
	})
	srv.AfterDelete("Case", func(_ context.Context, tr *auditserver.Trigger) error {
		events = append(events, fmt.Sprint("deleted ", tr.Object["ref"]))
		return nil
	})
	srv.BeforeFind("Case", func(_ context.Context, c auditserver.Caller, class string) error {
		if !c.Master {
			return &auditserver.Error{Code: 119, Message: class}
		}
		return nil
	})
	made := m.with("X-Parse-Cloud-Context", `{"why":"test"}`).must(http.MethodPost, "/classes/Case", `{"ref":"a","scratch":1}`)
	require.Equal(t, false, made.body["seen"])
	got := m.must(http.MethodGet, "/classes/Case/"+made.text("objectId"), nil)
	require.Equal(t, "Case", m.public().refused(400, 119, http.MethodGet, "/classes/Case/"+made.text("objectId"), nil).text("error"))
	require.NotContains(t, got.body, "scratch")
	m.refused(400, 142, http.MethodPost, "/classes/Case", `{"ref":"a"}`)
	m.refused(400, 4242, http.MethodPost, "/classes/Case", `{"ref":"b","bad":true}`)
	m.refused(400, 141, http.MethodPost, "/classes/Case", `{"ref":"b","worse":true}`)
	m.refused(400, 141, http.MethodPost, "/classes/Case", `{"ref":"b","panic":true}`)
	changed := m.must(http.MethodPut, "/classes/Case/"+made.text("objectId"), `{"x":1}`)
	require.Equal(t, true, changed.body["seen"])
	m.must(http.MethodDelete, "/classes/Case/"+made.text("objectId"), nil)
	keep := m.create("Case", `{"ref":"keep"}`)
	m.refused(400, 141, http.MethodDelete, "/classes/Case/"+keep, nil)
	m.public().refused(400, 119, http.MethodGet, "/classes/Case", nil)
	require.Equal(t, []string{"saved a test", "saved a <nil>", "deleted a", "saved keep <nil>"}, events)
}

// What a trigger sets is answered in the form in which it is stored.
func TestTriggersValuesAreAnsweredAsStored(t *testing.T) {
	srv, m := open(t, nil)
	srv.BeforeSave("Case", func(_ context.Context, tr *auditserver.Trigger) error {
		tr.Object["due"] = map[string]any{"__type": "Date", "iso": "2026-01-01T01:00:00+01:00"}
		if tr.Original != nil {
			tr.Object["due"] = map[string]any{"__type": "Date", "iso": "2026-02-01T01:00:00+01:00"}
		}
		return nil
	})
	made := m.must(http.MethodPost, "/classes/Case", `{}`)
	path := "/classes/Case/" + made.text("objectId")
	require.Equal(t, map[string]any{"__type": "Date", "iso": "2026-01-01T00:00:00.000Z"}, made.body["due"])
	require.Equal(t, m.must(http.MethodGet, path, nil).body["due"], made.body["due"])
	changed := m.must(http.MethodPut, path, `{"note":"x"}`)
	require.Equal(t, map[string]any{"__type": "Date", "iso": "2026-02-01T00:00:00.000Z"}, changed.body["due"])
	require.Equal(t, m.must(http.MethodGet, path, nil).body["due"], changed.body["due"])
}

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

func TestConfigParameters(t *testing.T) {
	_, m := open(t, nil)
	m.must(http.MethodPut, "/config", `{"params":{"open":1,"secret":{"a":[1]},"gone":true},"masterKeyOnly":{"secret":true}}`)
	m.must(http.MethodPut, "/config", `{"params":{"gone":{"__op":"Delete"}}}`)
	require.Equal(t, map[string]any{"params": map[string]any{"open": 1.0}}, m.public().must(http.MethodGet, "/config", nil).body)
	require.Equal(t, map[string]any{"params": map[string]any{"open": 1.0, "secret": map[string]any{"a": []any{1.0}}},
		"masterKeyOnly": map[string]any{"secret": true}}, m.must(http.MethodGet, "/config", nil).body)
	require.Equal(t, http.StatusForbidden, m.public().do(http.MethodPut, "/config", `{"params":{"open":2}}`).status)
}

func TestFiles(t *testing.T) {
	for name, folder := range map[string]bool{"database": false, "folder": true} {
		t.Run(name, func(t *testing.T) {
			_, m := open(t, func(c *auditserver.Config) {
				if folder {
					c.FilesDir = t.TempDir()
				}
			})
			_, token := m.user("ann")
			a := m.as(token).with("Content-Type", "text/plain")
			content := strings.Repeat("0123456789", 30_000)
			made := a.must(http.MethodPost, "/files/note.txt", content)
			require.Equal(t, http.StatusCreated, made.status)
			require.Regexp(t, `^[0-9a-f]{32}_note\.txt$`, made.text("name"))
			require.Equal(t, "http://example.com/parse/files/app/"+made.text("name"), made.text("url"))
			path := "/files/app/" + made.text("name")
			none := &client{t: t, handler: m.handler, header: http.Header{}}
			got := none.must(http.MethodGet, path, nil)
			require.Equal(t, content, string(got.raw))
			require.Equal(t, "text/plain", got.header.Get("Content-Type"))
			part := none.with("Range", "bytes=10-14").do(http.MethodGet, path, nil)
			require.Equal(t, http.StatusPartialContent, part.status)
			require.Equal(t, "01234", string(part.raw))

			encoded := none.must(http.MethodPost, "/files/js.txt", map[string]any{"base64": base64.StdEncoding.EncodeToString([]byte("hello")),
				"_ContentType": "text/plain", "_ApplicationId": appID, "_SessionToken": token, "fileData": map[string]any{"metadata": map[string]any{"a": 1}}})
			require.Equal(t, "hello", string(none.must(http.MethodGet, "/files/app/"+encoded.text("name"), nil).raw))
			require.Equal(t, map[string]any{"a": 1.0}, none.must(http.MethodGet, "/files/app/metadata/"+encoded.text("name"), nil).body["metadata"])

			id := m.create("Doc", `{"file":{"__type":"File","name":"`+made.text("name")+`"}}`)
			require.Equal(t, map[string]any{"__type": "File", "name": made.text("name"), "url": made.text("url")},
				m.must(http.MethodGet, "/classes/Doc/"+id, nil).body["file"])

			a.refused(400, 122, http.MethodPost, "/files", "x")
			a.refused(400, 122, http.MethodPost, "/files/a%2Fb", "x")
			a.refused(400, 122, http.MethodPost, "/files/"+strings.Repeat("a", 129), "x")
			a.refused(400, 130, http.MethodPost, "/files/empty.txt", "")
			for _, cut := range []string{"aGVsbG8gd29ybG", "aGVs!"} {
				none.refused(400, 130, http.MethodPost, "/files/cut.txt", map[string]any{"base64": cut, "_ApplicationId": appID, "_SessionToken": token})
			}
			a.refused(400, 130, http.MethodPost, "/files/page.html", "x")
			a.with("Content-Type", "image/svg+xml").refused(400, 130, http.MethodPost, "/files/picture", "x")
			m.must(http.MethodPost, "/files/page.html", "x")
			m.public().refused(400, 130, http.MethodPost, "/files/note.txt", "x")
			anonymous := m.public().must(http.MethodPost, "/users", `{"authData":{"anonymous":{"id":"1"}}}`).text("sessionToken")
			m.as(anonymous).refused(400, 130, http.MethodPost, "/files/note.txt", "x")

			require.Equal(t, http.StatusForbidden, a.do(http.MethodDelete, "/files/"+made.text("name"), nil).status)
			require.Empty(t, m.must(http.MethodDelete, "/files/"+made.text("name"), nil).raw)
			m.refused(400, 153, http.MethodDelete, "/files/"+made.text("name"), nil)
			require.Equal(t, http.StatusNotFound, none.do(http.MethodGet, path, nil).status)
			require.Equal(t, http.StatusNotFound, none.do(http.MethodGet, "/files/app/..%2F..%2Fetc%2Fpasswd", nil).status)
		})
	}
}

func TestIdempotency(t *testing.T) {
	configure := func(quirks bool) func(*auditserver.Config) {
		return func(c *auditserver.Config) {
			c.Idempotency.Paths, c.Quirks = []string{".*"}, quirks
		}
	}
	srv, m := open(t, configure(false))
	m.must(http.MethodPost, "/schemas/Row", `{"fields":{"n":{"type":"Number","required":true}}}`)
	calls := 0
	srv.Function("count", func(context.Context, *auditserver.FunctionCall) (any, error) { calls++; return calls, nil })
	one := m.with("X-Parse-Request-Id", "1")
	one.refused(400, 142, http.MethodPost, "/classes/Row", `{}`)
	first := one.must(http.MethodPost, "/classes/Row", `{"n":1}`)
	again := one.must(http.MethodPost, "/classes/Row", `{"n":1}`)
	require.Equal(t, first.body, again.body)
	require.Equal(t, first.status, again.status)
	require.Equal(t, first.header.Get("Location"), again.header.Get("Location"))
	one.refused(400, 159, http.MethodPost, "/classes/Row", `{"n":2}`)
	require.Len(t, m.must(http.MethodGet, "/classes/Row", nil).results(t), 1)
	two := m.with("X-Parse-Request-Id", "2")
	two.must(http.MethodPost, "/functions/count", `{}`)
	require.Equal(t, 1.0, two.must(http.MethodPost, "/functions/count", `{}`).body["result"])
	form := m.with("X-Parse-Request-Id", "form").with("Content-Type", "application/x-www-form-urlencoded")
	sent := form.must(http.MethodPost, "/classes/Form", "a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8")
	require.Equal(t, sent.body, form.must(http.MethodPost, "/classes/Form", "a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8").body)
	three := m.public().with("X-Parse-Request-Id", "3")
	three.must(http.MethodPost, "/users", `{"username":"a","password":"b"}`)
	three.refused(400, 159, http.MethodPost, "/users", `{"username":"a","password":"b"}`)

	_, q := open(t, configure(true))
	q.must(http.MethodPost, "/schemas/Row", `{"fields":{"n":{"type":"Number","required":true}}}`)
	one = q.with("X-Parse-Request-Id", "1")
	one.refused(400, 142, http.MethodPost, "/classes/Row", `{}`)
	one.refused(400, 159, http.MethodPost, "/classes/Row", `{"n":1}`)
}

func TestETag(t *testing.T) {
	_, m := open(t, nil)
	m.create("Row", `{"n":1}`)
	tag := m.must(http.MethodGet, "/classes/Row", nil).header.Get("ETag")
	require.Regexp(t, `^W/"`, tag)
	same := m.with("If-None-Match", tag).do(http.MethodGet, "/classes/Row", nil)
	require.Equal(t, http.StatusNotModified, same.status)
	require.Empty(t, same.raw)
	m.create("Row", `{"n":2}`)
	require.Equal(t, http.StatusOK, m.with("If-None-Match", tag).do(http.MethodGet, "/classes/Row", nil).status)
}

func TestPasswordReset(t *testing.T) {
	_, m := open(t, nil)
	require.Equal(t, http.StatusInternalServerError, m.public().do(http.MethodPost, "/requestPasswordReset", `{"email":"x@y"}`).status)
	var token string
	srv, m := open(t, func(c *auditserver.Config) {
		c.PasswordReset = func(_, _, t string) error { token = t; return nil }
	})
	_, session := m.user("ann")
	m.public().must(http.MethodPost, "/requestPasswordReset", `{"email":"nobody@example.com"}`)
	require.Empty(t, token)
	m.public().must(http.MethodPost, "/requestPasswordReset", `{"email":"ann@example.com"}`)
	require.NotEmpty(t, token)
	require.NoError(t, srv.ResetPassword(t.Context(), token, "fresh"))
	require.Error(t, srv.ResetPassword(t.Context(), token, "again"))
	m.as(session).refused(400, 209, http.MethodGet, "/users/me", nil)
	again := m.public().must(http.MethodPost, "/login", `{"username":"ann","password":"fresh"}`)

	m.public().must(http.MethodPost, "/requestPasswordReset", `{"email":"ann@example.com"}`)
	m.as(again.text("sessionToken")).must(http.MethodPut, "/users/"+again.text("objectId"), `{"password":"changed"}`)
	var refused *auditserver.Error
	require.ErrorAs(t, srv.ResetPassword(t.Context(), token, "of a thief"), &refused, "the token is older than the password")
	require.Equal(t, 101, refused.Code)
	m.public().must(http.MethodPost, "/login", `{"username":"ann","password":"changed"}`)
}

func TestServerInfoAndOthers(t *testing.T) {
	_, m := open(t, nil)
	require.Equal(t, "9.10.0", m.must(http.MethodGet, "/serverInfo", nil).text("parseServerVersion"))
	m.must(http.MethodPost, "/events/AppOpened", `{}`)
	options := m.do(http.MethodOptions, "/classes/A", nil)
	require.Equal(t, "OK", string(options.raw))
	require.Equal(t, "*", options.header.Get("Access-Control-Allow-Origin"))
	for _, path := range []string{"/nosuch", "/classes", "/classes/A/b/c", ""} {
		a := m.do(http.MethodGet, path, nil)
		require.Equal(t, http.StatusNotFound, a.status)
		require.Contains(t, a.header.Get("Content-Type"), "text/html")
	}
	require.Equal(t, http.StatusNotFound, m.do(http.MethodPatch, "/classes/A/b", `{}`).status)
	m.must(http.MethodPost, "/installations", `{"deviceType":"ios","installationId":"i1"}`)
	m.must(http.MethodPost, "/installations", `{"deviceType":"ios","installationId":"i1","badge":2}`)
	require.Len(t, m.must(http.MethodGet, "/installations", nil).results(t), 1)
	m.refused(400, 135, http.MethodPost, "/installations", `{"deviceType":"ios"}`)
	m.refused(400, 135, http.MethodPost, "/installations", `{"installationId":"i2"}`)
	m.public().refused(400, 119, http.MethodGet, "/installations", nil)
}
