package live

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestIndexForgetsWhatIsGone(t *testing.T) {
	s, ws := open(t, DefaultLimits)
	say(t, ws, `{"op":"connect","applicationId":"app"}`)
	for id, where := range []string{`{}`, `{}`, `{"text":"a"}`} {
		say(t, ws, fmt.Sprintf(`{"op":"subscribe","requestId":%d,"query":{"className":"Live","where":%s}}`, id, where))
		hear(t, ws, `"subscribed"`)
	}
	s.hub.mu.RLock()
	require.Len(t, s.hub.byClass["Live"].queries, 2, "equal queries are one")
	require.Len(t, s.hub.viewers, 1)
	s.hub.mu.RUnlock()
	require.NoError(t, ws.CloseNow())
	require.Eventually(t, func() bool {
		s.hub.mu.RLock()
		defer s.hub.mu.RUnlock()
		return len(s.hub.byClass) == 0 && len(s.hub.viewers) == 0
	}, 10*time.Second, time.Millisecond)
}
