package live

import (
	"encoding/binary"
	"slices"
)

// audience is all who hear the same of a change.
type audience struct {
	op            string
	baseURL       string
	before, after bool // may read the object as it was, as it is
	ownSession    bool // the object is the session that they use: nobody else is shown its token
	hidesBefore   []string
	hidesAfter    []string
	keys          []string
}

func (a *audience) equal(b *audience) bool {
	return a.op == b.op && a.baseURL == b.baseURL && a.before == b.before && a.after == b.after && a.ownSession == b.ownSession &&
		slices.Equal(a.hidesBefore, b.hidesBefore) && slices.Equal(a.hidesAfter, b.hidesAfter) && slices.Equal(a.keys, b.keys)
}

// message is what a subscription hears of the change. The next one mostly hears the same.
func (ev *event) message(op string, sub *subscription, sight *sight) *message {
	to := audience{op, sub.viewer.baseURL, sight.before, sight.after, sight.ownSession, sight.hidesBefore, sight.hidesAfter, sub.keys}
	if ev.said != nil && ev.saidTo.equal(&to) {
		return ev.said
	}
	m := &message{op: op}
	// A viewer who may no longer read the object sees its old state leave.
	if sight.after {
		m.object = ev.text(sub, sight, &ev.after, sight.hidesAfter)
	} else {
		m.object = ev.text(sub, sight, &ev.before, sight.hidesBefore)
	}
	if sight.before && op != "delete" {
		m.original = ev.text(sub, sight, &ev.before, sight.hidesBefore)
	}
	ev.said, ev.saidTo = m, to
	return m
}

// text renders the object for a subscription; those that see the same share it.
func (ev *event) text(sub *subscription, sight *sight, st *state, hidden []string) []byte {
	key := make([]byte, 0, 128)
	if st == &ev.before {
		key = append(key, 'b')
	}
	if sight.ownSession {
		key = append(key, 'o')
	}
	for _, part := range [][]string{{sub.viewer.baseURL}, hidden, sub.keys} {
		key = binary.AppendUvarint(key, uint64(len(part)))
		for _, s := range part { // clients name the keys, so no byte can stand between them
			key = append(binary.AppendUvarint(key, uint64(len(s))), s...)
		}
	}
	text, ok := ev.texts[string(key)]
	if !ok {
		r := ev.hub.cfg.Render.NewRenderer(sight.caller, sub.viewer.baseURL)
		r.ClassNames = true
		text = r.Append(nil, st.row, sub.shape())
		ev.texts[string(key)] = text
	}
	return text
}
