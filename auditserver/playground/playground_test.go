package playground_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/playground"
)

func TestHandler(t *testing.T) {
	handler, err := playground.Handler(playground.Page{Mount: "/parse", AppID: "app", People: []playground.Person{{Name: "l.brandt"}}})
	require.NoError(t, err)
	get := func(method, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
		return w
	}
	page := get(http.MethodGet, "/")
	require.Equal(t, http.StatusOK, page.Code)
	require.Contains(t, page.Header().Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'")
	for _, link := range regexp.MustCompile(`(?:src|href)="(/[^"]*)"`).FindAllStringSubmatch(page.Body.String(), -1) {
		require.Equal(t, http.StatusOK, get(http.MethodGet, link[1]).Code, link[1])
	}
	require.NotRegexp(t, `https?://|<style|onclick=`, page.Body.String(), "nothing from elsewhere and nothing that the policy refuses")
	require.Contains(t, get(http.MethodGet, "/playground.json").Body.String(), `"name":"l.brandt"`)
	require.Equal(t, http.StatusNotFound, get(http.MethodGet, "/static/").Code)
	require.Equal(t, http.StatusMethodNotAllowed, get(http.MethodPost, "/").Code)
}
