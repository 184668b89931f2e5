package isoaudit

import (
	"context"
	"net/http"
	"net/url"
)

// Admin is a client with the master key: every call on it, also through its
// collections, passes all permissions. It is the only holder of that key; As
// and Anonymous give clients without it. The server takes the master key from
// the addresses in its masterKeyIps only, by default from its own machine.
type Admin struct {
	*Client
}

// NewAdmin makes an Admin; the options are those of NewClient. The master key
// is refused over plain http and ws to any host that is not this machine. A
// session source is refused: the server ignores sessions beside the master key.
func NewAdmin(serverURL, masterKey string, options ...Option) (*Admin, error) {
	if err := checkCredential("masterKey", masterKey); err != nil {
		return nil, err
	}
	cfg, err := newConfig(serverURL, options)
	if err != nil {
		return nil, err
	}
	if cfg.sessions != nil {
		return nil, optionError("WithSessionSource", "an Admin acts with the master key; use As for a session")
	}
	for option, address := range map[string]*url.URL{"serverURL": cfg.base, "WithGraphQLURL": cfg.graphQL, "WithLiveQueryURL": cfg.live} {
		plain := address.Scheme == "http" || address.Scheme == "ws"
		if plain && !isLoopback(address.Hostname()) {
			return nil, optionError(option, "the master key is not sent unencrypted to %s; use https", address.Hostname())
		}
	}
	cfg.credentials.masterKey = newSecret(masterKey)
	return &Admin{newClient(cfg)}, nil
}

// own is the client that the calls of an Admin go through: nil, which every call
// reports, where the Admin is nil or zero.
func (a *Admin) own() *Client {
	if a == nil {
		return nil
	}
	return a.Client
}

func (a *Admin) do(ctx context.Context, call call, out any) error {
	return a.own().do(ctx, call, out)
}

// LoginAs starts a session of any auditor without a password.
// ErrObjectNotFound: there is no such auditor.
func (a *Admin) LoginAs(ctx context.Context, auditorID string) (*Session, error) {
	call := call{
		op: "Session.LoginAs", method: http.MethodPost, path: []string{"loginAs"},
		class: userClass, objectID: auditorID, body: map[string]string{"userId": auditorID}, master: true,
	}
	if auditorID == "" {
		call.err = badInput(call.op, userClass, "auditorID", "is empty")
	}
	return a.own().startSession(ctx, call)
}

// Purge deletes every object of a class without running triggers or live
// queries. A class that does not exist is no error.
func (a *Admin) Purge(ctx context.Context, class string) error {
	call := call{
		op: class + ".Purge", method: http.MethodDelete, path: []string{"purge", class},
		class: class, safety: safeDelete, master: true,
	}
	if !validClass.MatchString(class) {
		call.op, call.err = "Purge", badInput("Purge", "", "class", "is not the name of a class")
	}
	return a.do(ctx, call, nil)
}

// schemaCall is one call on the schemas of the server (protocol section 5). A
// class of "" means all of them.
func (a *Admin) schemaCall(ctx context.Context, method, class string, body, out any) error {
	call := call{op: "Schema." + method, method: method, path: []string{"schemas"}, class: class, body: body, master: true}
	if class != "" {
		call.path = append(call.path, class)
	}
	switch method {
	case http.MethodGet:
		call.safety, call.needs = safeRead, []string{"results"}
	case http.MethodDelete:
		call.safety = safeDelete
	default:
		call.needs = []string{"className"}
	}
	return a.do(ctx, call, out)
}
