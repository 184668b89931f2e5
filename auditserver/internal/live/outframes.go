package live

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
)

// outFrame is a frame to a client. Objects are shared between frames.
type outFrame struct {
	op               string
	requestID        string // JSON number; empty: none
	object, original []byte
	err              *fault.Error
	counted          int // what it counts for in an outbox
}

func errorFrame(e *fault.Error, requestID string) outFrame {
	return outFrame{op: "error", err: e, requestID: requestID}
}

// frameCost is what a waiting frame takes besides its objects.
const frameCost = 128

// cost is the memory that f takes in a queue after last. Frames of one event are
// queued together and share their objects.
func (f *outFrame) cost(last *outFrame) int {
	cost := frameCost
	for _, text := range [][]byte{f.object, f.original} {
		if !shares(text, last.object) && !shares(text, last.original) {
			cost += len(text)
		}
	}
	return cost
}

func shares(a, b []byte) bool { return len(a) > 0 && len(a) == len(b) && &a[0] == &b[0] }

// append writes the frame as the client c gets it. reconnect is always false:
// no error here is cured by another connection, and the JavaScript SDK would
// open a second one beside the first (protocol section 12.8).
func (f *outFrame) append(b []byte, c *client) []byte {
	b = append(append(append(b, `{"op":"`...), f.op...), '"')
	if f.err != nil {
		e, err := json.Marshal(map[string]any{"code": f.err.Code, "error": f.err.Message, "reconnect": false},
			json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
		if err != nil { // a map of plain values cannot fail
			e = []byte(`{"code":1}`)
		}
		b = append(append(b, ','), e[1:len(e)-1]...)
	} else {
		b = append(append(append(b, `,"clientId":"`...), c.id...), '"')
		if c.installationID != "" {
			b = append(b, `,"installationId":`...)
			b, _ = jsontext.AppendQuote(b, c.installationID)
		}
	}
	switch {
	case f.requestID != "":
		b = append(append(b, `,"requestId":`...), f.requestID...)
	case f.err != nil:
		b = append(b, `,"requestId":null`...)
	}
	if f.object != nil {
		b = append(append(b, `,"object":`...), f.object...)
	}
	if f.original != nil {
		b = append(append(b, `,"original":`...), f.original...)
	}
	return append(b, '}')
}
