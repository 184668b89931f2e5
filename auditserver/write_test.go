package auditserver_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// A server under concurrent use keeps every increment and every user once.
func TestConcurrentWrites(t *testing.T) {
	_, m := open(t, nil)
	id := m.create("Counter", `{"n":0}`)
	var wg sync.WaitGroup
	statuses := make(chan int, 20)
	for range 20 {
		wg.Go(func() {
			m.do(http.MethodPut, "/classes/Counter/"+id, `{"n":{"__op":"Increment","amount":1}}`)
			statuses <- m.public().do(http.MethodPost, "/users", `{"username":"one","password":"x"}`).status
		})
	}
	wg.Wait()
	close(statuses)
	require.Equal(t, 20.0, m.must(http.MethodGet, "/classes/Counter/"+id, nil).body["n"])
	made := 0
	for s := range statuses {
		if s == http.StatusCreated {
			made++
		}
	}
	require.Equal(t, 1, made)
}

// Large writes are rehearsed beside the others, and may have to run again: each is one
// write all the same, with one event and one call of a trigger.
func TestLargeWritesHappenOnce(t *testing.T) {
	srv, m := open(t, func(cfg *auditserver.Config) { cfg.AllowCustomObjectID = true })
	m.addTrail()
	var mu sync.Mutex
	saved := map[string]int{} // by objectId
	srv.AfterSave("Note", func(_ context.Context, tr *auditserver.Trigger) error {
		mu.Lock()
		defer mu.Unlock()
		saved[tr.Object["objectId"].(string)]++
		return nil
	})
	body := func(n int) string { return fmt.Sprintf(`{"n":%d,"text":%q}`, n, strings.Repeat("long ", 5000)) }
	id := m.create("Note", body(0))
	var wg sync.WaitGroup
	for n := range 20 { // at once: of some the record has changed since the rehearsal
		wg.Go(func() { m.must(http.MethodPut, "/classes/Note/"+id, body(n+1)) })
	}
	wg.Wait()
	m.must(http.MethodPut, "/classes/Note/"+id, body(21))
	events := m.events("Note", id)
	require.Len(t, events, 22)
	prev, changed := "", 0
	for _, e := range events {
		require.Equal(t, prev, e.Prev)
		prev = e.Hash()
		if len(e.Columns) > 0 {
			changed++
		}
	}
	require.Equal(t, 22, changed, "each gave the column another value")
	require.Equal(t, 22, saved[id])

	var entries []string // ids that are chosen, and of which the trail must be asked
	for n := range 60 {
		entries = append(entries, fmt.Sprintf(`{"method":"POST","path":"/parse/classes/Note","body":{"objectId":"note%02d","n":%d}}`, n%50, n))
	}
	m.must(http.MethodPost, "/batch", `{"requests":[`+strings.Join(entries, ",")+`]}`)
	for n := range 50 {
		id := fmt.Sprintf("note%02d", n)
		require.Len(t, m.events("Note", id), 1)
		require.Equal(t, 1, saved[id])
	}
	require.Len(t, m.events("", ""), 22+50)
}
