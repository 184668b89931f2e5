package parse

import (
	"reflect"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// Client speaks to one application on one server as one identity. It is
// immutable and safe for concurrent use; As and Anonymous derive clients with
// another identity and leave the original as it was.
type Client struct {
	cfg  *config
	live *liveLink // nil: that of its session, in config.links
}

// Caller is a *[Client], an *[Admin], or a pointer to a struct that embeds one.
type Caller interface{ caller() *Client }

// NewClient makes a client for the server at serverURL, which includes the
// mount path, as in "https://parseapi.back4app.com" or
// "http://127.0.0.1:1337/parse". WithApplicationID is required. Nothing is
// sent. All mistakes in the URL and the options are reported together.
func NewClient(serverURL string, options ...Option) (*Client, error) {
	cfg, err := newConfig(serverURL, options)
	if err != nil {
		return nil, err
	}
	if !cfg.Credentials.MaintenanceKey.Empty() {
		return nil, optionError("WithMaintenanceKey", "only an Admin has this key: use NewAdmin")
	}
	return newClient(cfg), nil
}

func newClient(cfg *config) *Client {
	c := &Client{cfg: cfg}
	c.live = ownLink(c)
	if cfg.sessions != nil {
		cfg.Sessions = clientSessions{cfg.sessions, c}
	}
	return c
}

// Anonymous derives a client that sends its keys but no session, and no master key.
func (c *Client) Anonymous() *Client {
	if c == nil || c.cfg == nil {
		return new(Client) // every call on it reports that it is zero
	}
	cfg := *c.cfg
	cfg.Credentials.Session, cfg.Credentials.MasterKey, cfg.Credentials.MaintenanceKey = transport.Secret{}, transport.Secret{}, transport.Secret{}
	cfg.sessions, cfg.Sessions = nil, nil
	return newClient(&cfg)
}

// As derives a client that acts as session's user, and without the master key,
// beside which the server would ignore the session. A nil session or one without
// a token is reported by every call of the derived client.
func (c *Client) As(session *Session) *Client {
	derived := c.Anonymous()
	if derived.cfg == nil {
		return derived
	}
	if err := session.check(); err != nil {
		derived.cfg.Err = err
		return derived
	}
	derived.cfg.Credentials.Session = session.token
	return derived
}

// HasMasterKey reports whether the client passes all permissions.
func (c *Client) HasMasterKey() bool {
	return c != nil && c.cfg != nil && !c.cfg.Credentials.MasterKey.Empty()
}

// HasSession reports whether the client acts as a user.
func (c *Client) HasSession() bool {
	return c != nil && c.cfg != nil && (!c.cfg.Credentials.Session.Empty() || c.cfg.sessions != nil)
}

// ClassName is the name that e's class has on the client's server, which differs
// from its own for users (see WithUserClass).
func (c *Client) ClassName(e Classed) string {
	if c == nil || c.cfg == nil {
		return e.ParseClass().Name()
	}
	return c.cfg.codec.resolve(e.ParseClass().Name())
}

// DecodeJSON reads a value in Parse's encodings, such as one column of a row, into
// out. An error is an *[InputError].
func (c *Client) DecodeJSON(op string, raw jsontext.Value, out any) error {
	if c == nil || c.cfg == nil {
		return noClient(op, "")
	}
	if err := c.cfg.codec.decode(raw, out); err != nil {
		return badInput(op, "", "", "%v", err)
	}
	return nil
}

// EncodeJSON gives a value as the client would send it, in Parse's encodings. An
// error is an *[InputError] that names the field.
func (c *Client) EncodeJSON(op string, value any) (jsontext.Value, error) {
	if c == nil || c.cfg == nil {
		return nil, noClient(op, "")
	}
	raw, err := c.cfg.codec.encode(value)
	if err != nil {
		return nil, mistakeIn(op, "", err)
	}
	return raw, nil
}

func (c *Client) caller() *Client { return c }

// clientOf is the client of a caller, nil where that is nil.
func clientOf(c Caller) *Client {
	if c == nil {
		return nil
	}
	if v := reflect.ValueOf(c); v.Kind() == reflect.Pointer && v.IsNil() {
		return nil // its caller method may be that of a struct inside it
	}
	return c.caller()
}
