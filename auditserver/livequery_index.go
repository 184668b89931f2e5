package auditserver

import (
	"slices"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/render"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Subscriptions are found by class, then by query, then by viewer: a query that
// thousands subscribe to is evaluated once a change, and who may see the
// object is worked out once for each identity.

type liveClass struct {
	queries map[string]*liveQuery // by canonical where
}

type liveQuery struct {
	hash    string
	where   *where.Node
	viewers map[*liveViewer]map[*liveSubscription]struct{}
}

// viewerKey is an identity and the address it knows the server by, which
// stands in the URLs of files.
type viewerKey struct {
	master  bool
	token   string
	baseURL string
}

type liveViewer struct {
	viewerKey
	subs map[*liveSubscription]struct{}
}

type liveSubscription struct {
	client    *liveClient
	requestID string // the JSON number as the client wrote it
	class     string
	query     *liveQuery
	viewer    *liveViewer
	keys      []string // nil: all
	watch     []string // nil: any
	since     uint64   // commits up to this one happened before the subscription
}

// add registers sub, in the place of one with the same request id, and replies:
// under the lock, so that no event of the subscription comes before the reply.
func (l *liveHub) add(sub *liveSubscription, node *where.Node, key viewerKey) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if old := sub.client.subs[sub.requestID]; old != nil {
		l.remove(old)
	} else if len(sub.client.subs) >= l.limits.subscriptions {
		return fault.New(wire.CodeInvalidQuery, "this connection has %d subscriptions, the limit: unsubscribe some, or open another", l.limits.subscriptions)
	}
	class := l.byClass[sub.class]
	if class == nil {
		class = &liveClass{queries: make(map[string]*liveQuery)}
		l.byClass[sub.class] = class
	}
	hash := string(node.AppendCanonical(nil))
	query := class.queries[hash]
	if query == nil {
		query = &liveQuery{hash: hash, where: node, viewers: make(map[*liveViewer]map[*liveSubscription]struct{})}
		class.queries[hash] = query
	}
	viewer := l.viewers[key]
	if viewer == nil {
		viewer = &liveViewer{viewerKey: key, subs: make(map[*liveSubscription]struct{})}
		l.viewers[key] = viewer
	}
	if query.viewers[viewer] == nil {
		query.viewers[viewer] = make(map[*liveSubscription]struct{})
	}
	query.viewers[viewer][sub] = struct{}{}
	viewer.subs[sub] = struct{}{}
	sub.client.subs[sub.requestID] = sub
	sub.query, sub.viewer = query, viewer
	sub.since = l.number.Load()
	sub.client.out.push(outFrame{op: "subscribed", requestID: sub.requestID})
	return nil
}

// remove needs the lock. Removing again is harmless.
func (l *liveHub) remove(sub *liveSubscription) {
	if sub.client.subs[sub.requestID] != sub {
		return
	}
	delete(sub.client.subs, sub.requestID)
	delete(sub.viewer.subs, sub)
	if len(sub.viewer.subs) == 0 {
		delete(l.viewers, sub.viewer.viewerKey)
	}
	of := sub.query.viewers[sub.viewer]
	delete(of, sub)
	if len(of) > 0 {
		return
	}
	delete(sub.query.viewers, sub.viewer)
	if len(sub.query.viewers) > 0 {
		return
	}
	class := l.byClass[sub.class]
	delete(class.queries, sub.query.hash)
	if len(class.queries) == 0 {
		delete(l.byClass, sub.class)
	}
}

// removeID removes the subscription with a request id, if there is one.
func (l *liveHub) removeID(c *liveClient, requestID string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	sub := c.subs[requestID]
	if sub == nil {
		return false
	}
	l.remove(sub)
	return true
}

func (l *liveHub) removeAll(c *liveClient) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, sub := range c.subs {
		l.remove(sub)
	}
}

// shape is which fields a subscription shows.
func (sub *liveSubscription) shape() *render.Shape {
	return &render.Shape{Keys: slices.Clone(sub.keys)}
}
