package access_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// An ACL means the same for one who has more roles than it has entries.
func TestACLsOfACallerWithManyRoles(t *testing.T) {
	var roles []string
	for n := range 1000 {
		roles = append(roles, "role:r"+strconv.Itoa(n))
	}
	many := access.NewCaller("max", roles)
	reads, writes := schema.Access{Read: true}, schema.Access{Write: true}
	for _, test := range []struct {
		acl           map[string]schema.Access
		reads, writes bool
	}{
		{map[string]schema.Access{"*": reads, "role:r999": writes}, true, true},
		{map[string]schema.Access{"max": reads, "role:r1000": writes}, true, false},
		{map[string]schema.Access{"r1": reads, "lena": writes}, false, false},
		{map[string]schema.Access{}, false, false},
		{nil, true, true},
	} {
		require.Equal(t, test.reads, many.MayRead(store.Row{}, test.acl, nil), "%v", test.acl)
		require.Equal(t, test.writes, many.Writes(test.acl), "%v", test.acl)
	}
}

func TestACLs(t *testing.T) {
	given := map[string]any{"*": map[string]any{"read": true, "write": false}, "role:auditor": map[string]any{"write": true}, "max": map[string]any{"read": false}}
	acl, err := access.ParseACL(given)
	require.NoError(t, err)
	require.Equal(t, map[string]schema.Access{"*": {Read: true}, "role:auditor": {Write: true}}, acl, "only what is granted is kept")
	require.Equal(t, map[string]any{"*": map[string]any{"read": true}, "role:auditor": map[string]any{"write": true}}, access.ACLValue(acl))

	require.True(t, nobody.MayRead(store.Row{}, acl, nil))
	require.False(t, nobody.Writes(acl))
	require.True(t, lena.Writes(acl))
	require.True(t, master.Writes(map[string]schema.Access{}))
	require.False(t, lena.MayRead(store.Row{}, map[string]schema.Access{}, nil), "an empty ACL leaves the object to the master key")
	require.True(t, nobody.Writes(nil), "without an ACL everybody may")
	require.False(t, lena.MayRead(store.Row{}, acl, []string{"owner"}), "no column names her")

	for _, bad := range []any{"text", map[string]any{"*": true}, map[string]any{"*": map[string]any{"admin": true}},
		map[string]any{"*": map[string]any{"read": "yes"}}, map[string]any{"*unresolved": map[string]any{"read": true}}} {
		_, err := access.ParseACL(bad)
		var e *fault.Error
		require.ErrorAs(t, err, &e, "%v", bad)
		require.Equal(t, wire.CodeInvalidACL, e.Code)
	}
}
