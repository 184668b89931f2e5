package transport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

var hidden = []string{"rest-secret", "js-secret", "client-secret", "master-secret", "r:session-secret", "password-secret"}

func secretClient(t *testing.T, steps ...step) *transport.Client {
	t.Helper()
	client, _ := client(t, steps...)
	client.Credentials = transport.Credentials{
		AppID: "app", RESTKey: transport.NewSecret(hidden[0]), JavaScriptKey: transport.NewSecret(hidden[1]),
		ClientKey: transport.NewSecret(hidden[2]), MasterKey: transport.NewSecret(hidden[3]), Session: transport.NewSecret(hidden[4]),
	}
	return client
}

// Whatever repeats a secret, the server or a transport, no error and no log shows it.
func TestNoErrorOrLogShowsASecret(t *testing.T) {
	all := fmt.Sprint(hidden)
	for name, answer := range map[string]step{
		"error of Parse":             reply(400, fmt.Sprintf(`{"code":101,"error":%q}`, all)),
		"page of a proxy":            reply(502, all),
		"error of a transport":       fails(errors.New(all)),
		"end of a context":           fails(fmt.Errorf("%s: %w", all, context.Canceled)),
		"answer that cannot be read": reply(200, all),
	} {
		t.Run(name, func(t *testing.T) {
			client := secretClient(t, answer)
			var log bytes.Buffer
			client.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			write := call(transport.SafeNever)
			write.Secrets = hidden[5:]
			_, err := client.Do(t.Context(), write, nil)
			require.Error(t, err)
			require.NotEmpty(t, log.String())
			for _, text := range append([]string{log.String()}, printed(err)...) {
				for _, secret := range hidden {
					require.NotContains(t, text, secret)
				}
			}
			require.Equal(t, name == "end of a context", errors.Is(err, context.Canceled))
		})
	}
}

func TestCredentialsDoNotPrint(t *testing.T) {
	client := secretClient(t)
	for _, text := range append(printed(client.Credentials), printed(&client.Credentials)...) {
		for _, secret := range hidden {
			require.NotContains(t, text, secret)
		}
	}
}

func printed(v any) []string {
	var texts []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		texts = append(texts, fmt.Sprintf(verb, v))
	}
	encoded, _ := json.Marshal(v) // an error shows no secret either
	return append(texts, string(encoded))
}

// Keys go to the server only: a file may be on any host.
func TestStreamsCarryNoCredentials(t *testing.T) {
	client := secretClient(t)
	stream := &script{t: t, steps: []step{reply(200, "content")}}
	client.Streams = http.Client{Transport: stream}
	read := call(transport.SafeRead)
	read.Method, read.Body = http.MethodGet, nil
	read.Stream = func(resp *http.Response) { _ = resp.Body.Close() }
	_, err := client.Do(t.Context(), read, nil)
	require.NoError(t, err)
	require.Len(t, stream.sent, 1)
	sent := fmt.Sprint(stream.sent[0].Header)
	for _, secret := range hidden {
		require.NotContains(t, sent, secret)
	}
	require.Empty(t, stream.sent[0].Header.Get("X-Parse-Application-Id"))
}
