package parse

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// shelf is a class with a column of some kind.
type shelf[V any] struct {
	Object
	Next  Pointer[shelf[V]] `json:"next"`
	Value V                 `json:"value"`
}

// Two rows that include the same object have each their own: no change of the one
// is seen in the other, whatever its columns are.
func TestIncludedObjectsOfTwoRowsShareNothing(t *testing.T) {
	reference := `{"__type":"Pointer","className":"","objectId":"p"}`
	sharesNothing[string](t, `"a"`)
	sharesNothing[PlanStatus](t, `"planned"`)
	sharesNothing[int](t, `3`)
	sharesNothing[float64](t, `1.5`)
	sharesNothing[bool](t, `true`)
	sharesNothing[time.Time](t, `{"__type":"Date","iso":"2026-03-01T08:00:00.000Z"}`)
	sharesNothing[ACL](t, `{"*":{"read":true}}`)
	sharesNothing[GeoPoint](t, `{"__type":"GeoPoint","latitude":1,"longitude":2}`)
	sharesNothing[Polygon](t, `{"__type":"Polygon","coordinates":[[0,1],[1,0],[1,1]]}`)
	sharesNothing[File](t, `{"__type":"File","name":"a.png","url":"https://example.com/a.png"}`)
	sharesNothing[[]byte](t, `{"__type":"Bytes","base64":"AQID"}`)
	sharesNothing[Raw](t, `{"a":[1]}`)
	sharesNothing[Relation[Auditor]](t, `{"__type":"Relation","className":"_User"}`)
	sharesNothing[Pointer[shelf[int]]](t, reference)
	sharesNothing[Pointer[shelf[[]int]]](t, `{"objectId":"i","value":[1],"__type":"Object","className":""}`)
	sharesNothing[[]Pointer[shelf[int]]](t, `[`+reference+`,{"objectId":"i","value":1,"__type":"Object","className":""}]`)
	sharesNothing[map[string]any](t, `{"a":[1,{"b":null}],"c":{"d":"e"}}`)
	sharesNothing[any](t, `[{"a":[1]}]`)
	sharesNothing[[]string](t, `["a","b"]`)
	sharesNothing[[2][]string](t, `[["a"],["b"]]`)
	sharesNothing[[2]int](t, `[1,2]`)
	sharesNothing[*int](t, `1`)
	sharesNothing[*time.Time](t, `{"__type":"Date","iso":"2026-03-01T08:00:00.000Z"}`)
	sharesNothing[struct{ List []int }](t, `{"List":[1]}`)
}

func sharesNothing[V any](t *testing.T, value string) {
	t.Helper()
	included := `{"objectId":"i","ACL":{"role:auditor":{"read":true}},"value":` + value +
		`,"next":{"objectId":"j","value":` + value + `,"__type":"Object","className":""},"__type":"Object","className":""}`
	body := []byte(`{"results":[{"objectId":"1","next":` + included + `},{"objectId":"2","next":` + included + `}]}`)
	quick, slow := page[shelf[V]]{codec: newCodec(userClass)}, page[shelf[V]]{codec: newCodec(userClass)}
	require.True(t, quick.decodeFast(body), "%T", *new(V))
	require.NoError(t, slow.decodeSlow(body, wholeRow))
	require.Equal(t, slow.rows, quick.rows)
	if reflect.TypeFor[V]().Size() > 0 { // a relation holds nothing
		require.NotZero(t, quick.rows[1].Next.object.Value)
	}
	first := map[uintptr]bool{}
	reachable(reflect.ValueOf(quick.rows[0]), func(at uintptr) { first[at] = true })
	require.GreaterOrEqual(t, len(first), 4, "the row, two objects and an ACL")
	reachable(reflect.ValueOf(quick.rows[1]), func(at uintptr) {
		require.False(t, first[at], "two rows share a part of an included %T", *new(V))
	})
}

// reachable gives where every part of v is that is reached by a pointer, a map or a slice.
func reachable(v reflect.Value, found func(uintptr)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		if v.IsNil() || v.Type() == reflect.TypeFor[*time.Location]() {
			return
		}
		if v.Kind() != reflect.Slice || v.Cap() > 0 {
			found(v.Pointer())
		}
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			reachable(v.Elem(), found)
		}
	case reflect.Map:
		for _, name := range v.MapKeys() {
			reachable(v.MapIndex(name), found)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			reachable(v.Index(i), found)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			reachable(v.Field(i), found)
		}
	}
}

// Whatever a page includes again and again is read as if each stood there alone.
func TestRepeatedIncludedObjectsAreReadAsWritten(t *testing.T) {
	members := []string{
		`"objectId":"a"`, `"objectId":"b"`, `"auditRef":"x"`, `"auditRef":"\u00e9"`, `"count":1`, `"count":2`, `"count":"no"`, `"auditRef":null`,
		`"answers":{"a":{"b":1}}`, `"answers":{"c":[{}]}`, `"ACL":{"*":{"read":true}}`, `"ACL":{}`, `"unknown":[{"a":"}"}]`, `"findings":[]`,
		`"plannedStartDate":{"__type":"Date","iso":"2026-03-01T08:00:00.000Z"}`, `"photo":{"__type":"File","name":"a","url":"u"}`, `"scope":"a \"quote\" }"`,
		`"raw":{"__type":"Bytes","base64":"AQ=="}`, `"place":{"__type":"GeoPoint","latitude":1,"longitude":2}`, `"siteCode":"` + strings.Repeat("long ", 40) + `"`,
	}
	heads := []string{`"__type":"Object","className":""`, `"className":"","__type":"Object"`, `"__type":"Pointer","className":""`, `"__type":"Object","className":"Other"`, `"__type":"Object"`}
	rapid.Check(t, func(t *rapid.T) {
		object := func(label string, more ...string) string {
			all := append(rapid.SliceOfN(rapid.SampledFrom(members), 0, 6).Draw(t, label), more...)
			if rapid.IntRange(0, 9).Draw(t, label+" has an id") > 0 {
				all = append([]string{`"objectId":"i"`}, all...)
			}
			return `{` + strings.Join(append(all, heads[max(0, rapid.IntRange(-20, len(heads)-1).Draw(t, label+" head"))]), ",") + `}`
		}
		pool := []string{object("first"), object("second")}
		pool = append(pool, object("third", `"parent":`+pool[0]), object("fourth", `"parent":`+pool[1], `"auditRef":"x"`))
		var rows []string
		for i := range rapid.IntRange(1, 8).Draw(t, "rows") {
			rows = append(rows, fmt.Sprintf(`{"objectId":"%d","parent":%s}`, i, rapid.SampledFrom(pool).Draw(t, "included")))
		}
		requireSamePage(t, []byte(`{"results":[`+strings.Join(rows, ",")+`]}`))
	})
}
