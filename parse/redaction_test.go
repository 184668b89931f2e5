package parse_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httputil"
	"net/url"
	"reflect"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/livequery"
	"github.com/isoaudit/isoaudit-go/parse"
)

// Credentials that must show nowhere.
var hidden = []string{"rest-key-1", "script-key-2", "client-key-3", "the-master-key-9", "r:session-token-4", "password-5", "maintenance-key-6"}

// leaky is a transport whose errors print whole requests or, with an echo, whose
// answers repeat what they were sent.
type leaky struct{ echo func(dump string) step }

func (l leaky) RoundTrip(req *http.Request) (*http.Response, error) {
	// DumpRequestOut may return while a goroutine of its own still writes the dump.
	dump, err := httputil.DumpRequest(req, true)
	if err != nil {
		return nil, err
	}
	if l.echo != nil {
		return l.echo(string(dump))(req)
	}
	return nil, &url.Error{Op: "Post", URL: "https://h.example/?key=" + string(dump), Err: errors.New(string(dump))}
}

// echoes are the places of an answer in which a server or a proxy may repeat a request.
var echoes = map[string]func(dump string) step{
	"nowhere":              nil,
	"an error of Parse":    func(dump string) step { return reply(400, `{"code":119,"error":`+quoted(dump)+`}`) },
	"an error's code":      func(dump string) step { return reply(400, `{"code":`+quoted(dump)+`,"error":"x"}`) },
	"an error in an error": func(dump string) step { return reply(500, `{"error":{"code":1,"message":`+quoted(dump)+`}}`) },
	"a page":               func(dump string) step { return reply(502, "<html>"+dump, "Content-Type", "text/html") },
	"a page of success":    func(dump string) step { return reply(200, dump) },
	"an item of a batch":   func(dump string) step { return reply(200, `[{"error":{"code":119,"error":`+quoted(dump)+`}}]`) },
	"an error of GraphQL":  func(dump string) step { return reply(200, `{"errors":[{"message":`+quoted(dump)+`}]}`) },
	"a value of a wrong type": func(dump string) step {
		return reply(200, `{"objectId":[`+quoted(dump)+`],"createdAt":`+quoted(dump)+`,"updatedAt":`+quoted(dump)+`,"params":`+quoted(dump)+`,"data":`+quoted(dump)+`}`)
	},
	"a name of a member": func(dump string) step { return reply(200, `{`+quoted(dump)+`:1,`+quoted(dump)+`:2}`) },
	"a redirect": func(dump string) step {
		return reply(302, "", "Location", "https://h.example/?"+strings.NewReplacer("\r", "", "\n", "").Replace(dump))
	},
}

func quoted(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(out)
}

func keyed(t *testing.T, transport http.RoundTripper) (*isoaudit.Client, *isoaudit.Admin) {
	options := []parse.Option{
		parse.WithApplicationID("app"), parse.WithTransport(transport), parse.WithRESTKey("rest-key-1"),
		parse.WithJavaScriptKey("script-key-2"), parse.WithClientKey("client-key-3"),
		parse.WithRetryPolicy(parse.RetryPolicy{MaxAttempts: 1}),
	}
	client, err := isoaudit.NewClient(serverURL, options...)
	require.NoError(t, err)
	admin, err := isoaudit.NewAdmin(serverURL, "the-master-key-9", append(options, parse.WithMaintenanceKey("maintenance-key-6"))...)
	require.NoError(t, err)
	return client.As(isoaudit.SessionWithToken("r:session-token-4")), admin
}

func TestNothingShowsACredential(t *testing.T) {
	client, admin := keyed(t, leaky{})
	source, err := isoaudit.NewClient(serverURL, parse.WithApplicationID("app"), parse.WithTransport(leaky{}),
		parse.WithSessionSource(parse.PasswordLogin("lena", "password-5")))
	require.NoError(t, err)
	session := isoaudit.SessionWithToken("r:session-token-4")
	auditor := isoaudit.Auditor{Username: "lena", Password: "password-5"}
	values := map[string]any{
		"client": client, "client value": *client, "admin": admin, "admin value": *admin, "trail source": admin.Trail(), "client with source": source,
		"session": session, "session value": *session, "password": parse.Password("password-5"),
		"auditor": auditor, "auditor pointer": &auditor, "session with auditor": &isoaudit.Session{Auditor: &auditor},
		"collection": client.AuditPlans, "query": client.AuditPlans.Query(), "batch item": client.Auditors.BatchCreate(&auditor),
		"change": isoaudit.AuditorFields.Password.Set("password-5"),
		"option": parse.WithRESTKey("rest-key-1"), "source": parse.PasswordLogin("lena", "password-5"),
	}
	maps.Copy(values, withoutCredentials())
	subscription, secrets := subscribed(t)
	values["subscription"] = subscription
	secrets = append(secrets, hidden...)
	for place, echo := range echoes {
		client, admin := keyed(t, leaky{echo})
		failed := 0
		for name, err := range failures(t.Context(), client, admin, &auditor) {
			if place == "nowhere" || place == "an error of Parse" {
				require.Error(t, err, name)
			}
			if err != nil { // some answers are fine for some calls
				failed++
				values[name+", echoed in "+place] = err
			}
		}
		require.Greater(t, failed, 8, place)
	}
	requireEveryType(t, values)
	for name, value := range values {
		for form, text := range shown(t, value) {
			for _, secret := range secrets {
				require.NotContains(t, text, secret, "%s as %s", name, form)
			}
		}
	}
}

// failures makes one error of every kind of call that carries a secret.
func failures(ctx context.Context, client *isoaudit.Client, admin *isoaudit.Admin, auditor *isoaudit.Auditor) map[string]error {
	errs := map[string]error{}
	_, errs["log-in"] = client.LogIn(ctx, "lena", "password-5")
	_, errs["verify"] = client.VerifyPassword(ctx, "lena", "password-5")
	_, errs["sign-up"] = client.SignUp(ctx, auditor)
	_, errs["read"] = client.Config(ctx)
	_, errs["master"] = admin.ServerInfo(ctx)
	_, errs["login as"] = admin.LoginAs(ctx, "u1")
	_, errs["file"] = client.Open(ctx, parse.File{URL: "https://files.example/x?rest-key-1"})
	errs["create"] = client.Auditors.Create(ctx, auditor)
	errs["update"] = client.Auditors.Update(ctx, "u1", isoaudit.AuditorFields.Password.Set("password-5"))
	_, errs["batch"] = client.Batch(ctx, client.Auditors.BatchCreate(auditor))
	errs["transaction"] = client.Transaction(ctx, client.Auditors.BatchCreate(auditor))
	errs["log-out"] = client.LogOut(ctx)
	errs["graphql"] = client.GraphQL(ctx, "{a}", nil, nil)
	_, errs["bad master key"] = isoaudit.NewAdmin(serverURL, "the-master-key-9\n", parse.WithApplicationID("app"))
	_, errs["bad key"] = isoaudit.NewClient(serverURL, parse.WithRESTKey("rest-key-1\n"))
	_, errs["bad URL"] = isoaudit.NewClient("https://lena:password-5@h.example", parse.WithApplicationID("app"))
	_, errs["unparsable URL"] = isoaudit.NewClient("https://password-5\x7f", parse.WithApplicationID("app"))
	return errs
}

// shown prints a value in every way a program might, and everything an error
// wraps.
func shown(t *testing.T, value any) map[string]string {
	forms := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		forms[verb] = fmt.Sprintf(verb, value)
	}
	if v1, err := json.Marshal(value); err == nil {
		forms["encoding/json"] = string(v1)
	}
	if v2, err := jsonv2.Marshal(value); err == nil {
		forms["json v2"] = string(v2)
	}
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"slog text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"slog JSON": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		out := new(bytes.Buffer)
		slog.New(handler(out)).Info("shown", "value", value, slog.Group("group", "value", value))
		require.NotEmpty(t, out.String())
		forms[name] = out.String()
	}
	if err, ok := value.(error); ok {
		for depth := 0; err != nil; depth++ {
			for _, verb := range []string{"%v", "%+v", "%#v"} {
				forms[fmt.Sprint("cause ", depth, verb)] = fmt.Sprintf(verb, err)
			}
			if link := new(url.Error); errors.As(err, &link) {
				forms[fmt.Sprint("url.Error ", depth)] = link.URL + link.Error()
			}
			err = errors.Unwrap(err)
		}
	}
	forms["reflection"] = walk(reflect.ValueOf(value), 0)
	return forms
}

// walk prints every string that reflection reaches, as debuggers and dumpers do.
// What a caller put into an exported field himself stays his own, and texts whose
// type prints as redacted count as hidden.
func walk(v reflect.Value, depth int) string {
	if depth > 12 {
		return ""
	}
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[parse.Password]() || v.Type() == reflect.TypeFor[livequery.Secret]() {
			return ""
		}
		return v.String() + "\n"
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() || v.Type() == reflect.TypeFor[*slog.Logger]() || v.Type() == reflect.TypeFor[*http.Transport]() {
			return ""
		}
		return walk(v.Elem(), depth+1)
	case reflect.Struct:
		text := ""
		for i := range v.NumField() {
			text += walk(v.Field(i), depth+1)
		}
		return text
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 && v.Kind() == reflect.Slice {
			return string(v.Bytes()) + "\n"
		}
		text := ""
		for i := range min(v.Len(), 100) {
			text += walk(v.Index(i), depth+1)
		}
		return text
	case reflect.Map:
		text := ""
		for _, key := range v.MapKeys() {
			text += walk(key, depth+1) + walk(v.MapIndex(key), depth+1)
		}
		return text
	}
	return ""
}

func TestPasswordIsSentAndOnlySent(t *testing.T) {
	client, s := scriptedClient(t, nil, reply(201, `{"objectId":"u1","createdAt":"2026-01-02T03:04:05.678Z","sessionToken":"r:session-token-4"}`))
	auditor := &isoaudit.Auditor{Username: "lena", Password: "password-5"}
	session, err := client.SignUp(t.Context(), auditor)
	require.NoError(t, err)
	require.Contains(t, s.Sent[0].Body, `"password":"password-5"`)
	require.Equal(t, serverURL+"/users", s.Sent[0].URL)
	require.Equal(t, "u1", auditor.ObjectID)
	require.Equal(t, "r:session-token-4", session.Token())
}
