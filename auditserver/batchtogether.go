package auditserver

import (
	"context"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// batchTogether runs all entries in one commit, or in several if they take long. What
// an entry wrote before it failed, a new class or column for instance, is undone.
func (s *Server) batchTogether(ctx context.Context, req *request, entries []batchEntry) (*response, error) {
	out, rehearse, size := make(outcomes, len(entries)), s.onlyCreates(entries), 0
	for from := 0; from < len(entries); {
		if size > s.cfg.Limits.AnswerSize {
			out.fail(from, s.render.AnswerTooLarge())
			break
		}
		next := from
		_, err := s.writeRehearsed(ctx, req, func(tx *store.Tx, req *request) (_ *response, err error) {
			next, err = s.batchPart(ctx, tx, req, entries, from, out)
			return emptyResponse, err
		}, rehearse)
		if err != nil && from == 0 {
			return nil, err
		}
		if err != nil { // what stands before is stored
			s.cfg.Logger.ErrorContext(ctx, "a part of a batch failed", "error", err)
			out.fail(from, err)
			break
		}
		for _, each := range out[from:next] { // now, because until then it keeps the whole object
			res, err := each.res.rendered()
			if err != nil {
				return nil, err
			}
			if res != nil {
				size += len(res.body)
			}
		}
		from = next
	}
	return (&response{render: out.render}).rendered()
}

// A batch goes on in one transaction for batchTurn, and for so many bytes of the objects
// that it changes. All other writers wait for that: a thousand small changes of large
// objects may take minutes, and answers that are as large.
const (
	batchTurn  = 50 * time.Millisecond
	batchBytes = 4 << 20
)

// batchPart runs the entries from a place on in a transaction until its time is over,
// and gives the place of the next one.
func (s *Server) batchPart(ctx context.Context, tx *store.Tx, req *request, entries []batchEntry, from int, out outcomes) (next int, err error) {
	began, rewritten := time.Now(), 0
	for i := from; i < len(entries); i++ {
		if err := ctx.Err(); err != nil {
			return i, err
		}
		if time.Since(began) > batchTurn && i > from || rewritten > min(batchBytes, s.cfg.Limits.AnswerSize) {
			return i, nil
		}
		e, kept := entries[i], len(*req.after)
		e.req.tx, e.req.after, e.req.rewritten = tx, req.after, &rewritten
		out[i].err = tx.Try(func() (err error) {
			out[i].res, err = e.handle(ctx, e.req)
			return err
		})
		if err := out[i].err; err != nil {
			if _, known := entryError(err); !known {
				return i, err
			}
			*req.after = (*req.after)[:kept]
		}
	}
	return len(entries), nil
}
