package conformance_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// newColumns are behaviours of writes that add columns to their class.
func newColumns() []behaviour {
	return newest([]behaviour{{"who may add columns", whoAddsColumns}})
}

// columnPermissions are class permissions, with what they let the owner of an
// object, another user and nobody do: status and code of an update that changes a
// column, one that adds a column, and a create that adds one.
var columnPermissions = []struct {
	permissions             string
	owner, stranger, nobody [3]string
}{
	{`{"writeUserFields":["owner"]}`,
		[3]string{"200 0", "200 0", "400 119"}, [3]string{"404 101", "404 101", "400 119"}, [3]string{"", "", "400 119"}},
	{`{"update":{"*":true},"addField":{"pointerFields":["owner"]}}`,
		[3]string{"200 0", "200 0", "400 119"}, [3]string{"200 0", "404 101", "400 119"}, [3]string{"200 0", "", "400 119"}},
	{`{"create":{"*":true},"update":{"*":true},"addField":{"pointerFields":["owner"]}}`,
		[3]string{"200 0", "200 0", "400 119"}, [3]string{"200 0", "404 101", "400 119"}, [3]string{"200 0", "", "400 119"}},
	{`{"create":{"*":true},"update":{"*":true},"addField":{"pointerFields":["editors"]}}`,
		[3]string{"200 0", "200 0", "400 119"}, [3]string{"200 0", "404 101", "400 119"}, [3]string{"200 0", "", "400 119"}},
	{`{"create":{"*":true},"update":{"*":true},"addField":{},"writeUserFields":["owner"]}`,
		[3]string{"200 0", "200 0", "201 0"}, [3]string{"200 0", "404 101", "201 0"}, [3]string{"200 0", "", "201 0"}},
	{`{"create":{"*":true},"update":{"pointerFields":["editors"]},"addField":{"pointerFields":["owner"]}}`,
		[3]string{"200 0", "200 0", "400 119"}, [3]string{"404 101", "404 101", "400 119"}, [3]string{"", "", "400 119"}},
	{`{"create":{"*":true},"update":{"*":true},"addField":{"requiresAuthentication":true}}`,
		[3]string{"200 0", "200 0", "201 0"}, [3]string{"200 0", "200 0", "201 0"}, [3]string{"200 0", "404 101", "404 101"}},
	{`{"create":{"*":true},"update":{"*":true},"addField":{"requiresAuthentication":true,"pointerFields":["owner"]}}`,
		[3]string{"200 0", "200 0", "201 0"}, [3]string{"200 0", "404 101", "201 0"}, [3]string{"200 0", "404 101", "404 101"}},
	{`{"create":{"*":true},"update":{"*":true},"addField":{"requiresAuthentication":true},"writeUserFields":["owner"]}`,
		[3]string{"200 0", "200 0", "201 0"}, [3]string{"200 0", "404 101", "201 0"}, [3]string{"200 0", "404 101", "404 101"}},
	{`{"create":{"pointerFields":["owner"]},"update":{"*":true},"addField":{"*":true}}`,
		[3]string{"200 0", "200 0", "400 119"}, [3]string{"200 0", "200 0", "400 119"}, [3]string{"200 0", "200 0", "400 119"}},
	{`{"create":{"*":true},"update":{"*":true},"addField":{}}`,
		[3]string{"200 0", "400 119", "400 119"}, [3]string{"200 0", "400 119", "400 119"}, [3]string{"200 0", "400 119", "400 119"}},
}

func whoAddsColumns(t *testing.T, w *world) {
	owner, stranger := w.rawUser(t, "colowner"), w.rawUser(t, "colstranger")
	named := fmt.Sprintf(`{"__type":"Pointer","className":"_User","objectId":%q}`, owner.id)
	for i, c := range columnPermissions {
		class := fmt.Sprintf("%s%d", w.name("CheckColumns"), i)
		w.makeClass(t, class, `"n":{"type":"Number"},"owner":{"type":"Pointer","targetClass":"_User"},"editors":{"type":"Array"}`, c.permissions)
		row := fmt.Sprintf(`"owner":%s,"editors":[%[1]s]`, named)
		path := "/classes/" + class
		id := w.must(t, master, "POST", path, "{"+row+"}").text("objectId")
		for who, caller := range map[string]struct {
			as   identity
			want [3]string
		}{"owner": {user(owner.token), c.owner}, "stranger": {user(stranger.token), c.stranger}, "nobody": {nobody, c.nobody}} {
			// Without a user, Parse Server fails on pointer permissions of writes (see the table).
			for j, try := range []struct{ method, path, body string }{
				{"PUT", path + "/" + id, `{"n":1}`},
				{"PUT", path + "/" + id, `{"` + who + `New":1}`},
				{"POST", path, `{"` + who + `Made":1,` + row + `}`},
			} {
				if caller.want[j] == "" {
					continue
				}
				a := w.send(t, caller.as, try.method, try.path, try.body)
				require.Equalf(t, caller.want[j], fmt.Sprint(a.status, a.code()), "%s: %s %s %s", c.permissions, who, try.method, try.body)
			}
		}
	}
}
