package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// message is one server-sent event.
type message struct {
	Kind string // change, connected or lost
	Ref  string // of the record that changed
}

// beat is how often a stream on which nothing happens shows that it is alive.
const beat = 15 * time.Second

// live tells a browser what changes, as server-sent events, with the rights of the
// person who is signed in. Live queries come back by themselves after the audit
// server was lost, and deliver what changed meanwhile.
func (a *app) live(w http.ResponseWriter, r *http.Request) {
	v, ok := a.visitor(w, r)
	if !ok {
		w.WriteHeader(http.StatusNoContent) // tells a browser not to come again
		return
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	defer context.AfterFunc(a.ending, func() { cancel(errors.New("the program ends")) })()

	messages := make(chan message)
	var following sync.WaitGroup
	defer following.Wait()
	defer cancel(nil)
	for _, follow := range []func() error{
		func() error {
			return follow(ctx, v.AuditPlans, messages, func(p *isoaudit.AuditPlan) string { return p.AuditRef })
		},
		func() error {
			return follow(ctx, v.AuditFindings, messages, func(f *isoaudit.AuditFinding) string { return f.FindingRef })
		},
		func() error {
			return follow(ctx, v.CorrectiveActions, messages, func(c *isoaudit.CorrectiveAction) string { return c.CAPARef })
		},
		func() error {
			return follow(ctx, v.DocumentControlLogs, messages, func(d *isoaudit.DocumentControlLog) string { return d.DocumentNumber })
		},
	} {
		following.Go(func() { cancel(follow()) })
	}
	w.Header().Set("Content-Type", "text/event-stream")
	if err := stream(ctx, w, messages); err != nil && r.Context().Err() == nil && a.ending.Err() == nil {
		a.log.InfoContext(r.Context(), "a live stream ended", "error", err)
	}
}

// stream writes messages until the context or the connection ends.
func stream(ctx context.Context, w http.ResponseWriter, messages <-chan message) error {
	control := http.NewResponseController(w)
	alive := time.NewTicker(beat)
	defer alive.Stop()
	text := "retry: 1000\n\n"
	for {
		if err := control.SetWriteDeadline(time.Now().Add(2 * beat)); err != nil {
			return err
		}
		if _, err := w.Write([]byte(text)); err != nil {
			return err
		}
		if err := control.Flush(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-alive.C:
			text = ":\n\n"
		case m := <-messages:
			data, err := json.Marshal(m.Ref) // on one line, whatever is in it
			if err != nil {
				return err
			}
			text = fmt.Sprintf("event: %s\ndata: %s\n\n", m.Kind, data)
		}
	}
}

// follow passes on the changes of a class and how the connection is, until ctx ends.
func follow[T any](ctx context.Context, class *isoaudit.Collection[T], to chan<- message, ref func(*T) string) error {
	send := func(m message) {
		select {
		case to <- m:
		case <-ctx.Done():
		}
	}
	sub, err := class.Query().Subscribe(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = sub.Close() }() // it ended or was given up
	var watching sync.WaitGroup
	defer watching.Wait()
	watching.Go(func() {
		for told := ""; ctx.Err() == nil; {
			status, changed := sub.Status()
			kind := "lost"
			if status.State == parse.LiveConnected {
				kind = "connected"
			}
			if kind != told { // and not each attempt to connect
				send(message{Kind: kind})
				told = kind
			}
			select {
			case <-changed:
			case <-ctx.Done():
			}
		}
	})
	for event, err := range sub.Events() {
		if err != nil {
			return err
		}
		switch {
		case event.Live:
			send(message{"change", ref(event.Object)})
		case event.Kind == parse.CaughtUp: // some may have changed in a gap
			send(message{Kind: "change"})
		}
	}
	return errors.New("the subscription was closed")
}
