package auditserver

import (
	"context"
	"errors"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/capture"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// redact answers isoauditRedact {class, record, columns}: the values of columns go
// from all events of a record, or from one event if class and record name its row. Among
// columns, event.ReasonName stands for the reason of an event. The hashes stay, and for
// each event that lost values another one says so.
//
// An event that cannot be read stays as it is, evidence of whatever was done to it, and
// the answer names it; the others are redacted all the same, for personal data must go
// wherever it can.
func (s *Server) redact(ctx context.Context, req *request) (*response, error) {
	if !req.caller.Master {
		return nil, fault.ErrPermission
	}
	class, record := req.Body.Text("class"), req.Body.Text("record")
	var columns []string
	if v, ok := req.Body.Get("columns"); !ok || json.Unmarshal(v, &columns, rawjson.Options) != nil || len(columns) == 0 {
		return nil, fault.New(wire.CodeValidation, "columns is not a list of the names of columns")
	}
	if err := capture.RequireReason(req.reason(), class, record); err != nil {
		return nil, err
	}
	return s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		rows, err := eventsToRedact(ctx, tx, class, record)
		if err != nil {
			return nil, err
		}
		redacted, unreadable := 0, []unreadableEvent{}
		for _, row := range rows {
			gone, err := redactRow(tx, row, columns)
			var damage *event.Damage
			switch {
			case errors.As(err, &damage):
				unreadable = append(unreadable, unreadableEvent{Row: row.ID(), Event: damage.Event, What: damage.What})
				continue
			case err != nil:
				return nil, err
			case len(gone.Changes) == 0:
				continue
			}
			redacted++
			if _, err := s.appendEvent(ctx, tx, req, gone); err != nil {
				return nil, err
			}
		}
		return jsonResponse(map[string]any{"result": map[string]any{"redacted": redacted, "unreadable": unreadable}})
	})
}

// unreadableEvent is an event that a redaction left as it is.
type unreadableEvent struct {
	Row   string `json:"row"`
	Event string `json:"event"`
	What  string `json:"what"`
}

// eventsToRedact gives the events of a record, oldest first, or the one whose row is meant.
func eventsToRedact(ctx context.Context, tx *store.Tx, class, record string) ([]store.Row, error) {
	if class == event.Class {
		row, err := tx.Get(ctx, class, record)
		if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrNoClass) {
			return nil, fault.ErrNotFound
		}
		return []store.Row{row}, err
	}
	if _, err := newestEvent(tx, class, record); err != nil {
		return nil, err
	}
	return tx.Find(ctx, store.Query{Class: event.Class, Limit: -1, Order: []store.Order{{Field: "at"}, {Field: "createdAt"}},
		Where: where.AllOf(where.Equal("class", class), where.Equal("record", record))})
}

// redactRow takes values out of one event, and says of which columns it did.
func redactRow(tx *store.Tx, row store.Row, columns []string) (event.Write, error) {
	w := event.Write{Op: event.Redact}
	e, err := event.Parse(row.JSON())
	if err != nil {
		return w, err
	}
	held, err := e.Held()
	if err != nil {
		return w, err
	}
	var names []string
	for _, name := range columns {
		if slices.Contains(held, name) && !slices.Contains(names, name) {
			names = append(names, name)
			w.Changes = append(w.Changes, event.Change{Column: name, Secret: true})
		}
	}
	if len(names) == 0 {
		return w, nil
	}
	w.Class, w.Record, w.Redacts = e.Class, e.Object(), e.Hash()
	without, err := e.Redacted(names...)
	if err != nil {
		return w, err
	}
	class, _ := tx.Class(event.Class)
	fields := plainFields(class, row)
	fields["values"] = without.ValuesText()
	_, _, err = tx.Update(event.Class, row.ID(), store.Object{ACL: row.ACL(), Fields: fields})
	return w, err
}
