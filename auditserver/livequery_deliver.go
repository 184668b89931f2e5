package auditserver

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/schema"
)

// liveEvent is one change on its way to the subscribers. What several of them
// need is worked out once.
type liveEvent struct {
	hub    *liveHub
	change store.Change
	class  schema.Class
	before liveState
	after  liveState
	seen   map[*liveViewer]*liveSight
	texts  map[string][]byte // rendered objects
}

// liveState is the object before or after the change.
type liveState struct {
	exists bool
	row    store.Row
	acl    map[string]schema.Access
	object map[string]any // decoded when first needed
}

// liveSight is what one viewer sees of the change.
type liveSight struct {
	err           error
	sessionOver   bool // err concerns all subscriptions of the viewer
	caller        *access.Caller
	hides         *access.Hidden
	before, after bool // may read the object as it was, as it is
	hidesBefore   []string
	hidesAfter    []string
}

// deliver sends one change to everybody whose query and permissions let it
// through.
func (l *liveHub) deliver(ctx context.Context, number uint64, change store.Change) {
	var ended map[*liveSubscription]error
	l.mu.RLock()
	if class := l.byClass[change.Class]; class != nil {
		ev := l.newEvent(change)
		for _, query := range class.queries {
			before, after := ev.before.matches(query.where), ev.after.matches(query.where)
			if !before && !after {
				continue
			}
			for viewer, subs := range query.viewers {
				sight := ev.seenBy(ctx, viewer)
				if sight.err != nil || sight.hides != nil {
					ended = sight.ends(ended, query, viewer, subs)
				}
				if sight.err != nil {
					continue
				}
				ev.send(number, subs, ended, sight, before && sight.before, after && sight.after)
			}
		}
	}
	l.mu.RUnlock()
	l.dismiss(ended)
}

// ends adds the subscriptions that the viewer may have no longer to ended.
func (sight *liveSight) ends(ended map[*liveSubscription]error, query *liveQuery, viewer *liveViewer, subs map[*liveSubscription]struct{}) map[*liveSubscription]error {
	if sight.sessionOver {
		subs = viewer.subs
	}
	lost := sight.err
	if lost == nil && sight.hides.ForbidsConditions(query.where) { // the same for all of them
		lost = fault.ErrPermission
	}
	for sub := range subs {
		err := lost
		if err == nil && sight.hides.ForbidsAny(sub.watch) {
			err = fault.ErrPermission
		}
		if err == nil {
			continue
		}
		if ended == nil {
			ended = make(map[*liveSubscription]error)
		}
		ended[sub] = err
	}
	return ended
}

func (l *liveHub) newEvent(change store.Change) *liveEvent {
	ev := &liveEvent{hub: l, change: change, seen: make(map[*liveViewer]*liveSight), texts: make(map[string][]byte)}
	ev.class, _ = l.s.store.Class(change.Class)
	ev.before = newLiveState(change.Before, change.Kind != store.Created)
	ev.after = newLiveState(change.After, change.Kind != store.Deleted)
	return ev
}

func newLiveState(row store.Row, exists bool) liveState {
	if !exists {
		return liveState{}
	}
	return liveState{exists: true, row: row, acl: row.ACL()}
}

func (st *liveState) matches(node *where.Node) bool {
	if !st.exists {
		return false
	}
	if node.Op == where.And && len(node.Children) == 0 {
		return true
	}
	if st.object == nil {
		st.object = st.row.Map()
	}
	ok, err := node.Match(st.object)
	return ok && err == nil // what cannot be matched was refused at subscribe
}

// seenBy works out what a viewer may see: its session, the class permissions
// (roles included), the ACL and the protected fields, all as they are now.
func (ev *liveEvent) seenBy(ctx context.Context, v *liveViewer) *liveSight {
	if sight := ev.seen[v]; sight != nil {
		return sight
	}
	sight := &liveSight{}
	ev.seen[v] = sight
	c, err := ev.hub.callerOf(ctx, v.viewerKey)
	if err != nil {
		sight.err, sight.sessionOver = err, true
		return sight
	}
	fields, err := access.Permit(ev.class.Permissions, c, access.OpFind)
	if err != nil {
		sight.err = err
		return sight
	}
	sight.caller = c
	hides := ev.hub.s.protected.Of(ev.change.Class, ev.class.Permissions, c)
	sight.hides = hides
	look := func(st *liveState) (bool, []string) {
		if !st.exists || !c.MayRead(st.row, st.acl, fields) {
			return false, nil
		}
		return true, hides.In(st.row.ID(), func(f string) any { return st.row.Value(f) })
	}
	sight.before, sight.hidesBefore = look(&ev.before)
	sight.after, sight.hidesAfter = look(&ev.after)
	return sight
}

// send gives the change to subscriptions of one query and viewer. before and
// after say whether the object was and is among their results. Those in ended
// get nothing.
func (ev *liveEvent) send(number uint64, subs map[*liveSubscription]struct{}, ended map[*liveSubscription]error, sight *liveSight, before, after bool) {
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
		f := outFrame{op: op, requestID: sub.requestID}
		// Who lost the right to read the object sees it leave as it was.
		if sight.after {
			f.object = ev.text(sub, sight, &ev.after, sight.hidesAfter)
		} else {
			f.object = ev.text(sub, sight, &ev.before, sight.hidesBefore)
		}
		if sight.before && op != "delete" {
			f.original = ev.text(sub, sight, &ev.before, sight.hidesBefore)
		}
		sub.client.out.push(f)
	}
}

// unwatched reports whether none of the fields a subscription watches changed.
func (ev *liveEvent) unwatched(op string, watch []string) bool {
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

// text renders the object for a subscription; those that see the same share it.
func (ev *liveEvent) text(sub *liveSubscription, sight *liveSight, st *liveState, hidden []string) []byte {
	var key strings.Builder
	if st == &ev.before {
		key.WriteByte('b')
	}
	for _, part := range [][]string{{sub.viewer.baseURL}, hidden, sub.keys} {
		for _, s := range part {
			key.WriteString(s)
			key.WriteByte(0)
		}
		key.WriteByte(1)
	}
	text, ok := ev.texts[key.String()]
	if !ok {
		r := ev.hub.s.render.NewRenderer(sight.caller, sub.viewer.baseURL)
		r.ClassNames = true
		text = r.Append(nil, st.row, sub.shape())
		ev.texts[key.String()] = text
	}
	return text
}
