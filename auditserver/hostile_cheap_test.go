package auditserver_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// Requests that are cheap to send and would cost much: what a text stands for is
// measured before anybody reads, compiles or builds it.

// What is JSON inside a text has the bounds of JSON.
func TestValuesInsideATextAreCounted(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.Limits.Values = 1000 })
	hidden := strconv.Quote(`{"a":{"$in":[` + numbered(1001, "#") + `]}}`)
	text := m.public().refused(400, 102, http.MethodPost, "/classes/Row", `{"_method":"GET","where":`+hidden+`}`).text("error")
	require.Contains(t, text, "more than 1000 values (option limits.values)")
}

// Each part of a dotted name may become an object of its own.
func TestPartsOfDottedNamesAreCounted(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.Limits.Values = 1000 })
	id := m.create("Row", `{"o":{"a":1}}`)
	names := `{` + numbered(101, `"o.a.b.c.d.e.f.g.h.i.k#":1`) + `}`
	text := m.public().refused(400, 107, http.MethodPut, "/classes/Row/"+id, names).text("error")
	require.Contains(t, text, "reach 1010 values, the limit is 1000 (option limits.values)")
	m.must(http.MethodPut, "/classes/Row/"+id, `{`+numbered(100, `"o.a.b.c.d.e.f.g.h.i.k#":1`)+`}`)
}

// A condition costs what it looks at: the corners of an area, the steps of a pattern,
// the texts of a list.
func TestConditionsCostWhatTheyLookAt(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.Limits.QueryWork = 1000 })
	for range 20 {
		m.create("Row", `{"text":"aa","list":["`+strings.Repeat("a", 10_000)+`"],"at":{"__type":"GeoPoint","latitude":1,"longitude":1}}`)
	}
	for _, where := range []string{
		`{"at":{"$geoWithin":{"$polygon":[` + numbered(2000, `[1.#,1.#]`) + `]}}}`,
		`{"text":{"$regex":"` + strings.Repeat(`(b|c)?`, 160) + `x$"}}`,
		`{"list":{"$regex":"b$"}}`,
	} {
		text := m.public().refused(400, 102, http.MethodPost, "/classes/Row", `{"_method":"GET","where":`+where+`}`).text("error")
		require.Contains(t, text, "more than 1000 values (option limits.queryWork)", where)
		m.must(http.MethodPost, "/classes/Row", `{"_method":"GET","where":`+where+`}`)
	}
}

// The patterns of a query are measured before they are compiled, on classes that do
// not exist too.
func TestSizeOfPatterns(t *testing.T) {
	_, m := open(t, nil)
	where := `{"$or":[` + numbered(100, `{"s":{"$regex":"`+strings.Repeat("a{1000}", 100)+`#"}}`) + `]}`
	text := m.public().refused(400, 102, http.MethodPost, "/classes/None", `{"_method":"GET","where":`+where+`}`).text("error")
	require.Contains(t, text, "the regular expressions of the query have more than 100000 steps")
}

// A file is not cut into thousands of parts.
func TestRangesOfAFile(t *testing.T) {
	_, m := open(t, nil)
	url := m.must(http.MethodPost, "/files/a.txt", strings.Repeat("x", 10_000)).text("name")
	file := func(ranges int) answer {
		return m.public().with("Range", "bytes="+numbered(ranges, "#-#")).do(http.MethodGet, "/files/"+appID+"/"+url, nil)
	}
	require.Equal(t, http.StatusPartialContent, file(20).status)
	many := file(21)
	require.Equal(t, http.StatusOK, many.status)
	require.Len(t, many.raw, 10_000)
}

// A packed body is bounded as the text that it unpacks to.
func TestPackedBodiesHaveTheBoundsOfTheirText(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.Limits.BodySize = 1 << 20 })
	pack := func(text string) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, err := w.Write([]byte(text))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return b.Bytes()
	}
	m.create("Row", `{"a":"a"}`)
	packed := m.public().with("Content-Encoding", "gzip")
	values := packed.refused(400, 107, http.MethodPost, "/classes/Row", pack(`{"a":[`+strings.Repeat("1,", 200_000)+`1]}`))
	require.Contains(t, values.text("error"), "(option limits.values)")
	large := packed.do(http.MethodPost, "/classes/Row", pack(`{"a":"`+strings.Repeat("a", 1<<20)+`"}`))
	require.Equal(t, http.StatusRequestEntityTooLarge, large.status)
	require.Contains(t, large.text("error"), "1048576 bytes (option maxUploadSize)")
	packed.must(http.MethodPost, "/classes/Row", pack(`{"a":"`+strings.Repeat("a", turnsFrom)+`"}`))
}

// turnsFrom is from how many bytes a body takes a turn.
const turnsFrom = 128 << 10

// The form of an address is looked at only where it can be one.
func TestLongEmail(t *testing.T) {
	_, m := open(t, nil)
	m.public().refused(400, 125, http.MethodPost, "/users", `{"username":"u","password":"p","email":"`+strings.Repeat("u", 400)+`@example.com"}`)
}
