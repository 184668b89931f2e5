package auditserver_test

import (
	"net/http"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/auditserver/graphql"
)

// beyond tells how to go beyond a limit of one request: the limit, and the request.
type beyond struct {
	limit        int64
	method, path string
	body         string
}

// beyondLimits are requests without the master key, by the field of Limits. Where
// "Row" is, there are objects with a text of 100 bytes.
var beyondLimits = map[string]beyond{
	"BodySize":      {1000, "POST", "/classes/Row", `{"s":"` + strings.Repeat("x", 1000) + `"}`},
	"Depth":         {4, "POST", "/classes/Row", `{"o":{"o":{"o":{"o":{}}}}}`},
	"Values":        {20, "POST", "/classes/Row", `{"list":[` + numbered(30, "#") + `]}`},
	"Fields":        {3, "POST", "/classes/Row", `{"a":1,"b":2,"c":3,"d":4}`},
	"ObjectSize":    {500, "POST", "/classes/Row", `{"s":"` + strings.Repeat("x", 500) + `"}`},
	"UserColumns":   {1, "POST", "/users", `{"username":"u","password":"p","a":1,"b":2}`},
	"Relations":     {1, "POST", "/classes/Row", `{` + numbered(2, `"r#":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"Row","objectId":"x"}]}`) + `}`},
	"Batch":         {2, "POST", "/batch", `{"requests":[` + numbered(3, `{"method":"GET","path":"/parse/classes/Row"}`) + `]}`},
	"BatchLogIns":   {2, "POST", "/batch", `{"requests":[` + numbered(3, `{"method":"POST","path":"/parse/login","body":{"username":"u#","password":"p"}}`) + `]}`},
	"Conditions":    {2, "GET", "/classes/Row?where=" + url.QueryEscape(`{"a":1,"b":2,"c":3}`), ""},
	"QueryDepth":    {2, "GET", "/classes/Row?where=" + url.QueryEscape(`{"$or":[{"$or":[{"$or":[{"a":1}]}]}]}`), ""},
	"SubqueryDepth": {1, "GET", "/classes/Row?where=" + url.QueryEscape(`{"p":{"$inQuery":{"className":"Row","where":{"p":{"$inQuery":{"className":"Row","where":{}}}}}}}`), ""},
	"IncludeDepth":  {2, "GET", "/classes/Row?include=a.b.c", ""},
	"IncludePaths":  {2, "GET", "/classes/Row?include=a,b,c", ""},
	"GraphQLDepth":  {2, "POST", graphQLPath, `{"query":"{ rows { edges { node { objectId } } } }"}`},
	"GraphQLFields": {2, "POST", graphQLPath, `{"query":"{ a: health b: health c: health }"}`},
	"AnswerSize":    {300, "GET", "/classes/Row", ""},
	"QueryWork":     {20, "GET", "/classes/Row?where=" + url.QueryEscape(`{"s":{"$regex":"y$"}}`), ""},
	"UploadsADay":   {10, "POST", "/files/a.txt", strings.Repeat("x", 11)},
}

// graphQLPath stands for the route of GraphQL, which is not below the mount.
const graphQLPath = "/graphql"

// Limits whose errors other tests see: what all requests share is refused by package
// budget, what a live query connection may do by package live. HeaderSize is left to
// net/http, which says no more than the status.
var namedElsewhere = regexp.MustCompile(`^(HeaderSize|QueryTime|LongQueries|HashingsWait|Bodies|Answers|Connections|Live.*)$`)

// Every limit of the document that refuses a request names itself, its value and the
// option that changes it.
func TestLimitsNameThemselves(t *testing.T) {
	document, err := os.ReadFile("../docs/limits.md")
	require.NoError(t, err)
	rows := regexp.MustCompile("(?m)^\\| (\\w+) \\| `([\\w.]+)` \\|.*\\| (.*) \\|$").FindAllStringSubmatch(string(document), -1)
	require.NotEmpty(t, rows)
	for _, row := range rows {
		field, option, answered := row[1], row[2], row[3]
		if strings.HasPrefix(answered, "none:") || namedElsewhere.MatchString(field) {
			continue
		}
		t.Run(field, func(t *testing.T) {
			b, ok := beyondLimits[field]
			require.True(t, ok, "a limit that no request of this test goes beyond")
			_, m := open(t, func(c *auditserver.Config) {
				c.AllowClientClassCreation, c.FileUpload.Public, c.GraphQL, c.GraphQLEngine = true, true, true, graphql.Engine()
				limit := reflect.ValueOf(&c.Limits).Elem().FieldByName(field)
				require.True(t, limit.CanInt(), field)
				limit.SetInt(b.limit)
			})
			for range 5 {
				m.create("Row", `{"s":"`+strings.Repeat("x", 100)+`"}`)
			}
			var a answer
			if b.path == graphQLPath {
				a = m.public().sendGraphQL(b.method, b.path, "application/json", b.body)
			} else {
				a = m.public().do(b.method, b.path, b.body)
			}
			require.GreaterOrEqual(t, a.status, http.StatusBadRequest, "%s", a.raw)
			require.Contains(t, string(a.raw), "option "+option+")")
			require.Contains(t, string(a.raw), strconv.FormatInt(b.limit, 10))
		})
	}
}
