package parse_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// once answers every request with the same status and body, and never waits.
func once(t *testing.T, status int, body string) *isoaudit.Client {
	client, _ := scriptedClient(t, []parse.Option{parse.WithRetryPolicy(parse.RetryPolicy{MaxAttempts: 1})}, reply(status, body))
	return client
}

// Whatever a server or proxy writes, a failure stays one readable line.
func FuzzFailureBody(f *testing.F) {
	for _, seed := range []string{notFound, internal, badGateway, `{"code":141,"error":{"a":1}}`, `{"errors":[{"message":"x"}]}`, "", "[", "\x00", `{"error":"\ud800"}`} {
		f.Add(400, seed)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 {
			return
		}
		err := writeWithID(t.Context(), once(t, status, body))
		if err == nil {
			require.Less(t, status, 300)
			return
		}
		var failure *parse.Error
		require.ErrorAs(t, err, &failure)
		text := err.Error()
		require.True(t, utf8.ValidString(text))
		require.NotContains(t, text, "\n")
		require.Less(t, len(text), 2000)
		if status >= 500 && !strings.Contains(body, "Invalid server state") || status < 300 {
			require.ErrorIs(t, err, parse.ErrOutcomeUnknown)
		}
	})
}

func FuzzBatchAnswer(f *testing.F) {
	for _, seed := range []string{`[` + created + `,{"error":{"code":101,"error":"x"}},{"success":{}}]`, `[]`, `{}`, `[{},{},{}]`, `[null,1,"x"]`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		client := once(t, 200, body)
		finding := newFinding()
		results, err := client.Batch(t.Context(), threeItems(client, finding)...)
		require.Len(t, results, 3)
		failed := false
		for _, result := range results {
			failed = failed || result.Err != nil
		}
		require.Equal(t, failed, err != nil)
		require.Equal(t, results[0].Err == nil, finding.ObjectID != "", "filled exactly when it was saved")
	})
}

func FuzzLogInAnswer(f *testing.F) {
	for _, seed := range []string{loginBody, `{}`, `{"sessionToken":5}`, `{"sessionToken":"r:x","objectId":1}`, `[]`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		session, err := once(t, 200, body).LogIn(t.Context(), "lena", "hunter2")
		var unread parse.DecodeErrors
		require.Equal(t, err == nil || errors.As(err, &unread), session != nil, "a session that was given is not lost for an odd value")
		if session != nil {
			require.NotEmpty(t, session.Token())
		}
	})
}

func FuzzGraphQLAnswer(f *testing.F) {
	for _, seed := range []string{`{"data":{"a":1}}`, `{"errors":[{"message":"x","extensions":{"code":101}}]}`, `{"data":null,"errors":null}`, `{"data":[`} {
		f.Add(seed, `query { a }`)
	}
	f.Add(`{}`, `mutation { "`)
	f.Fuzz(func(t *testing.T, body, document string) {
		if document == "" || !utf8.ValidString(document) || strings.ContainsRune(document, 0) {
			return
		}
		var out struct{ A any }
		if err := once(t, 200, body).GraphQL(t.Context(), document, nil, &out); err == nil {
			require.True(t, json.Valid([]byte(body)) || !utf8.ValidString(body) || strings.Contains(body, `\u`), "%q", body)
		}
	})
}

func FuzzConfigAnswer(f *testing.F) {
	f.Add(configBody)
	f.Add(`{"params":{"a":{"__type":"Date","iso":"x"}}}`)
	f.Fuzz(func(t *testing.T, body string) {
		config, err := once(t, 200, body).Config(t.Context())
		if err != nil {
			return
		}
		for _, name := range config.Names() {
			var out any
			_, err := config.Decode(name, &out)
			require.NoError(t, errors.Unwrap(err), "any JSON decodes into any")
		}
	})
}
