package conformance_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/conformance"
)

// asker asks one server generated questions.
type asker struct {
	target
	labels
	sessions map[string]string // tokens, by the label of the user
	client   *http.Client
}

// askersOfAServer is how many questions are asked at a time. FerretDB hangs up after
// some faults, and the driver then fails whatever else is asked at that moment.
func askersOfAServer(server conformance.Server) int {
	if server == conformance.ParseServerMongoDB {
		return 1
	}
	return 6
}

// newAsker makes one. Parse Server cuts the connection after some faults of its
// own, and what is sent there meanwhile is lost: it gets a new one each time.
func newAsker(tg target, run string) *asker {
	a := &asker{target: tg, labels: labels{run: run, ids: map[string]string{}, named: map[string]string{}}, sessions: map[string]string{}, client: rawClient}
	if tg.server == conformance.AuditServer {
		a.client = suiteClient
	}
	return a
}

// prepare asks for what questions start from, and keeps the ids.
func (a *asker) prepare(t *testing.T, steps []probe) {
	t.Helper()
	for _, q := range steps {
		status, body := a.send(t, q.as, q.method, q.path, q.body)
		if q.may && (status >= 300 || bytes.Contains(body, []byte(`"error":`))) {
			continue
		}
		require.Lessf(t, status, 300, "%s: %s: %s", a.server, q.asks, body)
		made := madeObjects(body)
		for i, label := range q.keeps {
			require.Greaterf(t, len(made), i, "%s: %s: %s", a.server, q.asks, body)
			require.NotEmptyf(t, made[i].ObjectID, "%s: %s: %s", a.server, q.asks, body)
			a.keep(label, made[i].ObjectID)
			a.sessions[label] = made[i].SessionToken
		}
	}
}

type madeObject struct {
	ObjectID     string `json:"objectId"`
	SessionToken string `json:"sessionToken"`
}

// madeObjects reads the answer to a create, or to a batch of them.
func madeObjects(body []byte) []madeObject {
	var one madeObject
	if json.Unmarshal(body, &one) == nil {
		return []madeObject{one}
	}
	var all []struct {
		Success madeObject `json:"success"`
	}
	_ = json.Unmarshal(body, &all) // no objects is what the caller then sees
	made := make([]madeObject, len(all))
	for i := range all {
		made[i] = all[i].Success
	}
	return made
}

// ask asks all questions and gives the replies in their order.
func (a *asker) ask(t *testing.T, questions []probe) []reply {
	t.Helper()
	replies := make([]reply, len(questions))
	lanes, order := map[string][]int{}, []string{}
	for i, q := range questions {
		lane := q.lane
		if lane == "" {
			lane = q.asks
		}
		if lanes[lane] == nil {
			order = append(order, lane)
		}
		lanes[lane] = append(lanes[lane], i)
	}
	next := make(chan []int)
	var askers sync.WaitGroup
	for range askersOfAServer(a.server) {
		askers.Go(func() {
			for lane := range next {
				for _, i := range lane {
					replies[i] = a.reply(t, questions[i])
				}
			}
		})
	}
	for _, lane := range order {
		next <- lanes[lane]
	}
	close(next)
	askers.Wait()
	return replies
}

func (a *asker) reply(t *testing.T, q probe) reply {
	status, body := a.send(t, q.as, q.method, q.path, q.body)
	r := normalised(q, status, q.uncounted(a.emptied(body)))
	if q.then == "" {
		return r
	}
	then := q.then
	if strings.Contains(then, idOfIt) {
		made := madeObjects(body)
		if r.failed() || len(made) != 1 {
			return r
		}
		then = strings.ReplaceAll(then, idOfIt, made[0].ObjectID)
	}
	status, body = a.send(t, "master", http.MethodGet, then, "")
	r.left = columnLeft(q.of, status, q.uncounted(a.emptied(body)))
	return r
}

// send sends a request of a question. A server that hangs up is a failure; the
// answer is then the error's text.
func (a *asker) send(t *testing.T, as, method, path, body string) (status int, answer []byte) {
	ctx, cancel := context.WithTimeout(t.Context(), requestTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, a.url+a.filled(path), strings.NewReader(a.filled(body)))
	if err != nil {
		return 0, []byte(err.Error())
	}
	req.Header.Set("X-Parse-Application-Id", a.appID)
	req.Header.Set("X-Parse-REST-API-Key", a.restKey)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	switch as {
	case "nobody":
	case "master":
		req.Header.Set("X-Parse-Master-Key", a.masterKey)
	default:
		req.Header.Set("X-Parse-Session-Token", a.sessions[as])
	}
	res, err := a.client.Do(req)
	if err != nil {
		return 0, []byte(err.Error())
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	if err != nil {
		return 0, []byte(err.Error())
	}
	return res.StatusCode, answer
}
