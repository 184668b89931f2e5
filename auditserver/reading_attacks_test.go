package auditserver_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// guarded is a value that some callers may not learn: where it is, and how a query
// says that it has this value and that it has another one.
type guarded struct {
	class, id, field string
	value, other     string // JSON
	secret           string // in no answer
}

// questions are the ways in which a find may ask about a value: with the right value
// and with a wrong one. They are equal for ways that need no value.
func (g guarded) questions() map[string][2]url.Values {
	where := func(doc string) url.Values { return url.Values{"where": {doc}} }
	is := func(value string) string { return `{"` + g.field + `":` + value + `}` }
	ask := map[string]func(value string) url.Values{}
	for name, doc := range map[string]string{
		"equal": `V`, "not equal": `{"$ne":V}`, "at least": `{"$gte":V}`, "below": `{"$lt":V}`, "in": `{"$in":[V]}`, "not in": `{"$nin":[V]}`,
		"all": `{"$all":[V]}`, "not": `{"$not":{"$eq":V}}`, "expression": `{"$regex":V}`, "contained": `{"$containedBy":[V]}`,
	} {
		condition := func(value string) string { return is(strings.ReplaceAll(doc, "V", value)) }
		ask[name] = func(value string) url.Values { return where(condition(value)) }
		for around, text := range map[string]string{
			"or": `{"$or":[Q]}`, "and": `{"$and":[{},Q]}`, "nor": `{"$nor":[Q]}`,
			"sub-query":     `{"to":{"$inQuery":{"className":"C","where":Q}}}`,
			"not sub-query": `{"to":{"$notInQuery":{"className":"C","where":Q}}}`,
		} {
			ask[name+" in "+around] = func(value string) url.Values {
				return where(strings.NewReplacer("Q", condition(value), `"C"`, `"`+g.class+`"`).Replace(text))
			}
		}
		ask[name+", counted"] = func(value string) url.Values {
			return url.Values{"where": {condition(value)}, "count": {"1"}, "limit": {"0"}}
		}
	}
	same := func(params url.Values) func(string) url.Values { return func(string) url.Values { return params } }
	for name, params := range map[string]url.Values{
		"plain": {}, "keys": {"keys": {g.field}}, "excluded others": {"excludeKeys": {"name"}}, "include": {"include": {g.field}},
		"include all": {"include": {"*"}}, "keys below": {"keys": {g.field + ".x"}}, "ascending": {"order": {g.field}}, "descending": {"order": {"-" + g.field}},
		"order below": {"order": {g.field + ".x"}}, "exists": where(is(`{"$exists":true}`)), "null": where(is(`null`)),
		"select":      where(`{"name":{"$select":{"query":{"className":"` + g.class + `","where":{}},"key":"` + g.field + `"}}}`),
		"dont select": where(`{"name":{"$dontSelect":{"query":{"className":"` + g.class + `","where":{}},"key":"` + g.field + `"}}}`),
		"behind":      where(`{"to.` + g.field + `":` + g.value + `}`), "order behind": {"order": {"to." + g.field}}, "keys behind": {"keys": {"to." + g.field}, "include": {"to"}},
	} {
		ask[name] = same(params)
	}
	questions := map[string][2]url.Values{}
	for name, q := range ask {
		questions[name] = [2]url.Values{q(g.value), q(g.other)}
	}
	return questions
}

// No caller learns a value that is guarded, whatever he asks: an answer never shows it,
// and is the same for the right value and a wrong one. Every caller asks every question
// about every value, of the class itself and of one that points to it.
func TestReadingAttacks(t *testing.T) {
	if testing.Short() {
		t.Skip("one question comes after the other, so there is nothing to race; go test asks them all")
	}
	_, m := open(t, func(c *auditserver.Config) { c.PublicUsers = true })
	ann, _ := m.user("ann")
	_, bob := m.user("bob")
	m.must(http.MethodPost, "/schemas/Plan", `{"fields":{"name":{"type":"String"},"code":{"type":"String"},"score":{"type":"Number"},"form":{"type":"Object"},"lead":{"type":"Pointer","targetClass":"_User"},"list":{"type":"Array"}},
		"classLevelPermissions":{"find":{"*":true},"get":{"*":true},"count":{"*":true},"protectedFields":{"*":["code","score","form","lead","list"]}}}`)
	m.must(http.MethodPost, "/schemas/Closed", `{"fields":{"name":{"type":"String"},"code":{"type":"String"}},"classLevelPermissions":{"find":{},"get":{},"count":{}}}`)
	to := func(class, id string) string {
		return `{"__type":"Pointer","className":"` + class + `","objectId":"` + id + `"}`
	}
	plan := m.create("Plan", `{"name":"a","code":"s3cr3t-code","score":987654,"form":{"k":"s3cr3t-form"},"list":["s3cr3t-item"],"lead":`+to("_User", ann)+`}`)
	closed := m.create("Closed", `{"name":"a","code":"s3cr3t-closed"}`)
	private := m.create("Private", `{"name":"a","code":"s3cr3t-private","ACL":{}}`)
	values := []guarded{
		{"Plan", plan, "code", `"s3cr3t-code"`, `"wrong"`, "s3cr3t-code"},
		{"Plan", plan, "score", `987654`, `1`, "987654"},
		{"Plan", plan, "form.k", `"s3cr3t-form"`, `"wrong"`, "s3cr3t-form"},
		{"Plan", plan, "list", `"s3cr3t-item"`, `"wrong"`, "s3cr3t-item"},
		{"Plan", plan, "lead", to("_User", ann), to("_User", "nobody"), `"objectId":"` + ann + `"`},
		{"Closed", closed, "code", `"s3cr3t-closed"`, `"wrong"`, "s3cr3t-closed"},
		{"Private", private, "code", `"s3cr3t-private"`, `"wrong"`, "s3cr3t-private"},
		{"_User", ann, "email", `"ann@example.com"`, `"wrong@example.org"`, "ann@example.com"},
		{"_User", ann, "authData", `{"x":1}`, `{"x":2}`, `"authData":`},
		{"_User", ann, "password", `"pw-ann"`, `"wrong"`, "pw-ann"},
		{"_User", ann, "_hashed_password", `"$2a$"`, `"wrong"`, "$2a$"},
	}
	pointing := map[string]string{} // a class that points to each
	for _, g := range values {
		if pointing[g.class] == "" {
			pointing[g.class] = "To" + strings.TrimPrefix(g.class, "_")
			m.create(pointing[g.class], `{"name":"a","to":`+to(g.class, g.id)+`}`)
		}
	}
	asked := 0
	for who, caller := range map[string]*client{"anonymous": m.public(), "another user": m.as(bob)} {
		for _, g := range values {
			for name, question := range g.questions() {
				for _, class := range []string{g.class, pointing[g.class]} {
					for _, path := range []string{"/classes/" + class + "?", "/classes/" + g.class + "/" + g.id + "?", "/aggregate/" + class + "?distinct=" + g.field + "&"} {
						asked++
						what := []any{"%s asks %s for %s.%s: %s", who, path, g.class, g.field, name}
						right := caller.do(http.MethodGet, path+question[0].Encode(), nil)
						wrong := caller.do(http.MethodGet, path+question[1].Encode(), nil)
						require.NotContains(t, string(right.raw), g.secret, what...)
						require.Less(t, right.status, 500, what...)
						require.Equal(t, wrong.status, right.status, what...)
						require.Equal(t, string(wrong.raw), strings.ReplaceAll(string(right.raw), g.value, g.other), what...)
					}
				}
			}
		}
	}
	t.Logf("%d questions", asked)
	for name, question := range values[0].questions() { // the master key does learn it, from the same
		if name == "equal" || name == "plain" || name == "in in or" {
			require.Contains(t, string(m.do(http.MethodGet, "/classes/Plan?"+question[0].Encode(), nil).raw), "s3cr3t-code", name)
		}
	}
}
