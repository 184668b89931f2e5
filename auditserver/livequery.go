package auditserver

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// liveHub is the live query server (protocol section 8). Commits enter it in
// commit order and one goroutine works through them, so every subscriber sees
// each object's changes in the order they were committed.
type liveHub struct {
	s       *Server
	classes []*regexp.Regexp // with live queries
	limits  liveLimits
	commits chan liveCommit
	number  atomic.Uint64 // of the last commit

	mu      sync.RWMutex
	byClass map[string]*liveClass
	viewers map[viewerKey]*liveViewer
}

// liveLimits bound what clients may cost and how long they may be silent.
type liveLimits struct {
	frame         int64         // bytes of one frame from a client
	subscriptions int           // of one connection
	backlog       int           // bytes that wait for one client; a slower one is cut
	ping          time.Duration // between pings; no pong until the next one: gone
	connect       time.Duration // for the connect frame
}

var defaultLiveLimits = liveLimits{
	frame:         1 << 20,
	subscriptions: 10_000,
	backlog:       16 << 20,
	ping:          10 * time.Second,
	connect:       30 * time.Second,
}

// liveCommit is what one commit changed in classes that somebody watches.
type liveCommit struct {
	number  uint64
	changes []store.Change
}

// commitBacklog is how many commits may wait for delivery. Beyond it a commit
// waits: matching costs only processor time, so the wait is short, and nothing
// is lost.
const commitBacklog = 256

func newLiveHub(s *Server) *liveHub {
	limits := s.cfg.liveLimits
	if limits == (liveLimits{}) {
		limits = defaultLiveLimits
	}
	return &liveHub{
		s:       s,
		classes: s.cfg.liveClasses,
		limits:  limits,
		commits: make(chan liveCommit, commitBacklog),
		byClass: make(map[string]*liveClass),
		viewers: make(map[viewerKey]*liveViewer),
	}
}

// enabled reports whether a class has live queries.
func (l *liveHub) enabled(class string) bool {
	return slices.ContainsFunc(l.classes, func(re *regexp.Regexp) bool { return re.MatchString(class) })
}

// committed is the store's OnCommit.
func (l *liveHub) committed(changes []store.Change) {
	number := l.number.Add(1)
	watched := l.watched(changes)
	if len(watched) == 0 {
		return
	}
	select {
	case l.commits <- liveCommit{number, watched}:
	case <-l.s.alive.Done():
	}
}

func (l *liveHub) watched(changes []store.Change) []store.Change {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if len(l.byClass) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(changes), func(c store.Change) bool { return l.byClass[c.Class] == nil })
}

// run delivers commits until ctx is done. Between them it looks whether the
// subscribers' sessions and permissions are still good, so that a client learns
// of their end even if nothing happens.
func (l *liveHub) run(ctx context.Context) {
	tick := time.NewTicker(l.limits.ping)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			l.checkAll(ctx)
		case commit := <-l.commits:
			for _, change := range commit.changes {
				l.deliver(ctx, commit.number, change)
			}
		}
	}
}

func (l *liveHub) checkAll(ctx context.Context) {
	l.mu.RLock()
	viewers := make([]*liveViewer, 0, len(l.viewers))
	for _, v := range l.viewers {
		viewers = append(viewers, v)
	}
	l.mu.RUnlock()
	for _, v := range viewers {
		c, lost := l.callerOf(ctx, v.viewerKey)
		ended := make(map[*liveSubscription]error)
		l.mu.RLock()
		for sub := range v.subs {
			err := lost
			if err == nil {
				err = l.permits(c, sub)
			}
			if err != nil {
				ended[sub] = err
			}
		}
		l.mu.RUnlock()
		l.dismiss(ended)
	}
}

// permits checks again what was checked when a caller subscribed.
func (l *liveHub) permits(c *access.Caller, sub *liveSubscription) error {
	class, _ := l.s.store.Class(sub.class)
	if _, err := access.Permit(class.Permissions, c, access.OpFind); err != nil {
		return err
	}
	hides := l.s.protected.Of(sub.class, class.Permissions, c)
	if hides.ForbidsConditions(sub.query.where) || hides.ForbidsAny(sub.watch) {
		return fault.ErrPermission
	}
	return nil
}

// callerOf finds out who a viewer is now.
func (l *liveHub) callerOf(ctx context.Context, v viewerKey) (*access.Caller, error) {
	if v.master {
		return &access.Caller{Master: true}, nil
	}
	if v.token == "" {
		return access.NewCaller("", nil), nil
	}
	c, err := l.s.sessions.Caller(ctx, v.token)
	var refused *fault.Error
	if l.s.cfg.Quirks && errors.As(err, &refused) {
		return access.NewCaller("", nil), nil // Parse Server says nothing and goes on without the session
	}
	return c, err
}

// dismiss ends subscriptions: the session is over, or the caller lost the
// permission to read the class or to ask for a column of it.
func (l *liveHub) dismiss(ended map[*liveSubscription]error) {
	if len(ended) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for sub, err := range ended {
		if sub.client.subs[sub.requestID] != sub {
			continue // gone meanwhile, its request id may serve another
		}
		e, known := clientError(err)
		if !known {
			if l.s.alive.Err() == nil {
				l.s.cfg.Logger.Error("live query permissions check failed", "error", err)
			}
			continue
		}
		sub.client.out.push(errorFrame(e, sub.requestID))
		l.remove(sub)
	}
}
