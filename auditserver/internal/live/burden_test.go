package live

import (
	"fmt"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
)

// patterns is a subscription with n regular expressions that match nothing.
func patterns(id, n int) string {
	var each []string
	for k := range n {
		each = append(each, fmt.Sprintf(`{"text":{"$regex":"x%d$"}}`, k))
	}
	return fmt.Sprintf(`{"op":"subscribe","requestId":%d,"query":{"className":"Live","where":{"$or":[%s]}}}`, id, strings.Join(each, ","))
}

const everything = `{"op":"subscribe","requestId":99,"query":{"className":"Live","where":{}}}`

func TestConditionsOfAUserAreBounded(t *testing.T) {
	limits := DefaultLimits
	limits.Conditions = 100
	b, ws := open(t, limits)
	say(t, ws, `{"op":"connect","applicationId":"app"}`)
	say(t, ws, patterns(1, 9))
	hear(t, ws, `"subscribed"`)
	say(t, ws, patterns(2, 2))
	hear(t, ws, "would have 110 conditions, the limit is 100 (option limits.liveConditions)")
	say(t, ws, patterns(1, 9)) // in the place of the first
	hear(t, ws, `"subscribed"`)

	second, _, err := websocket.Dial(t.Context(), b.url, nil)
	require.NoError(t, err)
	defer func() { _ = second.CloseNow() }()
	say(t, second, `{"op":"connect","applicationId":"app"}`)
	say(t, second, patterns(1, 2))
	hear(t, second, "the limit is 100") // all connections of a user count
	say(t, ws, `{"op":"unsubscribe","requestId":1}`)
	hear(t, ws, `"unsubscribed"`)
	say(t, second, patterns(1, 9))
	hear(t, second, `"subscribed"`)
	say(t, ws, `{"op":"connect","applicationId":"app","masterKey":"master"}`)
	say(t, ws, patterns(1, 20))
	hear(t, ws, `"subscribed"`)
}

// All that a subscription keeps in memory counts, not its conditions alone.
func TestTextOfASubscriptionCounts(t *testing.T) {
	limits := DefaultLimits
	limits.Conditions = 100
	_, ws := open(t, limits)
	say(t, ws, `{"op":"connect","applicationId":"app"}`)
	long := strings.Repeat("x", 60*bytesOfCondition)
	for id, part := range []string{`"where":{"text":"` + long + `"}`, `"where":{},"keys":["` + long + `"]`, `"where":{},"watch":["` + long + `"]`} {
		subscribe := func(id int) string {
			return fmt.Sprintf(`{"op":"subscribe","requestId":%d,"query":{"className":"Live",%s}}`, id, part)
		}
		say(t, ws, subscribe(2*id))
		hear(t, ws, `"subscribed"`)
		say(t, ws, subscribe(2*id+1))
		hear(t, ws, "conditions, the limit is 100 (option limits.liveConditions)")
		say(t, ws, fmt.Sprintf(`{"op":"unsubscribe","requestId":%d}`, 2*id))
		hear(t, ws, `"unsubscribed"`)
	}
}

func TestWorkOfAUserInASecondIsBounded(t *testing.T) {
	limits := DefaultLimits
	limits.Work = 40 // they share the query, and what it looks at
	b, ws := open(t, limits)
	master, _, err := websocket.Dial(t.Context(), b.url, nil)
	require.NoError(t, err)
	defer func() { _ = master.CloseNow() }()
	say(t, master, `{"op":"connect","applicationId":"app","masterKey":"master"}`)
	say(t, ws, `{"op":"connect","applicationId":"app"}`)
	for _, each := range []*websocket.Conn{ws, master} {
		for _, frame := range []string{patterns(1, 9), everything} {
			say(t, each, frame)
			hear(t, each, `"subscribed"`)
		}
	}
	b.insert(t, store.Object{ACL: map[string]schema.Access{}, Fields: map[string]any{"text": "hidden"}})
	hear(t, master, `"hidden"`) // and the user is not charged for what he may not see
	b.insert(t, store.Object{Fields: map[string]any{"text": "seen"}})
	hear(t, ws, `"requestId":99`) // the light one goes on
	hear(t, ws, "look at more than 40 values in a second (option limits.liveWork)")
	b.hub.mu.RLock()
	left := len(b.hub.viewers[viewerKey{}].subs)
	masters := len(b.hub.viewers[viewerKey{master: true}].subs)
	b.hub.mu.RUnlock()
	require.Equal(t, 1, left)
	require.Equal(t, 2, masters, "the master key has no bound")
}
