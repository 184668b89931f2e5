package live

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
)

// message is what a frame to a client says. The frames of one event share it with
// others that say the same, and its objects with all that show them.
type message struct {
	op               string
	object, original []byte
	err              *fault.Error
}

// outFrame is a message to a client.
type outFrame struct {
	*message
	requestID string // JSON number; empty: none
	counted   int    // what it counts for in an outbox
}

// reply is a frame without an object.
func reply(op, requestID string) outFrame {
	return outFrame{message: &message{op: op}, requestID: requestID}
}

func errorFrame(e *fault.Error, requestID string) outFrame {
	return outFrame{message: &message{op: "error", err: e}, requestID: requestID}
}

// frameCost is what a waiting frame takes besides its objects.
const frameCost = 128

// size is about how long the frame is.
func (f *outFrame) size() int {
	size := frameCost + len(f.requestID) + len(f.object) + len(f.original)
	if f.err != nil {
		size += len(f.err.Message)
	}
	return size
}

// cost is the memory that f takes in a queue after last. Frames of one event are
// queued together and share their objects.
func (f *outFrame) cost(last *message) int {
	cost := frameCost + len(f.requestID)
	if f.message == last {
		return cost
	}
	if f.err != nil {
		cost += len(f.err.Message)
	}
	for _, text := range [][]byte{f.object, f.original} {
		if last == nil || !shares(text, last.object) && !shares(text, last.original) {
			cost += len(text)
		}
	}
	return cost
}

func shares(a, b []byte) bool { return len(a) > 0 && len(a) == len(b) && &a[0] == &b[0] }

// identity is what every frame but errors tells a client about itself.
func identity(id, installationID string) []byte {
	b := append(append([]byte(`,"clientId":"`), id...), '"')
	if installationID != "" {
		b = append(b, `,"installationId":`...)
		b, _ = jsontext.AppendQuote(b, installationID)
	}
	return b
}

// append writes the frame as the client with an identity gets it. reconnect is always
// false: no error here is cured by another connection, and the JavaScript SDK would
// open a second one beside the first (protocol section 12.8).
func (f *outFrame) append(b, identity []byte) []byte {
	b = append(append(append(b, `{"op":"`...), f.op...), '"')
	if f.err != nil {
		e, err := json.Marshal(map[string]any{"code": f.err.Code, "error": f.err.Message, "reconnect": false},
			json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
		if err != nil { // a map of plain values cannot fail
			e = []byte(`{"code":1}`)
		}
		b = append(append(b, ','), e[1:len(e)-1]...)
	} else {
		b = append(b, identity...)
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

// The first bytes of WebSocket frames that are whole messages (RFC 6455 section 5.2).
const (
	textFrame  = 0x81
	closeFrame = 0x88
)

// appendText appends what text appends as a WebSocket message of a server.
func appendText(b []byte, text func([]byte) []byte) []byte {
	at := len(b)
	b = text(append(b, textFrame, 126, 0, 0))
	switch n := len(b) - at - 4; {
	case n < 126:
		b[at+1] = byte(n)
		b = slices.Delete(b, at+2, at+4)
	case n <= math.MaxUint16:
		binary.BigEndian.PutUint16(b[at+2:], uint16(n))
	default:
		b[at+1] = 127
		b = slices.Insert(b, at+4, make([]byte, 6)...)
		binary.BigEndian.PutUint64(b[at+2:], uint64(n))
	}
	return b
}
