package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// trailCLI is the program beside a server that records, with a key of its own.
type trailCLI struct {
	*cli
	dir   string
	admin *isoaudit.Admin
}

func newTrailCLI(t *testing.T) *trailCLI {
	t.Helper()
	c := newCLI(t)
	c.ok("schema", "apply", "-url", c.url)
	admin, err := isoaudit.NewAdmin(c.url, testMaster, parse.WithApplicationID("app"))
	require.NoError(t, err)
	x := &trailCLI{c, t.TempDir(), admin}
	require.Contains(t, c.ok("trail", "keygen", "-key", x.file("key"), "-origin", "audit.example.com/trail"), "audit.example.com/trail+")
	return x
}

func (c *cli) ok(args ...string) string {
	c.t.Helper()
	status, out, errs := c.run(args...)
	require.Equal(c.t, 0, status, "%v\n%s%s", args, out, errs)
	return out
}

func (x *trailCLI) file(name string) string { return filepath.Join(x.dir, name) }

// site is a record of a class of its own.
type site struct {
	parse.Object

	SiteCode string `json:"siteCode"`
}

// moved gives the id of a record that was created and then changed.
func (x *trailCLI) moved() string {
	x.t.Helper()
	sites := parse.NewCollection[site](x.admin.Client, "Site")
	one := &site{SiteCode: "PLANT-07"}
	require.NoError(x.t, sites.Create(x.t.Context(), one))
	require.NoError(x.t, sites.Update(x.t.Context(), one.ObjectID, parse.NewTextField[site, string]("siteCode").Set("PLANT-08")))
	return one.ObjectID
}

// A public key stays what it is while its private key is kept elsewhere.
func TestTrailKeygenOverwritesNoKey(t *testing.T) {
	dir := t.TempDir()
	key, public := filepath.Join(dir, "key"), filepath.Join(dir, "key.pub")
	c := &cli{t: t}
	c.ok("trail", "keygen", "-key", key, "-origin", "x")
	before, err := os.ReadFile(public)
	require.NoError(t, err)
	require.NoError(t, os.Rename(key, key+".away"))
	status, _, errs := c.run("trail", "keygen", "-key", key, "-origin", "x")
	require.Equal(t, statusFailed, status)
	require.Contains(t, errs, "key.pub: file exists")
	require.NoFileExists(t, key)
	after, err := os.ReadFile(public)
	require.NoError(t, err)
	require.Equal(t, before, after)

	require.NoError(t, os.Rename(public, public+".away"))
	require.NoError(t, os.Rename(key+".away", key))
	status, _, errs = c.run("trail", "keygen", "-key", key, "-origin", "x")
	require.Equal(t, statusFailed, status)
	require.Contains(t, errs, "key: file exists")
	require.NoFileExists(t, public, "half a pair is none")
}

func TestTrailFromKeyToBundle(t *testing.T) {
	x := newTrailCLI(t)
	id := x.moved()
	shown := x.ok("trail", "show", "-url", x.url, "-class", "Site", "-record", id)
	require.Contains(t, shown, " create Site "+id+" by master\n")
	require.Contains(t, shown, "\tsiteCode: \"PLANT-07\" -> \"PLANT-08\"\n")

	server := []string{"-url", x.url, "-log", x.file("log")}
	sealed := x.ok(append([]string{"trail", "seal", "-key", x.file("key"), "-checkpoint", x.file("kept"), "-grace", "0s"}, server...)...)
	require.Contains(t, sealed, "audit.example.com/trail\n")
	require.FileExists(t, x.file("kept"))

	x.moved()
	x.ok(append([]string{"trail", "seal", "-key", x.file("key"), "-grace", "1ns"}, server...)...)
	public := []string{"-public", x.file("key.pub"), "-checkpoint", x.file("kept")}
	verified := x.ok(append(append([]string{"trail", "verify"}, server...), public...)...)
	require.Contains(t, verified, "Everything agrees.")
	unkept := x.ok(append([]string{"trail", "verify", "-public", x.file("key.pub")}, server...)...)
	require.Contains(t, unkept, "No -checkpoint was given")

	exported := x.ok(append(append([]string{"trail", "export", "-bundle", x.file("bundle.zip")}, server...), public...)...)
	require.Contains(t, exported, "0 left out")
	verified = x.ok(append([]string{"trail", "verify", "-bundle", x.file("bundle.zip")}, public...)...)
	require.Contains(t, verified, "Everything agrees.")
	require.NotContains(t, verified, "left out")
	x.ok(append(append([]string{"trail", "export", "-bundle", x.file("one.zip"), "-class", "Site", "-record", id}, server...), public...)...)
	verified = x.ok(append([]string{"trail", "verify", "-bundle", x.file("one.zip")}, public...)...)
	require.Contains(t, verified, "2 events in the bundle")
	require.Contains(t, verified, "it cannot show what was left out")

	status, _, errs := x.run(append(append([]string{"trail", "export", "-bundle", x.file("none.zip"), "-class", "Site", "-record", "nosuch"}, server...), public...)...)
	require.Equal(t, statusFailed, status)
	require.Contains(t, errs, "no bundle was made: 0 events were asked for")
	require.NoFileExists(t, x.file("none.zip"))
	status, _, errs = x.run("trail", "verify", "-public", x.file("key.pub"), "-url", x.url, "-log", x.file("lgo"))
	require.Equal(t, statusFailed, status)
	require.Contains(t, errs, "lgo has no checkpoint yet: seal first, or look whether this is the folder")
}

// Values and reasons go; what was sealed before still verifies.
func TestTrailRedactsValuesAndReasons(t *testing.T) {
	x := newTrailCLI(t)
	id := x.moved()
	sites := parse.NewCollection[site](x.admin.Client, "Site")
	require.NoError(t, sites.Update(parse.WithReason(t.Context(), "Lena asked"), id, parse.NewTextField[site, string]("siteCode").Set("PLANT-09")))
	server := []string{"-url", x.url, "-log", x.file("log")}
	x.ok(append([]string{"trail", "seal", "-key", x.file("key"), "-grace", "1ns"}, server...)...)
	redact := []string{"trail", "redact", "-url", x.url, "-class", "Site", "-record", id, "-reason", "Art. 17"}
	require.Equal(t, "1 events redacted\n", x.ok(append(redact, "-reasons")...))
	require.Equal(t, "3 events redacted\n", x.ok(append(redact, "-columns", "siteCode,note")...))
	shown := x.ok("trail", "show", "-url", x.url, "-class", "Site", "-record", id)
	require.NotContains(t, shown, "Lena")
	require.NotContains(t, shown, "PLANT")
	require.Contains(t, shown, "update Site "+id+" by master (reason redacted)\n\tsiteCode: (redacted)\n")
	require.Contains(t, shown, "redact Site "+id+" by master reason \"Art. 17\"\n\t$reason: (secret)\n")
	require.Contains(t, x.ok(append([]string{"trail", "verify", "-public", x.file("key.pub")}, server...)...), "Everything agrees.")
	status, _, errs := x.run("trail", "redact", "-url", x.url, "-class", "Site", "-record", "nosuch", "-reasons", "-reason", "Art. 17")
	require.Equal(t, statusFailed, status)
	require.Contains(t, errs, "knows nothing of Site nosuch")
}

// What a purge did to a record is shown with it, and stands in its bundle.
func TestTrailOfARecordThatWasPurged(t *testing.T) {
	x := newTrailCLI(t)
	id := x.moved()
	require.NoError(t, x.admin.Purge(t.Context(), "Site"))
	shown := x.ok("trail", "show", "-url", x.url, "-class", "Site", "-record", id)
	require.Regexp(t, `(?s) create Site .* update Site .* purge Site  by master\n$`, shown)
	server := []string{"-url", x.url, "-log", x.file("log")}
	x.ok(append([]string{"trail", "seal", "-key", x.file("key"), "-grace", "1ns"}, server...)...)
	exported := x.ok(append([]string{"trail", "export", "-public", x.file("key.pub"), "-bundle", x.file("one.zip"), "-class", "Site", "-record", id}, server...)...)
	require.Contains(t, exported, "3 events exported, 0 left out")
	x.ok("trail", "verify", "-public", x.file("key.pub"), "-bundle", x.file("one.zip"))
}

// An event that cannot be read hides none of the others.
func TestTrailShowGoesOnBehindAnEventThatCannotBeRead(t *testing.T) {
	x := newTrailCLI(t)
	id := x.moved()
	target, err := url.Parse(x.url)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: target.Scheme, Host: target.Host})
	proxy.ModifyResponse = func(r *http.Response) error {
		body, err := io.ReadAll(r.Body)
		err = errors.Join(err, r.Body.Close())
		body = bytes.Replace(body, []byte(`"entry":"{`), []byte(`"entry":"[`), 1)
		r.Body = io.NopCloser(bytes.NewReader(body))
		return err
	}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Accept-Encoding") // the transport reads what is compressed only if it asked itself
		proxy.ServeHTTP(w, r)
	}))
	defer front.Close()
	for _, of := range [][]string{{"-class", "Site", "-record", id}, {"-class", "Site"}, {}} {
		status, out, errs := x.run(append([]string{"trail", "show", "-url", front.URL + target.Path}, of...)...)
		require.Equal(t, statusDrift, status)
		require.Contains(t, out, "column entry of the row is not an entry")
		require.Contains(t, out, "\tsiteCode: \"PLANT-07\" -> \"PLANT-08\"\n")
		require.Contains(t, errs, "1 events cannot be read")
	}
}

func TestTrailVerifyEndsWithThreeIfSomethingDoesNotAgree(t *testing.T) {
	x := newTrailCLI(t)
	x.moved()
	server := []string{"-url", x.url, "-log", x.file("log")}
	x.ok(append([]string{"trail", "seal", "-key", x.file("key"), "-grace", "1ns"}, server...)...)
	lines, err := os.ReadFile(x.file("log/log"))
	require.NoError(t, err)
	last := &lines[len(lines)-2]
	*last = map[bool]byte{true: '1', false: '0'}[*last == '0']
	require.NoError(t, os.WriteFile(x.file("log/log"), lines, 0o600))
	status, out, errs := x.run(append([]string{"trail", "verify", "-public", x.file("key.pub")}, server...)...)
	require.Equal(t, statusDrift, status, errs)
	require.Contains(t, out, "log forged: the first ")
	require.Contains(t, errs, "does not agree")
}

func TestTrailSaysWhatIsMissing(t *testing.T) {
	c := &cli{t: t}
	for _, wrong := range []struct {
		args []string
		want string
	}{
		{[]string{"trail", "sign"}, `unknown command "sign"`},
		{[]string{"trail", "keygen", "-key", "k"}, "-origin is missing"},
		{[]string{"trail", "seal", "-key", "k", "-log", "l"}, "-url is missing"},
		{[]string{"trail", "verify", "-public", "k"}, "-log is missing"},
		{[]string{"trail", "show", "-url", "u", "-record", "r"}, "-record needs the -class"},
		{[]string{"trail", "redact", "-url", "u", "-class", "Site", "-record", "r", "-columns", "a"}, "-reason is missing"},
		{[]string{"trail", "redact", "-url", "u", "-class", "Site", "-record", "r", "-reason", "w"}, "-columns and -reasons are missing"},
		{[]string{"trail", "show", "-url", "u", "more"}, `unexpected argument "more"`},
		{[]string{"trail", "verify", "-public", "k", "-log", "l", "-url", "u", "-class", "Site"}, "-class does nothing for isoaudit trail verify"},
		{[]string{"trail", "verify", "-public", "k", "-log", "l", "-bundle", "b"}, "-bundle is verified without -log and -url"},
	} {
		status, _, errs := c.run(wrong.args...)
		require.Equal(t, statusUsage, status)
		require.Contains(t, errs, wrong.want)
	}
	name := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(name, []byte("PRIVATE+KEY+x"), 0o644))
	status, _, errs := c.run("trail", "seal", "-key", name, "-log", "l", "-url", "http://localhost")
	require.Equal(t, statusFailed, status)
	require.Contains(t, errs, "others may read it")
}
