package parse_test

import (
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/parse"
)

// facts is a row whose columns the conditions of the property test look at; a
// nil column is empty.
type facts struct {
	text   *string
	number *float64
	flag   *bool
	moment *time.Time
	tags   []string
	inner  *float64
	plan   *string
}

// claim is a condition together with what its documentation says it holds for.
type claim struct {
	condition parse.Condition[checklist]
	holds     func(facts) bool
}

var (
	title = parse.NewTextField[checklist, string]("title")
	level = parse.NewNumberField[checklist, float64]("level")
	due   = parse.NewTimeField[checklist]("due")
	plan  = parse.NewPointerField[checklist, isoaudit.AuditPlan]("plan")

	someTexts   = []string{"", "a", "b", "ab", "a\\Eb", ".*", "Ä\"\n", "$gt", "é\u2028"}
	someNumbers = []float64{-1.5, 0, 1, 2, 1e21}
	someTimes   = []time.Time{
		time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 12, 0, 0, int(time.Millisecond), time.UTC),
		time.Date(1969, 12, 31, 23, 59, 59, 999e6, time.UTC), time.Date(2030, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600)),
	}
	someIDs = []string{"p1", "p2", "p3"}
)

// Any query built from fields encodes to a document that holds for exactly the
// objects that the documentation of its conditions says.
func TestQueriesMeanWhatTheirConditionsSay(t *testing.T) {
	encode := encoder(t)
	rapid.Check(t, func(t *rapid.T) {
		claims := rapid.SliceOfN(rapid.Custom(drawClaim), 1, 4).Draw(t, "claims")
		conditions := make([]parse.Condition[checklist], len(claims))
		for i, c := range claims {
			conditions[i] = c.condition
		}
		doc := encode(t, conditions...)
		node, err := where.Parse([]byte(doc), where.Limits{Depth: math.MaxInt, Conditions: math.MaxInt}) // nothing bounds what is drawn
		require.NoError(t, err, doc)
		for range 8 {
			row := drawFacts(t)
			want := !slices.ContainsFunc(claims, func(c claim) bool { return !c.holds(row) })
			got, err := node.Match(row.object())
			require.NoError(t, err)
			require.Equal(t, want, got, "%s on %v", doc, row.object())
		}
	})
}

// Joining conditions neither loses, merges nor invents a constraint: the
// document of a query has the constraints of each condition's own document.
func TestQueriesKeepEveryConstraint(t *testing.T) {
	encode := encoder(t)
	rapid.Check(t, func(t *rapid.T) {
		claims := rapid.SliceOfN(rapid.Custom(drawLeaf), 1, 6).Draw(t, "claims")
		var conditions []parse.Condition[checklist]
		var want []string
		for _, c := range claims {
			conditions = append(conditions, c.condition)
			want = append(want, constraints(t, encode(t, c.condition))...)
		}
		doc := encode(t, conditions...)
		got := constraints(t, doc)
		slices.Sort(want)
		slices.Sort(got)
		require.Equal(t, slices.Compact(want), slices.Compact(got), doc)
	})
}

// constraints lists the members of the conjunction that a document is.
func constraints(t require.TestingT, doc string) []string {
	node, err := where.Parse([]byte(doc), where.Limits{})
	require.NoError(t, err, doc)
	var list []string
	var collect func(*where.Node)
	collect = func(n *where.Node) {
		if n.Op != where.And {
			list = append(list, string(n.AppendCanonical(nil)))
			return
		}
		for _, child := range n.Children {
			collect(child)
		}
	}
	collect(node)
	return list
}

// encoder gives the where document with which a query leaves.
func encoder(t *testing.T) func(t *rapid.T, conditions ...parse.Condition[checklist]) string {
	var document string
	client, err := isoaudit.NewClient(serverURL, parse.WithApplicationID("app"), parse.WithTransport(
		roundTripper(func(req *http.Request) (*http.Response, error) {
			document = req.URL.Query().Get("where")
			if req.Method == http.MethodPost { // too long for a URL
				var body struct {
					Where json.RawMessage `json:"where"`
				}
				if err := json.NewDecoder(req.Body).Decode(&body); err != nil {
					return nil, err
				}
				document = string(body.Where)
			}
			return reply(200, `{"results":[]}`)(req)
		})))
	require.NoError(t, err)
	lists := parse.NewCollection[checklist](client, "Checklist")
	return func(t *rapid.T, conditions ...parse.Condition[checklist]) string {
		_, err := lists.Query().Where(conditions...).Find(t.Context())
		require.NoError(t, err)
		return document
	}
}

func drawClaim(t *rapid.T) claim {
	if rapid.IntRange(0, 2).Draw(t, "joined") > 0 {
		return drawLeaf(t)
	}
	parts := rapid.SliceOfN(rapid.Custom(drawClaim), 1, 3).Draw(t, "parts")
	conditions := make([]parse.Condition[checklist], len(parts))
	for i, p := range parts {
		conditions[i] = p.condition
	}
	holding := func(f facts) (n int) {
		for _, p := range parts {
			if p.holds(f) {
				n++
			}
		}
		return n
	}
	switch rapid.SampledFrom([]string{"and", "or", "nor"}).Draw(t, "logic") {
	case "and":
		return claim{parse.And(conditions...), func(f facts) bool { return holding(f) == len(parts) }}
	case "or":
		return claim{parse.Or(conditions...), func(f facts) bool { return holding(f) > 0 }}
	}
	return claim{parse.Nor(conditions...), func(f facts) bool { return holding(f) == 0 }}
}

func drawLeaf(t *rapid.T) claim {
	return rapid.SampledFrom([]func(*rapid.T) claim{
		textClaim, numberClaim, timeClaim, arrayClaim, innerClaim, pointerClaim, flagClaim,
	}).Draw(t, "kind")(t)
}

func drawFacts(t *rapid.T) facts {
	return facts{
		text:   rapid.Ptr(rapid.SampledFrom(someTexts), true).Draw(t, "text"),
		number: rapid.Ptr(rapid.SampledFrom(someNumbers), true).Draw(t, "number"),
		flag:   rapid.Ptr(rapid.Bool(), true).Draw(t, "flag"),
		moment: rapid.Ptr(rapid.SampledFrom(someTimes), true).Draw(t, "moment"),
		inner:  rapid.Ptr(rapid.SampledFrom(someNumbers), true).Draw(t, "inner"),
		plan:   rapid.Ptr(rapid.SampledFrom(someIDs), true).Draw(t, "plan"),
		tags:   rapid.OneOf(rapid.Just[[]string](nil), rapid.SliceOfN(rapid.SampledFrom(someTexts), 0, 3)).Draw(t, "tags"),
	}
}

// object is the row as the server writes it.
func (f facts) object() map[string]any {
	row := map[string]any{"objectId": "k1"}
	if f.text != nil {
		row["title"] = *f.text
	}
	if f.number != nil {
		row["level"] = *f.number
	}
	if f.flag != nil {
		row["done"] = *f.flag
	}
	if f.moment != nil {
		row["due"] = where.DateValue(*f.moment)
	}
	if f.inner != nil {
		row["answers"] = map[string]any{"a": map[string]any{"n": *f.inner}}
	}
	if f.plan != nil {
		row["plan"] = map[string]any{"__type": "Pointer", "className": "AuditPlan", "objectId": *f.plan}
	}
	if f.tags != nil {
		list := make([]any, len(f.tags))
		for i, tag := range f.tags {
			list[i] = tag
		}
		row["tags"] = list
	}
	return row
}
