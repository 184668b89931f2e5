package auditserver

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// write runs fn in a transaction, that of the batch if the request belongs to
// one. After the commit it runs what fn has left to request.later.
func (s *Server) write(ctx context.Context, req *request, fn transaction) (*response, error) {
	return s.writeRehearsed(ctx, req, fn, false)
}

// transaction is the part of a handler that runs in a transaction.
type transaction func(tx *store.Tx, req *request) (*response, error)

// writeRehearsed is write for an fn that may run twice. If rehearse is set, fn runs
// once beside other writers before its turn to write (see store.Rehearse).
func (s *Server) writeRehearsed(ctx context.Context, req *request, fn transaction, rehearse bool) (*response, error) {
	if req.caller.ReadOnly {
		return nil, fault.ErrPermission
	}
	if req.tx != nil {
		res, err := fn(req.tx, req)
		return res, writeError(err)
	}
	var after []func()
	own := *req
	own.after = &after
	var res *response
	run := func(tx *store.Tx) (err error) {
		after = after[:0]
		if res, err = fn(tx, &own); err != nil {
			return err
		}
		return s.trail.Record(ctx, tx, req.origin())
	}
	var rehearsal *store.Rehearsal
	if rehearse {
		var err error
		if rehearsal, err = s.store.Rehearse(run); err != nil {
			return nil, writeError(err)
		}
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if !tx.Replay(rehearsal) {
			if err := run(tx); err != nil {
				return err
			}
		}
		return s.rememberResponse(tx, req, res)
	})
	if err != nil {
		return nil, writeError(err)
	}
	req.stored = true
	for _, f := range after {
		f()
	}
	return res.rendered()
}

// largeBody is from how many bytes the body of one create or update is checked and
// encoded beside other writers, which would wait for it. What is smaller takes less
// time than doing part of it twice.
const largeBody = 16 << 10

// writeLarge is write for a create or an update of one object of a class: fn may run
// twice if the body is large and no trigger or rule may see that.
func (s *Server) writeLarge(ctx context.Context, req *request, class string, fn transaction) (*response, error) {
	size := 0
	for _, m := range req.Body {
		size += len(m.Name) + len(m.Value)
	}
	plain := s.plain(class)
	if size > largeBody || !plain || req.tx != nil {
		return s.writeRehearsed(ctx, req, fn, size > largeBody && plain)
	}
	req.light = true
	res, err := s.writeRehearsed(ctx, req, fn, false)
	req.light = false
	if !errors.Is(err, errLargeObject) {
		return res, err
	}
	if err := s.takeTurn(ctx, req, turnsFrom); err != nil {
		return nil, err
	}
	defer req.worked()
	return s.writeRehearsed(ctx, req, fn, true)
}

// largeObject is from how many bytes a small change of an object is made as one with a
// large body is: beside other writers, and in turns.
const largeObject = 64 << 10

// errLargeObject ends a write that was thought to be small.
var errLargeObject = errors.New("the object to change is large")

// plain tells whether a save of an object of the class has no effects but its own: no
// trigger before it and no rule, which might read other objects.
func (s *Server) plain(class string) bool {
	return !strings.HasPrefix(class, "_") && len(s.cloud.triggersOf(beforeSave, class)) == 0 && !s.cfg.Rules.Concerns(class)
}

// writeError gives the store's errors their Parse codes.
func writeError(err error) error {
	var unique *store.UniqueError
	var value *store.ValueError
	switch {
	case errors.As(err, &unique):
		switch {
		case unique.Class == "_User" && slices.Contains(unique.Fields, "username"):
			return fault.New(wire.CodeUsernameTaken, "Account already exists for this username.")
		case unique.Class == "_User" && slices.Contains(unique.Fields, "email"):
			return fault.New(wire.CodeEmailTaken, "Account already exists for this email address.")
		}
		return fault.New(wire.CodeDuplicateValue, "A duplicate value for a field with unique values was provided")
	case errors.Is(err, store.ErrSchema):
		return fault.New(wire.CodeIncorrectType, "%s", strings.TrimPrefix(err.Error(), "store: "))
	case errors.As(err, &value):
		return fault.New(wire.CodeIncorrectType, "schema mismatch for %s.%s; expected %s but got %s", value.Class, value.Field, value.Want, value.Got)
	}
	return err
}
