package parse_test

import (
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse"
)

// contextServer answers every request and tells its X-Parse-Cloud-Context.
func contextServer(t *testing.T) (*parse.Client, func() []string) {
	t.Helper()
	var seen []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("X-Parse-Cloud-Context"))
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"result":1}`))
	}))
	t.Cleanup(server.Close)
	client, err := parse.NewClient(server.URL, parse.WithApplicationID("app"))
	require.NoError(t, err)
	return client, func() []string { return seen }
}

func TestReasonTravelsAsCloudContext(t *testing.T) {
	client, seen := contextServer(t)
	ctx := parse.WithReason(parse.WithCloudContext(t.Context(), map[string]any{"ticket": 7}), "Prüfung \U0001F600 \x7f\xff\nnew line")
	require.Equal(t, "Prüfung \U0001F600 \x7f\xff\nnew line", parse.Reason(ctx))
	_, err := parse.Call[int](ctx, client, "f", nil)
	require.NoError(t, err)
	_, err = parse.Call[int](t.Context(), client, "f", nil)
	require.NoError(t, err)
	require.Equal(t, []string{`{"reason":"Pr\u00fcfung \ud83d\ude00 \u007f\ufffd\nnew line","ticket":7}`, ""}, seen())
	require.Empty(t, parse.Reason(t.Context()))
}

func TestACloudContextDoesNotReachItsParent(t *testing.T) {
	outer := parse.WithReason(t.Context(), "one")
	inner := parse.WithReason(outer, "two")
	require.Equal(t, "one", parse.Reason(outer))
	require.Equal(t, "two", parse.Reason(inner))
}

func TestACloudContextThatCannotTravelSendsNothing(t *testing.T) {
	client, seen := contextServer(t)
	for name, members := range map[string]map[string]any{
		"larger than 14 KiB":                {"note": strings.Repeat("x", 20_000)},
		"larger than 14 KiB as JSON":        {"note": strings.Repeat("ü", 5_000)},
		"cloud context: cannot be encoded:": {"note": math.Inf(1)},
	} {
		_, err := parse.Call[int](parse.WithCloudContext(t.Context(), members), client, "f", nil)
		var input *parse.InputError
		require.ErrorAs(t, err, &input)
		require.ErrorContains(t, err, name)
	}
	require.Empty(t, seen())
}
