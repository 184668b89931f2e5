package event

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Version is the version of the format that New writes.
const Version = 1

// Op says what an event tells of. Servers may write others, which stay as they are.
type Op string

// The operations.
const (
	Create Op = "create"
	Update Op = "update"
	Delete Op = "delete"
	Purge  Op = "purge"  // all rows of a class went at once
	Drop   Op = "drop"   // a change of the schema dropped columns, or the class
	Sign   Op = "sign"   // somebody signed what the record's events say so far
	Redact Op = "redact" // values of an earlier event were taken out
)

// Kind is the kind of an actor.
type Kind string

// The kinds of actors.
const (
	User      Kind = "user"
	Master    Kind = "master"    // whoever had the master key
	Anonymous Kind = "anonymous" // a caller without a session
)

// Actor is who made a change. ID is the objectId of a user, else empty.
type Actor struct {
	Kind Kind   `json:"kind"`
	ID   string `json:"id,omitempty"`
}

// Entry is what of an event is hashed. Its text, canonical JSON, is what a row
// holds in the column entry.
type Entry struct {
	Version int       `json:"v"`
	ID      string    `json:"event"` // 32 hex digits, random
	At      time.Time `json:"at"`    // the writer's clock, UTC, whole milliseconds
	Op      Op        `json:"op"`
	Class   string    `json:"class"`
	Record  string    `json:"record"` // objectId; empty where it was unknown, and of a whole class
	Actor   Actor     `json:"actor"`

	Rule    string `json:"rule,omitempty"`    // id of the rule whose effect this write is
	Why     string `json:"reason,omitempty"`  // hash of the reason, as of a column called ReasonName; empty without one
	Request string `json:"request,omitempty"` // X-Parse-Request-Id
	Meaning string `json:"meaning,omitempty"` // of a signature
	Signs   string `json:"signs,omitempty"`   // hash of the record's newest event when it was signed
	Redacts string `json:"redacts,omitempty"` // hash of the event whose values were taken out

	// Prev is the hash of the record's newest earlier event as the writer saw it;
	// empty if it saw none.
	Prev string `json:"prev"`

	// Columns has the hash of each changed column by its name; it is empty for a
	// secret, whose change is told but whose value never enters a trail.
	Columns map[string]string `json:"columns"`
}

// ReasonName stands for the reason of an event where the names of columns stand: among
// the values, and among what a redaction took out. No column can be called so.
const ReasonName = "$reason"

// hashOf returns the hash that the entry has of what stands under a name among the
// values; empty if it has none.
func (e *Entry) hashOf(name string) string {
	if name == ReasonName {
		return e.Why
	}
	return e.Columns[name]
}

// Names returns the names of the changed columns, sorted. A redaction has changed the
// values of another event, and its reason if [ReasonName] is among them.
func (e *Entry) Names() []string {
	names := make([]string, 0, len(e.Columns))
	for name := range e.Columns {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Append appends the entry's canonical JSON.
func (e *Entry) Append(dst []byte) []byte { return e.append(dst, e.Names()) }

func (e *Entry) append(dst []byte, names []string) []byte {
	dst = append(dst, `{"actor":{`...)
	if e.Actor.ID != "" {
		dst = append(appendText(append(dst, `"id":`...), e.Actor.ID), ',')
	}
	dst = appendText(append(dst, `"kind":`...), string(e.Actor.Kind))
	dst = append(wire.AppendISO(append(dst, `},"at":"`...), e.At), '"')
	dst = appendText(append(dst, `,"class":`...), e.Class)
	dst = append(dst, `,"columns":{`...)
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendOrNull(append(appendText(dst, name), ':'), e.Columns[name])
	}
	dst = appendText(append(dst, `},"event":`...), e.ID)
	dst = appendMember(dst, "meaning", e.Meaning)
	dst = appendText(append(dst, `,"op":`...), string(e.Op))
	dst = appendOrNull(append(dst, `,"prev":`...), e.Prev)
	dst = appendMember(dst, "reason", e.Why)
	dst = appendOrNull(append(dst, `,"record":`...), e.Record)
	dst = appendMember(dst, "redacts", e.Redacts)
	dst = appendMember(dst, "request", e.Request)
	dst = appendMember(dst, "rule", e.Rule)
	dst = appendMember(dst, "signs", e.Signs)
	return append(dst, `,"v":1}`...)
}

func appendMember(dst []byte, name, text string) []byte {
	if text == "" {
		return dst
	}
	dst = append(append(append(dst, `,"`...), name...), `":`...)
	return appendText(dst, text)
}

func appendOrNull(dst []byte, text string) []byte {
	if text == "" {
		return append(dst, "null"...)
	}
	return appendText(dst, text)
}

// appendText appends a JSON string with as few escapes as RFC 8785 wants.
func appendText(dst []byte, text string) []byte {
	if isPlain(text) {
		return append(append(append(dst, '"'), text...), '"')
	}
	dst, _ = jsontext.AppendQuote(dst, text) // what is no UTF-8 became U+FFFD
	return dst
}

// isPlain tells whether a text needs no escapes.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// HashOf returns the hash of an entry's text: SHA-256, in hex.
func HashOf(entry string) string {
	var room [2048]byte // no copy on the heap for most
	return hexSum(append(room[:0], entry...))
}

func hexSum(data []byte) string {
	text := hexOf(data)
	return string(text[:])
}

// isHexSum is hexSum(data) == sum without the text.
func isHexSum(data []byte, sum string) bool {
	text := hexOf(data)
	return string(text[:]) == sum
}

func hexOf(data []byte) (text [2 * sha256.Size]byte) {
	sum := sha256.Sum256(data)
	hex.Encode(text[:], sum[:])
	return text
}
