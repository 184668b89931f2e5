package parse

import (
	"context"
	"net/http"
	"net/url"
	"reflect"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// Admin is a client with the master key: every call on it, also through its
// collections, passes all permissions. It is the only type that holds this key; As
// and Anonymous of its Client give clients without it. The server accepts the master
// key only from the addresses in its masterKeyIps, by default its own machine.
type Admin struct {
	client *Client
}

// AdminCaller is an *[Admin] or a pointer to a struct that embeds one.
type AdminCaller interface{ admin() *Admin }

// AdminOf gives client the calls of an Admin. Where client does not have the
// master key, each of them reports that.
func AdminOf(client *Client) *Admin { return &Admin{client} }

// Client is the client with the master key, for everything that does not need it.
func (a *Admin) Client() *Client { return a.own() }

func (a *Admin) caller() *Client { return a.own() }

func (a *Admin) admin() *Admin { return a }

// adminOf is the Admin of a caller, nil where that is nil.
func adminOf(a AdminCaller) *Admin {
	if a == nil {
		return nil
	}
	if v := reflect.ValueOf(a); v.Kind() == reflect.Pointer && v.IsNil() {
		return nil
	}
	return a.admin()
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
	for option, address := range map[string]*url.URL{"serverURL": cfg.Base, "WithGraphQLURL": cfg.graphQL, "WithLiveQueryURL": cfg.live} {
		plain := address.Scheme == "http" || address.Scheme == "ws"
		if plain && !isLoopback(address.Hostname()) {
			return nil, optionError(option, "the master key is not sent unencrypted to %s; use https", address.Hostname())
		}
	}
	cfg.Credentials.MasterKey = transport.NewSecret(masterKey)
	return &Admin{newClient(cfg)}, nil
}

// own is the client that the calls of an Admin go through. It is nil for a nil or
// zero Admin, which every call reports.
func (a *Admin) own() *Client {
	if a == nil {
		return nil
	}
	return a.client
}

func (a *Admin) do(ctx context.Context, call transport.Call, out any) error {
	return a.own().do(ctx, call, out)
}

// Purge deletes every object of a class without running triggers or live
// queries. It is not an error if the class does not exist.
func (a *Admin) Purge(ctx context.Context, class string) error {
	call := transport.Call{
		Op: class + ".Purge", Method: http.MethodDelete, Path: []string{"purge", class},
		Class: class, Safety: transport.SafeDelete, Master: true,
	}
	if !validClass(class) {
		call.Op, call.Err = "Purge", badClass("Purge", class)
	}
	return a.do(ctx, call, nil)
}

// schemaCall is one call on the schemas of the server (protocol section 5). A
// class of "" means all of them.
func (a *Admin) schemaCall(ctx context.Context, method, class string, body, out any) error {
	call := transport.Call{Op: "Schema." + method, Method: method, Path: []string{"schemas"}, Class: class, Body: body, Master: true}
	if class != "" {
		call.Path = append(call.Path, class)
	}
	switch method {
	case http.MethodGet:
		call.Safety, call.Needs = transport.SafeRead, []string{"results"}
	case http.MethodDelete:
		call.Safety = transport.SafeDelete
	default:
		call.Needs = []string{"className"}
	}
	return a.do(ctx, call, out)
}
