package parse

import (
	"strings"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// WithApplicationID names the Parse application; it is required.
func WithApplicationID(id string) Option {
	return func(c *config) error {
		if err := checkCredential("WithApplicationID", id); err != nil {
			return err
		}
		c.Credentials.AppID = id
		return nil
	}
}

// WithRESTKey sends the key X-Parse-REST-API-Key. A server that has keys
// configured requires one of them; all of them grant the same.
func WithRESTKey(key string) Option {
	return credentialOption("WithRESTKey", key, func(c *transport.Credentials) *transport.Secret { return &c.RESTKey })
}

// WithJavaScriptKey sends the key X-Parse-Javascript-Key.
func WithJavaScriptKey(key string) Option {
	return credentialOption("WithJavaScriptKey", key, func(c *transport.Credentials) *transport.Secret { return &c.JavaScriptKey })
}

// WithClientKey sends the key X-Parse-Client-Key.
func WithClientKey(key string) Option {
	return credentialOption("WithClientKey", key, func(c *transport.Credentials) *transport.Secret { return &c.ClientKey })
}

// WithMaintenanceKey gives an [Admin] the key X-Parse-Maintenance-Key, which it sends
// with [Collection.BatchRestore] alone. A server accepts it only from the addresses in
// its maintenanceKeyIps, by default its own machine. [NewClient] refuses it.
func WithMaintenanceKey(key string) Option {
	return credentialOption("WithMaintenanceKey", key, func(c *transport.Credentials) *transport.Secret { return &c.MaintenanceKey })
}

// WithSessionSource lets the client log in by itself: at its first call, and
// again when the server rejects the token (209). All calls that wait for a
// session share one log-in. The rejected call is sent again, unless it runs the
// application's own code, which may have used 209 for itself.
func WithSessionSource(source SessionSource) Option {
	return func(c *config) error {
		if source == nil {
			return optionError("WithSessionSource", "the source is nil; leave the option out for none")
		}
		c.sessions = &sessionKeeper{source: source}
		return nil
	}
}

func credentialOption(option, value string, field func(*transport.Credentials) *transport.Secret) Option {
	return func(c *config) error {
		if err := checkCredential(option, value); err != nil {
			return err
		}
		*field(&c.Credentials) = transport.NewSecret(value)
		return nil
	}
}

// checkCredential refuses a value that cannot stand in a header. The error does not
// show it.
func checkCredential(option, value string) error {
	if value == "" {
		return optionError(option, "the value is empty; leave the option out instead")
	}
	if strings.TrimSpace(value) != value || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
		return optionError(option, "the value has spaces around it or characters that cannot stand in a header")
	}
	return nil
}
