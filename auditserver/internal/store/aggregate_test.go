package store_test

import (
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
)

func stages(t *testing.T, pipeline string) (list []map[string]jsontext.Value) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(pipeline), &list))
	return list
}

func TestAggregate(t *testing.T) {
	s := withClasses(t, store.Config{})
	write(t, s, func(tx *store.Tx) error {
		for _, doc := range []string{
			`{"ref":"a","status":"Open","score":1,"tags":["x","y"],"start":{"__type":"Date","iso":"2025-03-01T10:00:00.000Z"},"lead":{"__type":"Pointer","className":"_User","objectId":"u1"}}`,
			`{"ref":"b","status":"Open","score":4,"tags":["x"],"start":{"__type":"Date","iso":"2026-03-01T11:00:00.000Z"},"lead":{"__type":"Pointer","className":"_User","objectId":"u1"}}`,
			`{"ref":"c","status":"Closed","score":2,"start":{"__type":"Date","iso":"2026-05-01T11:00:00.000Z"}}`,
			`{"ref":"d","status":"Closed"}`,
		} {
			if _, err := tx.Insert("Plan", store.Object{Fields: value(t, doc).(map[string]any)}); err != nil {
				return err
			}
		}
		return nil
	})
	for pipeline, want := range map[string]string{
		`[{"$group":{"_id":"$status","total":{"$sum":"$score"},"n":{"$sum":1},"avg":{"$avg":"$score"},"min":{"$min":"$score"},"max":{"$max":"$ref"},"refs":{"$push":"$ref"}}},{"$sort":{"_id":1}}]`: `[{"objectId":"Closed","total":2,"n":2,"avg":2,"min":2,"max":"d","refs":["c","d"]},{"objectId":"Open","total":5,"n":2,"avg":2.5,"min":1,"max":"b","refs":["a","b"]}]`,
		`[{"$match":{"score":{"$gt":1}}}]`:                                          ``,
		`[{"$match":{"score":{"$gt":1}}},{"$count":"n"}]`:                           `[{"n":2}]`,
		`[{"$group":{"_id":{"$year":"$start"},"n":{"$sum":1}}},{"$match":{"n":2}}]`: `[{"objectId":2026,"n":2}]`,
		`[{"$group":{"_id":{"y":{"$year":"$start"},"m":{"$month":"$start"}}}},{"$sort":{"objectId.y":-1,"objectId.m":1}},{"$limit":1},{"$skip":0}]`: `[{"objectId":{}}]`,
		`[{"$sort":{"status":1,"ref":-1}},{"$project":{"_id":0,"ref":1,"s":"$status"}}]`:                                                            `[{"ref":"d","s":"Closed"},{"ref":"c","s":"Closed"},{"ref":"b","s":"Open"},{"ref":"a","s":"Open"}]`,
		`[{"$unwind":"$tags"},{"$group":{"_id":"$tags","n":{"$count":{}}}},{"$sort":{"n":-1}}]`:                                                     `[{"objectId":"x","n":2},{"objectId":"y","n":1}]`,
		`[{"$group":{"_id":null,"leads":{"$addToSet":"$lead"},"first":{"$first":"$ref"},"last":{"$last":"$ref"}}}]`:                                 `[{"objectId":null,"leads":[{"__type":"Pointer","className":"_User","objectId":"u1"}],"first":"a","last":"d"}]`,
		`[{"$sort":{"ref":1}},{"$skip":1},{"$limit":2},{"$project":{"ref":1,"objectId":0}}]`:                                                        `[{"ref":"b"},{"ref":"c"}]`,
		`[]`: ``,
	} {
		got, err := s.Aggregate(ctx, "Plan", stages(t, pipeline), where.Limits{})
		require.NoError(t, err, pipeline)
		if want == "" {
			require.NotEmpty(t, got, pipeline)
			continue
		}
		text, err := json.Marshal(got)
		require.NoError(t, err)
		require.JSONEq(t, want, string(text), pipeline)
	}
	for _, bad := range []string{
		`[{}]`, `[{"$match":{},"$sort":{}}]`, `[{"$lookup":{"from":"x"}}]`, `[{"match":{}}]`, `[{"$group":{"objectId":"$x"}}]`, `[{"$group":{}}]`,
		`[{"$group":{"_id":null,"n":{"$median":"$x"}}}]`, `[{"$group":{"_id":{"$concat":["a"]}}}]`, `[{"$sort":{"a":2}}]`, `[{"$sort":[]}]`, `[{"$limit":-1}]`, `[{"$skip":1.5}]`,
		`[{"$project":{}}]`, `[{"$project":{"a":1,"b":0}}]`, `[{"$unwind":"tags"}]`, `[{"$count":""}]`, `[{"$match":{"a":{"$foo":1}}}]`,
		`[{"$limit":9},{"$match":{"lead":{"$inQuery":{"className":"_User","where":{}}}}}]`,
	} {
		_, err := s.Aggregate(ctx, "Plan", stages(t, bad), where.Limits{})
		var e *where.Error
		require.ErrorAs(t, err, &e, bad)
		require.Equal(t, 102, e.Code, bad)
	}
	for field, want := range map[string]string{
		"status": `["Open","Closed"]`, "tags": `["x","y"]`, "lead": `[{"__type":"Pointer","className":"_User","objectId":"u1"}]`, "nope": `[]`,
		"start": `["2025-03-01T10:00:00.000Z","2026-03-01T11:00:00.000Z","2026-05-01T11:00:00.000Z"]`,
	} {
		got, err := s.Distinct(ctx, "Plan", field, nil)
		require.NoError(t, err)
		text, err := json.Marshal(got)
		require.NoError(t, err)
		require.JSONEq(t, want, string(text), field)
	}
}
