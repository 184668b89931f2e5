package auditserver_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// A batch that takes long lets other writers go first between its requests.
func TestLongBatchesLetOthersWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, m := open(t, nil)
		var order []string // of the writer, which runs one after the other
		srv.BeforeSave("Other", func(context.Context, *auditserver.Trigger) error {
			order = append(order, "other")
			return nil
		})
		srv.BeforeSave("Slow", func(context.Context, *auditserver.Trigger) error {
			order = append(order, "slow")
			time.Sleep(100 * time.Millisecond)
			return nil
		})
		var others sync.WaitGroup
		others.Go(func() {
			time.Sleep(time.Millisecond)
			m.create("Other", `{"n":1}`)
		})
		a := m.must(http.MethodPost, "/batch", `{"requests":[`+numbered(3, `{"method":"POST","path":"/parse/classes/Slow","body":{"n":#}}`)+`]}`)
		others.Wait()
		require.Equal(t, 3, strings.Count(string(a.raw), `"success"`))
		require.Equal(t, []string{"slow", "other", "slow", "slow"}, order)
	})
}

// A change of a large object is small to send. What a batch of them holds is bounded.
func TestBatchesOfChangesOfLargeObjects(t *testing.T) {
	_, m := open(t, func(c *auditserver.Config) { c.Limits.ObjectSize, c.Limits.AnswerSize = 250_000, 250_000 })
	id := m.create("Row", `{"n":0,"list":["`+strings.Repeat("x", 100_000)+`"]}`)
	batch := func(change, more string) answer {
		return m.public().do(http.MethodPost, "/batch", `{"requests":[`+numbered(5, `{"method":"PUT","path":"/parse/classes/Row/`+id+`","body":`+change+`}`)+`]`+more+`}`)
	}
	const one = `{"n":{"__op":"Increment","amount":1}}`
	whole := batch(one, `,"transaction":true`)
	require.Equal(t, http.StatusBadRequest, whole.status)
	require.Contains(t, whole.text("error"), "the objects that the transaction changes have more than 250000 bytes together (option limits.objectSize)")
	require.Equal(t, 5, strings.Count(string(batch(one, "").raw), `"success"`))
	many := string(batch(`{"list":{"__op":"AddUnique","objects":["x"]}}`, "").raw)
	require.Equal(t, 3, strings.Count(many, `"success"`), "until the answer is too large")
	require.Equal(t, 2, strings.Count(many, "250000 bytes (option limits.answerSize)"))
	require.Equal(t, 5.0, m.must(http.MethodGet, "/classes/Row/"+id+"?keys=n", nil).body["n"])
}
