package auditserver_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
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
