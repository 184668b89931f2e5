package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

const (
	lena        = "lena000000"
	lenaPointer = `{"__type":"Pointer","className":"_User","objectId":"` + lena + `"}`
)

// session logs lena in; it is empty if the server is gone.
func (c *crashing) session(client *http.Client) string {
	_, raw := c.call(client, http.MethodPost, "/login", "application/json", `{"username":"lena","password":"p"}`)
	var answer struct {
		SessionToken string `json:"sessionToken"`
	}
	_ = json.Unmarshal(raw, &answer) // a server that is gone says nothing
	return answer.SessionToken
}

// kinds are what the writers know of the writes that writeFurther makes.
type kinds struct {
	revisions [chaosWriters]int // of a document of each writer
	signed    sync.Map          // meanings whose signature was answered
}

// writeFurther makes one write that is more than a change of one object: of a relation,
// by a rule, of a whole class, or by a function of the trail.
func (c *crashing) writeFurther(number int, client *http.Client, random *rand.Rand, session, id string) int {
	switch random.IntN(6) {
	case 0:
		op := []string{"AddRelation", "RemoveRelation"}[random.IntN(2)]
		return c.send(client, random, http.MethodPut, "/classes/Note/"+id, `{"count":{"__op":"Increment","amount":1},"crew":{"__op":"`+op+`","objects":[`+lenaPointer+`]}}`)
	case 1:
		op := []string{"AddRelation", "RemoveRelation"}[random.IntN(2)]
		return c.send(client, random, http.MethodPut, "/roles/crew", `{"count":{"__op":"Increment","amount":1},"users":{"__op":"`+op+`","objects":[`+lenaPointer+`]}}`)
	case 2: // supersedes the revision before
		c.revisions[number]++
		return c.send(client, random, http.MethodPost, "/classes/DocumentControlLog", fmt.Sprintf(`{"documentNumber":"QP-%d","documentTitle":"t","revision":"%d","status":"effective",
			"owner":%s,"approvedBy":%s,"effectiveDate":{"__type":"Date","iso":"2026-01-01T00:00:00.000Z"}}`, number, c.revisions[number], lenaPointer, lenaPointer))
	case 3:
		if random.IntN(4) == 0 {
			return c.send(client, random, http.MethodDelete, "/purge/Scrap", "")
		}
		return c.send(client, random, http.MethodPost, "/classes/Scrap", `{"n":1}`)
	case 4:
		meaning := fmt.Sprintf("approved %x", random.Uint64())
		status := c.send(client, random, http.MethodPost, "/functions/isoauditSign", fmt.Sprintf(`{"class":"Note","record":%q,"meaning":%q}`, id, meaning),
			"X-Parse-Session-Token", session, "X-Parse-Master-Key", "")
		if status == http.StatusOK {
			c.signed.Store(meaning, true)
		}
		return status
	default:
		return c.send(client, random, http.MethodPost, "/functions/isoauditRedact", fmt.Sprintf(`{"class":"Note","record":%q,"columns":["note","$reason"]}`, id),
			"X-Parse-Cloud-Context", `{"reason":"asked by somebody"}`)
	}
}

// requireFurther holds the trail to what writeFurther did.
func (c *crashing) requireFurther(admin *isoaudit.Admin) {
	c.requireSignatures(told(c.t, admin, "Note"))
	requireRedactions(c.t, told(c.t, admin, "Note"))
	c.requireRelations(told(c.t, admin, "Note"), "/classes/Note/")
	requireSuperseded(c.t, told(c.t, admin, "DocumentControlLog"))
	requirePurges(c.t, told(c.t, admin, "Scrap"))
}

// requireSignatures finds each signature that was answered once, and no other twice.
func (c *crashing) requireSignatures(records map[string][]event.Event) {
	count := map[any]int{}
	for id, events := range records {
		for _, e := range events {
			if e.Op == event.Sign {
				require.Equal(c.t, e.Prev, e.Signs, id)
				count[e.Meaning]++
				require.Equal(c.t, 1, count[e.Meaning], "%s is signed once", id)
			}
		}
	}
	c.signed.Range(func(meaning, _ any) bool {
		require.Equal(c.t, 1, count[meaning], "%s was answered", meaning)
		return true
	})
	require.NotEmpty(c.t, count)
}

// requireRedactions finds one event for each value and reason that was taken out.
func requireRedactions(t *testing.T, records map[string][]event.Event) {
	taken, said := map[string]int{}, map[string]int{} // by event and column
	for id, events := range records {
		for _, e := range events {
			gone, err := e.RedactedColumns()
			require.NoError(t, err)
			for _, column := range gone {
				taken[e.Hash()+column]++
			}
			if e.Op == event.Redact {
				require.NotEmpty(t, e.Columns, id)
				for column := range e.Columns {
					said[e.Redacts+column]++
				}
			}
		}
	}
	require.NotEmpty(t, taken)
	require.Equal(t, taken, said)
}

// requireRelations compares what the events say of relation crew with its members.
func (c *crashing) requireRelations(records map[string][]event.Event, path string) {
	related := 0
	for id, events := range records {
		member := false
		for _, e := range events {
			values, err := e.Values()
			require.NoError(c.t, err)
			change := values["crew"]
			if e.Op == event.Delete || e.Op == event.Create {
				member = false
			}
			if change == nil {
				continue
			}
			related++
			var moved struct {
				Added, Removed []string
			}
			require.NoError(c.t, json.Unmarshal(change.After, &moved, json.MatchCaseInsensitiveNames(true)))
			require.Len(c.t, append(moved.Added, moved.Removed...), 1)
			member = len(moved.Added) > 0
		}
		where := url.QueryEscape(`{"$relatedTo":{"object":{"__type":"Pointer","className":"Note","objectId":"` + id + `"},"key":"crew"}}`)
		status, raw := c.call(http.DefaultClient, http.MethodGet, "/classes/_User?limit=0&count=1&where="+where, "", "")
		require.Equal(c.t, http.StatusOK, status, "%s%s: %s", path, id, raw)
		require.Contains(c.t, string(raw), fmt.Sprintf(`"count":%d`, map[bool]int{true: 1}[member]), id)
	}
	require.Positive(c.t, related)
}

// requireSuperseded finds for each revision its creation, and for all but the last of a
// document that a rule superseded it, once.
func requireSuperseded(t *testing.T, records map[string][]event.Event) {
	effective := map[string]int{}
	for id, events := range records {
		require.Equal(t, event.Create, events[0].Op, id)
		values, err := events[0].Values()
		require.NoError(t, err)
		number := string(values["documentNumber"].After)
		effective[number] += 2 - len(events)
		require.LessOrEqual(t, len(events), 2, id)
		if len(events) == 2 {
			require.Equal(t, "document-one-effective", events[1].Rule)
			require.Equal(t, []string{"status"}, events[1].Names())
		}
	}
	require.NotEmpty(t, effective)
	for number, n := range effective {
		require.Equal(t, 1, n, "effective revisions of %s", number)
	}
}

// requirePurges finds no purge that had nothing to purge. That none lacks is shown by
// reconciling, which would call what it purged gone.
func requirePurges(t *testing.T, records map[string][]event.Event) {
	purges := records[""]
	require.NotEmpty(t, purges)
	created := make(map[time.Time]bool)
	for id, events := range records {
		if id != "" {
			require.Len(t, events, 1, id)
			created[events[0].CreatedAt] = true
		}
	}
	for i, p := range purges[1:] {
		some := false
		for at := range created {
			some = some || !at.Before(purges[i].CreatedAt) && !at.After(p.CreatedAt)
		}
		require.True(t, some, "purge %s follows another, and nothing was created between them", p.ID)
	}
}
