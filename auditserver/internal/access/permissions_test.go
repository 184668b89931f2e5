package access_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/schema"
)

var (
	nobody = access.NewCaller("", nil)
	lena   = access.NewCaller("lena", []string{"role:auditor"})
	master = &access.Caller{Master: true}
)

func TestPermit(t *testing.T) {
	p := &schema.Permissions{
		Find:   schema.Grant{RequiresAuthentication: true},
		Get:    schema.Grant{Public: true},
		Create: schema.Grant{Roles: []string{"auditor"}},
		Update: schema.Grant{PointerFields: []string{"owner"}},
		Delete: schema.Grant{Users: []string{"lena"}},

		WriteUserFields: []string{"editor"},
	}
	for _, test := range []struct {
		caller *access.Caller
		op     access.Op
		fields []string
		err    error
	}{
		{nobody, access.OpFind, nil, fault.ErrNeedsLogin},
		{nobody, access.OpGet, nil, nil},
		{nobody, access.OpCreate, nil, fault.ErrPermission},
		{nobody, access.OpUpdate, []string{"owner", "editor"}, nil},
		{nobody, access.OpDelete, []string{"editor"}, nil},
		{nobody, access.OpCount, nil, fault.ErrPermission},
		{lena, access.OpFind, nil, nil},
		{lena, access.OpCreate, nil, nil},
		{lena, access.OpUpdate, []string{"owner", "editor"}, nil},
		{lena, access.OpDelete, nil, nil},
		{lena, access.OpAddField, []string{"editor"}, nil},
		{master, access.OpAddField, nil, nil},
	} {
		fields, err := access.Permit(p, test.caller, test.op)
		require.Equal(t, test.err, err, "%q %d", test.caller.UserID, test.op)
		require.Equal(t, test.fields, fields, "%q %d", test.caller.UserID, test.op)
	}
	fields, err := access.Permit(nil, nobody, access.OpDelete)
	require.NoError(t, err, "a class without permissions is open")
	require.Empty(t, fields)
}
