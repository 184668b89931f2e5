package auditserver_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// Whoever has the key of an app must not have the master key by it, and a key that no
// header carries opens nothing.
func TestKeysThatCannotBeMeant(t *testing.T) {
	for _, each := range []struct {
		cfg  auditserver.Config
		want []string
	}{
		{auditserver.Config{AppID: "a", MasterKey: "same-secret", RESTKey: "same-secret"}, []string{"masterKey", "restAPIKey", "are the same"}},
		{auditserver.Config{AppID: "same-secret", MasterKey: "same-secret"}, []string{"masterKey", "appId", "are the same"}},
		{auditserver.Config{AppID: "a", MasterKey: "same-secret", ReadOnlyMasterKey: "same-secret"}, []string{"masterKey", "readOnlyMasterKey", "are the same"}},
		{auditserver.Config{AppID: "a", MaintenanceKey: "same-secret", JavaScriptKey: "same-secret"}, []string{"maintenanceKey", "javascriptKey", "are the same"}},
		{auditserver.Config{AppID: "a", MasterKey: "same-secret "}, []string{"masterKey", "header"}},
		{auditserver.Config{AppID: "a\nb", ClientKey: "same\x00secret"}, []string{"appId", "clientKey", "header"}},
	} {
		err := each.cfg.Validate()
		for _, want := range each.want {
			require.ErrorContains(t, err, want)
		}
		require.NotContains(t, err.Error(), "secret")
	}
	require.NoError(t, auditserver.Config{AppID: "a", MasterKey: "b", RESTKey: "c", JavaScriptKey: "c"}.Validate(), "the keys of clients open the same")
}
