package parse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// BatchItem is one write of a batch or a transaction. It is made by a
// collection's BatchCreate, BatchUpdate and BatchDelete; the zero BatchItem is
// refused.
type BatchItem struct {
	item func() batchEntry // hides a body that may hold a password from printing
}

// batchEntry is what a BatchItem stands for.
type batchEntry struct {
	client *Client
	call   transport.Call
	out    any // where the item's own answer goes
}

// BatchResult is the result of one item: nil, the error that the single call would
// return, or one that is ErrOutcomeUnknown.
type BatchResult struct {
	Err error
}

// BatchCreate is Create as an item of a batch: obj is filled once it is saved.
func (c *Collection[T]) BatchCreate(obj *T) BatchItem {
	return c.batchItem(c.createCall(obj), c.created(obj))
}

// BatchUpdate is Update as an item of a batch.
func (c *Collection[T]) BatchUpdate(id string, changes ...Change[T]) BatchItem {
	return c.batchItem(c.updateCall(id, changes), nil)
}

// BatchDelete is Delete as an item of a batch.
func (c *Collection[T]) BatchDelete(id string) BatchItem { return c.batchItem(c.deleteCall(id), nil) }

func (c *Collection[T]) batchItem(call transport.Call, out any) BatchItem {
	if call.Told != nil { // it would travel with all of the batch
		call.Err = badInput(call.Op, call.Class, "updatedAt", "IfUnchangedSince is for Update and Apply, not for an item of a batch")
	}
	entry := batchEntry{call: call, out: out}
	if c != nil {
		entry.client = c.client
	}
	return BatchItem{func() batchEntry { return entry }}
}

// Batch sends many writes in few requests: as many items in each, and as many
// requests at once, as WithBatchLimits says. The items are independent and the
// server carries them out in no particular order, so none may need another.
//
// There is one result for each item, in order, and the error joins all that are
// not nil. Items of a request whose reply is lost are ErrOutcomeUnknown; batches
// carry no request ids and are never sent twice. A mistake in any item is
// reported before anything is sent, with no results.
func (c *Client) Batch(ctx context.Context, items ...BatchItem) ([]BatchResult, error) {
	const op = "Batch"
	entries, err := c.checkItems(ctx, op, items)
	if err != nil {
		return nil, err
	}
	var chunks []batchChunk
	for part := range slices.Chunk(entries, c.cfg.batchItems) {
		request, err := c.cfg.Prepare(ctx, c.batchCall(op, part))
		if err != nil {
			return nil, c.cfg.publicError(err)
		}
		chunks = append(chunks, batchChunk{part, request})
	}
	results := make([]BatchResult, len(items))
	c.cfg.inParallel(len(chunks), func(i int) {
		from := i * c.cfg.batchItems // each but the last is full
		c.sendChunk(ctx, chunks[i], results[from:from+len(chunks[i].items)])
	})
	var errs []error
	for _, result := range results {
		errs = append(errs, result.Err)
	}
	return results, errors.Join(errs...)
}

// inParallel calls do for each number below n, as many at once as batch requests may be
// under way, and waits for all.
func (c *config) inParallel(n int, do func(i int)) {
	running := make(chan struct{}, c.batchParallel)
	var all sync.WaitGroup
	for i := range n {
		running <- struct{}{}
		all.Go(func() {
			defer func() { <-running }()
			do(i)
		})
	}
	all.Wait()
}

// Transaction sends all items in one request, of which the server carries out
// all or none, and fills created objects when it has. More items than
// WithBatchLimits allows are refused, never split.
//
// auditserver says which item failed: the error has its class and id, and is what
// the single call would return. Parse Server does not: an error with ErrInternal
// and "rolled back" may have any cause. New columns and what triggers did elsewhere
// are not rolled back. At most four transactions of a client and those
// derived from it are under way at a time: more can block a server on
// PostgreSQL for good (protocol section 12).
func (c *Client) Transaction(ctx context.Context, items ...BatchItem) error {
	const op = "Transaction"
	entries, err := c.checkItems(ctx, op, items)
	if err != nil {
		return err
	}
	if len(items) > c.cfg.batchItems {
		return badInput(op, "", "items", "has %d items and is not split; WithBatchLimits allows %d", len(items), c.cfg.batchItems)
	}
	select {
	case c.cfg.transactions <- struct{}{}:
		defer func() { <-c.cfg.transactions }()
	case <-ctx.Done():
		return &Error{Op: op, cause: ctx.Err()}
	}
	answers := make([]jsontext.Value, 0, len(items))
	call := c.batchCall(op, entries)
	call.Transaction = true
	if err := c.do(ctx, call, &answers); err != nil {
		return c.cfg.failedItem(err, entries)
	}
	if len(answers) != len(items) {
		return &Error{Op: op, HTTPStatus: http.StatusOK, Attempts: 1, Message: miscount(answers, entries), unknown: true}
	}
	var errs []error
	for i := range entries {
		errs = append(errs, c.settleItem(&entries[i], answers[i]))
	}
	return errors.Join(errs...)
}

// failedItem makes the error of a transaction that of the item which failed, where
// the server named it.
func (c *config) failedItem(err error, entries []batchEntry) error {
	failure, ok := err.(*Error)
	if !ok {
		return err
	}
	i, message, named := wire.ParseTransactionFailure(failure.Message)
	if !named || i >= len(entries) {
		return err
	}
	own := *failure
	own.Class, own.ObjectID, own.Message = entries[i].call.Class, entries[i].call.ObjectID, message
	own.Hint = strings.TrimPrefix(own.Hint+"; ", "; ") + fmt.Sprintf("item %d, %s; nothing was changed", i, entries[i].call.Op)
	c.explain(&own)
	return &own
}

// checkItems finds what is wrong with any item before one is sent. Items are made
// by collections only, so the server can route their methods and paths; one that
// it cannot route would leave the others half done.
func (c *Client) checkItems(ctx context.Context, op string, items []BatchItem) ([]batchEntry, error) {
	if c == nil || c.cfg == nil {
		return nil, noClient(op, "")
	}
	if ctx == nil {
		return nil, nilContext(op, "")
	}
	if len(items) == 0 {
		return nil, badInput(op, "", "items", "is empty")
	}
	entries := make([]batchEntry, len(items))
	var errs []error
	for i, item := range items {
		if item.item == nil {
			errs = append(errs, badInput(op, "", fmt.Sprintf("item %d", i), "is zero; make it with a collection's BatchCreate, BatchUpdate or BatchDelete"))
			continue
		}
		entries[i] = item.item()
		switch {
		case entries[i].call.Err != nil:
			errs = append(errs, fmt.Errorf("item %d: %w", i, entries[i].call.Err))
		case entries[i].client.cfg != c.cfg:
			errs = append(errs, badInput(op, entries[i].call.Class, fmt.Sprintf("item %d", i), "was made by a collection of another client; a batch is sent as one identity"))
		}
	}
	return entries, errors.Join(errs...)
}

// batchCall puts items into one call. Their paths begin with the mount path
// through which the batch itself is called.
func (c *Client) batchCall(op string, items []batchEntry) transport.Call {
	call := transport.Call{Op: op, Method: http.MethodPost, Path: []string{"batch"}}
	requests := make([]batchRequest, 0, len(items))
	for _, item := range items {
		address, err := transport.Endpoint(c.cfg.Base, item.call.Path)
		if err != nil {
			call.Err = badInput(op, item.call.Class, "path", "%v", err)
			return call
		}
		requests = append(requests, batchRequest{item.call.Method, address.EscapedPath(), item.call.Body})
		call.Secrets = append(call.Secrets, item.call.Secrets...)
		call.Maintenance = call.Maintenance || item.call.Maintenance
	}
	call.Body = batchBody{requests, op == "Transaction"}
	return call
}

// batchAnswer is one entry of the answer: exactly one of the two.
type batchAnswer struct {
	Success jsontext.Value `json:"success"`
	Error   *struct {
		Code    jsontext.Value `json:"code"`
		Message jsontext.Value `json:"error"`
	} `json:"error"`
}

// batchChunk is one request of a batch, made ready before the first is sent.
type batchChunk struct {
	items   []batchEntry
	request *transport.Request
}

func (c *Client) sendChunk(ctx context.Context, chunk batchChunk, results []BatchResult) {
	items := chunk.items
	answers := make([]jsontext.Value, 0, len(items))
	_, err := c.cfg.Send(ctx, chunk.request, &answers)
	err = c.cfg.publicError(err)
	if err == nil && len(answers) != len(items) {
		err = &Error{HTTPStatus: http.StatusOK, Attempts: 1, Message: miscount(answers, items), unknown: true}
	}
	for i := range items {
		if err != nil {
			results[i].Err = items[i].share(err)
			continue
		}
		results[i].Err = c.settleItem(&items[i], answers[i])
	}
}

// share gives an item its own error of a request that failed as a whole.
func (i *batchEntry) share(err error) error {
	var failure *Error
	if !errors.As(err, &failure) {
		return err
	}
	own := *failure
	own.Op, own.Class, own.ObjectID = i.call.Op, i.call.Class, i.call.ObjectID
	return &own
}

// settleItem reads an item's own answer.
func (c *Client) settleItem(item *batchEntry, raw jsontext.Value) error {
	failure := &Error{Op: item.call.Op, Class: item.call.Class, ObjectID: item.call.ObjectID, HTTPStatus: http.StatusOK, Attempts: 1}
	var answer batchAnswer
	err := json.Unmarshal(raw, &answer, wire.Tolerant())
	switch {
	case err != nil:
		failure.Message, failure.unknown = "the answer is not that of an item", true
		return failure
	case answer.Error != nil && len(answer.Success) > 0:
		failure.Message, failure.unknown = "the answer tells both success and error", true
		return failure
	case answer.Error != nil:
		failure.Code = Code(transport.ParseCode(answer.Error.Code))
		failure.Message = wire.Clip(c.cfg.Credentials.Scrub(transport.PlainText(answer.Error.Message), item.call.Secrets...), transport.MaxMessage)
		failure.unknown = failure.Code == 0 || failure.Code == ErrInternal
		c.cfg.explain(failure)
		return failure
	case len(answer.Success) == 0:
		failure.Message, failure.unknown = "the answer tells neither success nor error", true
		return failure
	}
	if err := c.cfg.codec.Answer(answer.Success, item.out, &item.call); err != nil {
		failure.cause, failure.unknown = err, unreadIn(err) == nil
		return failure
	}
	return nil
}

func miscount(answers []jsontext.Value, items []batchEntry) string {
	return fmt.Sprintf("%d answers to %d items", len(answers), len(items))
}
