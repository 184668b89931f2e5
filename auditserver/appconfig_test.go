package auditserver_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestConfigParameters(t *testing.T) {
	_, m := open(t, nil)
	m.must(http.MethodPut, "/config", `{"params":{"open":1,"secret":{"a":[1]},"gone":true},"masterKeyOnly":{"secret":true}}`)
	m.must(http.MethodPut, "/config", `{"params":{"gone":{"__op":"Delete"}}}`)
	require.Equal(t, map[string]any{"params": map[string]any{"open": 1.0}}, m.public().must(http.MethodGet, "/config", nil).body)
	require.Equal(t, map[string]any{"params": map[string]any{"open": 1.0, "secret": map[string]any{"a": []any{1.0}}},
		"masterKeyOnly": map[string]any{"secret": true}}, m.must(http.MethodGet, "/config", nil).body)
	require.Equal(t, http.StatusForbidden, m.public().do(http.MethodPut, "/config", `{"params":{"open":2}}`).status)
}
