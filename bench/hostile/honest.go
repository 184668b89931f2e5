package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"github.com/go-json-experiment/json"
)

// honest is a client that does a little of everything: it gets, creates, and hears of
// what it created.
type honest struct {
	s      *server
	header map[string]string
	http   *http.Client
	ids    []string
	live   *websocket.Conn
}

// pause is the time from the beginning of one request of the honest client to that of
// the next, if the answer comes sooner.
const pause = 10 * time.Millisecond

// result is what an honest client has noticed.
type result struct {
	gets, creates, events times
	failed                int64  // of its requests
	lastFailure           string // of them
}

// newHonest signs up, fills the class that the attacks search, and subscribes.
func newHonest(ctx context.Context, s *server) (*honest, error) {
	token, err := s.signUp(ctx, "honest")
	if err != nil {
		return nil, err
	}
	h := &honest{s: s, header: map[string]string{"X-Parse-Session-Token": token}, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}}}
	text := strings.Repeat("an audit note of some length. ", 10)
	for batch := range 40 {
		var requests []string
		for n := range 50 {
			requests = append(requests, fmt.Sprintf(`{"method":"POST","path":"/parse/classes/Row","body":{"n":%d,"text":"%s","list":[1,2,3]}}`, batch*50+n, text))
		}
		if err := s.must(ctx, h.http, h.header, http.MethodPost, "/batch", `{"requests":[`+strings.Join(requests, ",")+`]}`, nil); err != nil {
			return nil, err
		}
	}
	for range 20 {
		id, err := h.create(ctx, "first")
		if err != nil {
			return nil, err
		}
		h.ids = append(h.ids, id)
	}
	if h.live, err = s.subscribe(ctx, token, []string{`{}`}); err != nil {
		return nil, err
	}
	for range 2 { // connected, subscribed
		if _, err := h.hear(ctx); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func (h *honest) create(ctx context.Context, text string) (string, error) {
	var made struct {
		ID string `json:"objectId"`
	}
	err := h.s.must(ctx, h.http, h.header, http.MethodPost, "/classes/Note", `{"text":"`+text+`"}`, &made)
	return made.ID, err
}

func (h *honest) get(ctx context.Context, id string) error {
	return h.s.must(ctx, h.http, h.header, http.MethodGet, "/classes/Note/"+id, "", nil)
}

// work does everything again and again for a turn. What takes longer than the turn
// counts with the time that it has taken until then.
func (h *honest) work(ctx context.Context, turn time.Duration) result {
	ctx, cancel := context.WithTimeout(ctx, turn)
	defer cancel()
	var r result
	var created sync.Map // when, by text
	var failed atomic.Int64
	var last atomic.Value
	failure := func(err error) {
		if err != nil && ctx.Err() == nil {
			failed.Add(1)
			last.Store(err.Error())
		}
	}
	var all sync.WaitGroup
	all.Go(func() {
		r.gets = repeat(ctx, func(n int) { failure(h.get(ctx, h.ids[n%len(h.ids)])) })
	})
	all.Go(func() {
		r.creates = repeat(ctx, func(n int) {
			text := "note " + strconv.Itoa(n)
			created.Store(text, time.Now())
			if _, err := h.create(ctx, text); err != nil {
				created.Delete(text)
				failure(err)
			}
		})
	})
	all.Go(func() {
		for {
			text, err := h.hear(ctx)
			if err != nil {
				failure(err)
				return
			}
			if began, ok := created.LoadAndDelete(text); ok {
				r.events = append(r.events, time.Since(began.(time.Time)))
			}
		}
	})
	all.Wait()
	created.Range(func(_, began any) bool { // never heard of
		r.events = append(r.events, time.Since(began.(time.Time)))
		return true
	})
	r.failed = failed.Load()
	r.lastFailure, _ = last.Load().(string)
	return r
}

// repeat does something until the context ends and tells how long it took each time.
func repeat(ctx context.Context, do func(n int)) (took times) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for n := 0; ctx.Err() == nil; n++ {
		began := time.Now()
		do(n)
		took = append(took, time.Since(began))
		<-tick.C
	}
	return took
}

// hear waits for the next event and gives the text of its object.
func (h *honest) hear(ctx context.Context) (string, error) {
	var frame struct {
		Op     string `json:"op"`
		Error  string `json:"error"`
		Object struct {
			Text string `json:"text"`
		} `json:"object"`
	}
	_, data, err := h.live.Read(ctx)
	if err == nil {
		err = json.Unmarshal(data, &frame)
	}
	if err == nil && frame.Op == "error" {
		err = errors.New(frame.Error)
	}
	return frame.Object.Text, err
}
