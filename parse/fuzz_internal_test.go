package parse

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// fuzzed has a column of every type that has a decoder.
type fuzzed struct {
	AuditPlan
	Findings []Pointer[AuditFinding] `json:"findings"`
	Parent   Pointer[fuzzed]         `json:"parent"`
	Place    GeoPoint                `json:"place"`
	Area     Polygon                 `json:"area"`
	Photo    File                    `json:"photo"`
	Raw      []byte                  `json:"raw"`
	Team     Relation[Auditor]       `json:"team"`
	Count    int                     `json:"count"`
	Answers  map[string]any          `json:"answers"`
}

// FuzzPage: whatever the bytes are, nothing panics, and the fast way never
// accepts what the JSON package refuses, nor reads it differently.
func FuzzPage(f *testing.F) {
	f.Add(planPage(2))
	for _, row := range []string{
		`{"results":[{"objectId":"1","leadAuditor":{"__type":"Pointer","className":"_User","objectId":"u"},"auditRef":"a\"\u00e9","plannedStartDate":null}],"count":3}`,
		`{"results":[{"objectId":"1","parent":{"objectId":"2","parent":{"objectId":"3","__type":"Object","className":""},"__type":"Object","className":""},"place":{"__type":"GeoPoint","latitude":1,"longitude":2}}]}`,
		`{"results":[{"objectId":"1","count":1e3,"raw":{"__type":"Bytes","base64":"AQ=="},"answers":{"a":[1,{"b":null}]},"x":[{}],"ACL":{"*":{"read":true}}}]}`,
		`{"results":[{"objectId":"1","findings":[{"objectId":"f","__type":"Object","className":"AuditFinding"}],"area":{"__type":"Polygon","coordinates":[[0,1]]}},{}]}`,
		`{"results":[{"objectId":"1","createdAt":"2026-01-01T00:00:00Z","status":"\ud800"}]}`, `{"results":[{"objectId":"`, `[]`, `{"results":{}}`,
	} {
		f.Add([]byte(row))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		requireSamePage(t, body)
	})
}

// requireSamePage fails if the quick way reads a page that the JSON package refuses
// or reads otherwise.
func requireSamePage(t require.TestingT, body []byte) {
	fast := page[fuzzed]{codec: newCodec(userClass), class: "AuditPlan"}
	took := fast.decodeFast(body)
	slow := page[fuzzed]{codec: newCodec(userClass), class: "AuditPlan"}
	err := slow.decodeSlow(body, rowByColumn)
	if !took {
		return
	}
	require.NoError(t, err)
	require.Equal(t, slow.rows, fast.rows)
	require.Equal(t, slow.count, fast.count)
	require.Equal(t, slow.unread, fast.unread)
	if len(fast.rows) > 0 {
		require.Equal(t, string(slow.first), string(fast.first))
		require.Equal(t, string(slow.last), string(fast.last))
	}
}

func FuzzObject(f *testing.F) {
	f.Add([]byte(`{"objectId":"1","createdAt":"2026-01-01T00:00:00.000Z"}`))
	f.Add([]byte(`{"objectId":1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		row := fuzzed{Count: 41}
		codec := newCodec(userClass)
		answer := &creation[fuzzed]{single[fuzzed]{codec: codec, class: "AuditPlan", into: &row}}
		if codec.Answer(body, answer, &transport.Call{Needs: []string{"objectId"}}) != nil {
			require.Equal(t, fuzzed{Count: 41}, row, "a refused answer leaves the object alone")
		} else {
			require.NotEmpty(t, row.ObjectID)
		}
	})
}

func FuzzSortValues(f *testing.F) {
	f.Add([]byte(`{"objectId":"a","createdAt":"2026-01-01T00:00:00.000Z","site":"x"}`))
	f.Fuzz(func(t *testing.T, row []byte) {
		values, err := readSortValues(row, []string{"site", "createdAt", "objectId"})
		if err != nil {
			return
		}
		c := cursor{keys: []sortKey{{name: "site", value: values[0]}, {name: "createdAt", filled: true, value: values[1]}, {name: "objectId", filled: true, value: values[2]}}}
		_, err = newCodec(userClass).encodeWhere(c.after())
		require.NoError(t, err)
	})
}

// FuzzOddMembers: whatever one row or answer holds beside its id, the other rows
// come, a write that was answered is not unknown, and an event keeps its object.
func FuzzOddMembers(f *testing.F) {
	deep := strings.Repeat(`[{"a":`, 6_000) + `1` + strings.Repeat(`}]`, 6_000)
	for _, seed := range []string{
		`"auditRef":"cut \ud83d","answers":{"\udc00":"\ud800x"}`, "\"auditRef\":\"\xff\"", `"plannedStartDate":{"__type":"Date","iso":"+010000-01-01T01:59:59.000Z"}`,
		`"plannedStartDate":{"__type":"Date","iso":"-271821-04-20T00:00:00.000Z"},"count":1e400`, `"count":9223372036854775808,"count":1.5,"raw":{"__type":"Bytes","base64":"AQ"}`,
		`"parent":{"objectId":"p","parent":{"objectId":5,"__type":"Object","className":""},"__type":"Object","className":""}`, `"answers":` + deep, `"unknown":` + deep + `,"count":"x"`,
		`"ACL":{"*":5},"place":{"__type":"GeoPoint","latitude":"x"},"area":{"__type":"Polygon","coordinates":[[1]]},"team":5,"photo":{"__type":"File","name":1}`,
		`"findings":[null,{"__type":"Pointer","className":"AuditFinding","objectId":"\ud83d"},5]`, `"objectId":{}`, `"count":"x","count":5`, `"objectId":"other","objectId":null,"createdAt":[]`, `"answers":{"a":1,"a":{"a":[],"a":2}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, members []byte) {
		row := []byte(`{` + string(members) + `,"objectId":"g2"}`)
		shallow, deep := wire.Shallow(row)
		if !deep {
			shallow = row
		}
		if !jsontext.Value(shallow).IsValid(wire.Tolerant()) {
			return
		}
		c := newCodec(userClass)
		for _, space := range []string{"", " "} {
			p := &page[fuzzed]{codec: c, class: "AuditPlan"}
			body := `{"results":[{"objectId":"g1","count":1},` + space + string(row) + `,{"objectId":"g3","auditRef":"x"}]}`
			requireDone(t, c.Answer([]byte(body), p, &transport.Call{Needs: []string{"results"}, Class: "AuditPlan"}))
			require.Len(t, p.rows, 3)
			require.Equal(t, &fuzzed{AuditPlan: AuditPlan{Object: Object{ObjectID: "g1"}}, Count: 1}, p.rows[0])
			require.Equal(t, &fuzzed{AuditPlan: AuditPlan{Object: Object{ObjectID: "g3"}, AuditRef: "x"}}, p.rows[2])
			require.Equal(t, "g2", p.rows[1].ObjectID)
			for i, unread := range p.unread {
				require.Equal(t, 1, i)
				requireNamed(t, unread, "g2")
			}
			require.GreaterOrEqual(t, len(p.whole()), 2)
		}
		for _, order := range [][]string{{"auditRef", "objectId"}, {"createdAt", "plannedStartDate", "objectId"}, {"answers", "count", "objectId"}} {
			values, err := readSortValues(shallow, order)
			require.NoError(t, err)
			at := cursor{keys: make([]sortKey, len(order))}
			for i, v := range values {
				at.keys[i] = sortKey{name: order[i], filled: alwaysFilled(order[i]), value: v}
				if at.keys[i].cannotName(v) {
					at.keys[i].value = sortValue{}
				}
			}
			_, err = c.encodeWhere(at.after())
			require.NoError(t, err)
		}
		created, made := fuzzed{}, []byte(`{`+string(members)+`,"objectId":"g2","createdAt":"2026-01-01T00:00:00.000Z"}`)
		requireDone(t, c.Answer(made, &creation[fuzzed]{single[fuzzed]{codec: c, class: "AuditPlan", into: &created}}, &transport.Call{Needs: []string{"objectId", "createdAt"}}))
		require.Equal(t, "g2", created.ObjectID)
		require.False(t, created.CreatedAt.IsZero())

		collection := &Collection[fuzzed]{client: &Client{cfg: &config{codec: c}}, class: "AuditPlan"}
		source := &liveSource[fuzzed]{&Subscription[fuzzed]{query: collection.Query()}}
		event := source.Decode(shallow)
		require.Equal(t, "g2", event.ID)
		again := source.Decode(shallow)
		require.Equal(t, source.Sum(event), source.Sum(again))
		if event.Err != nil {
			requireNamed(t, unreadIn(event.Err), "g2")
		}
	})
}

// requireDone fails for an answer of which nobody could say what it tells.
func requireDone(t *testing.T, err error) {
	var unfit *transport.UnfitError
	if err != nil {
		require.ErrorAs(t, err, &unfit)
		require.True(t, unfit.Done, "%v", err)
	}
}

func requireNamed(t *testing.T, unread DecodeErrors, id string) {
	require.NotEmpty(t, unread)
	for _, wrong := range unread {
		require.Equal(t, "AuditPlan", wrong.Class)
		require.Equal(t, id, wrong.ObjectID)
		require.NotEmpty(t, wrong.Field)
		require.NotEmpty(t, wrong.Reason)
	}
}
