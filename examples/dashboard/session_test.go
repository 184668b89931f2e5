package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/audittest"
)

func TestSigningIn(t *testing.T) {
	base := dashboard(t)
	b := newBrowser(t, base)
	page := b.open("/figures")
	require.Equal(t, "/signin", page.Path)
	require.Contains(t, page.Text, `name="to" value="/figures"`)
	for name, value := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
		require.Equal(t, value, page.Header.Get(name))
	}
	require.Contains(t, page.Header.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'")
	for _, wrong := range []map[string]string{{"user": "l.brandt", "password": "wrong"}, {"user": "", "password": ""}} {
		page = b.post("/signin", wrong)
		require.Equal(t, http.StatusUnauthorized, page.Status)
		require.Contains(t, page.Text, "name or the password is wrong")
	}
	right := map[string]string{"user": "l.brandt", "password": audittest.SamplePassword, "to": "/figures"}
	require.Equal(t, "/figures", b.post("/signin", right).Path)

	address, err := url.Parse(base)
	require.NoError(t, err)
	cookie := b.http.Jar.Cookies(address)[0]
	foreign := newBrowser(t, base)
	foreign.http.Jar.SetCookies(address, []*http.Cookie{cookie})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, base+"/signout", nil)
	r.RequestURI = ""
	r.Header.Set("Origin", "https://elsewhere.example")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	require.Equal(t, http.StatusForbidden, foreign.send(r).Status)
	require.Equal(t, "/findings", foreign.open("/findings").Path, "nobody was signed out")
	b.post("/signout", nil)
	require.Equal(t, "/signin", foreign.open("/findings").Path, "the id in the cookie is worth nothing any more")

	for _, to := range []string{"//elsewhere.example", `/\elsewhere.example`, "https://elsewhere.example", "/\t/elsewhere.example", ""} {
		require.Equal(t, "/", local(to))
	}
	a := &app{secure: true}
	require.Equal(t, "dashboard=id; Path=/; HttpOnly; Secure; SameSite=Lax", a.cookie("id", 0).String())
}
