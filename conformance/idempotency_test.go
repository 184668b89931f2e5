package conformance_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// idempotency is what a request id does (protocol section 6).
func idempotency() []behaviour {
	return []behaviour{
		{"request id: a second request with it writes nothing", func(t *testing.T, w *world) {
			path, id := "/classes/"+w.itemClass(), w.name("twice")
			first := w.must(t, nobody, "POST", path, `{"batch":"request id"}`, "X-Parse-Request-Id", id)
			second := w.send(t, nobody, "POST", path, `{"batch":"request id"}`, "X-Parse-Request-Id", id)
			answer := codes(second)
			if second.text("objectId") == first.text("objectId") {
				answer = "the first answer again"
			}
			w.differs(t, "a request id that was used before", answer)
			require.Len(t, w.must(t, nobody, "POST", path, `{"_method":"GET","where":{"batch":"request id"}}`).list(), 1)
		}},
		{"request id: of eight requests at once one writes", func(t *testing.T, w *world) {
			path, id := "/classes/"+w.itemClass(), w.name("atonce")
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					w.send(t, nobody, "POST", path, `{"batch":"eight at once"}`, "X-Parse-Request-Id", id)
				})
			}
			wg.Wait()
			require.Len(t, w.must(t, nobody, "POST", path, `{"_method":"GET","where":{"batch":"eight at once"}}`).list(), 1)
		}},
		{"request id: a failed first attempt", func(t *testing.T, w *world) {
			path, id := "/classes/"+w.name("CheckTitled"), w.name("burnt")
			require.Equal(t, 142, w.send(t, nobody, "POST", path, `{}`, "X-Parse-Request-Id", id).code())
			second := w.send(t, nobody, "POST", path, `{"title":"x"}`, "X-Parse-Request-Id", id)
			w.differs(t, "a request id whose first request failed", codes(second))
		}},
	}
}
