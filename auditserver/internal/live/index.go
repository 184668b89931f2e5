package live

import (
	"slices"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/render"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Subscriptions are found by class, then by query, then by viewer. A query with
// thousands of subscriptions is evaluated once for a change, and whether the
// object may be seen is decided once for each viewer.

type watchedClass struct {
	queries map[string]*watchedQuery // by canonical where
}

type watchedQuery struct {
	hash    string
	where   *where.Node
	weight  int // of the where
	viewers map[*viewer]map[*subscription]struct{}
}

// viewerKey is an identity, and the base URL by which it knows the server: the
// URLs of files begin with it.
type viewerKey struct {
	master  bool
	token   string
	digest  string // of the token
	baseURL string
}

type viewer struct {
	viewerKey
	burden *burden // nil: nobody counts
	subs   map[*subscription]struct{}
}

type subscription struct {
	client    *client
	requestID string // the JSON number as the client wrote it
	class     string
	query     *watchedQuery
	viewer    *viewer
	keys      []string // nil: all
	watch     []string // nil: any
	weight    int      // of its query and of all that it keeps in memory
	since     uint64   // commits up to this one happened before the subscription
}

// add registers sub, replacing a subscription with the same request id, and
// replies. It does both under the lock, so that no event of the subscription comes
// before the reply.
func (l *Hub) add(sub *subscription, node *where.Node, key viewerKey, account string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	old := sub.client.subs[sub.requestID]
	if old == nil && len(sub.client.subs) >= l.cfg.Limits.Subscriptions {
		return fault.New(wire.CodeInvalidQuery, "this connection has %d subscriptions, the limit (option limits.liveSubscriptions): unsubscribe some, or open another", l.cfg.Limits.Subscriptions)
	}
	bears := l.burdens[account]
	if bears == nil && account != "" {
		bears = &burden{who: account}
	}
	if err := l.bears(bears, sub, old); err != nil {
		return err
	}
	if old != nil {
		l.remove(old)
	}
	class := l.byClass[sub.class]
	if class == nil {
		class = &watchedClass{queries: make(map[string]*watchedQuery)}
		l.byClass[sub.class] = class
		l.noteClasses()
	}
	hash := string(node.AppendCanonical(nil))
	query := class.queries[hash]
	if query == nil {
		query = &watchedQuery{hash: hash, where: node, weight: weightOf(node, len(hash)), viewers: make(map[*viewer]map[*subscription]struct{})}
		class.queries[hash] = query
	}
	who := l.viewers[key]
	if who == nil {
		who = &viewer{viewerKey: key, burden: bears, subs: make(map[*subscription]struct{})}
		l.viewers[key] = who
		if len(l.viewers) == 1 {
			l.checks.Reset(l.cfg.Limits.Ping)
		}
		if bears != nil {
			l.burdens[account] = bears
			bears.viewers++
		}
	}
	if who.burden != nil {
		who.burden.conditions += sub.weight
	}
	l.conditions += sub.weight
	if query.viewers[who] == nil {
		query.viewers[who] = make(map[*subscription]struct{})
	}
	query.viewers[who][sub] = struct{}{}
	who.subs[sub] = struct{}{}
	sub.client.subs[sub.requestID] = sub
	sub.query, sub.viewer = query, who
	sub.since = l.number.Load()
	sub.client.out.push(reply("subscribed", sub.requestID))
	return nil
}

// remove must be called with the lock held. Removing twice is harmless.
func (l *Hub) remove(sub *subscription) {
	if sub.client.subs[sub.requestID] != sub {
		return
	}
	delete(sub.client.subs, sub.requestID)
	delete(sub.viewer.subs, sub)
	l.conditions -= sub.weight
	b := sub.viewer.burden
	if b != nil {
		b.conditions -= sub.weight
	}
	if len(sub.viewer.subs) == 0 {
		delete(l.viewers, sub.viewer.viewerKey)
		if len(l.viewers) == 0 {
			l.checks.Stop()
		}
		if b != nil {
			if b.viewers--; b.viewers == 0 {
				delete(l.burdens, b.who)
			}
		}
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
		l.noteClasses()
	}
}

// removeID removes the subscription with a request id, if there is one.
func (l *Hub) removeID(c *client, requestID string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	sub := c.subs[requestID]
	if sub == nil {
		return false
	}
	l.remove(sub)
	return true
}

func (l *Hub) removeAll(c *client) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, sub := range c.subs {
		l.remove(sub)
	}
}

// shape is which fields a subscription shows.
func (sub *subscription) shape() *render.Shape {
	return &render.Shape{Keys: slices.Clone(sub.keys)}
}
