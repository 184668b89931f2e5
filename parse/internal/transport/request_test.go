package transport_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

func TestEndpointElementsStayElements(t *testing.T) {
	base, err := url.Parse("https://parse.example/mount")
	require.NoError(t, err)
	for element, want := range map[string]string{
		"a":         "https://parse.example/mount/classes/a",
		"a/b":       "https://parse.example/mount/classes/a%2Fb",
		"a?b=c":     "https://parse.example/mount/classes/a%3Fb=c",
		"a#b":       "https://parse.example/mount/classes/a%23b",
		"50% + ü":   "https://parse.example/mount/classes/50%25%20+%20%C3%BC",
		"../../etc": "https://parse.example/mount/classes/..%2F..%2Fetc",
	} {
		u, err := transport.Endpoint(base, []string{"classes", element})
		require.NoError(t, err, element)
		require.Equal(t, want, u.String())
	}
	for _, element := range []string{"", ".", ".."} {
		_, err := transport.Endpoint(base, []string{"classes", element})
		require.Error(t, err, "%q", element)
	}
}

// A long query travels in the body of a POST, where JSON stays JSON.
func TestLongQueryGoesIntoTheBody(t *testing.T) {
	for _, size := range []int{10, 5000} {
		var method, query, body string
		client, _ := client(t, func(req *http.Request) (*http.Response, error) {
			method, query = req.Method, req.URL.RawQuery
			if req.Body != nil {
				text, err := io.ReadAll(req.Body)
				if err != nil {
					return nil, err
				}
				body = string(text)
			}
			return ok(req)
		})
		where := `{"title":"` + strings.Repeat("x", size) + `"}`
		_, err := client.Do(t.Context(), transport.Call{
			Op: "Task.Find", Method: http.MethodGet, Path: []string{"classes", "Task"}, Class: "Task", Safety: transport.SafeRead,
			Query: url.Values{"where": {where}, "limit": {"10"}},
		}, nil)
		require.NoError(t, err)
		if size < 2000 {
			require.Equal(t, http.MethodGet, method)
			require.Equal(t, url.Values{"where": {where}, "limit": {"10"}}.Encode(), query)
			require.Empty(t, body)
		} else {
			require.Equal(t, http.MethodPost, method)
			require.Empty(t, query)
			require.JSONEq(t, `{"_method":"GET","limit":10,"where":`+where+`}`, body)
		}
	}
}

func TestMistakesSendNothing(t *testing.T) {
	for name, spoil := range map[string]func(*transport.Client, *transport.Call){
		"body that is no object":  func(_ *transport.Client, c *transport.Call) { c.Body = []int{1} },
		"body without JSON":       func(_ *transport.Client, c *transport.Call) { c.Body = func() {} },
		"body that is too large":  func(client *transport.Client, _ *transport.Call) { client.MaxRequest = 5 },
		"master key that is none": func(_ *transport.Client, c *transport.Call) { c.Master = true },
		"element that is empty":   func(_ *transport.Client, c *transport.Call) { c.Path = []string{"classes", ""} },
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := client(t)
			write := call(transport.SafeNever)
			spoil(client, &write)
			_, err := client.Do(t.Context(), write, nil)
			var mistake *transport.Mistake
			require.ErrorAs(t, err, &mistake)
			require.Equal(t, "Task.Do", mistake.Op)
		})
	}
}
