package auditserver_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func session(token string) string { return `,"sessionToken":"` + token + `"` }

func TestLiveQueryACLDecidesForEachEvent(t *testing.T) {
	b := newLiveBench(t, nil)
	ada, token := b.signUp("ada")
	s, stranger := b.connect(), b.connect()
	s.subscribe(1, "Live", `{}`, session(token))
	stranger.subscribe(1, "Live", `{}`, "")

	mine := object{ada: object{"read": true}}
	id := b.create("Live", object{"n": 1, "ACL": mine})
	s.event("create", 1)

	b.rest("PUT", "classes/Live/"+id, "", object{"n": 2, "ACL": object{}})
	e := s.event("leave", 1)
	require.EqualValues(t, 1, e["object"].(object)["n"], "who lost the right to read sees the old state")

	b.rest("PUT", "classes/Live/"+id, "", object{"n": 3})
	b.rest("PUT", "classes/Live/"+id, "", object{"ACL": mine})
	e = s.event("enter", 1)
	require.EqualValues(t, 3, e["object"].(object)["n"])
	require.NotContains(t, e, "original", "it could not be read before")

	b.rest("DELETE", "classes/Live/"+id, "", nil)
	s.event("delete", 1)

	public := b.create("Live", object{"n": 9})
	require.Equal(t, public, stranger.event("create", 1)["object"].(object)["objectId"], "the stranger saw more than the public object")
}

func TestLiveQueryRolesCountForACLAndPermissions(t *testing.T) {
	b := newLiveBench(t, nil)
	ada, token := b.signUp("ada")
	_, other := b.signUp("bob")
	b.rest("POST", "roles", "", object{"name": "auditor", "ACL": object{},
		"users": object{"__op": "AddRelation", "objects": []object{{"__type": "Pointer", "className": "_User", "objectId": ada}}}})
	b.rest("POST", "schemas/LiveClosed", "", object{"className": "LiveClosed",
		"fields":                object{"n": object{"type": "Number"}},
		"classLevelPermissions": object{"find": object{"role:auditor": true}, "get": object{"role:auditor": true}}})
	s := b.connect()
	e := s.refusal(`{"op":"subscribe","requestId":1,"query":{"className":"LiveClosed","where":{}}` + session(other) + `}`)
	require.EqualValues(t, 119, e["code"])
	s.subscribe(2, "LiveClosed", `{}`, session(token))
	b.create("LiveClosed", object{"n": 1, "ACL": object{"role:auditor": object{"read": true}}})
	s.event("create", 2)

	role := b.rest("GET", "roles", "", nil)["results"].([]any)[0].(object)["objectId"].(string)
	b.rest("PUT", "roles/"+role, "", object{
		"users": object{"__op": "RemoveRelation", "objects": []object{{"__type": "Pointer", "className": "_User", "objectId": ada}}}})
	b.create("LiveClosed", object{"n": 2, "ACL": object{"role:auditor": object{"read": true}}})
	e = s.hear()
	require.Equal(t, "error", e["op"], "the permission is checked for every event")
	require.EqualValues(t, 119, e["code"])
	require.EqualValues(t, 2, e["requestId"])
}

func TestLiveQueryPointerPermissions(t *testing.T) {
	b := newLiveBench(t, nil)
	ada, token := b.signUp("ada")
	b.rest("POST", "schemas/LiveOwned", "", object{"className": "LiveOwned",
		"fields":                object{"n": object{"type": "Number"}, "owner": object{"type": "Pointer", "targetClass": "_User"}},
		"classLevelPermissions": object{"find": object{"pointerFields": []string{"owner"}}}})
	s := b.connect()
	for _, path := range []string{"owner.email", "owner.objectId"} {
		require.EqualValues(t, 102, s.refusal(`{"op":"subscribe","requestId":1,"query":{"className":"LiveOwned","where":{"` + path + `":"x"}}` + session(token) + `}`)["code"])
	}
	s.subscribe(1, "LiveOwned", `{}`, session(token))
	b.create("LiveOwned", object{"n": 1})
	b.create("LiveOwned", object{"n": 2, "owner": object{"__type": "Pointer", "className": "_User", "objectId": ada}})
	require.EqualValues(t, 2, s.event("create", 1)["object"].(object)["n"])
}

func TestLiveQueryProtectedFields(t *testing.T) {
	b := newLiveBench(t, nil)
	b.rest("POST", "schemas/LiveSecret", "", object{"className": "LiveSecret",
		"fields": object{"n": object{"type": "Number"}, "salary": object{"type": "Number"}},
		"classLevelPermissions": object{"find": object{"*": true}, "get": object{"*": true},
			"protectedFields": object{"*": []string{"salary"}}}})
	s := b.connect()
	for _, frame := range []string{
		`{"op":"subscribe","requestId":1,"query":{"className":"LiveSecret","where":{"$or":[{"salary":{"$gt":1}}]}}}`,
		`{"op":"subscribe","requestId":1,"query":{"className":"LiveSecret","where":{},"watch":["salary"]}}`,
	} {
		require.EqualValues(t, 119, s.refusal(frame)["code"])
	}
	s.subscribe(1, "LiveSecret", `{}`, "")
	id := b.create("LiveSecret", object{"n": 1, "salary": 100})
	require.NotContains(t, s.event("create", 1)["object"].(object), "salary")
	b.rest("PUT", "classes/LiveSecret/"+id, "", object{"salary": 200})
	e := s.event("update", 1)
	require.NotContains(t, e["object"].(object), "salary")
	require.NotContains(t, e["original"].(object), "salary")
}

// A column that becomes protected ends the subscriptions that ask for it, with
// the next change at the latest; others go on.
func TestLiveQueryEndsWhenItsColumnsBecomeProtected(t *testing.T) {
	b := newLiveBench(t, nil)
	columns := object{"n": object{"type": "Number"}, "salary": object{"type": "Number"}}
	open := object{"find": object{"*": true}, "get": object{"*": true}}
	b.rest("POST", "schemas/LiveSecret", "", object{"className": "LiveSecret", "fields": columns, "classLevelPermissions": open})
	s, watcher := b.connect(), b.connect()
	s.subscribe(1, "LiveSecret", `{"$or":[{"salary":{"$gt":50}},{"n":7}]}`, "")
	s.subscribe(2, "LiveSecret", `{"n":{"$gt":0}}`, "")
	watcher.say(`{"op":"subscribe","requestId":1,"query":{"className":"LiveSecret","where":{},"watch":["salary"]}}`)
	require.Equal(t, "subscribed", watcher.hear()["op"])
	b.rest("PUT", "schemas/LiveSecret", "", object{"className": "LiveSecret", "classLevelPermissions": object{
		"find": object{"*": true}, "get": object{"*": true}, "protectedFields": object{"*": []string{"salary"}}}})
	b.create("LiveSecret", object{"n": 1, "salary": 100})

	heard := map[any]object{}
	for range 2 {
		e := s.hear()
		heard[e["requestId"]] = e
	}
	require.Equal(t, "error", heard[float64(1)]["op"])
	require.EqualValues(t, 119, heard[float64(1)]["code"])
	require.Equal(t, "create", heard[float64(2)]["op"])
	require.NotContains(t, heard[float64(2)]["object"].(object), "salary")
	require.EqualValues(t, 119, watcher.hear()["code"])
}

// A class that closes takes only its own subscriptions along.
func TestLiveQueryOfOtherClassesOutlivesAClosedOne(t *testing.T) {
	b := newLiveBench(t, nil)
	b.rest("POST", "schemas/LiveShut", "", object{"className": "LiveShut", "fields": object{"n": object{"type": "Number"}},
		"classLevelPermissions": object{"find": object{"*": true}}})
	s := b.connect()
	s.subscribe(1, "LiveShut", `{}`, "")
	s.subscribe(2, "Live", `{}`, "")
	b.rest("PUT", "schemas/LiveShut", "", object{"className": "LiveShut", "classLevelPermissions": object{"find": object{}}})
	b.create("LiveShut", object{"n": 1})
	e := s.hear()
	require.EqualValues(t, 119, e["code"])
	require.EqualValues(t, 1, e["requestId"])
	b.create("Live", object{"n": 2})
	s.event("create", 2)
}

func TestLiveQuerySessionEndIsTold(t *testing.T) {
	b := newLiveBench(t, nil)
	ada, token := b.signUp("ada")
	s := b.connect()
	require.EqualValues(t, 209, s.refusal(`{"op":"subscribe","requestId":1,"query":{"className":"Live","where":{}},"sessionToken":"r:nonsense"}`)["code"])
	s.subscribe(1, "Live", `{}`, session(token))
	b.create("Live", object{"n": 1, "ACL": object{ada: object{"read": true}}})
	s.event("create", 1)
	b.rest("POST", "logout", token, object{})
	b.create("Live", object{"n": 2, "ACL": object{ada: object{"read": true}}})
	e := s.hear()
	require.Equal(t, "error", e["op"])
	require.EqualValues(t, 209, e["code"])
	require.EqualValues(t, 1, e["requestId"])
}

func TestLiveQueryConnectionTokenServesSubscriptionsWithoutOne(t *testing.T) {
	b := newLiveBench(t, nil)
	ada, token := b.signUp("ada")
	s := b.dial("/parse")
	s.say(`{"op":"connect","applicationId":"app","javascriptKey":"js"` + session(token) + `}`)
	require.Equal(t, "connected", s.hear()["op"])
	s.subscribe(1, "Live", `{}`, "")
	b.create("Live", object{"ACL": object{ada: object{"read": true}}})
	s.event("create", 1)
}

func TestLiveQueryMasterKeySeesAll(t *testing.T) {
	b := newLiveBench(t, nil)
	s := b.dial("/parse")
	s.say(`{"op":"connect","applicationId":"app","masterKey":"master"}`)
	require.Equal(t, "connected", s.hear()["op"])
	s.subscribe(1, "Live", `{}`, "")
	b.create("Live", object{"ACL": object{}})
	s.event("create", 1)
}

func TestLiveQuerySessionsShowOnlyOnesOwn(t *testing.T) {
	b := newLiveBench(t, nil)
	_, token := b.signUp("ada")
	s := b.connect()
	require.EqualValues(t, 209, s.refusal(`{"op":"subscribe","requestId":1,"query":{"className":"_Session","where":{}}}`)["code"])
	s.subscribe(1, "_Session", `{}`, session(token))
	b.signUp("bob")
	b.rest("POST", "login", "", object{"username": "ada", "password": "pw"})
	e := s.event("create", 1)["object"].(object)
	require.Equal(t, "login", e["createdWith"].(object)["action"])
	require.NotContains(t, e, "sessionToken")
}

// The token of a session is shown to whom it belongs, and not to the other sessions of
// the user or to the master key, who may read the session too.
func TestLiveQuerySessionTokenIsShownToItsOwner(t *testing.T) {
	b := newLiveBench(t, nil)
	_, first := b.signUp("ada")
	second := b.rest("POST", "login", "", object{"username": "ada", "password": "pw"})["sessionToken"].(string)
	s := b.dial("/parse")
	s.say(`{"op":"connect","applicationId":"app","masterKey":"master"}`)
	require.Equal(t, "connected", s.hear()["op"])
	s.subscribe(1, "_Session", `{}`, session(first))
	s.subscribe(2, "_Session", `{}`, session(second))
	s.subscribe(3, "_Session", `{}`, "")
	for round := range 10 { // they are served in any order
		b.rest("PUT", "sessions/"+b.rest("GET", "sessions/me", first, nil)["objectId"].(string), "", object{"note": fmt.Sprint(round)})
		for range 3 {
			e := s.hear()
			require.Equal(t, "update", e["op"])
			for _, state := range []string{"object", "original"} {
				if shown := e[state].(object); e["requestId"] == 1.0 {
					require.Equal(t, first, shown["sessionToken"])
				} else {
					require.NotContains(t, shown, "sessionToken")
				}
			}
		}
	}
}

func TestLiveQueryQuirksStaySilent(t *testing.T) {
	b := newLiveBench(t, func(c *auditserver.Config) { c.Quirks = true })
	s := b.connect()
	s.subscribe(1, "NotLive", `{}`, "")
	s.subscribe(2, "Live", `{}`, session("r:nonsense"))
	s.subscribe(3, "Live", `{"p":{"$inQuery":{"className":"Live","where":{}}}}`, "")
	b.create("Live", object{"n": 1})
	s.event("create", 2)
}

// Whoever names odd keys changes nothing for those who name others.
func TestLiveQueryKeysAreNotMistakenForOthers(t *testing.T) {
	b := newLiveBench(t, nil)
	plain, odd := b.connect(), b.connect()
	for s, keys := range map[*liveSocket]string{plain: `["a","b"]`, odd: `["a\u0000b"]`} {
		s.say(`{"op":"subscribe","requestId":1,"query":{"className":"LivePlan","where":{},"keys":` + keys + `}}`)
		require.Equal(t, "subscribed", s.hear()["op"])
	}
	for n := range 20 { // either may be told first
		b.create("LivePlan", object{"a": n, "b": n})
		shown := plain.event("create", 1)["object"].(object)
		require.EqualValues(t, n, shown["a"])
		require.EqualValues(t, n, shown["b"])
		require.NotContains(t, odd.event("create", 1)["object"], "a")
	}
}
