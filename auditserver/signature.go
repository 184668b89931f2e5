package auditserver

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/capture"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// The functions of the audit trail, which cloud/trail.js has under the same names.
const (
	signFunction   = "isoauditSign"
	redactFunction = "isoauditRedact"
)

// trailFunction is the function of the audit trail that is called so, nil if none is.
func (s *Server) trailFunction(name string) handler {
	switch name {
	case signFunction:
		return s.sign
	case redactFunction:
		return s.redact
	}
	return nil
}

// functionNames are the names of all functions.
func (s *Server) functionNames() []string {
	names := append(s.cloud.functionNames(), signFunction, redactFunction)
	slices.Sort(names)
	return slices.Compact(names)
}

// freshLogin is how old the log-in may be in whose session somebody signs.
const freshLogin = 5 * time.Minute

// maxMeaning is how many characters the meaning of a signature may have.
const maxMeaning = 100

// sign answers isoauditSign {class, record, meaning}: an event that binds the caller
// to what the record's events say so far. Only the session of a fresh log-in signs:
// whoever sits at a machine that somebody left cannot.
func (s *Server) sign(ctx context.Context, req *request) (*response, error) {
	class, record, meaning := req.Body.Text("class"), req.Body.Text("record"), req.Body.Text("meaning")
	if n := utf8.RuneCountInString(meaning); n == 0 || n > maxMeaning {
		return nil, fault.New(wire.CodeValidation, "meaning has %d characters: want 1 to %d that say what is signed for, such as approved", n, maxMeaning)
	}
	return s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		if err := freshlyLoggedIn(ctx, tx, req.caller); err != nil {
			return nil, err
		}
		if err := readable(ctx, tx, req.caller, class, record); err != nil {
			return nil, err
		}
		newest, err := newestEvent(tx, class, record)
		if err != nil {
			return nil, err
		}
		if newest.Lost {
			return nil, fault.New(wire.CodeValidation, "the newest event of %s %s has lost its entry: there is nothing to sign, verify the trail", class, record)
		}
		return s.appendEvent(ctx, tx, req, event.Write{Op: event.Sign, Class: class, Record: record, Meaning: meaning, Signs: newest.Hash})
	})
}

// appendEvent stores an event that is no write of a record, and answers with it.
func (s *Server) appendEvent(ctx context.Context, tx *store.Tx, req *request, w event.Write) (*response, error) {
	from := req.origin()
	if err := capture.CheckReason(from.Reason, w.Class, w.Record); err != nil {
		return nil, err
	}
	w.At, w.Actor, w.Reason, w.Request = time.Now(), from.Actor, from.Reason, from.Request
	e, err := s.trail.Append(ctx, tx, w, false)
	if err != nil {
		return nil, err
	}
	return jsonResponse(map[string]any{"result": map[string]any{"objectId": e.ObjectID, "event": e.ID, "at": where.DateValue(e.At)}})
}

// freshlyLoggedIn refuses a caller who has not just logged in.
func freshlyLoggedIn(ctx context.Context, tx *store.Tx, c *access.Caller) error {
	if c.UserID == "" || c.SessionID == "" {
		return fault.New(wire.CodeSessionMissing, "a signature needs the session of a user who has just logged in")
	}
	session, err := tx.Get(ctx, "_Session", c.SessionID)
	if err != nil {
		return fault.ErrSession
	}
	how, _ := session.Value("createdWith").(map[string]any)
	if how["action"] != "login" || time.Since(session.CreatedAt()) > freshLogin {
		return fault.New(wire.CodeForbidden, "the session is not from a log-in of the last %d minutes: log in again to sign", int(freshLogin.Minutes()))
	}
	return nil
}

// readable refuses an object that the caller may not get.
func readable(ctx context.Context, tx *store.Tx, c *access.Caller, class, id string) error {
	description, ok := tx.Class(class)
	if !ok || !capture.Recorded(class) || id == "" {
		return fault.ErrNotFound
	}
	pointers, err := access.Permit(description.Permissions, c, access.OpGet)
	if err != nil {
		return err
	}
	rows, err := tx.Find(ctx, store.Query{Class: class, Where: where.Equal("objectId", id), Readers: c.ACLNames(), Limit: 1})
	if err != nil {
		return err
	}
	if len(rows) == 0 || len(pointers) > 0 && !access.RowNamesUser(rows[0], pointers, c.UserID) {
		return fault.ErrNotFound
	}
	return nil
}

// newestEvent is the record's newest event. A record without one is an error: there
// is nothing that a signature could be bound to.
func newestEvent(tx *store.Tx, class, record string) (capture.NewestEvent, error) {
	if _, recording := tx.Class(event.Class); !recording {
		return capture.NewestEvent{}, fault.New(wire.CodeScriptFailed, "there is no audit trail: apply the schema, which has class %s", event.Class)
	}
	newest, err := capture.Newest(tx, class, record)
	if err == nil && newest.Hash == "" {
		err = fault.New(wire.CodeValidation, "the audit trail knows nothing of %s %s yet: it was last changed before the trail began", class, record)
	}
	return newest, err
}
