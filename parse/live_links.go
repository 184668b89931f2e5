package parse

import (
	"crypto/sha256"
	"sync"
)

// liveLinks are the connections of the clients that were derived from each other. Those
// of one session share one: a service makes a client for each request, and a browser with
// ten pages is one user.
type liveLinks struct {
	mu   sync.Mutex
	open map[[sha256.Size]byte]*sharedLink // by the hash of the session's token, so that nothing prints it
}

// sharedLink is a connection with the number of subscriptions that have it.
type sharedLink struct {
	*liveLink
	subscriptions int
}

// take gives the connection of the client's identity to one subscription, until release is
// called, once. A client that logs in by itself or has the master key has its own.
func (l *liveLinks) take(client *Client) (link *liveLink, release func()) {
	if client.live != nil {
		return client.live, func() {}
	}
	key := sha256.Sum256([]byte(client.cfg.Credentials.Session.Value()))
	l.mu.Lock()
	defer l.mu.Unlock()
	shared := l.open[key]
	if shared == nil {
		shared = &sharedLink{liveLink: &liveLink{client: client}}
		if l.open == nil {
			l.open = map[[sha256.Size]byte]*sharedLink{}
		}
		l.open[key] = shared
	}
	shared.subscriptions++
	return shared.liveLink, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if shared.subscriptions--; shared.subscriptions == 0 {
			delete(l.open, key)
		}
	}
}

// ownLink is the connection that no other client has, nil where it is shared.
func ownLink(c *Client) *liveLink {
	cfg := c.cfg
	if cfg.sessions == nil && cfg.Credentials.MasterKey.Empty() && cfg.Err == nil {
		return nil
	}
	return &liveLink{client: c}
}
