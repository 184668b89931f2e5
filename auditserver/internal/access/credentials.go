package access

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
)

// Credentials are the keys and tokens of a request: from headers, from Basic
// authorization or, as the JavaScript SDK sends them, from the body (protocol
// section 1.2).
type Credentials struct {
	AppID, MasterKey, MaintenanceKey, SessionToken, InstallationID string
	ClientKeys                                                     [4]string // REST, JavaScript, client, Windows
	Context                                                        string
	ContentType                                                    string // what a body says of the file that it holds
}

// HeaderCredentials reads the credentials in the headers of a request.
func HeaderCredentials(h http.Header) Credentials {
	c := Credentials{
		AppID:          h.Get("X-Parse-Application-Id"),
		MasterKey:      h.Get("X-Parse-Master-Key"),
		MaintenanceKey: h.Get("X-Parse-Maintenance-Key"),
		SessionToken:   h.Get("X-Parse-Session-Token"),
		InstallationID: h.Get("X-Parse-Installation-Id"),
		// Written as http.Header keeps it, unlike X-Parse-REST-API-Key, it costs no allocation.
		ClientKeys: [4]string{h.Get("X-Parse-Rest-Api-Key"), h.Get("X-Parse-Javascript-Key"),
			h.Get("X-Parse-Client-Key"), h.Get("X-Parse-Windows-Key")},
		Context: h.Get("X-Parse-Cloud-Context"),
	}
	if auth, ok := strings.CutPrefix(h.Get("Authorization"), "Basic "); ok {
		c.basic(auth)
	}
	return c
}

// basic reads base64(appId:masterKey) or base64(appId:javascript-key=KEY).
func (c *Credentials) basic(encoded string) {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return
	}
	app, key, _ := strings.Cut(string(raw), ":")
	c.AppID = app
	if js, ok := strings.CutPrefix(key, "javascript-key="); ok {
		c.ClientKeys[1] = js
	} else {
		c.MasterKey = key
	}
}

// FromBody takes the credentials out of a body. It does so only if the headers have
// no application id. A client that mixes both gets an error about the members of
// the body, which are then taken for fields.
func (c *Credentials) FromBody(b *rawjson.Object) {
	if c.AppID != "" {
		return
	}
	if _, ok := b.Get("_ApplicationId"); !ok {
		return
	}
	c.AppID = b.Take("_ApplicationId")
	c.ClientKeys[1] = b.Take("_JavaScriptKey")
	for name, to := range map[string]*string{"_MasterKey": &c.MasterKey, "_SessionToken": &c.SessionToken,
		"_InstallationId": &c.InstallationID} {
		if v := b.Take(name); v != "" {
			*to = v
		}
	}
	if v, ok := b.Get("_context"); ok {
		c.Context = string(v)
		b.Take("_context")
	}
	c.ContentType = b.Take("_ContentType")
	b.Take("_ClientVersion")
	b.Take("_RevocableSession")
}
