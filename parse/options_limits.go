package parse

import "errors"

// WithBodyLimits bounds the bytes of one request body and, after
// decompression, of one answer; 0 leaves the default of 20 MB, which is the
// server's own, and 64 MB. Files are streamed and not bounded by it.
func WithBodyLimits(request, response int64) Option {
	return func(c *config) error {
		return errors.Join(setLimit("WithBodyLimits", &c.MaxRequest, request), setLimit("WithBodyLimits", &c.MaxAnswer, response))
	}
}

// WithBatchLimits bounds the items of one batch request, also of a transaction,
// and the batch requests under way at once; 0 leaves the default of 50 items and
// 4 requests. A server may have a limit of its own
// (requestComplexity.batchRequestLimit) and then refuses the whole request.
func WithBatchLimits(items, parallel int) Option {
	return func(c *config) error {
		return errors.Join(setLimit("WithBatchLimits", &c.batchItems, items), setLimit("WithBatchLimits", &c.batchParallel, parallel))
	}
}

// WithLiveQueryLimits bounds the bytes of one live query message, and the events
// and bytes that wait for the consumer of each subscription; 0 leaves the
// defaults of 16 MiB, 1,024 events and 16 MiB. A larger message costs the
// connection, after which the subscription catches up. [Subscription] says what
// happens when a queue is full.
func WithLiveQueryLimits(message int64, events, bytes int) Option {
	return func(c *config) error {
		const option = "WithLiveQueryLimits"
		return errors.Join(setLimit(option, &c.liveMessage, message), setLimit(option, &c.liveEvents, events), setLimit(option, &c.liveBytes, bytes))
	}
}

const (
	defaultMaxRequest  = 20 << 20
	defaultMaxResponse = 64 << 20

	defaultBatchItems    = 50
	defaultBatchParallel = 4
	maxTransactions      = 4
)

// setLimit sets one bound of an option; 0 leaves the default.
func setLimit[N int | int64](option string, bound *N, limit N) error {
	switch {
	case limit < 0:
		return optionError(option, "a negative limit; 0 means the default")
	case limit > 0:
		*bound = limit
	}
	return nil
}
