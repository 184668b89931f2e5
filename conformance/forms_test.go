package conformance_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// forms are the forms in which clients write dates, bodies and base64.
func forms() []behaviour {
	var all []behaviour
	for _, c := range []struct{ name, date, usual string }{
		{"an offset without a colon", "2026-03-01T00:00:00+0200", "2026-02-28T22:00:00.000Z"},
		{"no offset and no seconds", "2026-03-01T10:00", "2026-03-01T10:00:00.000Z"},
		{"a space for the T", "2026-03-01 10:00:00", "2026-03-01T10:00:00.000Z"},
		{"small letters", "2026-03-01t10:00:00z", "2026-03-01T10:00:00.000Z"},
		{"the end of a day", "2026-03-01T24:00:00Z", "2026-03-02T00:00:00.000Z"},
		{"nine digits of a second", "2026-03-01T10:00:00.123456789Z", "2026-03-01T10:00:00.123Z"},
		{"a day alone", "2026-03-01", "2026-03-01T00:00:00.000Z"},
		{"a comma in the seconds", "2026-03-01T10:00:00,5Z", "status 400, code 111"},
		{"a day that is not there", "2026-02-30T00:00:00Z", "status 400, code 111"},
		{"words", "Mar 1, 2026", "status 400, code 111"},
	} {
		name := "date: " + c.name
		all = append(all, behaviour{name, func(t *testing.T, w *world) {
			class := w.storedClass(t)
			a := w.send(t, nobody, "POST", "/classes/"+class, fmt.Sprintf(`{"day":{"__type":"Date","iso":%q}}`, c.date))
			observed := codes(a)
			if a.status == http.StatusCreated {
				day, _ := w.must(t, nobody, "GET", "/classes/"+class+"/"+a.text("objectId"), "").json["day"].(map[string]any)
				observed = fmt.Sprint(day["iso"])
			}
			w.expects(t, name, c.usual, observed)
		}})
	}
	const mark = "\xef\xbb\xbf"
	for _, c := range []struct{ name, body, encoding, kind, usual string }{
		{"a byte order mark", mark + `{"n":1}`, "", "", "status 201, code 0"},
		{"a byte order mark after a space", " " + mark + `{"n":1}`, "", "", "status 400, code 0"},
		{"gzip", packed(`{"n":1}`), "gzip", "", "status 201, code 0"},
		{"gzip in capitals", packed(`{"n":1}`), "GZIP", "", "status 201, code 0"},
		{"gzip of a byte order mark", packed(mark + `{"n":1}`), "gzip", "", "status 201, code 0"},
		{"gzip of two parts", packed(`{"n":`) + packed(`1}`), "gzip", "", "status 201, code 0"},
		{"deflate", deflated(`{"n":1}`), "deflate", "", "status 201, code 0"},
		{"identity", `{"n":1}`, "identity", "", "status 201, code 0"},
		{"gzip that is cut off", packed(`{"n":1}`)[:20], "gzip", "", "status 400, code 0"},
		{"gzip that is none", `{"n":1}`, "gzip", "", "status 400, code 0"},
		{"gzip of what is too large", packed(`{"name":"` + strings.Repeat("a", 30<<20) + `"}`), "gzip", "", "status 413, code 0"},
		{"an unknown encoding", `{"n":1}`, "x-gzip", "", "status 415, code 0"},
		{"an encoding of an encoding", packed(packed(`{"n":1}`)), "gzip, gzip", "", "status 415, code 0"},
		{"gzip of a form", packed(`name=x`), "gzip", "application/x-www-form-urlencoded", "status 201, code 0"},
		{"another character set", `{"name":"x"}`, "", "application/json; charset=iso-8859-1", "status 415, code 0"},
		{"UTF-16", "{\x00\"\x00n\x00\"\x00:\x001\x00}\x00", "", "application/json; charset=utf-16le", "status 415, code 0"},
	} {
		name := "body: " + c.name
		all = append(all, behaviour{name, func(t *testing.T, w *world) {
			kind := c.kind
			if kind == "" {
				kind = "application/json"
			}
			w.expects(t, name, c.usual, codes(w.send(t, nobody, "POST", "/classes/"+w.storedClass(t), c.body, "Content-Type", kind, "Content-Encoding", c.encoding)))
		}})
	}
	for _, c := range []struct{ name, text, usual string }{
		{"with padding", "aGk=", "hi"},
		{"without padding", "aGk", "hi"},
		{"with a space", "aG kh", "hi!"},
		{"in the alphabet of URLs", "_-8=", "\xff\xef"},
		{"with what belongs to no alphabet", "aGk*h", "hi!"},
		{"that goes on after its padding", "aGk=aGk=", "hi"},
		{"with one letter too many", "aGkha", "hi!"},
		{"of nothing", "====", "status 400, code 130"},
		{"that is a data URI", "data:text/plain;base64,aGk=", "hi"},
	} {
		name := "base64: " + c.name
		all = append(all, behaviour{name, func(t *testing.T, w *world) {
			a := w.sendFile(t, fmt.Sprintf(`"base64":%q`, c.text))
			observed := codes(a)
			if a.status == http.StatusCreated {
				observed = content(t, a.text("url"))
			}
			if !strings.HasPrefix(observed, "status") && observed != c.usual {
				observed = "other bytes"
			}
			w.expects(t, name, c.usual, observed)
		}})
	}
	return all
}

// sendFile uploads a file in the form of the JavaScript SDK.
func (w *world) sendFile(t *testing.T, members string) answer {
	t.Helper()
	return w.send(t, nobody, "POST", "/files/form.txt", fmt.Sprintf(`{%s,"_ContentType":"text/plain","_ApplicationId":%q,"_MasterKey":%q}`, members, w.appID, w.masterKey),
		"X-Parse-Application-Id", "", "X-Parse-REST-API-Key", "", "Content-Type", "text/plain")
}

// content gets a file.
func content(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	res, err := rawClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return string(data)
}

func packed(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // a buffer takes everything
	_ = w.Close()
	return b.String()
}

func deflated(text string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // a buffer takes everything
	_ = w.Close()
	return b.String()
}
