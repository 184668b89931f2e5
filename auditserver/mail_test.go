package auditserver_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// mailbox keeps what is sent.
type mailbox chan auditserver.Mail

func (m mailbox) Send(_ context.Context, mail auditserver.Mail) error {
	m <- mail
	return nil
}

// link is the one in the next message, below the mount.
func (m mailbox) link(t *testing.T, to string) string {
	t.Helper()
	mail := <-m
	require.Equal(t, to, mail.To)
	require.Contains(t, mail.Subject, "Audits")
	link, found := strings.CutPrefix(regexp.MustCompile(`https://\S+`).FindString(mail.Text), "https://audits.example/parse")
	require.True(t, found, mail.Text)
	return link
}

func withMail(box mailbox) func(*auditserver.Config) {
	return func(c *auditserver.Config) {
		c.Mail, c.AppName, c.PublicURL = box, "Audits", "https://audits.example/parse"
		c.VerifyUserEmails, c.PreventUnverifiedLogin = true, true
	}
}

// form posts a form of a page.
func form(c *client, path string, values url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/parse"+path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	return w
}

func get(c *client, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/parse"+path, nil))
	return w
}

const logInAda = `{"username":"ada","password":"pw-ada"}`

func TestEmailVerification(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := make(mailbox, 100)
		_, c := open(t, withMail(box))
		c.public().must(http.MethodPost, "/users", `{"username":"ada","password":"pw-ada","email":"ada@example.com"}`)
		first := box.link(t, "ada@example.com")
		c.public().refused(http.StatusBadRequest, 205, http.MethodPost, "/login", logInAda)

		again := func() { c.public().must(http.MethodPost, "/verificationEmailRequest", `{"email":"ada@example.com"}`) }
		again()
		synctest.Wait()
		require.Empty(t, box, "a mailbox is not filled")
		time.Sleep(time.Minute) //nolint:forbidigo // the bubble's time
		again()
		second := box.link(t, "ada@example.com")
		require.Equal(t, http.StatusBadRequest, get(c, first).Code, "the last link counts")
		page := get(c, second)
		require.Equal(t, http.StatusOK, page.Code)
		require.Equal(t, "no-store", page.Header().Get("Cache-Control"))
		require.Equal(t, http.StatusBadRequest, get(c, second).Code, "once")
		c.public().must(http.MethodPost, "/login", logInAda)
		time.Sleep(time.Minute) //nolint:forbidigo // the bubble's time
		again()
		c.public().must(http.MethodPost, "/verificationEmailRequest", `{"email":"nobody@example.com"}`)
		synctest.Wait()
		require.Empty(t, box, "neither verified nor unknown addresses get mail")

		// A new address has to be verified as well, and the link for the old one no longer works.
		id := c.must(http.MethodGet, `/users?where={"username":"ada"}`, nil).results(t)[0]["objectId"].(string)
		c.must(http.MethodPut, "/users/"+id, `{"email":"ada@new.example"}`)
		old := box.link(t, "ada@new.example")
		c.public().refused(http.StatusBadRequest, 205, http.MethodPost, "/login", logInAda)
		c.must(http.MethodPut, "/users/"+id, `{"email":"ada@newer.example"}`)
		newer := box.link(t, "ada@newer.example")
		require.Equal(t, http.StatusBadRequest, get(c, old).Code)
		time.Sleep(24*time.Hour + time.Second) //nolint:forbidigo // the bubble's time
		require.Equal(t, http.StatusBadRequest, get(c, newer).Code, "expired")
		sent := form(c, "/apps/"+appID+"/resend_verification_email", url.Values{"username": {"ada"}})
		require.Equal(t, http.StatusOK, sent.Code)
		unknown := form(c, "/apps/"+appID+"/resend_verification_email", url.Values{"username": {"nobody"}})
		require.Equal(t, sent.Body.String(), unknown.Body.String(), "the page does not tell who is known")
		require.Equal(t, http.StatusOK, get(c, box.link(t, "ada@newer.example")).Code)
		c.public().must(http.MethodPost, "/login", logInAda)
	})
}

func TestPasswordResetByMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := make(mailbox, 100)
		_, c := open(t, func(c *auditserver.Config) {
			withMail(box)(c)
			c.VerifyUserEmails, c.PreventUnverifiedLogin = false, false
			c.PasswordPolicy.ValidatorPattern = `^.{6,}$`
		})
		_, token := c.user("ada")
		for range 5 {
			c.public().must(http.MethodPost, "/requestPasswordReset", `{"email":"ada@example.com"}`)
		}
		c.public().must(http.MethodPost, "/requestPasswordReset", `{"email":"nobody@example.com"}`)
		link := box.link(t, "ada@example.com")
		synctest.Wait()
		require.Empty(t, box, "one message")
		page := get(c, link)
		require.Equal(t, http.StatusOK, page.Code)
		require.Contains(t, page.Body.String(), `name="new_password"`)
		require.Contains(t, page.Header().Get("Content-Security-Policy"), "default-src 'none'")
		u, err := url.Parse(link)
		require.NoError(t, err)
		set := func(token, password string) *httptest.ResponseRecorder {
			return form(c, u.Path, url.Values{"token": {token}, "new_password": {password}})
		}
		short := set(u.Query().Get("token"), "short")
		require.Equal(t, http.StatusBadRequest, short.Code)
		require.Contains(t, short.Body.String(), `name="new_password"`, "another try")
		require.Equal(t, http.StatusBadRequest, set("r:invented", "long enough").Code)
		require.Equal(t, http.StatusOK, set(u.Query().Get("token"), "long enough").Code)
		require.Equal(t, http.StatusBadRequest, set(u.Query().Get("token"), "long enough").Code, "once")
		c.as(token).refused(http.StatusBadRequest, 209, http.MethodGet, "/users/me", nil)
		c.public().must(http.MethodPost, "/login", `{"username":"ada","password":"long enough"}`)
	})
}

// What is in a link or a form never becomes part of a page as HTML.
func TestPagesEscape(t *testing.T) {
	_, c := open(t, withMail(make(mailbox, 1)))
	for _, path := range []string{"verify_email", "request_password_reset"} {
		page := get(c, "/apps/"+appID+"/"+path+"?token="+url.QueryEscape(`"><script>x</script>`))
		require.NotContains(t, page.Body.String(), "<script")
	}
	page := form(c, "/apps/"+appID+"/request_password_reset", url.Values{"token": {`"><script>`}, "new_password": {""}})
	require.NotContains(t, page.Body.String(), "<script")
	require.Equal(t, http.StatusNotFound, get(c, "/apps/other/verify_email?token=x").Code)
	require.Equal(t, http.StatusNotFound, get(c, "/apps/"+appID+"/other").Code)
}

// Programs look at the links of a mail before its reader does.
func TestLookingAtALinkDoesNotUseItUp(t *testing.T) {
	box := make(mailbox, 10)
	_, c := open(t, withMail(box))
	c.public().must(http.MethodPost, "/users", `{"username":"ada","password":"pw","email":"ada@example.com"}`)
	u, err := url.Parse(box.link(t, "ada@example.com"))
	require.NoError(t, err)
	look := func(token string) int {
		return c.public().do(http.MethodHead, strings.TrimPrefix(u.Path, "/parse")+"?token="+url.QueryEscape(token), nil).status
	}
	require.Equal(t, http.StatusOK, look(u.Query().Get("token")))
	require.Equal(t, http.StatusBadRequest, look("r:invented"))
	c.public().refused(http.StatusBadRequest, 205, http.MethodPost, "/login", `{"username":"ada","password":"pw"}`)
	require.Equal(t, http.StatusOK, get(c, u.String()).Code, "the link still holds")
	require.Equal(t, http.StatusBadRequest, look(u.Query().Get("token")))
	c.public().must(http.MethodPost, "/login", `{"username":"ada","password":"pw"}`)
}

// A form that is cut off is refused as such, not for what it lacks then.
func TestPagesNameTheLimitOfForms(t *testing.T) {
	_, c := open(t, withMail(make(mailbox, 1)))
	page := form(c, "/apps/"+appID+"/request_password_reset", url.Values{"token": {"r:x"}, "new_password": {strings.Repeat("x", 20000)}})
	require.Equal(t, http.StatusBadRequest, page.Code)
	require.Contains(t, page.Body.String(), "more than 16384 bytes")
}

func TestMailRefusals(t *testing.T) {
	_, err := auditserver.Open(t.Context(), auditserver.Config{AppID: appID, Mail: auditserver.SMTP{Username: "u", From: "nobody"}})
	for _, want := range []string{"publicServerURL", "appName", "options.host", "fromAddress", "password"} {
		require.ErrorContains(t, err, want)
	}
	for _, bad := range []string{`{"module":"mailgun"}`, `{"module":"smtp","options":{"apiKey":"secret"}}`, `"smtp"`} {
		err := auditserver.ParseConfig([]byte(`{"emailAdapter":`+bad+`}`), &auditserver.Config{})
		require.ErrorContains(t, err, "emailAdapter")
		require.NotContains(t, err.Error(), "secret")
	}
	var cfg auditserver.Config
	require.NoError(t, auditserver.ParseConfig([]byte(`{"appName":"Audits","emailVerifyTokenValidityDuration":60,"emailAdapter":{"module":"smtp",
		"options":{"host":"mail.example","port":465,"user":"u","password":"p","fromAddress":"Audits <a@audits.example>"}}}`), &cfg))
	require.Equal(t, auditserver.SMTP{Host: "mail.example", Port: 465, Username: "u", Password: "p", From: "Audits <a@audits.example>"}, cfg.Mail)
	require.Equal(t, time.Minute, cfg.EmailVerifyTokenValidity)
}
