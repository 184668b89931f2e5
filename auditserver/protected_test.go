package auditserver_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// TestProtectedFieldsCannotBeLearned asks for what bob may not see by every
// way a query can name a field. Each answer is a refusal, or says nothing.
func TestProtectedFieldsCannotBeLearned(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.PublicUsers, c.AllowClientClassCreation = true, true })
	ann, _ := m.user("ann")
	_, token := m.user("bob")
	m.must(http.MethodPost, "/schemas/Plan", `{"fields":{"ref":{"type":"String"},"mail":{"type":"String"},"lead":{"type":"Pointer","targetClass":"_User"},
		"hidden":{"type":"Pointer","targetClass":"_User"},"crew":{"type":"Relation","targetClass":"_User"},"leads":{"type":"Relation","targetClass":"_User"},"form":{"type":"Object"}},
		"classLevelPermissions":{"find":{"*":true},"get":{"*":true},"count":{"*":true},"protectedFields":{"*":["hidden","crew","form"]}}}`)
	lead := `{"__type":"Pointer","className":"_User","objectId":"` + ann + `"}`
	plan := m.create("Plan", `{"ref":"A","mail":"ann@example.com","lead":`+lead+`,"hidden":`+lead+`,"form":{"k":"v"},"crew":{"__op":"AddRelation","objects":[`+lead+`]}}`)
	bob := m.as(token)
	pointer := `{"__type":"Pointer","className":"Plan","objectId":"` + plan + `"}`

	refused := map[int][]string{
		119: {
			`/users?where={"email":"ann@example.com"}`,
			`/users?where={"email":{"$regex":"^a"}}`,
			`/users?where={"email":null}`,
			`/users?where={"$nor":[{"email":{"$exists":false}}]}`,
			`/users?where={"$and":[{"$or":[{"email":{"$gt":"a"}}]}]}`,
			`/users?where={"email":{"$select":{"query":{"className":"Plan","where":{}},"key":"mail"}}}`,
			`/users?count=1&limit=0&where={"email":"ann@example.com"}`,
			`/users?where={"authData.anonymous.id":"x"}`,
			`/users?order=email`, `/users?order=-email`, `/users?order=username,-email`, `/users?order=%20email`, `/users?order=["username","email"]`, `/users?order=email.x`,
			`/users?order=authData`, `/users?order=authData.anonymous.id`,
			`/users?where={"$relatedTo":{"object":` + pointer + `,"key":"crew"}}`,
			`/classes/Plan?where={"lead":{"$inQuery":{"className":"_User","where":{"email":"ann@example.com"}}}}`,
			`/classes/Plan?where={"lead":{"$notInQuery":{"className":"_User","where":{"$or":[{"email":"ann@example.com"}]}}}}`,
			`/classes/Plan?where={"$or":[{"mail":{"$select":{"query":{"className":"_User","where":{}},"key":"email"}}}]}`,
			`/classes/Plan?where={"mail":{"$dontSelect":{"query":{"className":"_User","where":{}},"key":"email"}}}`,
			`/classes/Plan?where={"hidden":` + lead + `}`,
			`/classes/Plan?where={"crew":` + lead + `}`,
			`/classes/Plan?where={"hidden":{"$inQuery":{"className":"_User","where":{}}}}`,
			`/classes/Plan?where={"form.k":"v"}`,
			`/classes/Plan?order=form.k`,
			`/classes/Plan?order=hidden.objectId`,
			`/classes/_User?redirectClassNameForKey=x&order=email`,
			`/classes/Plan?redirectClassNameForKey=leads&where={"email":"ann@example.com"}`,
			`/classes/Plan?redirectClassNameForKey=leads&order=email`,
		},
		102: { // a column behind a pointer: nobody's, and no silent nothing
			`/classes/Plan?order=lead.email`,
			`/classes/Plan?order=-lead.username`,
			`/classes/Plan?where={"lead.email":"ann@example.com"}`,
			`/classes/Plan?where={"$nor":[{"lead.email":{"$regex":"^a"}}]}`,
			`/classes/Plan?where={"lead.username":{"$exists":true}}`,
			`/users?where={"username":{"$select":{"query":{"className":"Plan","where":{}},"key":"lead.username"}}}`,
			`/users?where={"username":{"$select":{"query":{"className":"Plan","where":{"lead.email":"x"}},"key":"ref"}}}`,
			`/classes/Plan?count=1&limit=0&where={"lead.email":{"$gt":"a"}}`,
		},
	}
	for code, paths := range refused {
		for _, path := range paths {
			a := bob.do(http.MethodGet, escaped(t, path), nil)
			require.Equal(t, code, a.code(), "%s: %s", path, a.raw)
			require.NotContains(t, string(a.raw), "example.com")
		}
	}
	for _, path := range []string{`/aggregate/_User?distinct=email`, `/aggregate/_User?$group={"_id":"$email"}`, `/aggregate/Plan?distinct=lead.email`} {
		require.Equal(t, http.StatusForbidden, bob.do(http.MethodGet, escaped(t, path), nil).status, path)
	}
	m.refused(400, 102, http.MethodGet, `/aggregate/Plan?distinct=lead.email`, nil)
	m.refused(400, 102, http.MethodGet, `/classes/Plan?order=lead.email`, nil)
	bob.refused(400, 105, http.MethodGet, `/users?order=_hashed_password`, nil)
	for _, path := range []string{
		`/users?keys=email,authData`, `/users?excludeKeys=username`, `/users/` + ann + `?keys=email`,
		`/classes/Plan?keys=lead.email,hidden,form`, `/classes/Plan?include=lead,hidden&keys=ref`, `/classes/Plan?include=*&excludeKeys=mail`,
		`/classes/Plan/` + plan + `?include=lead.email,hidden.email&keys=ref`, `/classes/Plan?redirectClassNameForKey=leads`,
		`/users?where={"password":{"$exists":true}}&order=password`,
	} {
		a := bob.must(http.MethodGet, escaped(t, path), nil)
		for _, secret := range []string{"ann@example.com", `"hidden"`, `"form"`, "$2a$"} {
			require.NotContains(t, string(a.raw), secret, path)
		}
	}
}

// TestUnreadableClassesAndObjects follows sub-queries, relations and includes
// into what the caller may not find or read.
func TestUnreadableClassesAndObjects(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.AllowClientClassCreation = true })
	_, token := m.user("bob")
	bob := m.as(token)
	m.must(http.MethodPost, "/schemas/Closed", `{"fields":{"name":{"type":"String"}},"classLevelPermissions":{"find":{},"get":{}}}`)
	closed := m.create("Closed", `{"name":"secret"}`)
	private := m.create("Private", `{"name":"secret","ACL":{}}`)
	phone := m.must(http.MethodPost, "/installations", `{"deviceType":"ios","installationId":"i","deviceToken":"secret"}`).text("objectId")
	to := func(class, id string) string {
		return `{"__type":"Pointer","className":"` + class + `","objectId":"` + id + `"}`
	}
	m.create("Open", `{"name":"secret","closed":`+to("Closed", closed)+`,"private":`+to("Private", private)+`,"phone":`+to("_Installation", phone)+`,"list":[`+to("Private", private)+`],
		"closeds":{"__op":"AddRelation","objects":[`+to("Closed", closed)+`]},"phones":{"__op":"AddRelation","objects":[`+to("_Installation", phone)+`]}}`)
	phone2 := m.must(http.MethodPost, "/installations", `{"deviceType":"ios","installationId":"j","deviceToken":"secret2"}`).text("objectId")
	m.create("Open", `{"phone":`+to("_Installation", phone2)+`}`)

	for _, path := range []string{
		`/classes/Open?where={"closed":{"$inQuery":{"className":"Closed","where":{"name":"secret"}}}}`,
		`/classes/Open?where={"closed":{"$notInQuery":{"className":"Closed","where":{"name":"x"}}}}`,
		`/classes/Open?where={"$or":[{"name":{"$select":{"query":{"className":"Closed","where":{}},"key":"name"}}}]}`,
		`/classes/Open?where={"phone":{"$inQuery":{"className":"_Installation","where":{"deviceToken":{"$regex":"^s"}}}}}`,
		`/classes/Open?where={"name":{"$dontSelect":{"query":{"className":"_Installation","where":{}},"key":"deviceToken"}}}`,
		`/classes/Open?where={"closed":{"$inQuery":{"className":"Open","redirectClassNameForKey":"closeds","where":{"name":"secret"}}}}`,
		`/classes/Open?redirectClassNameForKey=phones`,
		`/classes/Open?redirectClassNameForKey=closeds`,
		`/classes/Open?include=closed`,
		`/classes/Open?include=phone`,
		`/classes/Open?keys=closed.name`,
	} {
		require.Equal(t, 119, bob.do(http.MethodGet, escaped(t, path), nil).code(), path)
	}
	for _, path := range []string{
		`/classes/Open?where={"private":{"$inQuery":{"className":"Private","where":{"name":"secret"}}}}`,
		`/classes/Open?where={"list":{"$inQuery":{"className":"Private","where":{"name":"secret"}}}}`,
		`/classes/Open?where={"name":{"$select":{"query":{"className":"Private","where":{}},"key":"name"}}}`,
	} {
		require.Empty(t, bob.must(http.MethodGet, escaped(t, path), nil).results(t), path)
		require.Len(t, m.must(http.MethodGet, escaped(t, path), nil).results(t), 1, path)
	}
	seen := bob.must(http.MethodGet, escaped(t, `/classes/Open?include=private,list&where={"name":"secret"}`), nil).results(t)
	require.NotContains(t, seen[0], "private")
	require.Empty(t, seen[0]["list"])
}

// escaped gives a path whose query is written as people read it.
func escaped(t testing.TB, path string) string {
	t.Helper()
	u, err := url.Parse(path)
	require.NoError(t, err)
	u.RawQuery = u.Query().Encode()
	return u.String()
}
