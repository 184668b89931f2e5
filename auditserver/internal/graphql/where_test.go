package graphql_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Conditions in GraphQL's words are asked in Parse's.
func TestConditions(t *testing.T) {
	for in, want := range map[string]string{
		`{ref: {equalTo: "A"}}`: `{"ref":{"$eq":"A"}}`,
		`{ref: {in: ["A", "B"], notEqualTo: "C"}, size: {lessThan: 1}}`:                                  `{"ref":{"$in":["A","B"],"$ne":"C"},"size":{"$lt":1}}`,
		`{ref: {matchesRegex: "^A", options: "i"}}`:                                                      `{"ref":{"$options":"i","$regex":"^A"}}`,
		`{ref: {text: {search: {term: "pump", caseSensitive: true}}}}`:                                   `{"ref":{"$text":{"$search":{"$caseSensitive":true,"$term":"pump"}}}}`,
		`{start: {greaterThan: "2026-03-01"}}`:                                                           `{"start":{"$gt":{"__type":"Date","iso":"2026-03-01T00:00:00.000Z"}}}`,
		`{tags: {contains: ["a"], containedBy: ["a", 1]}}`:                                               `{"tags":{"$all":["a"],"$containedBy":["a",1]}}`,
		`{meta: {equalTo: {key: "a.b", value: 1}}}`:                                                      `{"meta.a.b":{"$eq":1}}`,
		`{id: {equalTo: "UGxhbjpwMQ=="}}`:                                                                `{"objectId":{"$eq":"p1"}}`,
		`{id: {in: ["UGxhbjpwMQ==", "p2"]}, objectId: {notEqualTo: "p3"}}`:                               `{"$and":[{"objectId":{"$ne":"p3"}},{"objectId":{"$in":["p1","p2"]}}]}`,
		`{lead: {have: {username: {equalTo: "ann"}}}}`:                                                   `{"lead":{"$inQuery":{"className":"_User","where":{"username":{"$eq":"ann"}}}}}`,
		`{before: {haveNot: {size: {exists: true}}}}`:                                                    `{"before":{"$notInQuery":{"className":"Plan","where":{"size":{"$exists":true}}}}}`,
		`{lead: {exists: false}}`:                                                                        `{"lead":{"$exists":false}}`,
		`{crew: {exists: false}}`:                                                                        `{"crew":{"$notInQuery":{"className":"_User","where":{"objectId":{"$exists":true}}}}}`,
		`{spot: {nearSphere: {latitude: 1, longitude: 2}, maxDistanceInKilometers: 3}}`:                  `{"spot":{"$maxDistanceInKilometers":3,"$nearSphere":{"__type":"GeoPoint","latitude":1,"longitude":2}}}`,
		`{OR: [{size: {equalTo: 1}}, {NOR: [{open: {equalTo: true}}]}]}`:                                 `{"$or":[{"size":{"$eq":1}},{"$nor":[{"open":{"$eq":true}}]}]}`,
		`{ref: {inQueryKey: {query: {className: "Plan", where: {size: {greaterThan: 1}}}, key: "ref"}}}`: `{"ref":{"$select":{"key":"ref","query":{"className":"Plan","where":{"size":{"$gt":1}}}}}}`,
	} {
		a := newAsked(`{ plans(where: ` + in + `) { count } }`)
		a.server.answers = map[string]string{"GET classes/Plan": `{"results":[],"count":0}`}
		require.Equal(t, `200: {"data":{"plans":{"count":0}}}`, a.answer(t), in)
		require.Equal(t, []string{`GET classes/Plan {"count":true,"limit":0,"where":` + want + `}`}, a.server.said, in)
	}
}

// A condition of null compares with nothing.
func TestConditionsOfNull(t *testing.T) {
	for in, at := range map[string]string{
		`{ref: null}`:                            "where.ref",
		`{size: {lessThan: null}}`:               "where.size.lessThan",
		`{lead: {have: {username: {in: null}}}}`: "where.lead.have.username.in",
	} {
		a := newAsked(`{ plans(where: ` + in + `) { count } }`)
		answer := a.answer(t)
		require.Contains(t, answer, `"code":102`, in)
		require.Contains(t, answer, `"message":"`+at+` is null: `, in)
		require.Empty(t, a.server.said)
	}
}
