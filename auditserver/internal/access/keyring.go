package access

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/netip"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
)

// KeyRing holds the configured keys as digests, so that comparing takes the
// same time whatever a client sends.
type KeyRing struct {
	appID            [32]byte
	master, readOnly *[32]byte
	maintenance      *[32]byte
	client           [4]*[32]byte
	anyClient        bool
	masterIPs        []netip.Prefix
}

// Keys are the configured keys; an empty one is not configured.
type Keys struct {
	AppID            string
	Client           [4]string // REST, JavaScript, client, Windows
	Master, ReadOnly string
	Maintenance      string
	MasterIPs        []netip.Prefix // the addresses from which these three are accepted
}

// NewKeyRing makes the ring of the configured keys.
func NewKeyRing(c Keys) *KeyRing {
	digest := func(key string) *[32]byte {
		if key == "" {
			return nil
		}
		sum := sha256.Sum256([]byte(key))
		return &sum
	}
	k := &KeyRing{appID: sha256.Sum256([]byte(c.AppID)), master: digest(c.Master), readOnly: digest(c.ReadOnly), maintenance: digest(c.Maintenance), masterIPs: c.MasterIPs}
	for i, key := range c.Client {
		k.client[i] = digest(key)
	}
	for _, d := range k.client {
		k.anyClient = k.anyClient || d != nil
	}
	return k
}

func keyMatches(want *[32]byte, got string) bool {
	if want == nil || got == "" {
		return false
	}
	sum := sha256.Sum256([]byte(got))
	return subtle.ConstantTimeCompare(want[:], sum[:]) == 1
}

// Grant is what the keys of a request give beyond those of a client.
type Grant struct {
	Master   bool
	ReadOnly bool // with Master
	Restores bool // with Master: the maintenance key
}

// Admit tells whether the keys of a request are accepted, and what they grant. Like
// Parse Server it looks at the maintenance key first, and ignores a wrong key of
// these if another key is valid.
func (k *KeyRing) Admit(c Credentials, remote string) (Grant, error) {
	if !keyMatches(&k.appID, c.AppID) {
		return Grant{}, fault.ErrUnauthorized
	}
	grant := Grant{Restores: keyMatches(k.maintenance, c.MaintenanceKey)}
	grant.Master = grant.Restores || keyMatches(k.master, c.MasterKey)
	if !grant.Master && keyMatches(k.readOnly, c.MasterKey) {
		grant.Master, grant.ReadOnly = true, true
	}
	if grant.Master {
		if !k.masterAllowedFrom(remote) {
			return Grant{}, fault.ErrUnauthorized
		}
		return grant, nil
	}
	if !k.anyClient {
		return Grant{}, nil
	}
	for i, want := range k.client {
		if keyMatches(want, c.ClientKeys[i]) {
			return Grant{}, nil
		}
	}
	return Grant{}, fault.ErrUnauthorized
}

func (k *KeyRing) masterAllowedFrom(remote string) bool {
	ap, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	ip := ap.Addr().Unmap().WithZone("")
	for _, p := range k.masterIPs {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}
