package parse

import (
	"testing"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
	"github.com/stretchr/testify/require"
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
	})
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
