package parse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// part is the rows of one batch request, and those between them that need none.
type part[T any] struct {
	results []Upserted[T]
	items   []BatchItem
	sent    []int // which results those of items are
	err     error
	done    chan struct{}
}

// write sends what is missing. The batches of the next rows are under way while the
// results of those before are taken.
func (u *upsert[T]) write(ctx context.Context, yield func(Upserted[T], error) bool) error {
	parallel := u.c.client.cfg.batchParallel
	queue := make(chan *part[T], 2*parallel)
	starting, stop := context.WithCancel(ctx) // those whose request was sent are waited for
	var all sync.WaitGroup
	for range parallel {
		all.Go(func() {
			for p := range queue {
				if p.err = starting.Err(); p.err == nil {
					p.err = u.send(ctx, p)
				} else {
					p.err = fmt.Errorf("parse: %s.%s: %w", u.c.class, opUpsert, p.err)
				}
				close(p.done)
			}
		})
	}
	defer all.Wait()
	defer close(queue)
	defer stop()
	var waiting []*part[T]
	for next := 0; next < len(u.rows) || len(waiting) > 0; {
		for next < len(u.rows) && len(waiting) < cap(queue) {
			p := u.nextPart(next)
			next += len(p.results)
			waiting = append(waiting, p)
			queue <- p
		}
		p := waiting[0]
		waiting = waiting[1:]
		<-p.done
		if p.err != nil {
			return p.err
		}
		for _, result := range p.results {
			if !yield(result, nil) {
				return errLeft
			}
		}
	}
	return nil
}

// nextPart takes rows until they fill a batch, also by their size: half of what a
// request may have leaves room for what a batch adds to them.
func (u *upsert[T]) nextPart(from int) *part[T] {
	cfg := u.c.client.cfg
	p := &part[T]{results: make([]Upserted[T], 0, cfg.batchItems), done: make(chan struct{})}
	size := int64(0)
	for i := from; i < len(u.rows) && len(p.items) < cfg.batchItems && len(p.results) < cfg.batchItems*cfg.batchParallel; i++ {
		result := Upserted[T]{Kind: RowUnchanged, Row: u.rows[i], Index: i, Total: len(u.rows)}
		item, err := u.item(&result)
		if err == nil && result.Kind != RowUnchanged {
			body, _ := item.item().call.Body.(jsontext.Value)
			if size += int64(len(body)); size > cfg.MaxRequest/2 && len(p.items) > 0 {
				break // it begins the next one
			}
		}
		switch {
		case err != nil: // nothing of it is sent, and the others are
			result.Kind, result.Err = RowRefused, err
		case result.Kind != RowUnchanged:
			p.items, p.sent = append(p.items, item), append(p.sent, i-from)
		}
		p.results = append(p.results, result)
	}
	return p
}

// item is the write that a row needs. A row that needs none stays RowUnchanged.
func (u *upsert[T]) item(result *Upserted[T]) (item BatchItem, err error) {
	columns := u.states[result.Index]
	have, exists := u.found[u.keyOf(result)]
	if !exists {
		result.Kind = RowCreated
		item = u.c.BatchCreate(result.Row)
		return item, item.item().call.Err
	}
	was, err := u.c.codec().stateOf(have)
	if err != nil {
		return item, err
	}
	result.Changes = typedChanges[T](was.changesTo(columns))
	if len(result.Changes) == 0 {
		u.adopt(result.Row, have)
		return item, nil
	}
	result.Kind = RowUpdated
	item = u.c.batchItem(u.c.updateCall(object(have).ObjectID, result.Changes), &updateTime{into: &object(have).UpdatedAt})
	return item, item.item().call.Err
}

// adopt gives a row what the server keeps about its object.
func (u *upsert[T]) adopt(row, have *T) {
	own, stored := object(row), object(have)
	own.ObjectID, own.CreatedAt, own.UpdatedAt = stored.ObjectID, stored.CreatedAt, stored.UpdatedAt
}

// send writes, and looks up again what became of rows whose reply was lost.
func (u *upsert[T]) send(ctx context.Context, p *part[T]) error {
	if len(p.items) == 0 {
		return nil
	}
	outcomes, err := u.c.client.Batch(ctx, p.items...)
	if outcomes == nil {
		return err
	}
	var lost []*Upserted[T]
	for i, at := range p.sent {
		result := &p.results[at]
		switch err := outcomes[i].Err; {
		case errors.Is(err, ErrOutcomeUnknown):
			result.Err = err
			lost = append(lost, result)
		case err != nil && unreadIn(err) == nil:
			result.Kind, result.Err = RowRefused, err
		case result.Kind == RowUpdated:
			u.adopt(result.Row, u.found[u.keyOf(result)])
		}
	}
	for chunk := range slices.Chunk(lost, upsertKeys) {
		u.settle(ctx, chunk)
	}
	return nil
}

// settle finds out whether rows were written. Those that the server does not have as they
// are, or that it can't be asked about, stay unknown.
func (u *upsert[T]) settle(ctx context.Context, lost []*Upserted[T]) {
	states := make([]state, len(lost))
	for i, result := range lost {
		states[i] = u.states[result.Index]
	}
	found, err := u.read(ctx, states)
	for i, result := range lost {
		if have, exists := found[u.keyOf(result)]; exists && err == nil {
			if was, err := u.c.codec().stateOf(have); err == nil && len(was.changesTo(states[i])) == 0 {
				u.adopt(result.Row, have)
				result.Err = nil
				continue
			}
		}
		result.Kind = RowUnknown
	}
}

func (u *upsert[T]) keyOf(result *Upserted[T]) string {
	return canonical(u.states[result.Index][u.key])
}

// updateTime reads the updatedAt out of the answer to an update.
type updateTime struct{ into *time.Time }

func (u *updateTime) decodeBody(body []byte) error {
	var answer struct {
		UpdatedAt string `json:"updatedAt"`
	}
	if err := json.Unmarshal(body, &answer, wire.Tolerant()); err != nil {
		return err
	}
	at, ok := where.ParseDate(answer.UpdatedAt)
	if !ok {
		return DecodeErrors{{Field: "updatedAt", Reason: "is not a time"}}
	}
	*u.into = at
	return nil
}
