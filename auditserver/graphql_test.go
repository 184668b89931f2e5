package auditserver_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/auditserver/graphql"
)

// openGraphQL starts a server with two classes, and gives the client of the master key.
func openGraphQL(t testing.TB, change func(*auditserver.Config)) *client {
	_, m := open(t, func(cfg *auditserver.Config) {
		cfg.GraphQL, cfg.GraphQLEngine, cfg.PublicUsers = true, graphql.Engine(), true
		if change != nil {
			change(cfg)
		}
	})
	m.must(http.MethodPost, "/schemas/Plan", `{"fields":{"ref":{"type":"String","required":true},"size":{"type":"Number"},"open":{"type":"Boolean"},
		"start":{"type":"Date"},"lead":{"type":"Pointer","targetClass":"_User"},"crew":{"type":"Relation","targetClass":"_User"},"tags":{"type":"Array"},
		"form":{"type":"Object"},"sheet":{"type":"File"},"place":{"type":"GeoPoint"},"site":{"type":"Polygon"},"stamp":{"type":"Bytes"}}}`)
	m.must(http.MethodPost, "/schemas/Finding", `{"fields":{"text":{"type":"String"},"plan":{"type":"Pointer","targetClass":"Plan"},"plans":{"type":"Array"}}}`)
	return m
}

// graphQL sends a document with variables as JSON text.
func (c *client) graphQL(document, variables string) answer {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{"query": document, "variables": decoded(c.t, variables)})
	require.NoError(c.t, err)
	return c.sendGraphQL(http.MethodPost, "/graphql", "application/json", string(body))
}

func (c *client) sendGraphQL(method, target, contentType, body string) answer {
	c.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header = c.header.Clone()
	r.Header.Set("Content-Type", contentType)
	r.RemoteAddr = "127.0.0.1:4711"
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	a := answer{status: w.Code, raw: w.Body.Bytes(), header: w.Header()}
	_ = json.Unmarshal(a.raw, &a.body)
	return a
}

// shows sends a document and compares its data, JSON text.
func (c *client) shows(want, document, variables string) {
	c.t.Helper()
	a := c.graphQL(document, variables)
	require.Equal(c.t, http.StatusOK, a.status, "%s", a.raw)
	require.NotContains(c.t, a.body, "errors", "%s", a.raw)
	got, err := json.Marshal(a.body["data"], json.Deterministic(true))
	require.NoError(c.t, err)
	require.JSONEq(c.t, want, string(got))
}

// graphQLError sends a document that fails and gives its first error.
func (c *client) graphQLError(status int, document, variables string) (code any, message string) {
	c.t.Helper()
	a := c.graphQL(document, variables)
	require.Equal(c.t, status, a.status, "%s", a.raw)
	list, ok := a.body["errors"].([]any)
	require.True(c.t, ok, "%s", a.raw)
	first := list[0].(map[string]any)
	message, _ = first["message"].(string)
	return first["extensions"].(map[string]any)["code"], message
}

// decoded is the value of JSON text; nil for none.
func decoded(t testing.TB, text string) (v any) {
	if text != "" {
		require.NoError(t, json.Unmarshal([]byte(text), &v))
	}
	return v
}

// in gives what a path of names and indexes leads to.
func (a answer) in(path ...any) any {
	var v any = a.body
	for _, step := range path {
		switch s := step.(type) {
		case string:
			v = v.(map[string]any)[s]
		case int:
			v = v.([]any)[s]
		}
	}
	return v
}

func TestGraphQLObjects(t *testing.T) {
	m := openGraphQL(t, nil)
	ann, token := m.user("ann")
	c := m.as(token)

	made := c.graphQL(`mutation ($f: CreatePlanFieldsInput) { createPlan(input: {fields: $f, clientMutationId: "7"}) {
		clientMutationId plan { id objectId createdAt updatedAt ref size open start lead { objectId username } tags { ... on Element { value } } form
			place { latitude longitude } site { latitude } stamp ACL { public { read write } users { userId read write } } } } }`,
		`{"f":{"ref":"A","size":2.5,"open":false,"start":"2026-03-01T09:00:00.000Z","lead":{"link":"`+ann+`"},"tags":["x",1],"form":{"a":{"b":1}},
			"place":{"latitude":1,"longitude":2},"site":[{"latitude":0,"longitude":0},{"latitude":0,"longitude":1},{"latitude":1,"longitude":1}],"stamp":"aGk=",
			"ACL":{"public":{"read":true,"write":false},"users":[{"userId":"`+ann+`","read":true,"write":true}]}}}`)
	require.NotContains(t, made.body, "errors", "%s", made.raw)
	require.Equal(t, "7", made.in("data", "createPlan", "clientMutationId"))
	plan := made.in("data", "createPlan", "plan").(map[string]any)
	id, global := plan["objectId"].(string), plan["id"].(string)
	require.Equal(t, plan["createdAt"], plan["updatedAt"])
	require.Equal(t, map[string]any{"objectId": ann, "username": "ann"}, plan["lead"])
	require.Equal(t, []any{map[string]any{"value": "x"}, map[string]any{"value": 1.0}}, plan["tags"])
	require.Equal(t, map[string]any{"a": map[string]any{"b": 1.0}}, plan["form"])
	require.Equal(t, "2026-03-01T09:00:00.000Z", plan["start"])
	require.Equal(t, map[string]any{"latitude": 1.0, "longitude": 2.0}, plan["place"])
	require.Len(t, plan["site"], 4, "closed")
	require.Equal(t, "aGk=", plan["stamp"])
	require.Equal(t, map[string]any{"read": true, "write": false}, made.in("data", "createPlan", "plan", "ACL", "public"))

	for _, either := range []string{id, global} {
		c.shows(`{"plan":{"ref":"A","size":2.5,"open":false,"sheet":null}}`, `query ($id: ID!) { plan(id: $id) { ref size open sheet { name } } }`, `{"id":"`+either+`"}`)
	}
	c.shows(`{"node":{"__typename":"Plan","id":"`+global+`","ref":"A"}}`, `query ($id: ID!) { node(id: $id) { __typename id ... on Plan { ref } ... on Finding { text } } }`, `{"id":"`+global+`"}`)
	c.shows(`{"updatePlan":{"plan":{"objectId":"`+id+`","ref":"B","size":null,"lead":{"username":"ann"}}}}`,
		`mutation ($id: ID!) { updatePlan(input: {id: $id, fields: {ref: "B", size: null}}) { plan { objectId ref size lead { username } } } }`, `{"id":"`+global+`"}`)
	c.shows(`{"deletePlan":{"plan":{"ref":"B"}}}`, `mutation ($id: ID!) { deletePlan(input: {id: $id}) { plan { ref } } }`, `{"id":"`+id+`"}`)
	code, _ := c.graphQLError(http.StatusOK, `query ($id: ID!) { plan(id: $id) { ref } }`, `{"id":"`+id+`"}`)
	require.Equal(t, 101.0, code)
	code, _ = c.graphQLError(http.StatusOK, `{ plan(id: "") { ref } }`, "")
	require.Equal(t, 101.0, code)
}

func TestGraphQLFind(t *testing.T) {
	m := openGraphQL(t, nil)
	for _, ref := range []string{"A", "B", "C", "D", "E"} {
		plan := m.create("Plan", `{"ref":"`+ref+`","size":`+map[string]string{"A": "1", "B": "2", "C": "3", "D": "4", "E": "5"}[ref]+`,"form":{"site":{"name":"`+ref+`"}},"start":{"__type":"Date","iso":"2026-03-01T09:00:00.000Z"},"tags":["`+ref+`","all"]}`)
		m.create("Finding", `{"text":"on `+ref+`","plan":{"__type":"Pointer","className":"Plan","objectId":"`+plan+`"},"plans":[{"__type":"Pointer","className":"Plan","objectId":"`+plan+`"},"none"]}`)
	}
	page := func(arguments string) string {
		return `{ plans(order: [ref_ASC], ` + arguments + `) { count edges { node { ref } } } }`
	}
	list := func(count string, refs ...string) string {
		var nodes []string
		for _, ref := range refs {
			nodes = append(nodes, `{"node":{"ref":"`+ref+`"}}`)
		}
		return `{"plans":{"count":` + count + `,"edges":[` + strings.Join(nodes, ",") + `]}}`
	}
	for arguments, want := range map[string]string{
		`first: 2`:                           list("5", "A", "B"),
		`first: 2, skip: 1`:                  list("5", "B", "C"),
		`last: 2`:                            list("5", "D", "E"),
		`first: 4, last: 1`:                  list("5", "D"),
		`first: 0`:                           list("5"),
		`after: "YXJyYXljb25uZWN0aW9uOjM="`:  list("5", "E"),
		`before: "YXJyYXljb25uZWN0aW9uOjI="`: list("5", "A", "B"),
		`where: {ref: {equalTo: "B"}}`:       list("1", "B"),
		`where: {ref: {in: ["B", "C"]}}`:     list("2", "B", "C"),
		`where: {ref: {matchesRegex: "^[ab]", options: "i"}}`:                                                        list("2", "A", "B"),
		`where: {size: {greaterThan: 3, lessThanOrEqualTo: 4}}`:                                                      list("1", "D"),
		`where: {OR: [{ref: {equalTo: "A"}}, {size: {equalTo: 5}}]}`:                                                 list("2", "A", "E"),
		`where: {NOR: [{ref: {notEqualTo: "A"}}]}`:                                                                   list("1", "A"),
		`where: {start: {lessThan: "2026-03-01"}}`:                                                                   list("0"),
		`where: {start: {equalTo: "2026-03-01T10:00:00+01:00"}}`:                                                     list("5", "A", "B", "C", "D", "E"),
		`where: {open: {exists: true}}`:                                                                              list("0"),
		`where: {tags: {contains: ["all", "C"]}}`:                                                                    list("1", "C"),
		`where: {form: {equalTo: {key: "site.name", value: "D"}}}`:                                                   list("1", "D"),
		`where: {ref: {inQueryKey: {query: {className: "Finding", where: {text: {equalTo: "on B"}}}, key: "text"}}}`: list("0"),
	} {
		m.shows(want, page(arguments), "")
	}
	m.shows(`{"plans":{"pageInfo":{"hasNextPage":true,"hasPreviousPage":true,"startCursor":"YXJyYXljb25uZWN0aW9uOjE=","endCursor":"YXJyYXljb25uZWN0aW9uOjI="}}}`,
		`{ plans(first: 2, skip: 1) { pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`, "")
	m.shows(`{"findings":{"edges":[{"node":{"text":"on C","plan":{"ref":"C"},"plans":[{"__typename":"Plan","size":3},{"__typename":"Element","value":"none"}]}}]}}`,
		`{ findings(where: {plan: {have: {ref: {equalTo: "C"}}}}) { edges { node { text plan { ref } plans { __typename ... on Plan { size } ... on Element { value } } } } } }`, "")
	m.shows(`{"findings":{"count":4}}`, `{ findings(where: {plan: {haveNot: {ref: {equalTo: "C"}}}}) { count } }`, "")
	m.shows(`{"findings":{"count":5}}`, `{ findings(where: {plan: {exists: true}}) { count } }`, "")
	for arguments, message := range map[string]string{`first: -1`: "First should be", `skip: -1`: "Skip should be", `after: "x"`: "After is not a valid cursor", `where: {ref: null}`: "where.ref is null"} {
		code, text := m.graphQLError(http.StatusOK, page(arguments), "")
		require.Equal(t, 102.0, code)
		require.Contains(t, text, message)
	}
}

func TestGraphQLNestedWrites(t *testing.T) {
	m := openGraphQL(t, nil)
	ann, _ := m.user("ann")
	m.shows(`{"createFinding":{"finding":{"text":"t","plan":{"ref":"N","crew":{"count":1,"edges":[{"node":{"username":"ann"}}]}}}}}`,
		`mutation ($ann: ID!) { createFinding(input: {fields: {text: "t", plan: {createAndLink: {ref: "N", crew: {add: [$ann]}}}}}) {
			finding { text plan { ref crew(where: {username: {equalTo: "ann"}}) { count edges { node { username } } } } } } }`, `{"ann":"`+ann+`"}`)
	m.shows(`{"plans":{"count":1}}`, `{ plans(where: {crew: {have: {username: {equalTo: "ann"}}}}) { count } }`, "")

	// The plan is created with its finding or not at all.
	code, _ := m.graphQLError(http.StatusOK, `mutation { createFinding(input: {fields: {text: "t", plan: {createAndLink: {ref: "gone"}}, plans: [{constructor: 1}]}}) { clientMutationId } }`, "")
	require.NotNil(t, code)
	m.shows(`{"plans":{"count":0}}`, `{ plans(where: {ref: {equalTo: "gone"}}) { count } }`, "")

	code, _ = m.graphQLError(http.StatusOK, `mutation { createFinding(input: {fields: {plan: {}}}) { clientMutationId } }`, "")
	require.Equal(t, 106.0, code)
	code, _ = m.graphQLError(http.StatusOK, `mutation { createPlan(input: {fields: {ref: "x", crew: {}}}) { clientMutationId } }`, "")
	require.Equal(t, 106.0, code)
}

func TestGraphQLSessions(t *testing.T) {
	m := openGraphQL(t, nil)
	c := m.public()
	a := c.graphQL(`mutation { signUp(input: {fields: {username: "ben", password: "pw", email: "ben@example.com"}}) { viewer { sessionToken user { objectId username email } } } }`, "")
	require.NotContains(t, a.body, "errors", "%s", a.raw)
	require.Equal(t, "no-store", a.header.Get("Cache-Control"))
	require.Equal(t, "ben@example.com", a.in("data", "signUp", "viewer", "user", "email"))
	token := a.in("data", "signUp", "viewer", "sessionToken").(string)
	m.as(token).shows(`{"viewer":{"sessionToken":"`+token+`","user":{"username":"ben"}}}`, `{ viewer { sessionToken user { username } } }`, "")
	a = c.graphQL(`mutation { logIn(input: {username: "ben", password: "pw"}) { viewer { token: sessionToken } } }`, "")
	require.NotContains(t, a.body, "errors", "%s", a.raw)
	require.Equal(t, "no-store", a.header.Get("Cache-Control"))
	m.as(token).shows(`{"logOut":{"ok":true}}`, `mutation { logOut(input: {}) { ok } }`, "")
	require.Equal(t, 209, m.as(token).graphQL(`{ viewer { sessionToken } }`, "").code(), "refused credentials are answered as in REST")
	code, _ := c.graphQLError(http.StatusOK, `{ viewer { sessionToken } }`, "")
	require.Equal(t, 209.0, code)
	code, _ = c.graphQLError(http.StatusOK, `mutation { logIn(input: {username: "ben", password: "no"}) { viewer { sessionToken } } }`, "")
	require.Equal(t, 101.0, code)
	require.Equal(t, http.StatusForbidden, c.with("X-Parse-Application-Id", "other").graphQL(`{ health }`, "").status)

	// One document may not try many passwords.
	tries := ""
	for i := range 7 {
		tries += string(rune('a'+i)) + `: logIn(input: {username: "ben", password: "no"}) { viewer { sessionToken } } `
	}
	a = c.graphQL(`mutation { `+tries+` }`, "")
	require.Equal(t, 101.0, a.in("errors", 4, "extensions", "code"))
	require.Equal(t, 107.0, a.in("errors", 5, "extensions", "code"))
	require.Contains(t, a.in("errors", 5, "message"), "limits.batchLogIns")
}

func TestGraphQLClassesAndConfig(t *testing.T) {
	m := openGraphQL(t, nil)
	m.shows(`{"createClass":{"class":{"name":"Site","schemaFields":[{"name":"ACL","__typename":"SchemaACLField"},{"name":"code","__typename":"SchemaStringField"},
		{"name":"createdAt","__typename":"SchemaDateField"},{"name":"objectId","__typename":"SchemaStringField"},
		{"name":"plan","__typename":"SchemaPointerField","targetClassName":"Plan"},{"name":"updatedAt","__typename":"SchemaDateField"}]}}}`,
		`mutation { createClass(input: {name: "Site", schemaFields: {addStrings: [{name: "code"}], addPointers: [{name: "plan", targetClassName: "Plan"}]}}) {
			class { name schemaFields { name __typename ... on SchemaPointerField { targetClassName } } } } }`, "")
	m.shows(`{"sites":{"count":0}}`, `{ sites { count } }`, "") // the schema has the new class at once
	m.shows(`{"updateClass":{"class":{"name":"Site"}}}`, `mutation { updateClass(input: {name: "Site", schemaFields: {addGeoPoint: {name: "at"}, remove: [{name: "code"}]}}) { class { name } } }`, "")
	code, message := m.graphQLError(http.StatusOK, `mutation { updateClass(input: {name: "Site", schemaFields: {addStrings: [{name: "at"}]}}) { class { name } } }`, "")
	require.Equal(t, 105.0, code)
	require.Equal(t, "Duplicated field name: at", message)
	m.shows(`{"deleteClass":{"class":{"name":"Site"}}}`, `mutation { deleteClass(input: {name: "Site"}) { class { name } } }`, "")
	code, _ = m.graphQLError(http.StatusOK, `{ class(name: "Site") { name } }`, "")
	require.Equal(t, 103.0, code)
	for _, document := range []string{`{ classes { name } }`, `{ class(name: "Plan") { name } }`, `{ cloudConfig(paramName: "a") { value } }`,
		`mutation { createClass(input: {name: "X"}) { class { name } } }`, `mutation { updateCloudConfig(input: {paramName: "a", value: "b"}) { cloudConfig { value } } }`} {
		code, _ := m.public().graphQLError(http.StatusOK, document, "")
		require.Equal(t, 119.0, code, document)
	}
	m.shows(`{"updateCloudConfig":{"cloudConfig":{"value":"b","isMasterKeyOnly":true}}}`,
		`mutation { updateCloudConfig(input: {paramName: "a", value: "b", isMasterKeyOnly: true}) { cloudConfig { value isMasterKeyOnly } } }`, "")
	m.shows(`{"cloudConfig":{"value":"b","isMasterKeyOnly":true}}`, `{ cloudConfig(paramName: "a") { value isMasterKeyOnly } }`, "")
}

func TestGraphQLPasswords(t *testing.T) {
	var token string
	m := openGraphQL(t, func(cfg *auditserver.Config) {
		cfg.PasswordReset = func(_, _, sent string) error { token = sent; return nil }
	})
	m.user("ann")
	c := m.public()
	c.shows(`{"resetPassword":{"ok":true}}`, `mutation { resetPassword(input: {email: "ann@example.com"}) { ok } }`, "")
	require.NotEmpty(t, token)
	const confirm = `mutation ($t: String!, $p: String!) { confirmResetPassword(input: {username: "ann", password: $p, token: $t}) { ok } }`
	for _, variables := range []string{`{"t":"guessed","p":"new"}`, `{"t":"` + token + `","p":""}`} {
		code, _ := c.graphQLError(http.StatusOK, confirm, variables)
		require.NotZero(t, code)
	}
	c.shows(`{"confirmResetPassword":{"ok":true}}`, confirm, `{"t":"`+token+`","p":"new"}`)
	c.shows(`{"logIn":{"viewer":{"user":{"username":"ann"}}}}`, `mutation { logIn(input: {username: "ann", password: "new"}) { viewer { user { username } } } }`, "")
	code, _ := c.graphQLError(http.StatusOK, `mutation { challenge(input: {}) { challengeData } }`, "")
	require.Equal(t, -1.0, code)
}
