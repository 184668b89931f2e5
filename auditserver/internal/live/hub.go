package live

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/query"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/render"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/session"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// Config is what live queries need of the server.
type Config struct {
	Classes  []*regexp.Regexp // with live queries
	Keys     *access.KeyRing
	Sessions *session.Sessions
	Queries  *query.Queries
	Render   *render.Settings
	Logger   *slog.Logger
	Limits   Limits // zero: DefaultLimits

	// MasterKey, if set, is told of each connect frame with a master key.
	MasterKey func(remote string, accepted bool)
}

// Hub is the live query server (protocol section 8). Commits enter it in
// commit order and one goroutine works through them, so every subscriber sees
// each object's changes in the order they were committed.
type Hub struct {
	cfg     Config
	store   *store.Store
	alive   context.Context // ends with the server
	commits backlog
	checks  *time.Ticker  // of what viewers may see; it runs while there are any
	number  atomic.Uint64 // of the last commit
	meter   meter         // of all users
	classes atomic.Pointer[map[string]bool]

	connections atomic.Int64
	texts       sync.Pool // *[]byte, what clients are written

	mu         sync.RWMutex
	byClass    map[string]*watchedClass
	viewers    map[viewerKey]*viewer
	burdens    map[string]*burden // by account
	conditions int                // of all subscriptions
}

// commit is what one commit changed in classes that somebody watches.
type commit struct {
	number  uint64
	changes []store.Change
}

// New makes a hub that works until alive ends.
func New(alive context.Context, cfg Config) *Hub {
	if cfg.Limits == (Limits{}) {
		cfg.Limits = DefaultLimits
	}
	l := &Hub{
		cfg:     cfg,
		store:   cfg.Queries.Store,
		alive:   alive,
		commits: newBacklog(),
		checks:  time.NewTicker(cfg.Limits.Ping),
		byClass: make(map[string]*watchedClass),
		viewers: make(map[viewerKey]*viewer),
		burdens: make(map[string]*burden),
		texts:   sync.Pool{New: func() any { return new([]byte) }},
	}
	l.checks.Stop()
	l.noteClasses()
	return l
}

// enabled reports whether a class has live queries.
func (l *Hub) enabled(class string) bool {
	return slices.ContainsFunc(l.cfg.Classes, func(re *regexp.Regexp) bool { return re.MatchString(class) })
}

// Committed takes the changes of a commit. It is called in commit order, and never
// waits: a commit is not held back by those who want to hear of it.
func (l *Hub) Committed(changes []store.Change) {
	number := l.number.Add(1)
	watched := l.watched(changes)
	if len(watched) == 0 {
		return
	}
	l.commits.push(commit{number, watched})
}

func (l *Hub) watched(changes []store.Change) []store.Change {
	classes := *l.classes.Load()
	if len(classes) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(changes), func(c store.Change) bool { return !classes[c.Class] || !c.OfObject() })
}

// noteClasses publishes the classes that are watched; needs mu. Commits read them
// without it, for a delivery holds it for long.
func (l *Hub) noteClasses() {
	classes := make(map[string]bool, len(l.byClass))
	for name := range l.byClass {
		classes[name] = true
	}
	l.classes.Store(&classes)
}

// Run delivers commits until the server ends. In between it checks the sessions
// and permissions of the subscribers, so that a client learns that they ended even
// if no object changes.
func (l *Hub) Run() {
	ctx := l.alive
	defer l.checks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.checks.C:
			l.checkAll(ctx)
		case <-l.commits.ready:
			l.deliverAll(ctx)
		}
	}
}

// deliverAll works through what waits. If so much waited that some was dropped, all
// who have subscriptions are cut: they know that they missed something.
func (l *Hub) deliverAll(ctx context.Context) {
	for ctx.Err() == nil {
		c, dropped, ok := l.commits.pop()
		if dropped {
			l.cutAll()
		}
		if !ok {
			return
		}
		for _, change := range c.changes {
			l.deliver(ctx, c.number, change)
		}
	}
}

func (l *Hub) cutAll() {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, v := range l.viewers {
		for sub := range v.subs {
			sub.client.out.cut(errBehind)
		}
	}
}

func (l *Hub) checkAll(ctx context.Context) {
	l.mu.RLock()
	viewers := make([]*viewer, 0, len(l.viewers))
	for _, v := range l.viewers {
		viewers = append(viewers, v)
	}
	l.mu.RUnlock()
	for _, v := range viewers {
		c, lost := l.callerOf(ctx, v.viewerKey)
		ended := make(map[*subscription]error)
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
func (l *Hub) permits(c *access.Caller, sub *subscription) error {
	class, _ := l.store.Class(sub.class)
	if err := permitted(class, c, sub.query.where); err != nil {
		return err
	}
	hides := l.cfg.Queries.Protected.Of(sub.class, class.Permissions, c)
	if hides.ForbidsConditions(sub.query.where) || hides.ForbidsAny(sub.watch) {
		return fault.ErrPermission
	}
	return nil
}

// callerOf finds out who a viewer is now.
func (l *Hub) callerOf(ctx context.Context, v viewerKey) (*access.Caller, error) {
	if v.master {
		return &access.Caller{Master: true}, nil
	}
	if v.token == "" {
		return access.NewCaller("", nil), nil
	}
	c, err := l.cfg.Sessions.Digested(ctx, v.token, v.digest)
	var refused *fault.Error
	if l.cfg.Queries.Quirks && errors.As(err, &refused) {
		return access.NewCaller("", nil), nil // Parse Server silently continues without the session
	}
	return c, err
}

// dismiss ends subscriptions: the session is over, or the caller lost the
// permission to read the class or to ask for a column of it.
func (l *Hub) dismiss(ended map[*subscription]error) {
	if len(ended) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for sub, err := range ended {
		if sub.client.subs[sub.requestID] != sub {
			continue // removed meanwhile; another may have its request id
		}
		e, known := fault.Shown(err)
		if !known {
			if l.alive.Err() == nil {
				l.cfg.Logger.Error("live query permissions check failed", "error", err)
			}
			continue
		}
		sub.client.out.push(errorFrame(e, sub.requestID))
		l.remove(sub)
	}
}
