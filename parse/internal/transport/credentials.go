package transport

import (
	"net/http"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Credentials are the identity of a client. Only authorize applies them.
type Credentials struct {
	AppID                             string
	RESTKey, JavaScriptKey, ClientKey Secret
	MasterKey                         Secret
	MaintenanceKey                    Secret // only in calls that need it
	Session                           Secret
}

// authorize is the one place that puts an identity into a request. The maintenance
// key has precedence over the master key on a server and may do less, so it is sent
// only where it is needed.
func (c *Credentials) authorize(header http.Header, maintenance bool) {
	set := func(name, value string) {
		if value != "" {
			header[name] = []string{value}
		}
	}
	set("X-Parse-Application-Id", c.AppID)
	set("X-Parse-Rest-Api-Key", c.RESTKey.Value())
	set("X-Parse-Javascript-Key", c.JavaScriptKey.Value())
	set("X-Parse-Client-Key", c.ClientKey.Value())
	set("X-Parse-Master-Key", c.MasterKey.Value())
	if maintenance {
		set("X-Parse-Maintenance-Key", c.MaintenanceKey.Value())
	}
	set("X-Parse-Session-Token", c.Session.Value())
}

// Scrub hides every credential and the given secrets in a text.
func (c *Credentials) Scrub(text string, more ...string) string {
	own := []string{c.MasterKey.Value(), c.MaintenanceKey.Value(), c.Session.Value(), c.RESTKey.Value(), c.JavaScriptKey.Value(), c.ClientKey.Value()}
	return wire.Scrub(text, append(own, more...)...)
}
