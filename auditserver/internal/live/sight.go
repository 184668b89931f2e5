package live

import (
	"context"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
)

// sight is what one viewer sees of the change.
type sight struct {
	err           error
	sessionOver   bool // err concerns all subscriptions of the viewer
	caller        *access.Caller
	hides         *access.Hidden
	before, after bool // may read the object as it was, as it is
	ownSession    bool // the object is the session that the viewer uses
	hidesBefore   []string
	hidesAfter    []string
}

// asking is a viewer with the operation that its query needs a permission for.
type asking struct {
	*viewer
	op access.Op
}

// seenBy decides what a viewer may see of the change. It checks the session, the
// class permissions (roles included), the object's ACL before and after the change
// and the protected fields, all as they are now.
func (ev *event) seenBy(ctx context.Context, v asking) *sight {
	if sight := ev.seen[v]; sight != nil {
		return sight
	}
	sight := &sight{}
	ev.seen[v] = sight
	c, err := ev.hub.callerOf(ctx, v.viewerKey)
	if err != nil {
		sight.err, sight.sessionOver = err, true
		return sight
	}
	fields, err := access.Permit(ev.class.Permissions, c, v.op)
	if err != nil {
		sight.err = err
		return sight
	}
	sight.caller = c
	hides := ev.hub.cfg.Queries.Protected.Of(ev.change.Class, ev.class.Permissions, c)
	sight.hides = hides
	sight.ownSession = ev.change.Class == "_Session" && (ev.before.is(c.SessionID) || ev.after.is(c.SessionID))
	look := func(st *state) (bool, []string) {
		if !st.exists || !c.MayRead(st.row, st.acl, fields) {
			return false, nil
		}
		return true, hides.In(st.row.ID(), func(f string) any { return st.row.Value(f) })
	}
	sight.before, sight.hidesBefore = look(&ev.before)
	sight.after, sight.hidesAfter = look(&ev.after)
	return sight
}

// ends adds to ended the subscriptions that the viewer may no longer have.
func (sight *sight) ends(ended map[*subscription]error, query *watchedQuery, viewer *viewer, subs map[*subscription]struct{}) map[*subscription]error {
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
			ended = make(map[*subscription]error)
		}
		ended[sub] = err
	}
	return ended
}
