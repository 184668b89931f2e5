package live

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/query"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// event is one change that is being delivered. What several subscribers need is
// computed once.
type event struct {
	hub    *Hub
	change store.Change
	second int64 // in which it is delivered
	class  schema.Class
	before state
	after  state
	seen   map[asking]*sight
	texts  map[string][]byte // rendered objects
	said   *message          // made last,
	saidTo audience          // and for whom
	heard  []*outbox         // those that are not woken yet
}

// state is the object before or after the change.
type state struct {
	exists bool
	row    store.Row
	acl    map[string]schema.Access
	object map[string]any // decoded when first needed
}

// deliver sends one change to everybody whose query and permissions let it
// through.
func (l *Hub) deliver(ctx context.Context, number uint64, change store.Change) {
	var ended map[*subscription]error
	l.mu.RLock()
	if class := l.byClass[change.Class]; class != nil {
		ev := l.newEvent(change)
		for _, watched := range class.queries {
			if watched.weight >= heavy {
				ev.wake() // this may take a while
				var may bool
				if may, ended = ev.affordable(ctx, watched, ended); !may {
					continue
				}
			}
			before, after := ev.before.matches(watched.where), ev.after.matches(watched.where)
			if !before && !after {
				continue
			}
			op := query.OpOf(ev.class, watched.where)
			for viewer, subs := range watched.viewers {
				sight := ev.seenBy(ctx, asking{viewer, op})
				if sight.err != nil || sight.hides != nil {
					ended = sight.ends(ended, watched, viewer, subs)
				}
				if sight.err != nil {
					continue
				}
				ev.send(number, subs, ended, sight, before && sight.before, after && sight.after)
			}
		}
		ev.wake()
	}
	l.mu.RUnlock()
	l.dismiss(ended)
}

// affordable decides whether a heavy query is matched with the object of the event:
// only if somebody may see the object, and those have not looked at too much.
func (ev *event) affordable(ctx context.Context, watched *watchedQuery, ended map[*subscription]error) (bool, map[*subscription]error) {
	op := query.OpOf(ev.class, watched.where)
	var may []*viewer
	for viewer := range watched.viewers {
		if sight := ev.seenBy(ctx, asking{viewer, op}); sight.before || sight.after {
			may = append(may, viewer)
		}
	}
	if len(may) == 0 {
		return false, ended
	}
	return ev.hub.charge(watched, ev.weight(watched.where), ev.second, may, ended)
}

func (l *Hub) newEvent(change store.Change) *event {
	ev := &event{hub: l, change: change, second: time.Now().Unix(), seen: make(map[asking]*sight), texts: make(map[string][]byte)}
	ev.class, _ = l.store.Class(change.Class)
	ev.before = newState(change.Before, change.Kind != store.Created)
	ev.after = newState(change.After, change.Kind != store.Deleted)
	return ev
}

func newState(row store.Row, exists bool) state {
	if !exists {
		return state{}
	}
	return state{exists: true, row: row, acl: row.ACL()}
}

func (st *state) is(id string) bool { return st.exists && st.row.ID() == id }

// fields decodes the object when that is first needed.
func (st *state) fields() map[string]any {
	if st.object == nil {
		st.object = st.row.Map()
	}
	return st.object
}

func (st *state) matches(node *where.Node) bool {
	if !st.exists {
		return false
	}
	if node.Op == where.And && len(node.Children) == 0 {
		return true
	}
	ok, err := node.Match(st.fields())
	return ok && err == nil // subscribe refuses what cannot be matched
}

// send gives the change to subscriptions of one query and viewer. before and
// after say whether the object was and is among their results. Those in ended
// get nothing.
func (ev *event) send(number uint64, subs map[*subscription]struct{}, ended map[*subscription]error, sight *sight, before, after bool) {
	op := ""
	switch {
	case before && after:
		op = "update"
	case before && ev.change.Kind == store.Deleted:
		op = "delete"
	case before:
		op = "leave"
	case after && ev.change.Kind == store.Created:
		op = "create"
	case after:
		op = "enter"
	default:
		return
	}
	for sub := range subs {
		if ended[sub] != nil || sub.since >= number || ev.unwatched(op, sub.watch) {
			continue
		}
		if out := &sub.client.out; out.add(outFrame{message: ev.message(op, sub, sight), requestID: sub.requestID}) {
			ev.heard = append(ev.heard, out)
		}
	}
}

// wake lets those who have heard of the change be told, each once for all frames.
func (ev *event) wake() {
	for _, out := range ev.heard {
		out.wake()
	}
	ev.heard = ev.heard[:0]
}

// unwatched reports whether none of the fields a subscription watches changed.
func (ev *event) unwatched(op string, watch []string) bool {
	if len(watch) == 0 || op != "update" && op != "create" {
		return false
	}
	return !slices.ContainsFunc(watch, func(path string) bool {
		field, _, _ := strings.Cut(path, ".")
		after, _ := ev.after.row.Field(field)
		if !ev.before.exists {
			return after != nil
		}
		before, _ := ev.before.row.Field(field)
		return !bytes.Equal(before, after)
	})
}
