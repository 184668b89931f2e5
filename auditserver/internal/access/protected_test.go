package access_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/schema"
)

func TestProtected(t *testing.T) {
	defaults := access.Protected{"_User": {"*": {"email"}}}
	p := &schema.Permissions{ProtectedFields: map[string][]string{
		"*": {"cost", "notes"}, "role:auditor": {"notes"}, "userField:owner": {},
	}}
	mine := func(string) any {
		return map[string]any{"__type": "Pointer", "className": "_User", "objectId": "lena"}
	}
	none := func(string) any { return nil }

	require.Nil(t, defaults.Of("Task", nil, nobody))
	require.Nil(t, defaults.Of("Task", p, master))

	open := defaults.Of("Task", p, nobody)
	require.Equal(t, []string{"cost", "notes"}, open.In("t", none))
	require.True(t, open.Forbids("cost.total"))
	require.False(t, open.Forbids("title"))

	hers := defaults.Of("Task", p, lena)
	require.Equal(t, []string{"notes"}, hers.In("t", none), "the sets of all her audiences are intersected")
	require.Empty(t, hers.In("t", mine), "the owner sees everything")
	require.True(t, hers.ForbidsAny([]string{"title", "notes"}))

	user := defaults.Of("_User", nil, lena)
	require.Equal(t, []string{"authData", "email"}, user.In("max", none))
	require.Empty(t, user.In("lena", none), "users see all of themselves")
	require.True(t, user.Forbids("authData.anonymous"))
}
