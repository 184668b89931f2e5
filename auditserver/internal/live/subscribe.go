package live

import (
	"bytes"
	"context"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/query"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/session"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// handle answers one frame of a client.
func (c *client) handle(ctx context.Context, f *inFrame) error {
	if f.Op == "connect" {
		return c.connect(f)
	}
	if !c.connected {
		return fault.New(codeUnknown, "Can not find this client, make sure you connect to server before subscribing")
	}
	id := string(f.RequestID)
	switch f.Op {
	case "unsubscribe":
		if !c.hub.removeID(c, id) {
			return fault.New(codeUnknown, "Cannot find subscription with requestId %s", id)
		}
		c.out.push(reply("unsubscribed", id))
		return nil
	case "update":
		c.hub.mu.RLock()
		known := c.subs[id] != nil
		c.hub.mu.RUnlock()
		if !known {
			return fault.New(codeUnknown, "Cannot find subscription with requestId %s", id)
		}
	}
	return c.subscribe(ctx, f)
}

// connect checks the keys as REST does, which is stricter than Parse Server:
// there, any application id and key connects.
func (c *client) connect(f *inFrame) error {
	grant, err := c.hub.cfg.Keys.Admit(access.Credentials{
		AppID:      f.ApplicationID,
		MasterKey:  f.MasterKey,
		ClientKeys: [4]string{f.RESTKey, f.JavaScriptKey, f.ClientKey, f.WindowsKey},
	}, c.remote)
	if tell := c.hub.cfg.MasterKey; tell != nil && f.MasterKey != "" {
		tell(c.remote, grant.Master)
	}
	if err != nil {
		return fault.New(codeKey, "Key in request is not valid")
	}
	c.connected, c.master, c.token = true, grant.Master, f.SessionToken
	if c.id == "" {
		c.id = newClientID()
	}
	of := identity(c.id, f.InstallationID)
	c.identity.Store(&of)
	c.out.push(reply("connected", ""))
	return nil
}

// subscribe registers a query and replies, or returns why it is refused.
func (c *client) subscribe(ctx context.Context, f *inFrame) error {
	// A subscription with a session of its own sees what that user may see, also
	// on a connection with the master key: the JavaScript SDK always sends the key.
	key := viewerKey{master: c.master && f.SessionToken == "", token: f.SessionToken, baseURL: c.baseURL}
	if key.token == "" {
		key.token = c.token
	}
	if key.master {
		key.token = ""
	}
	if key.token != "" {
		key.digest = session.Digest(key.token)
	}
	caller, err := c.hub.callerOf(ctx, key)
	if err != nil {
		return err
	}
	node, err := c.hub.readQuery(caller, f.Query)
	if err != nil {
		return err
	}
	sub := &subscription{
		client:    c,
		requestID: string(f.RequestID),
		class:     f.Query.ClassName,
		keys:      roots(f.Query.Keys),
		watch:     f.Query.Watch,
	}
	sub.weight = weightOf(node, f.text())
	return c.hub.add(sub, node, key, accountOf(caller))
}

// readQuery checks that a caller may subscribe to a query and that it can be
// evaluated.
func (l *Hub) readQuery(c *access.Caller, q *inQuery) (*where.Node, error) {
	quirks := l.cfg.Queries.Quirks
	if !quirks && !l.enabled(q.ClassName) {
		return nil, fault.New(wire.CodeInvalidQuery, "class %s has no live queries: list it in the server's LiveQueryClasses (option liveQuery.classNames)", q.ClassName)
	}
	if err := access.Findable(c, q.ClassName); err != nil {
		return nil, err
	}
	if q.ClassName == "_Session" && c.UserID == "" && !c.Master {
		return nil, fault.ErrSession
	}
	if bytes.Contains(q.Where, []byte(`"$relativeTime"`)) {
		return nil, fault.New(wire.CodeInvalidQuery, "$relativeTime cannot be used in a live query: it would stand still at the time of subscribing")
	}
	node, err := l.cfg.Queries.ParseWhere(q.Where, c)
	if err != nil {
		return nil, err
	}
	if n := node.External(); n != nil && !quirks {
		return nil, fault.New(wire.CodeInvalidQuery, "%s cannot be used in a live query: it needs other objects", n.Op)
	}
	class, _ := l.store.Class(q.ClassName)
	if err := permitted(class, c, node); err != nil {
		return nil, err
	}
	if !quirks {
		if err := l.cfg.Queries.ConditionsEndHere(class, node); err != nil {
			return nil, err
		}
	}
	hides := l.cfg.Queries.Protected.Of(q.ClassName, class.Permissions, c)
	if hides.ForbidsConditions(node) || hides.ForbidsAny(q.Watch) {
		return nil, fault.ErrPermission
	}
	return node, nil
}

// permitted checks the class permissions of a subscription: those of a find, and
// those that its events need.
func permitted(class schema.Class, c *access.Caller, node *where.Node) error {
	if _, err := access.Permit(class.Permissions, c, access.OpFind); err != nil {
		return err
	}
	_, err := access.Permit(class.Permissions, c, query.OpOf(class, node))
	return err
}

// roots are the top-level fields of paths.
func roots(paths []string) []string {
	var out []string
	for _, p := range paths {
		root, _, _ := strings.Cut(p, ".")
		out = append(out, root)
	}
	return out
}
