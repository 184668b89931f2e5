package auditserver

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/netip"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
)

// credentials are what a request shows of itself, from headers, from Basic
// authorization or, as the JavaScript SDK sends them, from the body (protocol
// section 1.2).
type credentials struct {
	appID, masterKey, sessionToken, installationID string
	clientKeys                                     [4]string // REST, JavaScript, client, Windows
	context                                        string
}

func headerCredentials(h http.Header) credentials {
	c := credentials{
		appID:          h.Get("X-Parse-Application-Id"),
		masterKey:      h.Get("X-Parse-Master-Key"),
		sessionToken:   h.Get("X-Parse-Session-Token"),
		installationID: h.Get("X-Parse-Installation-Id"),
		clientKeys: [4]string{h.Get("X-Parse-REST-API-Key"), h.Get("X-Parse-Javascript-Key"),
			h.Get("X-Parse-Client-Key"), h.Get("X-Parse-Windows-Key")},
		context: h.Get("X-Parse-Cloud-Context"),
	}
	if auth, ok := strings.CutPrefix(h.Get("Authorization"), "Basic "); ok {
		c.basic(auth)
	}
	return c
}

// basic reads base64(appId:masterKey) or base64(appId:javascript-key=KEY).
func (c *credentials) basic(encoded string) {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return
	}
	app, key, _ := strings.Cut(string(raw), ":")
	c.appID = app
	if js, ok := strings.CutPrefix(key, "javascript-key="); ok {
		c.clientKeys[1] = js
	} else {
		c.masterKey = key
	}
}

// fromBody takes the credentials out of a body. They count only without an
// application id in the headers; mixed use is an error of the client, which the
// field names then show.
func (c *credentials) fromBody(b *rawjson.Object) {
	if c.appID != "" {
		return
	}
	if _, ok := b.Get("_ApplicationId"); !ok {
		return
	}
	c.appID = b.Take("_ApplicationId")
	c.clientKeys[1] = b.Take("_JavaScriptKey")
	for name, to := range map[string]*string{"_MasterKey": &c.masterKey, "_SessionToken": &c.sessionToken,
		"_InstallationId": &c.installationID} {
		if v := b.Take(name); v != "" {
			*to = v
		}
	}
	if v, ok := b.Get("_context"); ok {
		c.context = string(v)
		b.Take("_context")
	}
	b.Take("_ClientVersion")
	b.Take("_RevocableSession")
}

// keyRing holds the configured keys as digests, so that comparing takes the
// same time whatever a client sends.
type keyRing struct {
	appID            [32]byte
	master, readOnly *[32]byte
	client           [4]*[32]byte
	anyClient        bool
	masterIPs        []netip.Prefix
}

func newKeyRing(c Config) keyRing {
	digest := func(key string) *[32]byte {
		if key == "" {
			return nil
		}
		sum := sha256.Sum256([]byte(key))
		return &sum
	}
	k := keyRing{appID: sha256.Sum256([]byte(c.AppID)), master: digest(c.MasterKey), readOnly: digest(c.ReadOnlyMasterKey),
		client: [4]*[32]byte{digest(c.RESTKey), digest(c.JavaScriptKey), digest(c.ClientKey), digest(c.WindowsKey)}, masterIPs: c.MasterKeyIPs}
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

// admit decides what the keys of a request are worth. A wrong master key is
// ignored if another key is valid, as Parse Server does.
func (k *keyRing) admit(c credentials, remote string) (master, readOnly bool, err error) {
	if !keyMatches(&k.appID, c.appID) {
		return false, false, fault.ErrUnauthorized
	}
	master = keyMatches(k.master, c.masterKey)
	readOnly = !master && keyMatches(k.readOnly, c.masterKey)
	if master || readOnly {
		if !k.masterAllowedFrom(remote) {
			return false, false, fault.ErrUnauthorized
		}
		return true, readOnly, nil
	}
	if !k.anyClient {
		return false, false, nil
	}
	for i, want := range k.client {
		if keyMatches(want, c.clientKeys[i]) {
			return false, false, nil
		}
	}
	return false, false, fault.ErrUnauthorized
}

func (k *keyRing) masterAllowedFrom(remote string) bool {
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
