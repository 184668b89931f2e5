package main

import (
	"context"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// happening is one event of a record's audit trail, as people read it.
type happening struct {
	At        time.Time
	Who, What string
	Reason    string
	Changes   []changed
}

type changed struct{ Column, Before, After string }

// newestEvents is how many events a page shows.
const newestEvents = 50

// history gives the newest events of a record. It is empty for people who may not
// read the trail.
func (v *visit) history(ctx context.Context, of parse.Reference) ([]happening, error) {
	var told []happening
	names := map[string]string{}
	for e, err := range v.HistoryNewestFirst(ctx, of) {
		if err != nil {
			return nil, err
		}
		if len(names) == 0 {
			people, err := v.auditors(ctx)
			if err != nil {
				return nil, err
			}
			for _, person := range people {
				names[person.Value] = person.Text
			}
		}
		h := happening{At: e.At, What: words(e.Op) + "d", Reason: e.Reason}
		if e.Op == event.Sign {
			h.What = "signed as " + e.Meaning
		}
		switch e.Actor.Kind {
		case event.User:
			h.Who = names[e.Actor.ID]
		case event.Master:
			h.Who = "an administrator"
		default:
			h.Who = "somebody without an account"
		}
		values, err := e.Values()
		if err != nil {
			return nil, err
		}
		for _, column := range e.Names() {
			if column == "ACL" {
				continue
			}
			c := changed{Column: words(column), After: "(not kept)"}
			if value := values[column]; value != nil {
				c.Before, c.After = readable(value.Before, names), readable(value.After, names)
			}
			h.Changes = append(h.Changes, c)
		}
		if told = append(told, h); len(told) == newestEvents {
			break
		}
	}
	return told, nil
}

// readable writes a value of a column as people read it.
func readable(raw jsontext.Value, names map[string]string) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var typed struct {
		ISO      time.Time `json:"iso"`
		ObjectID string    `json:"objectId"`
		Name     string    `json:"name"`
	}
	if json.Unmarshal(raw, &typed) != nil {
		return string(raw)
	}
	switch {
	case !typed.ISO.IsZero():
		return day(typed.ISO)
	case names[typed.ObjectID] != "":
		return names[typed.ObjectID]
	case typed.ObjectID != "":
		return typed.ObjectID
	case typed.Name != "":
		return plainName(parse.File{Name: typed.Name})
	}
	return string(raw)
}
