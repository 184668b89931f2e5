package conformance_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/conformance"
)

// accounts are behaviours of users: who writes them, who is locked out, by what a
// log-in finds them, and which fields nobody sets for himself.
func accounts() []behaviour {
	return newest([]behaviour{
		{"users are written by whom their ACL names", usersWrittenByOthers},
		{"users with an empty ACL are locked out", usersLockedOut},
		{"users who may not read themselves", usersUnreadable},
		{"a username that is an e-mail address", usernameIsEmail},
		{"the details of a log-in", logInDetails},
		{"parts of guarded fields", partsOfGuardedFields},
		{"guarded fields of sessions", guardedSessionFields},
	}, "a part of authData in a sign-up", "a part of createdWith in a session")
}

// newest are behaviours that are asked of auditserver and of the newest Parse
// Server on PostgreSQL alone: older ones lack the repairs that they are about. The
// differences that they look at count as looked at everywhere.
func newest(all []behaviour, differences ...string) []behaviour {
	for i, b := range all {
		all[i].run = func(t *testing.T, w *world) {
			if w.server == conformance.AuditServer || w.server == conformance.ParseServer {
				b.run(t, w)
				return
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			for _, key := range differences {
				w.seen[key] = true
			}
		}
	}
	return all
}

// rawUser is a user with what raw requests need.
type rawUser struct {
	id, name, password, email, token string
}

func (w *world) rawUser(t testing.TB, prefix string) rawUser {
	t.Helper()
	p := rawUser{name: w.name(prefix), password: "pw of " + prefix}
	p.email = p.name + "@example.com"
	a := w.must(t, nobody, "POST", "/users", fmt.Sprintf(`{"username":%q,"password":%q,"email":%q}`, p.name, p.password, p.email))
	p.id, p.token = a.text("objectId"), a.text("sessionToken")
	return p
}

// answers sends a request and holds its answer to a status and Parse's code.
func (w *world) answers(t testing.TB, status, code int, as identity, method, path, body string) answer {
	t.Helper()
	a := w.send(t, as, method, path, body)
	require.Equalf(t, [2]int{status, code}, [2]int{a.status, a.code()}, "%s %s %s: %s", method, path, body, a.body)
	return a
}

func usersWrittenByOthers(t *testing.T, w *world) {
	ann, bob, cat := w.rawUser(t, "annwritten"), w.rawUser(t, "bobwrites"), w.rawUser(t, "catwrites")
	role := w.name("hr")
	w.must(t, master, "POST", "/roles", fmt.Sprintf(`{"name":%q,"ACL":{"*":{"read":true}},"users":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_User","objectId":%q}]}}`, role, bob.id))
	path := "/users/" + ann.id
	note := `{"email":"` + ann.name + `@example.net"}`

	for _, as := range []identity{nobody, user(bob.token)} {
		w.answers(t, 400, 206, as, "PUT", path, note)
		w.answers(t, 400, 206, as, "DELETE", path, "")
		w.answers(t, 400, 206, as, "PUT", "/users/missing", note)
		w.answers(t, 400, 206, as, "PUT", "/classes/_User/"+ann.id, note)
	}
	w.answers(t, 404, 101, master, "PUT", "/users/missing", note)

	w.must(t, master, "PUT", path, fmt.Sprintf(`{"ACL":{"role:%s":{"read":true,"write":true}}}`, role))
	w.answers(t, 200, 0, user(bob.token), "PUT", path, note)
	w.answers(t, 200, 0, user(bob.token), "PUT", "/classes/_User/"+ann.id, note)
	w.answers(t, 400, 119, user(bob.token), "PUT", path, `{"emailVerified":true}`)
	w.answers(t, 400, 206, user(cat.token), "PUT", path, note)
	w.answers(t, 400, 206, user(ann.token), "PUT", path, note)
	w.must(t, user(bob.token), "PUT", path, fmt.Sprintf(`{"ACL":{"role:%s":{"read":true,"write":true}}}`, role))
	w.answers(t, 200, 0, user(ann.token), "PUT", path, note) // a user is never kept out of his own row by others

	changed := w.answers(t, 200, 0, user(bob.token), "PUT", path, `{"password":"by the role"}`)
	w.answers(t, 400, 209, user(ann.token), "GET", "/users/me", "")
	require.Equal(t, ann.id, w.must(t, user(changed.text("sessionToken")), "GET", "/users/me", "").text("objectId"))
	require.Equal(t, bob.id, w.must(t, user(bob.token), "GET", "/users/me", "").text("objectId"))
	w.must(t, nobody, "POST", "/login", fmt.Sprintf(`{"username":%q,"password":"by the role"}`, ann.name))

	w.must(t, master, "PUT", path, fmt.Sprintf(`{"ACL":{%q:{"read":true},%q:{"read":true,"write":true},"*":{"write":true}}}`, ann.id, cat.id))
	w.answers(t, 400, 206, nobody, "PUT", path, note) // not even where everybody may write
	w.answers(t, 400, 206, nobody, "DELETE", path, "")
	w.answers(t, 200, 0, user(bob.token), "PUT", path, note)
	batch := fmt.Sprintf(`{"requests":[{"method":"PUT","path":"/parse%s","body":%s}]}`, path, note)
	require.Contains(t, string(w.must(t, user(cat.token), "POST", "/batch", batch).body), "success")
	require.Contains(t, string(w.must(t, nobody, "POST", "/batch", batch).body), `"code":206`)
	w.answers(t, 200, 0, user(cat.token), "DELETE", path, "")
	w.answers(t, 404, 101, master, "GET", path, "")
}

func usersLockedOut(t *testing.T, w *world) {
	dan := w.rawUser(t, "danlocked")
	logIn := fmt.Sprintf(`{"username":%q,"password":%q}`, dan.name, dan.password)
	anonymous := fmt.Sprintf(`{"authData":{"anonymous":{"id":%q}}}`, w.name("locked"))
	guest := w.must(t, nobody, "POST", "/users", anonymous)
	w.must(t, user(dan.token), "GET", "/users/me", "") // a server may remember it
	w.must(t, master, "PUT", "/users/"+dan.id, `{"ACL":{}}`)
	w.must(t, master, "PUT", "/users/"+guest.text("objectId"), `{"ACL":{}}`)

	w.answers(t, 404, 101, nobody, "POST", "/login", logIn)
	w.answers(t, 404, 101, nobody, "POST", "/login", fmt.Sprintf(`{"email":%q,"password":%q}`, dan.email, dan.password))
	w.answers(t, 404, 101, nobody, "POST", "/verifyPassword", logIn)
	w.answers(t, 400, 208, nobody, "POST", "/users", anonymous)
	w.answers(t, 400, 209, user(dan.token), "GET", "/users/me", "")
	w.answers(t, 400, 209, user(guest.text("sessionToken")), "GET", "/users/me", "")
	w.answers(t, 404, 101, user(dan.token), "GET", "/users/"+dan.id, "")
	require.Empty(t, w.must(t, user(dan.token), "GET", "/users?where=%7B%22objectId%22%3A%22"+dan.id+"%22%7D", "").list())
	w.answers(t, 400, 206, user(dan.token), "PUT", "/users/"+dan.id, `{"password":"other"}`)
	w.answers(t, 200, 0, user(dan.token), "GET", "/sessions/me", "") // his sessions stay until somebody ends them
	batch := w.must(t, nobody, "POST", "/batch", fmt.Sprintf(`{"requests":[{"method":"POST","path":"/parse/login","body":%s},{"method":"POST","path":"/parse/verifyPassword","body":%[1]s}]}`, logIn))
	require.NotContains(t, string(batch.body), "success")

	require.Equal(t, dan.email, w.must(t, master, "POST", "/login", logIn).text("email"))
	require.Equal(t, dan.email, w.must(t, master, "POST", "/verifyPassword", logIn).text("email"))
	as := w.must(t, master, "POST", "/loginAs", fmt.Sprintf(`{"userId":%q}`, dan.id))
	w.answers(t, 400, 209, user(as.text("sessionToken")), "GET", "/users/me", "")

	w.must(t, master, "PUT", "/users/"+dan.id, fmt.Sprintf(`{"ACL":{%q:{"read":true,"write":true}}}`, dan.id))
	w.must(t, nobody, "POST", "/login", logIn)
}

func usersUnreadable(t *testing.T, w *world) {
	eve := w.rawUser(t, "eveunread")
	logIn := fmt.Sprintf(`{"username":%q,"password":%q}`, eve.name, eve.password)
	w.must(t, master, "PUT", "/users/"+eve.id, `{"ACL":{"role:nobodys":{"read":true}}}`)
	in := w.must(t, nobody, "POST", "/login", logIn)
	require.Len(t, in.json, 2)
	require.Equal(t, eve.id, in.text("objectId"))
	w.answers(t, 400, 209, user(in.text("sessionToken")), "GET", "/users/me", "")
	require.JSONEq(t, fmt.Sprintf(`{"objectId":%q}`, eve.id), string(w.must(t, nobody, "POST", "/verifyPassword", logIn).body))
	require.Equal(t, eve.name, w.must(t, master, "POST", "/verifyPassword", logIn).text("username"))

	id := fmt.Sprintf(`{"authData":{"anonymous":{"id":%q}}}`, w.name("unread"))
	guest := w.must(t, nobody, "POST", "/users", id)
	w.must(t, master, "PUT", "/users/"+guest.text("objectId"), `{"ACL":{"role:nobodys":{"read":true}}}`)
	again := w.answers(t, 200, 0, nobody, "POST", "/users", id)
	require.Equal(t, guest.text("username"), again.text("username"))
}

func usernameIsEmail(t *testing.T, w *world) {
	jan := w.rawUser(t, "janmail")
	ian := w.rawUser(t, "ianmail")
	// Somebody's username is the address of another one.
	w.must(t, nobody, "POST", "/users", fmt.Sprintf(`{"username":%q,"password":"of the namesake"}`, ian.email))
	for _, route := range []string{"/login", "/verifyPassword"} {
		for body, id := range map[string]string{
			fmt.Sprintf(`{"username":%q,"password":%q}`, jan.email, jan.password):                      jan.id,
			fmt.Sprintf(`{"email":%q,"password":%q}`, ian.email, ian.password):                         ian.id,
			fmt.Sprintf(`{"username":%q,"email":%q,"password":%q}`, jan.name, jan.email, jan.password): jan.id,
		} {
			require.Equal(t, id, w.answers(t, 200, 0, nobody, "POST", route, body).text("objectId"), body)
		}
		w.answers(t, 200, 0, nobody, "POST", route, fmt.Sprintf(`{"username":%q,"password":"of the namesake"}`, ian.email))
		w.answers(t, 200, 0, nobody, "GET", route+"?username="+jan.email+"&password=pw%20of%20janmail", "")
		for _, body := range []string{
			fmt.Sprintf(`{"username":%q,"password":%q}`, ian.email, ian.password), // the username counts
			fmt.Sprintf(`{"email":%q,"password":%q}`, jan.name, jan.password),
			fmt.Sprintf(`{"username":%q,"email":%q,"password":%q}`, jan.email, jan.email, jan.password),
			fmt.Sprintf(`{"username":%q,"email":%q,"password":%q}`, jan.name, ian.email, jan.password),
		} {
			w.answers(t, 404, 101, nobody, "POST", route, body)
		}
	}
}

func logInDetails(t *testing.T, w *world) {
	ian, jan := w.rawUser(t, "iandetail"), w.rawUser(t, "jandetail")
	own := fmt.Sprintf(`"username":%q`, jan.name)
	for _, route := range []string{"/login", "/verifyPassword"} {
		for _, body := range []string{`{"username":{"$gt":""},"password":"x"}`, `{"username":["a"],"password":"x"}`, `{"username":true,"password":"x"}`,
			`{` + own + `,"password":123}`, `{` + own + `,"password":{"$ne":""}}`, `{` + own + `,"email":5,"password":"x"}`, `{"username":123,"password":"123"}`} {
			w.answers(t, 404, 101, nobody, "POST", route, body)
		}
		for _, body := range []string{`{}`, `{"username":"","password":"x"}`, `{"username":null,"password":"x"}`, `{"username":false,"password":"x"}`, `{"username":0,"password":"x"}`} {
			w.answers(t, 400, 200, nobody, "POST", route, body)
		}
		for _, body := range []string{`{` + own + `}`, `{` + own + `,"password":""}`, `{` + own + `,"password":null}`} {
			w.answers(t, 400, 201, nobody, "POST", route, body)
		}
		// The query string counts as a whole, if it names what the body does not.
		ians := fmt.Sprintf(`{"username":%q,"password":%q}`, ian.name, ian.password)
		require.Equal(t, jan.id, w.answers(t, 200, 0, nobody, "POST", route+"?username="+jan.name+"&password=pw%20of%20jandetail", `{}`).text("objectId"))
		require.Equal(t, ian.id, w.answers(t, 200, 0, nobody, "POST", route+"?username="+jan.name+"&password=pw%20of%20jandetail", ians).text("objectId"))
		require.Equal(t, jan.id, w.answers(t, 200, 0, nobody, "POST", route+"?email="+jan.email+"&password=pw%20of%20jandetail", ians).text("objectId"))
		w.answers(t, 400, 201, nobody, "POST", route+"?password=pw%20of%20jandetail", `{`+own+`}`)
		w.answers(t, 404, 101, nobody, "GET", route+"?username="+jan.name+"&username="+ian.name+"&password=pw%20of%20jandetail", "")
	}
}

func partsOfGuardedFields(t *testing.T, w *world) {
	kim := w.rawUser(t, "kimparts")
	victim := fmt.Sprintf(`{"authData":{"anonymous":{"id":%q}}}`, w.name("victim"))
	taken := w.must(t, nobody, "POST", "/users", victim).text("objectId")
	id := w.name("victim")
	for _, fields := range []string{`"authData.anonymous":{"id":"` + id + `"}`, `"authData.anonymous.id":"` + id + `"`, `"authData.x":1`} {
		w.answers(t, 400, 105, user(kim.token), "PUT", "/users/"+kim.id, "{"+fields+"}")
		w.answers(t, 400, 105, master, "PUT", "/users/"+kim.id, "{"+fields+"}")
	}
	w.answers(t, 200, 0, user(kim.token), "PUT", "/users/"+kim.id, `{"sessionToken":"r:other"}`)

	signUp := w.send(t, nobody, "POST", "/users", fmt.Sprintf(`{"username":%q,"password":"x","authData.anonymous":{"id":%q}}`, w.name("kimfresh"), w.name("fresh")))
	w.differs(t, "a part of authData in a sign-up", codes(signUp))
	stolen := w.send(t, nobody, "POST", "/users", fmt.Sprintf(`{"username":%q,"password":"x","authData.anonymous":{"id":%q}}`, w.name("kimthief"), id))
	require.Equal(t, 400, stolen.status)
	w.must(t, user(kim.token), "DELETE", "/users/"+kim.id, "")
	require.Equal(t, taken, w.answers(t, 200, 0, nobody, "POST", "/users", victim).text("objectId"))
}

func guardedSessionFields(t *testing.T, w *world) {
	lou, other := w.rawUser(t, "lousession"), w.rawUser(t, "moesession")
	self := user(lou.token)
	path := "/sessions/" + w.must(t, self, "GET", "/sessions/me", "").text("objectId")
	pointer := func(id string) string {
		return fmt.Sprintf(`{"__type":"Pointer","className":"_User","objectId":%q}`, id)
	}
	for body, code := range map[string]int{
		`{"createdWith":{}}`: 105, `{"user":1}`: 105, `{"user":` + pointer(other.id) + `}`: 105, `{"expiresAt":1}`: 105, `{"sessionToken":"r:1"}`: 105,
		`{"installationId":"x"}`: 105, `{"ACL":{}}`: 105, `{"user.objectId":"x"}`: 111, `{"expiresAt.iso":"x"}`: 111, `{"sessionToken.x":1}`: 111, `{"installationId.x":1}`: 111,
	} {
		w.answers(t, 400, code, self, "PUT", path, body)
		w.answers(t, 400, code, self, "PUT", "/classes/_Session"+path[len("/sessions"):], body)
	}
	w.answers(t, 200, 0, self, "PUT", path, `{"user":`+pointer(lou.id)+`}`)
	w.differs(t, "a part of createdWith in a session", codes(w.send(t, self, "PUT", path, `{"createdWith.action":"forged"}`)))
	for _, body := range []string{`{"installationId":"x"}`, `{"sessionToken":"r:x"}`, `{"ACL":{}}`} {
		w.answers(t, 400, 105, master, "PUT", path, body)
	}
	w.answers(t, 200, 0, master, "PUT", path, `{"createdWith":{"action":"set"}}`)
	w.answers(t, 400, 209, nobody, "PUT", path, `{"createdWith":{}}`)

	w.answers(t, 400, 105, self, "POST", "/sessions", `{"ACL":{}}`)
	w.answers(t, 400, 105, self, "POST", "/sessions", `{"objectId":"mine"}`)
	installation := w.name("installation")
	made := w.answers(t, 201, 0, self, "POST", "/sessions", fmt.Sprintf(`{"createdWith":{"action":"forged"},"sessionToken":"r:1","installationId":%q}`, installation))
	require.Equal(t, map[string]any{"action": "create"}, made.json["createdWith"])
	require.Equal(t, installation, made.text("installationId"))
	again := w.answers(t, 201, 0, self, "POST", "/sessions", fmt.Sprintf(`{"installationId":%q}`, installation))
	w.answers(t, 400, 209, user(made.text("sessionToken")), "GET", "/users/me", "") // an installation has one session
	w.must(t, user(again.text("sessionToken")), "GET", "/users/me", "")
	w.must(t, self, "GET", "/users/me", "")
}
