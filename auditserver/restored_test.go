package auditserver_test

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/policy"
)

const upkeep = "maintenance-secret"

func openRestoring(t *testing.T) *client {
	return openRecording(t, func(c *auditserver.Config) {
		c.MaintenanceKey, c.AllowCustomObjectID, c.Rules = upkeep, true, policy.Default()
	})
}

const restoredSite = `{"objectId":"site1","name":"A","createdAt":{"__type":"Date","iso":"2024-01-02T03:04:05.678Z"},
	"updatedAt":{"__type":"Date","iso":"2025-01-02T03:04:05.678Z"},
	"people":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_User","objectId":"u1"}]}}`

func TestMaintenanceKeyRestoresObjectsWithTheirTimes(t *testing.T) {
	m := openRestoring(t)
	key := m.with("X-Parse-Maintenance-Key", upkeep)
	made := key.must(http.MethodPost, "/classes/Site", restoredSite)
	require.Equal(t, "2024-01-02T03:04:05.678Z", made.text("createdAt"))
	row := m.must(http.MethodGet, "/classes/Site/site1", nil)
	require.Equal(t, "2024-01-02T03:04:05.678Z", row.text("createdAt"))
	require.Equal(t, "2025-01-02T03:04:05.678Z", row.text("updatedAt"))
	require.Empty(t, m.events("Site", "site1"), "its events come back as rows of the trail, of which it has none")

	key.must(http.MethodPost, "/batch", `{"requests":[{"method":"POST","path":"/parse/classes/Site","body":{"objectId":"site2","createdAt":{"__type":"Date","iso":"2024-01-02T03:04:05.678Z"}}}]}`)
	require.Equal(t, "2024-01-02T03:04:05.678Z", m.must(http.MethodGet, "/classes/Site/site2", nil).text("updatedAt"))
	key.refused(400, 142, http.MethodPost, "/classes/Site", `{"objectId":"site3","createdAt":{"__type":"Date","iso":"2024-01-02T03:04:05.678Z"},"updatedAt":{"__type":"Date","iso":"2023-01-02T03:04:05.678Z"}}`)

	m.must(http.MethodPost, "/classes/Site", `{"objectId":"site4","createdAt":{"__type":"Date","iso":"2024-01-02T03:04:05.678Z"}}`)
	require.NotEqual(t, "2024-01-02T03:04:05.678Z", m.must(http.MethodGet, "/classes/Site/site4", nil).text("createdAt"), "the master key sets no times")
	require.Len(t, m.events("Site", "site4"), 1)
}

// What the maintenance key writes without times of its own is a write like others.
func TestMaintenanceKeyIsRecordedLikeTheMasterKey(t *testing.T) {
	m := openRestoring(t)
	key := m.with("X-Parse-Maintenance-Key", upkeep)
	key.must(http.MethodPost, "/classes/Site", restoredSite)
	key.must(http.MethodPut, "/classes/Site/site1", `{"name":"B","createdAt":{"__type":"Date","iso":"2020-01-02T03:04:05.678Z"}}`)
	require.Len(t, m.events("Site", "site1"), 1)
	require.Equal(t, "2024-01-02T03:04:05.678Z", m.must(http.MethodGet, "/classes/Site/site1", nil).text("createdAt"))
	key.refused(400, 119, http.MethodPost, "/classes/AuditTrail", `{"event":"e"}`)
}

func TestMaintenanceKeyRestoresTheTrail(t *testing.T) {
	m := openRestoring(t)
	m.must(http.MethodPost, "/classes/Site", `{"objectId":"site1","name":"A"}`)
	row := m.must(http.MethodGet, "/classes/AuditTrail", nil).results(t)[0]
	for _, name := range []string{"createdAt", "updatedAt"} {
		row[name] = map[string]any{"__type": "Date", "iso": row[name]}
	}
	other := openRestoring(t)
	other.refused(400, 119, http.MethodPost, "/classes/AuditTrail", row)
	key := other.with("X-Parse-Maintenance-Key", upkeep)
	key.must(http.MethodPost, "/classes/AuditTrail", row)
	key.must(http.MethodPost, "/classes/Site", restoredSite)
	other.must(http.MethodPut, "/classes/Site/site1", `{"name":"B"}`)
	requireTold(t, other.events("Site", "site1"), `create by master name=>"A"`, `update by master name="A">"B"`)
}

func TestMaintenanceKeyIsBelievedFromItsAddressesOnly(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) {
		c.MaintenanceKey, c.MasterKeyIPs = upkeep, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	})
	require.Equal(t, 403, m.with("X-Parse-Master-Key", "").with("X-Parse-Maintenance-Key", upkeep).do(http.MethodGet, "/classes/Site", nil).status)
}
