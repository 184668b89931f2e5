package conformance_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse"
)

// services are functions, configuration, health: what the server offers beside objects.
func services() []behaviour {
	return []behaviour{
		{"service: the server is healthy", func(t *testing.T, w *world) {
			require.NoError(t, w.client.Health(t.Context()))
		}},
		{"service: a page of another origin may ask", func(t *testing.T, w *world) {
			preflight := w.must(t, nobody, "OPTIONS", "/classes/_User", "", "Origin", "https://example.com", "Access-Control-Request-Method", "PUT")
			require.Contains(t, preflight.header.Get("Access-Control-Allow-Methods"), "PUT")
			asked := w.must(t, nobody, "GET", "/classes/_User?limit=0", "", "Origin", "https://example.com")
			require.Equal(t, "*", asked.header.Get("Access-Control-Allow-Origin"))
			observed := "absent"
			if asked.header.Get("Access-Control-Allow-Methods") != "" {
				observed = "present"
			}
			w.differs(t, "Access-Control-Allow-Methods on what is no preflight", observed)
		}},
		{"service: the master key learns the version", func(t *testing.T, w *world) {
			info, err := w.admin.ServerInfo(t.Context())
			require.NoError(t, err)
			require.NotEmpty(t, info.Version)
		}},
		{"service: config is written, read and removed", func(t *testing.T, w *world) {
			open, hidden := w.name("open"), w.name("hidden")
			require.NoError(t, w.admin.SetConfig(t.Context(), map[string]any{open: 12, hidden: "x"}, hidden))
			config, err := w.client.Config(t.Context())
			require.NoError(t, err)
			var n int
			ok, err := config.Decode(open, &n)
			require.NoError(t, err)
			require.Truef(t, ok && n == 12, "%v %d", ok, n)
			require.NotContains(t, config.Names(), hidden)
			config, err = w.admin.Config(t.Context())
			require.NoError(t, err)
			require.Subset(t, config.Names(), []string{open, hidden})
			require.True(t, config.MasterOnly(hidden))
			require.False(t, config.MasterOnly(open))
			require.NoError(t, w.admin.DeleteConfig(t.Context(), open, hidden))
			config, err = w.admin.Config(t.Context())
			require.NoError(t, err)
			require.NotContains(t, config.Names(), open)
		}},
		{"function: parameters and results keep their values", func(t *testing.T, w *world) {
			type params struct {
				Text string    `json:"text"`
				List []int     `json:"list"`
				When time.Time `json:"when"`
			}
			in := params{"grüße", []int{1, 2}, time.Date(2026, 3, 4, 5, 6, 7, int(89*time.Millisecond), time.UTC)}
			out, err := parse.Call[params](t.Context(), w.client, "checkEcho", in)
			require.NoError(t, err)
			require.Equal(t, in, out)
		}},
		{"function: it knows its caller", func(t *testing.T, w *world) {
			m := w.signUp(t, "caller")
			name, err := parse.Call[string](t.Context(), m.Client, "checkWhoAmI", nil)
			require.NoError(t, err)
			require.Equal(t, m.name, name)
		}},
		{"function: its own code comes through", func(t *testing.T, w *world) {
			_, err := parse.Call[string](t.Context(), w.client, "checkFail", map[string]any{"code": 4242, "message": "not today"})
			require.ErrorIs(t, err, parse.Code(4242))
			var e *parse.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, "not today", e.Message)
			require.Equal(t, http.StatusBadRequest, e.HTTPStatus)
		}},
		{"function: a plain error is 141", func(t *testing.T, w *world) {
			_, err := parse.Call[string](t.Context(), w.client, "checkFail", map[string]any{"message": "broken"})
			require.ErrorIs(t, err, parse.ErrScriptFailed)
		}},
		{"function: one that is missing is 141", func(t *testing.T, w *world) {
			_, err := parse.Call[string](t.Context(), w.client, "checkNothing", nil)
			require.ErrorIs(t, err, parse.ErrScriptFailed)
		}},
		{"function: a validator refuses (142)", func(t *testing.T, w *world) {
			_, err := parse.Call[string](t.Context(), w.client, "checkMembersOnly", nil)
			require.ErrorIs(t, err, parse.ErrValidation)
			text, err := parse.Call[string](t.Context(), w.signUp(t, "welcome").Client, "checkMembersOnly", nil)
			require.NoError(t, err)
			require.Equal(t, "welcome", text)
		}},
		{"purge empties a class, and is no error where there is none", func(t *testing.T, w *world) {
			class := w.name("CheckPurged")
			w.makeClass(t, class, `"n":{"type":"Number"}`, openCLP)
			w.must(t, nobody, "POST", "/classes/"+class, `{"n":1}`)
			require.NoError(t, w.admin.Purge(t.Context(), class))
			require.Empty(t, w.must(t, nobody, "GET", "/classes/"+class, "").list())
			require.NoError(t, w.admin.Purge(t.Context(), w.name("CheckNeverMade")))
		}},
		{"job: one that is missing is refused", func(t *testing.T, w *world) {
			_, err := w.admin.StartJob(t.Context(), "checkNothing", nil)
			require.ErrorIs(t, err, parse.ErrScriptFailed)
		}},
	}
}
