package auditserver_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestACLsAndNestedRoles(t *testing.T) {
	_, m := open(t, nil)
	ann, annToken := m.user("ann")
	bob, bobToken := m.user("bob")
	m.refused(400, 111, http.MethodPost, "/roles", `{"name":"x"}`)
	role := func(name, user, child string) string {
		body := `{"name":"` + name + `","ACL":{"*":{"read":true}}`
		if user != "" {
			body += `,"users":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_User","objectId":"` + user + `"}]}`
		}
		if child != "" {
			body += `,"roles":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_Role","objectId":"` + child + `"}]}`
		}
		return m.must(http.MethodPost, "/roles", body+"}").text("objectId")
	}
	doc := m.create("Doc", `{"t":"x","ACL":{"role:staff":{"read":true},"`+ann+`":{"read":true,"write":true}}}`)
	m.as(annToken).must(http.MethodPut, "/classes/Doc/"+doc, `{"t":"y"}`)
	m.as(bobToken).refused(404, 101, http.MethodGet, "/classes/Doc/"+doc, nil)
	require.Empty(t, m.as(bobToken).must(http.MethodGet, "/classes/Doc", nil).results(t))

	editors := role("editors", bob, "")
	role("staff", "", editors)
	m.refused(400, 137, http.MethodPost, "/roles", `{"name":"staff","ACL":{}}`)
	require.Len(t, m.as(bobToken).must(http.MethodGet, "/classes/Doc", nil).results(t), 1, "children have the parent's rights, at once")
	m.as(bobToken).refused(404, 101, http.MethodPut, "/classes/Doc/"+doc, `{"t":"z"}`)
	m.as(bobToken).refused(404, 101, http.MethodDelete, "/classes/Doc/"+doc, nil)
	m.must(http.MethodPut, "/roles/"+editors, `{"users":{"__op":"RemoveRelation","objects":[{"__type":"Pointer","className":"_User","objectId":"`+bob+`"}]}}`)
	require.Empty(t, m.as(bobToken).must(http.MethodGet, "/classes/Doc", nil).results(t))
	for _, field := range []string{"name", "ACL"} {
		m.refused(400, 111, http.MethodPut, "/roles/"+editors, `{"`+field+`":{"__op":"Delete"}}`)
	}

	m.must(http.MethodPut, "/classes/Doc/"+doc, `{"ACL":null}`)
	require.Empty(t, m.public().must(http.MethodGet, "/classes/Doc", nil).results(t), "null leaves it as it is")
	m.must(http.MethodPut, "/classes/Doc/"+doc, `{"ACL":{"__op":"Delete"}}`)
	require.Len(t, m.public().must(http.MethodGet, "/classes/Doc", nil).results(t), 1, "unset means public")
}

func TestClassPermissions(t *testing.T) {
	_, m := open(t, nil)
	ann, annToken := m.user("ann")
	_, bobToken := m.user("bob")
	schema := `{"fields":{"owner":{"type":"Pointer","targetClass":"_User"},"t":{"type":"String","required":true},"secret":{"type":"String"}},
		"classLevelPermissions":{"find":{"requiresAuthentication":true},"get":{"requiresAuthentication":true},"count":{"requiresAuthentication":true},
		"create":{"role:staff":true},"update":{"pointerFields":["owner"]},"delete":{},"addField":{},
		"protectedFields":{"*":["secret"],"userField:owner":[]},"ACL":{"currentUser":{"read":true,"write":true},"*":{"read":true,"write":true}}}}`
	m.must(http.MethodPost, "/schemas/Case", schema)
	p, a, b := m.public(), m.as(annToken), m.as(bobToken)
	p.refused(404, 101, http.MethodGet, "/classes/Case", nil)
	a.refused(400, 119, http.MethodPost, "/classes/Case", `{"t":"x"}`)
	a.refused(400, 142, http.MethodPost, "/classes/Case", `{}`)
	a.refused(400, 119, http.MethodPost, "/classes/Case", `{"t":"x","more":1}`)
	m.must(http.MethodPost, "/roles", `{"name":"staff","ACL":{},"users":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_User","objectId":"`+ann+`"}]}}`)
	made := a.must(http.MethodPost, "/classes/Case", `{"t":"x","secret":"s","owner":{"__type":"Pointer","className":"_User","objectId":"`+ann+`"}}`)
	require.Equal(t, map[string]any{"*": map[string]any{"read": true, "write": true}, ann: map[string]any{"read": true, "write": true}}, made.body["ACL"], "the default ACL is echoed")
	id := made.text("objectId")
	a.must(http.MethodPut, "/classes/Case/"+id, `{"t":"y"}`)
	a.refused(400, 142, http.MethodPut, "/classes/Case/"+id, `{"t":""}`)
	b.refused(404, 101, http.MethodPut, "/classes/Case/"+id, `{"t":"z"}`)
	p.refused(404, 101, http.MethodPut, "/classes/Case/"+id, `{"t":"z"}`)
	a.refused(400, 119, http.MethodDelete, "/classes/Case/"+id, nil)
	require.NotContains(t, b.must(http.MethodGet, "/classes/Case/"+id, nil).body, "secret")
	require.Equal(t, "s", a.must(http.MethodGet, "/classes/Case/"+id, nil).text("secret"), "the owner sees it")
	b.refused(400, 119, http.MethodGet, "/classes/Case?where="+url.QueryEscape(`{"secret":"s"}`), nil)

	m.must(http.MethodPut, "/schemas/Case", `{"classLevelPermissions":{"find":{"pointerFields":["owner"]},"get":{"pointerFields":["owner"]},"protectedFields":{"*":["secret"]}}}`)
	require.Len(t, a.must(http.MethodGet, "/classes/Case", nil).results(t), 1)
	require.Empty(t, b.must(http.MethodGet, "/classes/Case", nil).results(t))
	require.Empty(t, p.must(http.MethodGet, "/classes/Case", nil).results(t))
	b.refused(404, 101, http.MethodGet, "/classes/Case/"+id, nil)
	a.refused(400, 119, http.MethodGet, "/classes/Case?count=1&limit=0", nil)
	inQuery := "/classes/_User?where=" + url.QueryEscape(`{"objectId":{"$select":{"query":{"className":"Case","where":{"secret":"s"}},"key":"t"}}}`)
	b.refused(400, 119, http.MethodGet, inQuery, nil)
}

func TestFindAndCountAreTwoPermissions(t *testing.T) {
	_, m := open(t, nil)
	ann, annToken := m.user("ann")
	m.must(http.MethodPost, "/schemas/Plan", `{"className":"Plan","fields":{"owner":{"type":"Pointer","targetClass":"_User"},"title":{"type":"String"}},
		"classLevelPermissions":{"find":{"*":true},"count":{"pointerFields":["owner"]},"get":{"*":true},"create":{},"update":{},"delete":{},"addField":{}}}`)
	m.create("Plan", `{"owner":{"__type":"Pointer","className":"_User","objectId":"`+ann+`"}}`)
	m.create("Plan", `{"title":"nobody's"}`)
	both := m.as(annToken).must(http.MethodGet, "/classes/Plan?count=1", nil)
	require.Len(t, both.results(t), 2, "who may count some may still find all")
	require.Equal(t, 1.0, both.body["count"])
	both = m.public().must(http.MethodGet, "/classes/Plan?count=1", nil)
	require.Len(t, both.results(t), 2)
	require.Equal(t, 0.0, both.body["count"])
}

// Including is getting, and asks for no permission to find.
func TestIncludingIsGetting(t *testing.T) {
	_, m := open(t, nil)
	_, annToken := m.user("ann")
	m.must(http.MethodPost, "/schemas/Owned", `{"fields":{"owner":{"type":"Pointer","targetClass":"_User"}},
		"classLevelPermissions":{"find":{},"get":{"pointerFields":["owner"]},"count":{},"create":{},"update":{},"delete":{},"addField":{}}}`)
	pointer := func(id string) string { return `{"__type":"Pointer","className":"Owned","objectId":"` + id + `"}` }
	one, two := m.create("Owned", `{}`), m.create("Owned", `{}`)
	m.create("Holder", `{"n":1,"to":`+pointer(one)+`}`)
	m.create("Holder", `{"n":2,"to":`+pointer(two)+`}`)
	one = `{"to":{"$inQuery":{"className":"Owned","where":{"objectId":"` + one + `"}}}}`
	p, a := m.public(), m.as(annToken)
	for _, query := range []string{"include=to", `include=to&where={"n":1}`, "where=" + one} {
		path := "/classes/Holder?" + (&url.URL{RawQuery: query}).Query().Encode()
		p.refused(404, 101, http.MethodGet, path, nil)
		a.must(http.MethodGet, path, nil)
	}
	require.Len(t, a.must(http.MethodGet, "/classes/Holder?include=to", nil).results(t), 2)
	require.Empty(t, a.must(http.MethodGet, "/classes/Holder?where="+url.QueryEscape(one), nil).results(t))
}
