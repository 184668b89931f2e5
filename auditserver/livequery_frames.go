package auditserver

import (
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
)

// inFrame is a frame of a client (protocol section 8.1); check knows which
// members each op may have.
type inFrame struct {
	Op             string         `json:"op"`
	ApplicationID  string         `json:"applicationId"`
	RESTKey        string         `json:"restAPIKey"`
	JavaScriptKey  string         `json:"javascriptKey"`
	ClientKey      string         `json:"clientKey"`
	WindowsKey     string         `json:"windowsKey"`
	MasterKey      string         `json:"masterKey"`
	SessionToken   string         `json:"sessionToken"`
	InstallationID string         `json:"installationId"`
	RequestID      jsontext.Value `json:"requestId"`
	Query          *inQuery       `json:"query"`
}

type inQuery struct {
	ClassName string         `json:"className"`
	Where     jsontext.Value `json:"where"`
	Keys      []string       `json:"keys"`
	Watch     []string       `json:"watch"`
}

// Error codes of the live query server itself.
const (
	codeLiveFrame   = 1 // the frame breaks the protocol
	codeLiveUnknown = 2 // no connect yet, or no such subscription
	codeLiveKey     = 4 // wrong keys
)

// errExtra has the text that the JavaScript SDK looks for.
var errExtra = &fault.Error{Code: codeLiveFrame, Message: "Additional properties not allowed"}

// readFrame checks a frame. ok is false for what is not JSON, which Parse
// Server ignores.
func readFrame(data []byte) (f inFrame, ok bool, err error) {
	if !jsontext.Value(data).IsValid(rawjson.Options) {
		return f, false, nil
	}
	if err := json.Unmarshal(data, &f, rawjson.Options, json.RejectUnknownMembers(true)); err != nil {
		if errors.Is(err, json.ErrUnknownName) {
			return f, true, errExtra
		}
		return f, true, fault.New(codeLiveFrame, "a property has the wrong type, or the frame is no object")
	}
	return f, true, f.check()
}

func (f *inFrame) check() error {
	connecting := f.RESTKey+f.JavaScriptKey+f.ClientKey+f.WindowsKey+f.MasterKey+f.InstallationID+f.ApplicationID != ""
	switch f.Op {
	case "connect":
		if f.RequestID != nil || f.Query != nil {
			return errExtra
		}
		if f.ApplicationID == "" {
			return missing("applicationId")
		}
		return nil
	case "subscribe", "update":
		if f.Query == nil {
			return missing("query")
		}
		if err := f.Query.check(); err != nil {
			return err
		}
	case "unsubscribe":
		if f.Query != nil || f.SessionToken != "" {
			return errExtra
		}
	case "":
		return missing("op")
	default:
		return fault.New(codeLiveFrame, "unknown op: use connect, subscribe, update or unsubscribe")
	}
	if connecting {
		return errExtra
	}
	if f.RequestID == nil {
		return missing("requestId")
	}
	if f.RequestID.Kind() != '0' {
		return fault.New(codeLiveFrame, "requestId must be a number")
	}
	return nil
}

func (q *inQuery) check() error {
	switch {
	case q.ClassName == "":
		return missing("className")
	case q.Where == nil:
		return missing("where")
	case q.Where.Kind() != '{':
		return fault.New(codeLiveFrame, "where must be an object")
	}
	for name, list := range map[string][]string{"keys": q.Keys, "watch": q.Watch} {
		if list == nil {
			continue
		}
		if len(list) == 0 {
			return fault.New(codeLiveFrame, "%s must not be empty", name)
		}
		seen := make(map[string]bool, len(list))
		for _, field := range list {
			if seen[field] {
				return fault.New(codeLiveFrame, "%s names a field twice", name)
			}
			seen[field] = true
		}
	}
	return nil
}

func missing(property string) error {
	return fault.New(codeLiveFrame, "Missing required property: %s", property)
}

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

// cost is the memory that f takes in a queue behind last: frames of one event
// come together and share their objects.
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
func (f *outFrame) append(b []byte, c *liveClient) []byte {
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
