package event

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Write is what a server knows of one write when it makes the event of it. Entry
// and [New] say what its members mean.
type Write struct {
	At      time.Time
	Op      Op
	Class   string
	Record  string
	Actor   Actor
	Rule    string
	Reason  string // why the write is made, as the caller says
	Request string
	Meaning string
	Signs   string
	Redacts string
	Prev    string
	Changes []Change
}

// Change is what a write does to one column. Values are Parse JSON as the server
// shows it to the master key; nil or null is no value.
type Change struct {
	Column        string
	Before, After jsontext.Value
	Secret        bool // named, but never valued: Before and After are not looked at
}

// New makes the event of a write, with an id and salts from a good source. Changes
// that change nothing are left out. It returns an error for a value that is no
// JSON, and for a column or a class that has no name or is named twice.
func New(w Write) (Event, error) { return build(&w, rand.Reader) }

const randomBytes = 16 // of an id, and of a salt

// build takes the id, a salt for the reason if there is one, and then a salt for each
// column with values, in the order of their names, from random.
func build(w *Write, random io.Reader) (Event, error) {
	switch {
	case w.Class == "":
		return Event{}, fmt.Errorf("event: Class is empty: want the class that is written")
	case w.Op == "":
		return Event{}, fmt.Errorf("event: Op is empty: want what was done, such as %q", Update)
	case w.Actor.Kind == "":
		return Event{}, fmt.Errorf("event: Actor.Kind is empty: want %q, %q or %q", User, Master, Anonymous)
	}
	changes, err := canonicalChanges(slices.Clone(w.Changes))
	if err != nil {
		return Event{}, err
	}
	draws := 1
	if w.Reason != "" {
		draws++
	}
	for i := range changes {
		if !changes[i].Secret {
			draws++
		}
	}
	drawn := make([]byte, draws*randomBytes)
	if _, err := io.ReadFull(random, drawn); err != nil {
		return Event{}, fmt.Errorf("event: %w", err)
	}
	var inHex [32 * 2 * randomBytes]byte // of most
	texts := string(hex.AppendEncode(inHex[:0], drawn))
	next := func() string {
		text := texts[:2*randomBytes]
		texts = texts[2*randomBytes:]
		return text
	}
	e := Event{Entry: Entry{
		Version: Version, ID: next(), At: w.At.UTC().Truncate(time.Millisecond), Op: w.Op, Class: w.Class, Record: w.Record, Actor: w.Actor,
		Rule: w.Rule, Request: w.Request, Meaning: w.Meaning, Signs: w.Signs, Redacts: w.Redacts, Prev: w.Prev,
		Columns: make(map[string]string, len(changes)),
	}, Reason: w.Reason}
	e.stated = stated{id: e.ID, op: string(w.Op), class: w.Class, at: e.At, record: w.Record, user: w.Actor.ID, columns: make([]string, len(changes))}
	var valuesRoom, hashedRoom, hashesRoom [2048]byte // of most
	values, hashed, hashes := append(valuesRoom[:0], '{'), hashedRoom[:0], hashesRoom[:0]
	put := func(name string, v Value) {
		if len(values) > 1 {
			values = append(values, ',')
		}
		values = v.append(append(appendText(values, name), ':'))
		hashed = v.appendHashed(hashed[:0], name)
		hash := hexOf(hashed)
		hashes = append(hashes, hash[:]...)
	}
	if w.Reason != "" { // its name comes before those of columns
		put(ReasonName, Value{Salt: next(), After: appendText(nil, w.Reason)})
	}
	for i, c := range changes {
		e.stated.columns[i] = c.Column
		if !c.Secret {
			put(c.Column, Value{Salt: next(), Before: c.Before, After: c.After})
		}
	}
	e.hold(string(hashes), changes, w.Reason != "")
	// Names in the entry are sorted as bytes, which for names of columns is as RFC 8785 sorts.
	var room [4096]byte
	e.text = string(e.Entry.append(room[:0], e.stated.columns))
	e.values = string(append(values, '}'))
	return e, nil
}

// hold takes the hashes of the reason, if there is one, and of the changes, one behind the
// other.
func (e *Entry) hold(hashes string, changes []Change, reason bool) {
	next := func() string {
		hash := hashes[:2*sha256.Size]
		hashes = hashes[2*sha256.Size:]
		return hash
	}
	if reason {
		e.Why = next()
	}
	for i := range changes {
		hash := ""
		if !changes[i].Secret {
			hash = next()
		}
		e.Columns[changes[i].Column] = hash
	}
}

// canonicalChanges sorts the changes by column, gives values their one spelling
// and leaves out what did not change. It uses the room of the changes that are given.
func canonicalChanges(given []Change) ([]Change, error) {
	changes := given[:0]
	for _, c := range given {
		if c.Column == "" {
			return nil, fmt.Errorf("event: a change names no column")
		}
		if c.Secret {
			changes = append(changes, Change{Column: c.Column, Secret: true})
			continue
		}
		var err error
		if c.Before, err = canonicalValue(c.Before); err != nil {
			return nil, fmt.Errorf("event: value of %s before: %w", c.Column, err)
		}
		if c.After, err = canonicalValue(c.After); err != nil {
			return nil, fmt.Errorf("event: value of %s after: %w", c.Column, err)
		}
		if string(c.Before) != string(c.After) {
			changes = append(changes, c)
		}
	}
	byColumn := func(a, b Change) int { return strings.Compare(a.Column, b.Column) }
	if !slices.IsSortedFunc(changes, byColumn) {
		slices.SortFunc(changes, byColumn)
	}
	for i := 1; i < len(changes); i++ {
		if changes[i].Column == changes[i-1].Column {
			return nil, fmt.Errorf("event: column %s changes twice", changes[i].Column)
		}
	}
	return changes, nil
}

// canonicalValue gives no value for null, and a value that has its one spelling as
// it is, without a copy.
func canonicalValue(v jsontext.Value) (jsontext.Value, error) {
	switch {
	case len(v) == 0 || string(v) == "null":
		return nil, nil
	case isCanonical(v):
		return v, nil
	}
	text, err := AppendCanonical(nil, v)
	if string(text) == "null" {
		return nil, err
	}
	return text, err
}
